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
 * Turns values at the `count` Chebyshev nodes of [0, 1] into power coefficients, lowest degree first, of the polynomial
 * through them.
 *
 * By way of the Chebyshev coefficients: these fall off for smooth values, so that the large entries of the step to
 * powers meet small numbers. (One matrix for both steps would lose five digits at degree 7.)
 */
export function powerFit(
  count: number,
): (values: ArrayLike<number>, from: number, out: Float64Array, at: number) => void {
  const cosines = Float64Array.from({ length: count * count }, (_, i) => {
    const [k, j] = [Math.floor(i / count), i % count];
    return ((k === 0 ? 1 : 2) / count) * Math.cos((Math.PI * k * (j + 0.5)) / count);
  });
  const polynomials = shiftedPolynomials(count);
  return (values, from, out, at) => {
    for (let k = count - 1; k >= 0; k--) {
      let weight = 0;
      for (let j = 0; j < count; j++)
        weight += cosines[k * count + j] * (k === 0 ? values[from + j] : values[from + j] - values[from]);
      for (let i = 0; i <= k; i++) out[at + i] += weight * polynomials[k][i];
    }
  };
}

/**
 * Power coefficients in x = 2 w - 1 in [-1, 1], lowest degree first, of the polynomial that interpolates `f(w)` on [0,
 * 1].
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
