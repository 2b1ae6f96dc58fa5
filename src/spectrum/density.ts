import { UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { loadSharedProduct } from '../linalg/built-in/shared.js';
import { RandomSource } from '../linalg/random.js';
import { Basis } from './basis.js';
import { DENSITY_DEFAULTS } from './defaults.js';
import { CountedProducts, type Products } from './iteration.js';

/** Options of the spectral density. */
export interface DensityOptions {
  /** Random vectors [10]. */
  readonly samples?: number;
  /** Lanczos steps of each [60], at most n. */
  readonly steps?: number;
  /** Points at which the density is wanted [200]. */
  readonly points?: number;
  /** Width of the Gaussian that each eigenvalue becomes [1 / 50 of the spread]. */
  readonly width?: number;
  /** Seed of the random vectors [0]. */
  readonly seed?: number;
  /** Random vectors that one product takes at once [1]; more where entries are computed anew for each product. */
  readonly block?: number;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** Distribution of the eigenvalues, each blurred to a Gaussian. */
export interface SpectralDensity {
  /** `[points]`, ascending. */
  readonly points: Float64Array;
  /** `[points]`: eigenvalues per unit, as a share of n; it integrates to 1. */
  readonly density: Float64Array;
  /** `[points]`: standard error of the density over the random vectors; 0 with one vector. */
  readonly errors: Float64Array;
  /** Share of the eigenvalues at most each point, `[points]`. */
  readonly cumulative: Float64Array;
  /** Its standard error, `[points]`. */
  readonly cumulativeErrors: Float64Array;
  /** Width of the Gaussian that each eigenvalue became. */
  readonly width: number;
  /** Products of the matrix with one vector. */
  readonly products: number;
  /** Random vectors. */
  readonly samples: number;
  /** Lanczos steps of each. */
  readonly steps: number;
}

interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss quadrature of the spectral measure of the start: Ritz values, and squared first components of Ritz vectors. */
function quadratureOf(basis: Basis): Quadrature {
  const { values, vectors } = basis.ritz();
  return { nodes: values, weights: values.map((_, i) => vectors[i * values.length] ** 2) };
}

/** Quadratures of some random vectors, their Lanczos steps in common products; each is what it would be alone. */
async function quadratures(
  products: CountedProducts,
  steps: number,
  starts: readonly Float64Array[],
  random: RandomSource,
): Promise<Quadrature[]> {
  const n = starts[0].length;
  const bases = starts.map((start) => {
    const basis = new Basis(n, Math.min(n, steps + 1));
    basis.propose(start, 1, 0, random);
    return basis;
  });
  for (let i = 0; i < steps; i++) {
    const active = bases.filter((basis) => basis.waiting > 0);
    if (active.length === 0) break;
    const block = new Float64Array(active.length * n);
    active.forEach((basis, b) => {
      block.set(basis.next(), b * n);
    });
    const images = await products.apply(block, active.length);
    active.forEach((basis, b) => {
      basis.accept(images.subarray(b * n, (b + 1) * n));
      basis.proposeProducts(1, random);
    });
  }
  return bases.map(quadratureOf);
}

/** The normal distribution function, to 1e-7 (M. Abramowitz, I. Stegun, 7.1.26). */
function normalCumulative(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const upper = 0.5 * polynomial * Math.exp((-z * z) / 2);
  return z > 0 ? 1 - upper : upper;
}

/** Mean over the samples of what `kernel` makes of each node, at each point, with its standard error. */
function blurred(
  samples: readonly Quadrature[],
  points: Float64Array,
  kernel: (distance: number) => number,
): { readonly mean: Float64Array; readonly error: Float64Array } {
  const [mean, error] = [new Float64Array(points.length), new Float64Array(points.length)];
  points.forEach((point, p) => {
    const each = samples.map(({ nodes, weights }) =>
      weights.reduce((sum, w, i) => sum + w * kernel(point - nodes[i]), 0),
    );
    const average = each.reduce((a, b) => a + b) / each.length;
    mean[p] = average;
    const squares = each.reduce((sum, value) => sum + (value - average) ** 2, 0);
    error[p] = each.length > 1 ? Math.sqrt(squares / (each.length - 1) / each.length) : 0;
  });
  return { mean, error };
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`${name}: must be a whole number of at least 1, got ${value}. Leave it out for the default.`);
}

/**
 * Spectral density by stochastic Lanczos quadrature: the mean over random unit vectors u of the sum of w_j g(t -
 * theta_j).
 *
 * E[u' f(A) u] = tr f(A) / n, and Lanczos from u is the Gauss quadrature of that form. The error bars are those of the
 * random vectors; the quadrature itself is exact for polynomials of degree 2 steps - 1. Throws UsageError (options),
 * InterruptedError.
 *
 * Source: S. Ubaru, J. Chen, Y. Saad, SIAM J. Matrix Anal. Appl. 38 (2017) 1075.
 */
export async function spectralDensity(operator: Products, options: DensityOptions = {}): Promise<SpectralDensity> {
  const n = operator.size;
  const samples = atLeastOne('samples', options.samples ?? DENSITY_DEFAULTS.samples);
  const steps = Math.min(n, atLeastOne('steps', options.steps ?? DENSITY_DEFAULTS.steps));
  const count = atLeastOne('points', options.points ?? DENSITY_DEFAULTS.points);
  const block = atLeastOne('block', options.block ?? DENSITY_DEFAULTS.block);
  const seed = options.seed ?? COMPUTE_DEFAULTS.seed;
  const random = new RandomSource(seed);
  // Vectors that stand in where a Krylov space ends come from a source of their own: the starts are the same for every
  // block.
  const replacements = new RandomSource(seed + 1);
  await loadSharedProduct();
  const products = new CountedProducts(operator, options.signal);
  const all: Quadrature[] = [];
  while (all.length < samples) {
    const starts = Array.from({ length: Math.min(block, samples - all.length) }, () => random.normals(n));
    all.push(...(await quadratures(products, steps, starts, replacements)));
  }
  const highest = Math.max(...all.map(({ nodes }) => nodes[0]));
  const lowest = Math.min(...all.map(({ nodes }) => nodes[nodes.length - 1]));
  const spread = highest - lowest || Math.abs(highest) || 1;
  const width = options.width ?? spread / 50;
  if (!(width > 0)) throw new UsageError(`width: must be positive, got ${width}. Leave it out for 1/50 of the spread.`);
  const [first, last] = [lowest - 4 * width, highest + 4 * width];
  const points = Float64Array.from({ length: count }, (_, i) =>
    count === 1 ? (first + last) / 2 : first + ((last - first) * i) / (count - 1),
  );
  const peak = 1 / (width * Math.sqrt(2 * Math.PI));
  const density = blurred(all, points, (distance) => peak * Math.exp(-((distance / width) ** 2) / 2));
  const cumulative = blurred(all, points, (distance) => normalCumulative(distance / width));
  return {
    points,
    density: density.mean,
    errors: density.error,
    cumulative: cumulative.mean,
    cumulativeErrors: cumulative.error,
    width,
    products: products.count,
    samples,
    steps,
  };
}
