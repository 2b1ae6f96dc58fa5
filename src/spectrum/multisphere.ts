import type { KernelDefinition } from '../architecture/types.js';
import { InterruptedError, UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { defaultMemory } from '../platform/limits.js';
import { residentBytes } from '../platform/memory.js';
import { DEFAULT_MULTISPHERE_DEGREE } from './defaults.js';
import { type Coefficients, coefficients } from './multisphere/coefficients.js';
import { checkFrequencies, frequencyList } from './multisphere/frequencies.js';
import { type GridKernel, gridKernel } from './multisphere/grid-kernel.js';
import { ladderOf } from './multisphere/ladder.js';
import { linesOf, type MultisphereLine } from './multisphere/lines.js';
import { limitOf } from './multisphere/partial-sums.js';
import { multiplicities } from './sphere/multiplicity.js';
import type { Bounded } from './sphere/projection.js';
import { SPHERE_LIMITS } from './sphere.js';

/** Largest number of positions and degree that are taken. */
export const MULTISPHERE_LIMITS = { positions: 10_000, degree: 500 } as const;

/** Degree up to which eigenvalues are computed at least: what the partial sums are extrapolated from. */
const LEAST_DEGREE = 8;
/** Bytes of what is made and thrown away on the way. */
const BASE_BYTES = 48 * 2 ** 20;
/** Bytes of a frequency with its numbers and of each of its degrees, until the record of them is written. */
const FREQUENCY_BYTES = { own: 700, degree: 56 } as const;
/** Share of K(x,x) from which on error bounds are worth a warning. */
const POOR = 1e-9;

/** What to compute. */
export interface MultisphereOptions {
  /** Positions P of the inputs, each a unit vector. */
  readonly positions: number;
  /** Channels C0 of a position, at least 2. */
  readonly dim: number;
  /** Highest degree. [8] */
  readonly maxDegree?: number;
  /** Which kernel. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /** Divide by K(x,x). [false] */
  readonly normalized?: boolean;
  /** Bytes that the work may take. [four fifths of what the process may have] */
  readonly memory?: number;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/**
 * The sum of multiplicity times eigenvalue, which is K(x,x) over all frequencies: none of them is negative, so the sum
 * over some is at most K(x,x), and what is left tends to 0.
 */
export interface MultisphereTrace {
  /** Sum over the computed frequencies. */
  readonly computed: number;
  /** Sum over the others, extrapolated from the sums over cubes k_i <= m, without K(x,x). */
  readonly tail: number;
  /** K(x,x). */
  readonly diagonal: number;
  /** Bound of |computed + tail - diagonal|. */
  readonly bound: number;
}

/** Eigenvalues of a kernel on the product of P unit spheres in R^C0, by frequency. */
export interface MultisphereSpectrum {
  /** (k_1, ..., k_P), k_1 that of the position that the network reads (of all: position 0), then going round. */
  readonly frequencies: readonly (readonly number[])[];
  /** One for each frequency; uniform probability measure. */
  readonly eigenvalues: readonly number[];
  /** Dimensions of the spaces of products of harmonics. */
  readonly multiplicities: readonly number[];
  /** Bounds of the errors of the eigenvalues. */
  readonly errorBounds: readonly number[];
  /** Places in a frequency, from 0, of the positions that the kernel depends on; others have eigenvalue 0. */
  readonly dependsOn: readonly number[];
  /** Decay along lines of frequencies. */
  readonly lines: readonly MultisphereLine[];
  /** Sum of multiplicity times eigenvalue against K(x,x). */
  readonly trace: MultisphereTrace;
  /** Nodes of the finest grid on each axis. */
  readonly nodes: number;
  /** What a reader should know. */
  readonly warnings: readonly string[];
}

function whole(name: string, value: number, least: number, most: number, example: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new UsageError(`${name}: must be a whole number from ${least} to ${most}, got ${value}. ${example}`);
}

function checkOptions(options: MultisphereOptions): void {
  const { positions, dim, maxDegree = DEFAULT_MULTISPHERE_DEGREE, signal } = options;
  whole('positions', positions, 1, MULTISPHERE_LIMITS.positions, 'Inputs are signals of so many unit vectors.');
  whole('dim', dim, 2, SPHERE_LIMITS.dim, 'Every position lies on the sphere in R^dim.');
  whole('maxDegree', maxDegree, 0, MULTISPHERE_LIMITS.degree, `For example ${DEFAULT_MULTISPHERE_DEGREE}.`);
  checkFrequencies(positions, maxDegree);
  if (signal?.aborted) throw new InterruptedError();
}

/** The sum of multiplicity times eigenvalue over those listed, and over the others. */
function traceOf(
  { sums }: Coefficients,
  bounded: readonly Bounded[],
  products: readonly number[],
  dim: number,
  diagonal: number,
): MultisphereTrace {
  const computed = bounded.reduce((sum, { value }, i) => sum + products[i] * value, 0);
  const limit = limitOf(sums, dim);
  const rounding = 4 * Number.EPSILON * bounded.length;
  return {
    computed: diagonal * computed,
    tail: diagonal * Math.max(0, limit.value - computed),
    diagonal,
    bound: diagonal * (limit.bound + rounding),
  };
}

function warningsOf({ diagonal }: GridKernel, bound: number): readonly string[] {
  return [
    ...(bound > POOR * diagonal
      ? [`Error bounds reach ${(bound / diagonal).toExponential(0)} of K(x,x): a finer grid would take too long.`]
      : []),
  ];
}

/** The spectrum of a kernel that is 0. */
function zeroSpectrum(frequencies: readonly (readonly number[])[], products: readonly number[]): MultisphereSpectrum {
  const zeros = frequencies.map(() => 0);
  return {
    frequencies,
    eigenvalues: zeros,
    multiplicities: products,
    errorBounds: zeros,
    dependsOn: [],
    lines: [],
    trace: { computed: 0, tail: 0, diagonal: 0, bound: 0 },
    nodes: 0,
    warnings: ['Nothing is trained, or the kernel is 0: so are its eigenvalues.'],
  };
}

/**
 * Eigenvalues of the kernel of a 1-D convolutional network on signals of P unit vectors of C0 channels, under the
 * uniform probability measure, by frequency (k_1, ..., k_P), with error bounds.
 *
 * Eigenfunctions are products of spherical harmonics of degree k_i in position i (Barzilai et al. 2022, 2211.14810), so
 * lambda_k = E[K(t_1, ..., t_P) P_k1(t_1) ... P_kP(t_P)] over independent cosines t_i of uniform directions.
 * @throws UsageError for an option out of range, a network of vectors or with pools, and a grid that would take hours
 * @throws ArchitectureError when the network does not fit the positions, or has no such kernel
 * @throws MemoryError when the work needs more than `memory`
 * @throws NumericalError when K(x,x) is no double and `normalized` is not set
 */
export async function multisphereSpectrum(
  definition: KernelDefinition,
  options: MultisphereOptions,
): Promise<MultisphereSpectrum> {
  checkOptions(options);
  const { positions, dim, maxDegree: degree = DEFAULT_MULTISPHERE_DEGREE, signal } = options;
  const { kind = COMPUTE_DEFAULTS.kind, normalized = false, memory = defaultMemory() } = options;
  const kernel = gridKernel(definition, { positions, dim, kind, normalized });
  const frequencies = frequencyList(positions, degree);
  const counts = multiplicities(dim, degree);
  const products = frequencies.map((k) => k.reduce((product, d) => product * counts[d], 1));
  if (kernel === null) return zeroSpectrum(frequencies, products);
  const { nodes, diagonal, programme } = kernel;
  const inner = Math.max(degree, LEAST_DEGREE);
  const base =
    residentBytes() + BASE_BYTES + frequencies.length * (FREQUENCY_BYTES.own + FREQUENCY_BYTES.degree * positions);
  const ladder = ladderOf(nodes, { dim, degree: inner, memory, base });
  const found = await coefficients(kernel, { dim, degree: inner, ladder, ...(signal && { signal }) });
  const bounded = frequencies.map(found.at);
  const { axes } = nodes;
  const errorBounds = bounded.map(({ bound }) => diagonal * bound);
  return {
    frequencies,
    eigenvalues: bounded.map(({ value }) => diagonal * value),
    multiplicities: products,
    errorBounds,
    dependsOn: axes,
    lines: linesOf(found, { programme, positions, axes, dim, degree, kind, diagonal }),
    trace: traceOf(found, bounded, products, dim, diagonal),
    nodes: found.rung.nodes,
    warnings: warningsOf(
      kernel,
      errorBounds.reduce((a, b) => Math.max(a, b), 0),
    ),
  };
}
