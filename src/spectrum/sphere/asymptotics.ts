import type { Singularities } from './endpoints.js';
import { logGamma, signGamma } from './gamma.js';
import type { Bounded } from './projection.js';
import type { PuiseuxTerm } from './puiseux.js';

/** Terms of the alternating tail that are summed one by one before the rest is averaged. */
const ALTERNATING = 24;

/**
 * The eigenvalue of degree k on S^(d-1) of (1 - t)^nu, nu not whole; that of (1 + t)^nu is (-1)^k times it.
 *
 * C Gamma(k - nu) / Gamma(k + nu + d - 1), C = 2^(nu+d-2) Gamma(d/2) Gamma(nu + (d-1)/2) / (sqrt(pi) Gamma(-nu)).
 */
export function powerEigenvalue(nu: number, d: number, k: number): number {
  const log = logConstant(nu, d) + logGamma(k - nu) - logGamma(k + nu + d - 1);
  return signGamma(-nu) * signGamma(k - nu) * Math.exp(log);
}

function logConstant(nu: number, d: number): number {
  const gammas = logGamma(d / 2) + logGamma(nu + (d - 1) / 2) - logGamma(-nu);
  return (nu + d - 2) * Math.LN2 + gammas - Math.log(Math.PI) / 2;
}

/** log of the dimension of the harmonics of degree k >= 1: N(d,k) = (2k+d-2) Gamma(k+d-2) / (k! Gamma(d-1)). */
function logMultiplicity(d: number, k: number): number {
  return Math.log(2 * k + d - 2) + logGamma(k + d - 2) - logGamma(k + 1) - logGamma(d - 1);
}

/**
 * Sum over k >= n >= 1 of multiplicity times eigenvalue of (1 - t)^nu.
 *
 * In closed form, as the terms are differences of G_n = Gamma(n+d-2) Gamma(n-nu) / (Gamma(n) Gamma(n+nu+d-2)):
 * G_n - G_(n+1) = nu (2n+d-2) Gamma(n+d-2) Gamma(n-nu) / (n! Gamma(n+nu+d-1)).
 */
export function powerTail(nu: number, d: number, n: number): number {
  const g = logGamma(n + d - 2) + logGamma(n - nu) - logGamma(n) - logGamma(n + nu + d - 2);
  const sign = signGamma(-nu) * signGamma(n - nu);
  return (sign * Math.exp(logConstant(nu, d) - logGamma(d - 1) + g)) / nu;
}

/** The same of (1 + t)^nu: terms of alternating sign, summed by repeated averaging of the partial sums (Euler). */
export function alternatingTail(nu: number, d: number, n: number): number {
  let sum = 0;
  let sums: number[] = [];
  for (let k = n; k < n + 2 * ALTERNATING; k++) {
    const size = Math.abs(powerEigenvalue(nu, d, k));
    const sign = Math.sign(powerEigenvalue(nu, d, k)) * (k % 2 === 0 ? 1 : -1);
    sum += size === 0 ? 0 : sign * Math.exp(Math.log(size) + logMultiplicity(d, k));
    if (k >= n + ALTERNATING) sums.push(sum);
  }
  while (sums.length > 1) sums = sums.slice(1).map((s, i) => (s + sums[i]) / 2);
  return sums[0];
}

/**
 * Multiplicity times eigenvalue of degree k >= 1 of a kernel with these singular parts: every term of its expansion.
 */
export function predictedShare({ near, far }: Singularities, d: number, k: number): number {
  const share = (t: PuiseuxTerm): number => {
    const mu = powerEigenvalue(t.power, d, k);
    return mu === 0 ? 0 : t.factor * Math.sign(mu) * Math.exp(Math.log(Math.abs(mu)) + logMultiplicity(d, k));
  };
  const sum = (terms: readonly PuiseuxTerm[]): number => terms.reduce((total, t) => total + share(t), 0);
  return sum(near) + (k % 2 === 0 ? 1 : -1) * sum(far);
}

/** Degrees at which the endpoint expansion is compared with what was computed. */
const CHECKED = 8;

/** The terms with powers up to `power`. */
function upTo({ near, far }: Singularities, power: number): Singularities {
  const kept = (terms: readonly PuiseuxTerm[]): readonly PuiseuxTerm[] => terms.filter((t) => t.power <= power + 1e-9);
  return { near: kept(near), far: kept(far) };
}

/**
 * The tail by one truncation of the expansion: its highest powers (within 1 of the last) and what it misses are the
 * bound.
 */
