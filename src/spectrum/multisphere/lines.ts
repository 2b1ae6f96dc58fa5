import type { Programme } from '../../vocabulary/steps.js';
import { type DecayFit, fitDecay } from '../sphere/asymptotics.js';
import type { Coefficients } from './coefficients.js';

/** Which frequencies a line runs through: `axis` (k, 0, ...), `neighbour` (0, k, 0, ...), `diagonal` (k, ..., k). */
export type LineName = 'axis' | 'neighbour' | 'diagonal';

/**
 * What theory says of the decay along a line, lambda ~ k^-exponent: at least `slowest`, and at most `fastest` where the
 * first nonlinearity sees single pixels.
 */
export interface PredictedDecay {
  /** Least exponent: the upper bound of the eigenvalues. */
  readonly slowest: number;
  /** Largest exponent, of the lower bound; null where it is not proved. */
  readonly fastest: number | null;
}

/** Eigenvalues along one line of frequencies. */
export interface MultisphereLine {
  /** Which line it is. */
  readonly name: LineName;
  /** Frequency of degree 1: 1 where the degree stands, else 0. */
  readonly direction: readonly number[];
  /** 0, 1, ... */
  readonly degrees: readonly number[];
  /** One for each degree. */
  readonly eigenvalues: readonly number[];
  /** Bounds of their errors. */
  readonly errorBounds: readonly number[];
  /** Null where the network is not of the kind that the theory is about. */
  readonly predicted: PredictedDecay | null;
  /** Decay of the computed ones; null where too few stand above their bounds. */
  readonly fit: DecayFit | null;
}

/** Directions in which a kernel of these positions is read: 1 at places that it depends on. */
function directions(positions: number, axes: readonly number[]): readonly (readonly [LineName, number[]])[] {
  const along = (places: readonly number[]): number[] =>
    Array.from({ length: positions }, (_, j) => (places.includes(j) ? 1 : 0));
  const list: (readonly [LineName, number[]])[] = [];
  if (axes.includes(0)) list.push(['axis', along([0])]);
  const neighbour = [1, positions - 1].find((j) => j > 0 && axes.includes(j));
  if (neighbour !== undefined) list.push(['neighbour', along([neighbour])]);
  if (axes.length > 1) list.push(['diagonal', along(axes)]);
  return list;
}

/** Whether every map is one with a kink at 0, such as relu: the theory is about those. */
function isKinked({ steps }: Programme): boolean {
  const maps = steps.filter((step) => step.op === 'dual' || step.op === 'dualDerivative');
  return maps.length > 0 && maps.every(({ phi }) => phi.map === 'piecewiseLinear' && phi.even !== 0);
}

/** Whether the first nonlinearity sees each pixel alone: no window lies before a map. */
function isPixelwiseFirst({ steps }: Programme): boolean {
  const first = steps.find((step) => step.op === 'dual' || step.op === 'dualDerivative');
  const mixed: boolean[] = [];
  for (const step of steps) {
    const reads = 'of' in step ? [step.of] : step.op === 'sum' ? step.terms.map((t) => t.value) : [];
    const isMixing = step.op === 'window' && step.windows.filter.some((n) => n > 1);
    mixed.push(isMixing || reads.some((v) => mixed[v]));
  }
  return first !== undefined && 'of' in first && !mixed[first.of];
}

/**
 * Exponents of ReLU networks (Barzilai et al. 2022, 2211.14810): a product over the degrees that are not 0 of k^-(C0 +
 * 2 nu - 3), nu = 1 + 3 / (2 P) (NNGP) or 1 + 1 / (2 P) (NTK) for the upper bound, 2.5 for the lower one.
 */
function predictedDecay(nonzero: number, axes: number, dim: number, kind: 'ntk' | 'nngp', pixelwise: boolean) {
  const nu = 1 + (kind === 'nngp' ? 3 : 1) / (2 * axes);
  return { slowest: nonzero * (dim + 2 * nu - 3), fastest: pixelwise ? nonzero * (dim + 2) : null };
}

/** The kernel whose lines are wanted. */
export interface LineOptions {
  readonly programme: Programme;
  readonly positions: number;
  /** Places that the kernel depends on. */
  readonly axes: readonly number[];
  readonly dim: number;
  readonly degree: number;
  readonly kind: 'ntk' | 'nngp';
  /** K(x,x). */
  readonly diagonal: number;
}

/** Eigenvalues along the lines of a kernel, with their decay. */
export function linesOf({ at }: Coefficients, options: LineOptions): readonly MultisphereLine[] {
  const { programme, positions, axes, dim, degree, kind, diagonal } = options;
  const pixelwise = isPixelwiseFirst(programme);
  return directions(positions, axes).map(([name, direction]) => {
    const degrees = Array.from({ length: degree + 1 }, (_, k) => k);
    const found = degrees.map((k) => at(direction.map((d) => d * k)));
    const eigenvalues = found.map(({ value }) => diagonal * value);
    const errorBounds = found.map(({ bound }) => diagonal * bound);
    const nonzero = direction.reduce((a, b) => a + b, 0);
    return {
      name,
      direction,
      degrees,
      eigenvalues,
      errorBounds,
      predicted: isKinked(programme) ? predictedDecay(nonzero, axes.length, dim, kind, pixelwise) : null,
      fit: fitDecay(eigenvalues, errorBounds),
    };
  });
}
