import { logGamma } from './gamma.js';
import type { Bounded } from './projection.js';

/**
 * Dimensions N(d,k) = (2k+d-2) (k+d-3)! / (k! (d-2)!) of the harmonics of degree 0 .. degree, counted exactly; Infinity
 * above 1e308.
 */
export function multiplicities(d: number, degree: number): readonly number[] {
  const out = [1];
  if (d === 2) return [...out, ...Array.from({ length: degree }, () => 2)];
  // binomial = C(k + d - 3, k), from which N = binomial (2k + d - 2) / (d - 2).
  let binomial = 1n;
  for (let k = 1; k <= degree; k++) {
    binomial = (binomial * BigInt(k + d - 3)) / BigInt(k);
    out.push(Number((binomial * BigInt(2 * k + d - 2)) / BigInt(d - 2)));
  }
  return out;
}

/** Multiplicity times eigenvalue with its bound, also where the multiplicity is no double. */
export function weigh({ value, bound }: Bounded, d: number, k: number, multiplicity: number): Bounded {
  if (multiplicity < Infinity) return { value: multiplicity * value, bound: multiplicity * bound };
  const log = Math.log(2 * k + d - 2) + logGamma(k + d - 2) - logGamma(k + 1) - logGamma(d - 1);
  const times = (x: number): number => (x === 0 ? 0 : Math.sign(x) * Math.exp(Math.log(Math.abs(x)) + log));
  return { value: times(value), bound: times(bound) };
}
