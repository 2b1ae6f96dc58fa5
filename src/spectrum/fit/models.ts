import { UsageError } from '../../errors.js';

/** Kernels of the distance that are fitted: exp(-c r), exp(-r^2 / (2 s^2)) and exp(-c r^g), g at most 2. */
export const FIT_MODELS = ['laplace', 'gamma', 'gaussian'] as const;

/** Name of one of them. */
export type FitModel = (typeof FIT_MODELS)[number];

/** Throws UsageError for a family that is not there. */
export function checkModel(to: string): void {
  if (FIT_MODELS.some((model) => model === to)) return;
  throw new UsageError(`to: must be one of ${FIT_MODELS.join(', ')}, got ${to}. For example ${FIT_MODELS[0]}.`);
}

/** Largest exponent: above it exp(-c r^g) is no positive definite kernel. */
export const LARGEST_EXPONENT = 2;

/** The exponent of a model; null where it is fitted. */
export const EXPONENT: Readonly<Record<FitModel, number | null>> = { laplace: 1, gamma: null, gaussian: 2 };

/** Parameters of a fit offset + amplitude shape(r); those that the model does not have are absent. */
export interface FitParameters {
  /** Of `laplace` and `gamma`: factor of the distance, or of its power. */
  readonly c?: number;
  /** Of `gamma`: the exponent. */
  readonly g?: number;
  /** Of `gaussian`: the standard deviation. */
  readonly s?: number;
  /** Of an affine fit: the constant; also negative. */
  readonly offset?: number;
  /** Of an affine fit: the factor. */
  readonly amplitude?: number;
}

/** The shape all models share, offset + amplitude exp(-rate r^exponent). */
export interface Shape {
  /** c, or 1 / (2 s^2). */
  readonly rate: number;
  readonly exponent: number;
  readonly offset: number;
  readonly amplitude: number;
}

/** The parameters as the model names them. */
export function parametersOf(to: FitModel, affine: boolean, shape: Shape): FitParameters {
  const { rate: c, exponent: g, offset, amplitude } = shape;
  const own = to === 'gaussian' ? { s: Math.sqrt(0.5 / c) } : to === 'laplace' ? { c } : { c, g };
  return { ...own, ...(affine ? { offset, amplitude } : {}) };
}

/** The shape of such parameters. */
export function shapeOf(to: FitModel, { c = 1, g, s = 1, offset = 0, amplitude = 1 }: FitParameters): Shape {
  return { rate: to === 'gaussian' ? 0.5 / (s * s) : c, exponent: EXPONENT[to] ?? g ?? 1, offset, amplitude };
}

/** x^g, without a power where there need be none. */
export function raised(x: number, g: number): number {
  if (g === 1) return x;
  return g === 2 ? x * x : x ** g;
}

/** A fitted kernel at a distance r: offset + amplitude exp(-c r), exp(-r^2 / (2 s^2)) or exp(-c r^g). */
export function fittedKernel(to: FitModel, parameters: FitParameters): (distance: number) => number {
  const { rate, exponent, offset, amplitude } = shapeOf(to, parameters);
  return (r) => offset + amplitude * Math.exp(-rate * raised(r, exponent));
}
