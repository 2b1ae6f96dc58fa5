import type { KernelDefinition } from '../architecture/types.js';
import type { NdArray, Precision } from '../data/array.js';
import type { Recomputed } from '../operators/recomputed.js';

/** Which kernel of a network: its NTK, its NNGP, or both in one pass. */
export type KernelKind = 'ntk' | 'nngp' | 'both';

/** Names that `backend` takes; `auto` chooses among those that offer the precision. */
export type BackendName = 'auto' | 'host' | 'compiled' | 'reference' | 'webgpu' | 'tensorflow' | 'tfjs';

/** How far a computation has come. */
export interface Progress {
  /** Entries computed so far. */
  readonly done: number;
  /** Entries in all. */
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
  /** Which kernel. [ntk] */
  readonly kind?: KernelKind;
  /** Number format of the result and of the arithmetic. [f64] */
  readonly precision?: Precision;
  /** What computes. [auto] */
  readonly backend?: BackendName;
  /** Worker threads; default: what the container or the machine offers. */
  readonly threads?: number;
  /** Budget for the peak memory of the whole process, bytes; default: from the container or the machine. */
  readonly memory?: number;
  /**
   * Whether `host` leaves inner products to a BLAS: `auto`, `off` or the path of a library. With `off`, results do not
   * depend on tiles and threads. [auto]
   */
  readonly native?: string;
  /** Divide by sqrt(K(x,x) K(z,z)). */
  readonly normalized?: boolean;
  /** Use the one-variable shortcut where it applies; false for tests. */
  readonly zonal?: boolean;
  /** Called from time to time while tiles are computed. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** What a computation will do and need, known before it starts. */
export interface KernelPlan {
  /** Size of the result `[n, m]`. */
  readonly shape: readonly [number, number];
  /** Whether only the upper half is computed, and mirrored. */
  readonly symmetric: boolean;
  /** Backend that was chosen. */
  readonly backend: string;
  /** Name of the accelerator behind it; null where the processor computes. */
  readonly device: string | null;
  /** BLAS library and version that computes inner products; null: the backend itself does. */
  readonly native: string | null;
  /** Compiler and instructions (`gcc 12.2.0, AVX-512`) of backend `compiled`; null with another. */
  readonly compiler: string | null;
  /** Number format of the result. */
  readonly precision: Precision;
  /** Worker threads. */
  readonly threads: number;
  /** Rows and columns of a tile. */
  readonly tile: readonly [number, number];
  /** Tiles that are computed. */
  readonly tiles: number;
  /** Whether the depth is collapsed into one tabulated function, and why not where not. */
  readonly shortcut: string;
  /** Bytes that the process will need at its peak. */
  readonly memoryBytes: number;
  /** Bytes of the memory budget. */
  readonly memoryLimit: number;
  /** Bytes of the result. */
  readonly outputBytes: number;
  /** Rough wall time of the arithmetic. */
  readonly seconds: number;
}

/** Seconds of each stage of the library's work; the stages do not overlap. */
export interface Stages {
  /** Plan, self-kernels, tables, modules and threads. */
  readonly compile: number;
  /** The arithmetic alone. */
  readonly compute: number;
  /** Waiting for the disk. */
  readonly write: number;
  /** Computing entries again by `reference`. */
  readonly check: number;
}

/** How a kernel was computed: what a record stores beside the result. */
export interface KernelRun {
  /** What was planned. */
  readonly plan: KernelPlan;
  /** Where the time went. */
  readonly stages: Stages;
  /** Entries that `reference` computed again and found right; null where none were, with the reason in `warnings`. */
  readonly recomputed: Recomputed | null;
  /**
   * Largest error of the zonal table against direct evaluation, relative to sqrt(K(x,x) K(z,z)); null without a table.
   */
  readonly tableError: number | null;
  /** Pairs whose cosine distance was recomputed from the difference of their rows. */
  readonly nearPairs: number;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
}

/** A result that holds the NTK alone. */
export interface NtkMatrix {
  /** NTK `[n, m]`. */
  readonly ntk: NdArray;
  /** Was not asked for. */
  readonly nngp?: undefined;
}

/** A result that holds the NNGP kernel alone. */
export interface NngpMatrix {
  /** NNGP kernel `[n, m]`. */
  readonly nngp: NdArray;
  /** Was not asked for. */
  readonly ntk?: undefined;
}

/** A result that holds both kernels. */
export interface BothMatrices {
  /** NTK `[n, m]`. */
  readonly ntk: NdArray;
  /** NNGP kernel `[n, m]`. */
  readonly nngp: NdArray;
}

/** Kernel matrices `[n, m]` in memory: those that `kind` asks for. */
export type KernelMatrices<K extends KernelKind = KernelKind> = {
  /** How they were computed. */
  readonly run: KernelRun;
} & (K extends 'both' ? BothMatrices : K extends 'ntk' ? NtkMatrix : NngpMatrix);
