/**
 * Truncated power series as arrays of coefficients, lowest order first; all of one call have the same length.
 *
 * Every rule below only adds products of coefficients, so that series without negative coefficients keep their relative
 * accuracy.
 */
export type PowerSeries = Float64Array;

/** Product of two series, truncated: c_n = sum_(j <= n) a_j b_(n-j). */
export function multiply(a: PowerSeries, b: PowerSeries): PowerSeries {
  const out = new Float64Array(a.length);
  for (let n = 0; n < a.length; n++) {
    let sum = 0;
    for (let j = 0; j <= n; j++) sum += a[j] * b[n - j];
    out[n] = sum;
  }
  return out;
}

/**
 * (1 - (r u)^2)^power for a series u, given the constant term 1 - (r u_0)^2 without cancellation.
 *
 * By J. C. P. Miller's recurrence n f_0 y_n = sum_(j >= 1) ((power + 1) j - n) f_j y_(n-j) (Henrici 1974, section 1.6);
 * with f = 1 - (r u)^2, u >= 0 and -3/2 <= power <= -1/2 every term of that sum is at least 0.
 */
export function complementPower(u: PowerSeries, r: number, constant: number, power: number): PowerSeries {
  const square = multiply(u, u);
  const out = new Float64Array(u.length);
  out[0] = constant ** power;
  const scale = (r * r) / constant;
  for (let n = 1; n < u.length; n++) {
    let sum = 0;
    for (let j = 1; j <= n; j++) sum += (n - (power + 1) * j) * square[j] * out[n - j];
    out[n] = (scale * sum) / n;
  }
  return out;
}

/** The series y with y' = scale a u' and y_0 given: n y_n = scale sum_(i >= 1) i u_i a_(n-i). */
export function integrateAlong(start: number, scale: number, a: PowerSeries, u: PowerSeries): PowerSeries {
  const out = new Float64Array(u.length);
  out[0] = start;
  const slope = u.map((c, i) => i * c);
  for (let n = 1; n < u.length; n++) {
    let sum = 0;
    for (let i = 1; i <= n; i++) sum += slope[i] * a[n - i];
    out[n] = (scale * sum) / n;
  }
  return out;
}

/** The series y with y' = h y and y_0 given: n y_n = sum_(j < n) h_j y_(n-1-j). */
export function exponentialOf(start: number, h: PowerSeries): PowerSeries {
  const out = new Float64Array(h.length);
  out[0] = start;
  for (let n = 1; n < h.length; n++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += h[j] * out[n - 1 - j];
    out[n] = sum / n;
  }
  return out;
}

/**
 * The series C, S with C' = q u' S, S' = q u' C from their first coefficients: a multiple of cosh(q u) and sinh(q u).
 */
export function hyperbolic(
  start: { readonly cosh: number; readonly sinh: number },
  q: number,
  u: PowerSeries,
): { readonly cosh: PowerSeries; readonly sinh: PowerSeries } {
  const cosh = new Float64Array(u.length);
  const sinh = new Float64Array(u.length);
  cosh[0] = start.cosh;
  sinh[0] = start.sinh;
  for (let n = 1; n < u.length; n++) {
    let [c, s] = [0, 0];
    for (let i = 1; i <= n; i++) {
      c += i * u[i] * sinh[n - i];
      s += i * u[i] * cosh[n - i];
    }
    cosh[n] = (q * c) / n;
    sinh[n] = (q * s) / n;
  }
  return { cosh, sinh };
}
