import { erf, normalCdf, normalPdf } from './normal.js';

// Looked up once: in Jest's modules a global costs a search each time.
const { cos, exp, expm1, PI, sin, sqrt } = Math;

/** A scalar activation straight from its definition. */
export interface Activation {
  phi(a: number): number;
  /** phi'; null for `step`, whose derivative is no function. At 0 it is 0 where phi has a kink. */
  readonly slope: ((a: number) => number) | null;
}

function leaky(c: number): Activation {
  return { phi: (a) => (a > 0 ? a : c * a), slope: (a) => (a > 0 ? 1 : a < 0 ? c : 0) };
}

/** Definitions by kind, as in the table of the file format; `leakyRelu` has its slope as a parameter. */
export const ACTIVATIONS: Readonly<Record<string, (slope: number) => Activation>> = {
  relu: () => leaky(0),
  leakyRelu: leaky,
  abs: () => leaky(-1),
  identity: () => ({ phi: (a) => a, slope: () => 1 }),
  step: () => ({ phi: (a) => (a > 0 ? 1 : 0), slope: null }),
  erf: () => ({ phi: erf, slope: (a) => (2 / sqrt(PI)) * exp(-a * a) }),
  gelu: () => ({ phi: (a) => a * normalCdf(a), slope: (a) => normalCdf(a) + a * normalPdf(a) }),
  elu: () => ({ phi: (a) => (a > 0 ? a : expm1(a)), slope: (a) => (a > 0 ? 1 : exp(a)) }),
  sin: () => ({ phi: sin, slope: cos }),
  cos: () => ({ phi: cos, slope: (a) => -sin(a) }),
};
