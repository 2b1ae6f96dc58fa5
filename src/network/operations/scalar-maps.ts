import { erf, normalCdf } from '../../programme/maps/erfcx.js';
import type { ScalarMap } from '../../vocabulary/steps.js';

/** A function of one number with its derivative; at a kink, at 0, the derivative is 0. */
export interface ScalarFunction {
  /** phi(a) */
  readonly value: (a: number) => number;
  /** phi'(a) */
  readonly slope: (a: number) => number;
}

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

type Table = {
  readonly [K in ScalarMap['map']]: (phi: Extract<ScalarMap, { readonly map: K }>) => ScalarFunction;
};

/** Every scalar map as a function: the compiler lists the one that is missing. */
const FUNCTIONS: Table = {
  piecewiseLinear({ even, odd }) {
    const [up, down] = [odd + even, odd - even];
    return { value: (a) => (a > 0 ? up * a : down * a), slope: (a) => (a > 0 ? up : a < 0 ? down : 0) };
  },
  heaviside: () => ({ value: (a) => (a > 0 ? 1 : 0), slope: () => 0 }),
  erf: () => ({ value: erf, slope: (a) => TWO_OVER_ROOT_PI * Math.exp(-a * a) }),
  gelu: () => ({
    value: (a) => a * normalCdf(a),
    slope: (a) => normalCdf(a) + (a * Math.exp((-a * a) / 2)) / ROOT_TWO_PI,
  }),
  elu: () => ({
    value: (a) => (a > 0 ? a : Math.expm1(a)),
    slope: (a) => (a > 0 ? 1 : Math.exp(a)),
  }),
  sine: () => ({ value: Math.sin, slope: Math.cos }),
  cosine: () => ({ value: Math.cos, slope: (a) => -Math.sin(a) }),
};

/** phi and phi' of a scalar map. */
export function scalarFunction<K extends ScalarMap['map']>(
  phi: Extract<ScalarMap, { readonly map: K }>,
): ScalarFunction {
  const make: (phi: Extract<ScalarMap, { readonly map: K }>) => ScalarFunction = FUNCTIONS[phi.map as K];
  return make(phi);
}
