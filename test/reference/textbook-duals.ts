import { composite, gaussLegendre } from './gauss-legendre.js';
import { erfc, normalCdf, normalPdf } from './normal.js';
import type { Covariance } from './quadrature.js';

/** E[phi(a) phi(b)] and E[phi'(a) phi'(b)] as functions of the covariance; the second is NaN where there is none. */
export type Dual = (k: Covariance) => readonly [value: number, slope: number];

/** k0(u) = (pi - acos u) / pi (Cho, Saul 2009, n = 0). */
export function k0(u: number): number {
  return (Math.PI - Math.acos(u)) / Math.PI;
}

/** k1(u) = (u (pi - acos u) + sqrt(1 - u^2)) / pi (Cho, Saul 2009, n = 1). */
export function k1(u: number): number {
  return (u * (Math.PI - Math.acos(u)) + Math.sqrt(1 - u * u)) / Math.PI;
}

function correlation({ k11, k22, k12 }: Covariance): number {
  return Math.max(-1, Math.min(1, k12 / Math.sqrt(k11 * k22)));
}

/** Tsuchida et al. 2018: v ((1-c)^2 k1 / 2 + c u) and (1-c)^2 k0 / 2 + c. */
function leaky(c: number): Dual {
  return (k) => {
    const v = Math.sqrt(k.k11 * k.k22);
    if (v === 0) return [0, 0];
    const u = correlation(k);
    return [v * (((1 - c) ** 2 / 2) * k1(u) + c * u), ((1 - c) ** 2 / 2) * k0(u) + c];
  };
}

const step: Dual = (k) => [k.k11 * k.k22 === 0 ? 0 : k0(correlation(k)) / 2, Number.NaN];

/** Williams 1997, eq. 11. */
const erf: Dual = ({ k11, k22, k12 }) => {
  const p = (1 + 2 * k11) * (1 + 2 * k22);
  return [(2 / Math.PI) * Math.asin((2 * k12) / Math.sqrt(p)), 4 / Math.PI / Math.sqrt(p - 4 * k12 * k12)];
};

/** Tsuchida et al. 2020. */
const gelu: Dual = ({ k11, k22, k12 }) => {
  const p = (1 + k11) * (1 + k22);
  const d = Math.sqrt(p - k12 * k12);
  const angle = Math.atan2(k12, d);
  const value = ((k12 * k12 + k11 * k22 * d * d) / (p * d) + k12 * angle) / (2 * Math.PI) + k12 / 4;
  const bracket = 1 / (d * d) + (1 - k11 * k22) / p + 1;
  return [value, (k12 / (2 * Math.PI * d)) * bracket + 1 / 4 + angle / (2 * Math.PI)];
};

const sin: Dual = ({ k11, k22, k12 }) => {
  const damping = Math.exp(-(k11 + k22) / 2);
  return [damping * Math.sinh(k12), damping * Math.cosh(k12)];
};

const cos: Dual = (k) => {
  const [value, slope] = sin(k);
  return [slope, value];
};

const ELU_RULE = gaussLegendre(40);

/** Borders of panels on [-14, 14] that resolve the width over which E[elu(b) | a] bends around a = 0. */
function eluCuts(u: number): readonly number[] {
  const width = Math.sqrt(1 - u * u) / Math.max(Math.abs(u), 0.01);
  const positive = [width / 2, width, 2 * width, 4 * width, 8 * width, 1, 2, 3, 5, 8, 14].filter((c) => c <= 14);
  const sorted = [...new Set(positive)].sort((p, q) => p - q);
  return [...sorted.map((c) => -c).reverse(), 0, ...sorted];
}

/** E[elu(b) | mean m, deviation s] and E[elu'(b) | m, s]. */
function eluGiven(m: number, s: number): readonly [value: number, slope: number] {
  if (s === 0) return m > 0 ? [m, 1] : [Math.expm1(m), Math.exp(m)];
  const h = m / s;
  const tail = (Math.exp(m + (s * s) / 2) * erfc((h + s) / Math.SQRT2)) / 2;
  return [m * normalCdf(h) + s * normalPdf(h) + tail - normalCdf(-h), normalCdf(h) + tail];
}

/** One integral over a = s1 x, b given a being normal in closed form. */
const elu: Dual = (k) => {
  if (k.k11 === 0 || k.k22 === 0) {
    const s = Math.sqrt(k.k11 + k.k22);
    // phi(0) = 0; phi'(0) = 1.
    return [0, eluGiven(0, s)[1]];
  }
  const u = correlation(k);
  const s1 = Math.sqrt(k.k11);
  const s2 = Math.sqrt(k.k22);
  const { nodes, weights } = composite(ELU_RULE, eluCuts(u));
  let value = 0;
  let slope = 0;
  nodes.forEach((x, i) => {
    const [outer, outerSlope] = eluGiven(s1 * x, 0);
    const [inner, innerSlope] = eluGiven(u * s2 * x, s2 * Math.sqrt(1 - u * u));
    value += weights[i] * normalPdf(x) * outer * inner;
    slope += weights[i] * normalPdf(x) * outerSlope * innerSlope;
  });
  return [value, slope];
};

/** The duals by kind; `leakyRelu` has its slope as a parameter. */
export const DUALS: Readonly<Record<string, (slope: number) => Dual>> = {
  relu: () => leaky(0),
  leakyRelu: leaky,
  abs: () => leaky(-1),
  identity: () => (k) => [k.k12, 1],
  step: () => step,
  erf: () => erf,
  gelu: () => gelu,
  elu: () => elu,
  sin: () => sin,
  cos: () => cos,
};
