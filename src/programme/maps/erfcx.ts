const STEP = 0.5;
const TERMS = 14;
const WEIGHTS = Array.from({ length: TERMS }, (_, k) => Math.exp(-(((k + 1) * STEP) ** 2)));

/** erf by its series, for |x| < 0.5. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 16; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/**
 * Scaled complementary error function exp(x^2) erfc(x), to about 2e-16 relative.
 *
 * For x >= 0.5 the trapezoidal rule of (x/pi) integral exp(-t^2) / (x^2 + t^2) dt with the residue of its pole
 * (Chiarella and Reichel 1968); below, the series of erf; for negative x, 2 exp(x^2) - erfcx(-x).
 */
export function erfcx(x: number): number {
  if (x < -0.5) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x < 0.5) return Math.exp(x * x) * (1 - erfSeries(x));
  let sum = 1 / (x * x);
  for (let k = 0; k < TERMS; k++) sum += (2 * WEIGHTS[k]) / (((k + 1) * STEP) ** 2 + x * x);
  const pole = x < 6 ? (2 * Math.exp(x * x)) / (1 - Math.exp((2 * Math.PI * x) / STEP)) : 0;
  return ((STEP * x) / Math.PI) * sum + pole;
}

/** x^2 (1 / (x sqrt(pi)) - erfcx(x)) for x >= 0, for large x as well: there erfcx tends to what it is taken from. */
export function erfcxRemainder(x: number): number {
  if (x < 6) return x * (1 / Math.sqrt(Math.PI) - x * erfcx(x));
  // x / pi times the integral of exp(-t^2) t^2 / (x^2 + t^2), whose pole is too far to count.
  let sum = 0;
  for (let k = 0; k < TERMS; k++) {
    const square = ((k + 1) * STEP) ** 2;
    sum += (2 * WEIGHTS[k] * square) / (square + x * x);
  }
  return ((STEP * x) / Math.PI) * sum;
}

/** Standard normal distribution function. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  return 0.5 * Math.exp((-x * x) / 2) * erfcx(-x / Math.SQRT2);
}

/** Error function, to about 2e-16 of its own size. */
export function erf(x: number): number {
  if (Math.abs(x) < 0.5) return erfSeries(x);
  return x > 0 ? 1 - Math.exp(-x * x) * erfcx(x) : Math.exp(-x * x) * erfcx(-x) - 1;
}