function truncatedTail(parts: Singularities, shares: readonly Bounded[], d: number): Bounded {
  const n = shares.length;
  const list = [
    ...parts.near.map((t) => ({ power: t.power, value: t.factor * powerTail(t.power, d, n) })),
    ...parts.far.map((t) => ({ power: t.power, value: t.factor * alternatingTail(t.power, d, n) })),
  ];
  const last = Math.max(...list.map(({ power }) => power));
  const value = list.reduce((sum, part) => sum + part.value, 0);
  const newest = list.filter(({ power }) => power > last - 1 + 1e-9);
  const rounding = list.reduce((sum, part) => sum + 1e-12 * Math.abs(part.value), 0);
  const first = Math.max(1, n - CHECKED);
  const missed = shares.slice(first).map((s, j) => Math.abs(s.value - predictedShare(parts, d, first + j)));
  const bound = newest.reduce((sum, part) => sum + 2 * Math.abs(part.value), rounding) + n * Math.max(0, ...missed);
  return { value, bound: n > 2 * CHECKED ? bound : bound + Math.abs(value) };
}

/**
 * Sum of multiplicity times eigenvalue over the degrees that follow those of `shares`, for kappa with kappa(1) = 1 and
 * these singular parts.
 *
 * The endpoint expansion is asymptotic: of its truncations the one with the smallest bound is taken. The bound holds
 * twice the part of the highest powers, and what the expansion misses at the last degrees, once for every degree so
 * far, because it falls at least like a power of the degree. The tail is at least 0 and at most 1, so its bound is at
 * most 1.
 */
export function predictedTail(parts: Singularities, shares: readonly Bounded[], d: number): Bounded {
  const powers = [...parts.near, ...parts.far].map((t) => t.power).filter((power) => power < shares.length);
  const tails = [...new Set(powers)].map((power) => truncatedTail(upTo(parts, power), shares, d));
  const best = tails.reduce<Bounded>((a, b) => (b.bound < a.bound ? b : a), { value: 0, bound: 1 });
  return { value: Math.min(1, Math.max(0, best.value)), bound: best.bound };
}

/**
 * The same for a kernel without singular parts, whose shares fall geometrically: 0 within the geometric sum that the
 * last resolved ones let expect.
 */
export function smoothTail(shares: readonly Bounded[]): Bounded {
  const n = shares.length;
  const resolved = shares.flatMap(({ value, bound }, k) => (value > 10 * bound ? [k] : []));
  const last = resolved.at(-1) ?? -1;
  // A kernel that is a polynomial: nothing at several degrees in a row.
  if (last < 6) return { value: 0, bound: n - 1 - last >= 4 ? 0 : 1 };
  const largest = (from: number, to: number): number => Math.max(...shares.slice(from, to).map(({ value }) => value));
  const top = largest(last - 1, last + 1);
  const ratio = Math.sqrt(top / largest(last - 3, last - 1));
  return { value: 0, bound: ratio < 0.99 ? Math.min(1, (2 * top * ratio ** (n - last)) / (1 - ratio)) : 1 };
}

/** Factor of one power, 0 where it does not occur. */
export function factorOf(terms: readonly PuiseuxTerm[], nu: number): number {
  return terms.find((t) => Math.abs(t.power - nu) < 1e-9)?.factor ?? 0;
}

/** A power law fitted to eigenvalues. */
export interface DecayFit {
  /** mu_k ~ k^-exponent over the range. */
  readonly exponent: number;
  /** Standard error of the slope. */
  readonly deviation: number;
  /** Lowest degree that took part. */
  readonly from: number;
  /** Highest degree that took part. */
  readonly to: number;
  /** How many degrees took part. */
  readonly degrees: number;
}

/** Shares of the degrees that a fit leaves out at the low end. */
const FIT_FROM = 0.5;
/** How far above its error bound an eigenvalue must be to take part in the fit. */
const RESOLVED = 1e3;

/**
 * Least squares of log mu_k on log k over the upper half of the degrees, even and odd ones each with a constant of
 * their own.
 *
 * Eigenvalues below a thousand times their error bound are left out; null where fewer than 4 are left.
 */
export function fitDecay(values: readonly number[], bounds: readonly number[]): DecayFit | null {
  const resolved = values.flatMap((mu, k) => (k > 1 && mu > RESOLVED * bounds[k] ? [k] : []));
  const highest = resolved.at(-1) ?? 0;
  const used = resolved.filter((k) => k >= FIT_FROM * highest);
  const centred = [0, 1].flatMap((parity) => {
    const points = used.filter((k) => k % 2 === parity).map((k) => [Math.log(k), Math.log(values[k])] as const);
    const mean = (j: 0 | 1): number => points.reduce((sum, p) => sum + p[j], 0) / points.length;
    const [x0, y0] = [mean(0), mean(1)];
    return points.map(([x, y]) => [x - x0, y - y0] as const);
  });
  if (used.length < 4) return null;
  const xx = centred.reduce((sum, [x]) => sum + x * x, 0);
  if (!(xx > 0)) return null;
  const slope = centred.reduce((sum, [x, y]) => sum + x * y, 0) / xx;
  const rest = centred.reduce((sum, [x, y]) => sum + (y - slope * x) ** 2, 0);
  const deviation = Math.sqrt(rest / Math.max(1, used.length - 3) / xx);
  return { exponent: -slope, deviation, from: used[0], to: highest, degrees: used.length };
}
