/** Coefficients B_2j / (2j (2j-1)) of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/**
 * log |Gamma(x)| for real x that is no pole, to about 1e-15 of the larger of 1 and the result (Stirling's series after
 * a shift).
 */
export function logGamma(x: number): number {
  let product = 1;
  let shift = 0;
  let z = x;
  for (; z < 16; z++) {
    product *= Math.abs(z);
    if (product > 1e200) {
      shift += Math.log(product);
      product = 1;
    }
  }
  let sum = 0;
  for (let j = STIRLING.length - 1; j >= 0; j--) sum = STIRLING[j] + sum / (z * z);
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + sum / z - Math.log(product) - shift;
}

/** Sign of Gamma(x). */
export function signGamma(x: number): number {
  return x > 0 || Math.floor(x) % 2 === 0 ? 1 : -1;
}
