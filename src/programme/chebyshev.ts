/**
 * Chebyshev nodes of the first kind on [0, 1], `count` of them.
 */
export function chebyshevNodes(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, j) => (1 + Math.cos((Math.PI * (j + 0.5)) / count)) / 2);
}

/** Coefficients, lowest degree first, of the shifted Chebyshev polynomials T_k(2 x - 1), k < count. */
function shiftedPolynomials(count: number): Float64Array[] {
  const list = [Float64Array.of(1), Float64Array.of(-1, 2)];
  for (let k = 2; k < count; k++) {
    const next = new Float64Array(k + 1);
    list[k - 1].forEach((c, i) => {
      next[i] -= 2 * c;
      next[i + 1] += 4 * c;
    });
    list[k - 2].forEach((c, i) => {
      next[i] -= c;
    });
    list.push(next);
  }
  return list.slice(0, count);
}

/**
 * The matrix that turns values at the `count` Chebyshev nodes of [0, 1] into power coefficients (lowest degree first) of the
 * polynomial through them: `coefficient[i] = sum_j matrix[i * count + j] value[j]`.
 */
export function interpolationMatrix(count: number): Float64Array {
  const matrix = new Float64Array(count * count);
  shiftedPolynomials(count).forEach((polynomial, k) => {
    for (let j = 0; j < count; j++) {
      const weight = ((k === 0 ? 1 : 2) / count) * Math.cos((Math.PI * k * (j + 0.5)) / count);
      polynomial.forEach((c, i) => {
        matrix[i * count + j] += c * weight;
      });
    }
  });
  return matrix;
}

/**
 * Power coefficients in x = 2 w - 1 in [-1, 1], lowest degree first, of the polynomial that interpolates `f(w)` on [0, 1].
 */
export function fitCentred(f: (w: number) => number, degree: number): Float64Array {
  const count = degree + 1;
  const values = chebyshevNodes(count).map(f);
  const result = new Float64Array(count);
  let [previous, current] = [Float64Array.of(1), Float64Array.of(0, 1)];
  for (let k = 0; k < count; k++) {
    let weight = 0;
    for (let j = 0; j < count; j++) weight += values[j] * Math.cos((Math.PI * k * (j + 0.5)) / count);
    weight *= (k === 0 ? 1 : 2) / count;
    const polynomial = k === 0 ? previous : current;
    polynomial.forEach((c, i) => {
      result[i] += weight * c;
    });
    if (k === 0) continue;
    const next = new Float64Array(k + 2);
    current.forEach((c, i) => {
      next[i + 1] += 2 * c;
    });
    previous.forEach((c, i) => {
      next[i] -= c;
    });
    [previous, current] = [current, next];
  }
  return result;
}
