import type { KernelDefinition } from '../architecture/types.js';
import type { FloatArray, NdArray, Precision } from '../data/array.js';

/** Which kernel of a network: its NTK, its NNGP, or both in one pass. */
export type KernelKind = 'ntk' | 'nngp' | 'both';

/** Names that `backend` takes; `auto` chooses among those that offer the precision. */
export type BackendName = 'auto' | 'host' | 'reference' | 'webgpu' | 'tensorflow' | 'tfjs';

/** How far a computation has come. */
export interface Progress {
  /** Entries computed so far and in all. */
  readonly done: number;
  readonly total: number;
  /** Entries per second since the start. */
  readonly rate: number;
  /** Seconds that are left at this rate. */
  readonly remaining: number;
}

/** What to compute and how. Only `architecture` has no default. */
export interface KernelOptions {
  /** Network or radial kernel. */
  readonly architecture: KernelDefinition;
  /** Second set of inputs `[m, d]`; absent: the kernel of x with itself. */
  readonly z?: NdArray;
  readonly kind?: KernelKind;
  readonly precision?: Precision;
  readonly backend?: BackendName;
  /** Worker threads; default: what the container or the machine offers. */
  readonly threads?: number;
  /** Promise for the peak memory of the whole process, bytes; default: from the container or the machine. */
  readonly memory?: number;
  /** `auto`, `off` or the path of a BLAS/LAPACK library. */
  readonly native?: string;
  /** Divide by sqrt(K(x,x) K(z,z)). */
  readonly normalized?: boolean;
  /** Use the one-variable shortcut where it applies; false for tests. */
  readonly zonal?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** What a computation will do and need, known before it starts. */
export interface KernelPlan {
  /** Size of the result `[n, m]`. */
  readonly shape: readonly [number, number];
  readonly symmetric: boolean;
  readonly backend: string;
  readonly precision: Precision;
  readonly threads: number;
  /** Rows and columns of a tile, and how many are computed. */
  readonly tile: readonly [number, number];
  readonly tiles: number;
  /** Whether the depth is collapsed into one tabulated function, and why not where not. */
  readonly shortcut: string;
  /** Bytes that the process will need at its peak, and what was promised. */
  readonly memoryBytes: number;
  readonly memoryLimit: number;
  /** Bytes of the result. */
  readonly outputBytes: number;
  /** Rough wall time of the arithmetic. */
  readonly seconds: number;
}

/** Seconds of each stage of the library's work; the stages do not overlap. */
export interface Stages {
  readonly compile: number;
  readonly compute: number;
  readonly write: number;
}

/** How a kernel was computed: what a record stores beside the result. */
export interface KernelRun {
  readonly plan: KernelPlan;
  readonly stages: Stages;
  /** Largest error of the zonal table against direct evaluation, relative to sqrt(K(x,x) K(z,z)); null without a table. */
  readonly tableError: number | null;
  /** Pairs whose gap was recomputed from the difference of their rows. */
  readonly nearPairs: number;
  readonly warnings: readonly string[];
}

/** Kernel matrices in memory; each present as asked by `kind`. */
export interface KernelMatrices<T extends FloatArray = FloatArray> {
  readonly ntk?: NdArray<T>;
  readonly nngp?: NdArray<T>;
  readonly run: KernelRun;
}
