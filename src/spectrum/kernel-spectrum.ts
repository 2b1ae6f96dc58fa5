import type { LinearAlgebra } from '../linalg/algebra.js';
import { onDevice } from '../operators/on-device.js';
import type { SymmetricOperator } from '../operators/operator.js';
import type { Recomputation } from '../operators/recomputed.js';
import { now } from '../platform/clock.js';
import { collectGarbage } from '../platform/garbage.js';
import { residentBytes } from '../platform/memory.js';
import { type KernelSource, NOTHING_RECOMPUTED } from '../sources/source.js';
import { EIGEN_DEFAULTS } from './defaults.js';
import { type DensityOptions, type SpectralDensity, spectralDensity } from './density.js';
import { type EigenOptions, type Eigenpairs, eigenpairs } from './eigenpairs.js';
import { type SpectrumSummary, summarise } from './summary.js';

/** What is asked of the spectrum of a kernel. */
export interface KernelSpectrumOptions extends Omit<EigenOptions, 'block' | 'memory' | 'start' | 'algebra'> {
  /** Dense linear algebra (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
  /** Bytes that the process may take. */
  readonly memory: number;
  /** Ridges of effective dimensions, as multiples of the mean diagonal. [none] */
  readonly ridges?: readonly number[];
  /** Targets `[outputs, n]` whose share along each eigenvector is wanted; null without. [null] */
  readonly targets?: Float64Array | null;
  /** Whether the density of all eigenvalues is wanted. [false] */
  readonly density?: boolean;
}

/** The spectrum of a kernel K(x, x), and what it says. */
export interface KernelSpectrum {
  /** Rows n. */
  readonly n: number;
  /** What the matrix is: `stored K.npy`, `computed on host`, `empirical`. */
  readonly matrix: string;
  /** Backend that computed its entries; null where they are stored. */
  readonly backend: string | null;
  /** BLAS beside it; null without. */
  readonly native: string | null;
  /** The eigenpairs, and how far to trust them. */
  readonly pairs: Eigenpairs;
  /** What they say of K. */
  readonly summary: SpectrumSummary;
  /** Null unless asked for. */
  readonly density: SpectralDensity | null;
  /** Entries of the kernel that were computed again by `reference`. */
  readonly recomputation: Recomputation;
  /** Seconds. */
  readonly stages: {
    /** Opening the operator. */
    readonly compile: number;
    /** Everything after that. */
    readonly solve: number;
  };
}

/** Bytes for modules and for arrays that wait to be collected. */
const RESERVE = 36 * 2 ** 20;

/** The density, by products on a device where there is one. It closes the operator. */
async function densityOf(
  operator: SymmetricOperator,
  { algebra, memory }: KernelSpectrumOptions,
  options: DensityOptions,
): Promise<SpectralDensity> {
  const there = await onDevice(operator, algebra, memory);
  try {
    return await spectralDensity(there, options);
  } finally {
    await there.close();
  }
}

/**
 * The spectrum of a kernel, whatever it comes from: leading or smallest eigenpairs, what they say of K, and the density
 * where it is wanted.
 *
 * @throws as `eigenpairs`, `summarise` and the operator of the source do
 */
export async function kernelSpectrum(source: KernelSource, options: KernelSpectrumOptions): Promise<KernelSpectrum> {
  const { memory, ridges = [], targets = null, density = false, k, vectors, ...rest } = options;
  const began = now();
  const operator = await source.operator(source.rows, memory);
  const opened = now();
  try {
    // What reading left behind would count against the budget.
    collectGarbage();
    const block = operator.block === undefined ? {} : { block: operator.block };
    const pairs = await eigenpairs(operator, {
      ...rest,
      ...block,
      k: k ?? Math.min(EIGEN_DEFAULTS.k, operator.size),
      vectors: vectors === true || targets !== null,
      memory: Math.max(0, memory - residentBytes() - RESERVE),
    });
    const { seed, signal } = options;
    const summary = await summarise(operator, pairs, { which: options.which ?? EIGEN_DEFAULTS.which, ridges, targets });
    const seeded = seed === undefined ? {} : { seed };
    const stop = signal === undefined ? {} : { signal };
    const steps = { ...seeded, ...block, ...stop };
    const found = density ? await densityOf(operator, options, steps) : null;
    return {
      n: operator.size,
      matrix: operator.description,
      backend: operator.backend ?? null,
      native: operator.native ?? null,
      pairs,
      summary,
      density: found,
      recomputation: operator.recomputation ?? NOTHING_RECOMPUTED,
      stages: { compile: opened - began, solve: now() - opened },
    };
  } finally {
    await operator.close();
  }
}
