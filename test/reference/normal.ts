// Looked up once: in Jest's modules a global costs a search each time.
const { abs, exp, PI, SQRT2, sign, sqrt } = Math;

/**
 * erf by its positive series: erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!! (Abramowitz, Stegun 1964,
 * 7.1.6).
 */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; abs(term) > 1e-18 * abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / sqrt(PI)) * exp(-x * x) * sum;
}

/** erfc for x >= 2 by its continued fraction, from the far end (Abramowitz, Stegun 1964, 7.1.14). */
function erfcFraction(x: number): number {
  let tail = x;
  for (let k = 120; k >= 1; k--) tail = x + k / 2 / tail;
  return exp(-x * x) / sqrt(PI) / tail;
}

/** Error function. */
export function erf(x: number): number {
  if (x === 0) return 0;
  return abs(x) < 2 ? erfSeries(x) : sign(x) * (1 - erfcFraction(abs(x)));
}

/** Complementary error function, without cancellation for large x. */
export function erfc(x: number): number {
  return x < 2 ? 1 - erf(x) : erfcFraction(x);
}

/** Normal distribution function. */
export function normalCdf(x: number): number {
  return erfc(-x / SQRT2) / 2;
}

/** Normal density. */
export function normalPdf(x: number): number {
  return exp((-x * x) / 2) / sqrt(2 * PI);
}
