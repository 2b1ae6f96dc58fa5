import { raised, type Shape } from './models.js';
import { type Samples, totalWeight } from './samples.js';

/** What varies of offset + amplitude exp(-c r^g) beside c. */
export interface Free {
  /** Whether offset and amplitude are fitted; else they are 0 and 1. */
  readonly affine: boolean;
  /** Whether the exponent is; else derivatives by it are left out as 0. */
  readonly exponent: boolean;
}

/** The least squares sum with the linear parameters eliminated (variable projection). */
export interface Reduced {
  readonly shape: Shape;
  /** sum w (kernel - model)^2. */
  readonly objective: number;
}

/** The same with its derivatives by log c and log g. */
export interface ReducedSlopes extends Reduced {
  /** By log c and log g. */
  readonly gradient: readonly [number, number];
  /** `[2, 2]`, of both. */
  readonly hessian: readonly [number, number, number];
}

/** Writes c r^g of each sample into its room. */
function fillExponents({ r, room }: Samples, rate: number, g: number): void {
  for (let i = 0; i < r.length; i++) room[i] = rate * raised(r[i], g);
}

/** Weighted means of the kernel and of exp(-room), and the linear parameters that follow. */
function linearPart({ k, w, room }: Samples, affine: boolean) {
  if (!affine) return { offset: 0, amplitude: 1, mean: 0, spread: 0 };
  let [total, meanE, meanK] = [0, 0, 0];
  for (let i = 0; i < k.length; i++) {
    const own = w === null ? 1 : w[i];
    total += own;
    meanE += own * Math.exp(-room[i]);
    meanK += own * k[i];
  }
  meanE /= total;
  meanK /= total;
  let [cross, spread] = [0, 0];
  for (let i = 0; i < k.length; i++) {
    const own = w === null ? 1 : w[i];
    const e = Math.exp(-room[i]) - meanE;
    cross += own * e * (k[i] - meanK);
    spread += own * e * e;
  }
  const amplitude = spread > 0 ? cross / spread : 0;
  return { offset: meanK - amplitude * meanE, amplitude, mean: meanE, spread };
}

/** The least squares sum at c and g, linear parameters eliminated. */
export function reduced(samples: Samples, rate: number, g: number, affine: boolean): Reduced {
  const { k, w, room } = samples;
  fillExponents(samples, rate, g);
  const { offset, amplitude } = linearPart(samples, affine);
  let objective = 0;
  for (let i = 0; i < k.length; i++) {
    const rest = k[i] - offset - amplitude * Math.exp(-room[i]);
    objective += (w === null ? 1 : w[i]) * rest * rest;
  }
  return { shape: { rate, exponent: g, offset, amplitude }, objective };
}

/**
 * The least squares sum at c and g with its derivatives by log c and log g: by the envelope theorem the gradient is
 * that at fixed linear parameters, the Hessian its Schur complement.
 */
export function reducedSlopes(
  samples: Samples,
  rate: number,
  g: number,
  { affine, exponent: free }: Free,
): ReducedSlopes {
  const { r, k, w, room } = samples;
  fillExponents(samples, rate, g);
  const { offset, amplitude: b, mean, spread } = linearPart(samples, affine);
  let [objective, gc, gg, cc, cg, hg, ac, ag, bc, bg] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < r.length; i++) {
    const own = w === null ? 1 : w[i];
    const z = room[i];
    const e = Math.exp(-z);
    const rest = k[i] - offset - b * e;
    objective += own * rest * rest;
    // Derivatives of z = c r^g by log c are z, by log g z log r^g, which is 0 at r = 0.
    const log = free && r[i] > 0 ? g * Math.log(r[i]) : 0;
    const [ec, eg] = [-e * z, -e * z * log];
    const [ecc, ecg, egg] = [e * z * (z - 1), e * z * log * (z - 1), e * z * log * (log * (z - 1) - 1)];
    gc -= own * rest * ec;
    gg -= own * rest * eg;
    cc += own * (b * ec * ec - rest * ecc);
    cg += own * (b * ec * eg - rest * ecg);
    hg += own * (b * eg * eg - rest * egg);
    ac += own * ec;
    ag += own * eg;
    bc += own * (b * (e - mean) - rest) * ec;
    bg += own * (b * (e - mean) - rest) * eg;
  }
  const total = totalWeight(samples);
  const joint = (u: number, v: number, p: number, q: number): number =>
    affine ? (2 * b * b * u * v) / total + (spread > 0 ? (2 * p * q) / spread : 0) : 0;
  return {
    shape: { rate, exponent: g, offset, amplitude: b },
    objective,
    gradient: [2 * b * gc, 2 * b * gg],
    hessian: [
      2 * b * cc - joint(ac, ac, bc, bc),
      2 * b * cg - joint(ac, ag, bc, bg),
      2 * b * hg - joint(ag, ag, bg, bg),
    ],
  };
}
