import type { Architecture } from '../architecture/types.js';
import type { NdArray, Precision } from '../data/array.js';
import type { BackendName, Progress } from '../kernel/types.js';
import type { WidthOptions } from '../network/network.js';
import type { Weights } from '../network/weights.js';
import type { EmpiricalMethod } from './methods/index.js';
import type { Contraction } from './target.js';

/** What finite network, and how its kernel is computed. Only `architecture` has no default. */
export interface EmpiricalOptions extends WidthOptions {
  /** The network. */
  readonly architecture: Architecture;
  /** Second set of inputs; absent: the kernel of x with itself. */
  readonly z?: NdArray;
  /** Mean over the outputs `[n, m]`, or every pair of them `[n, m, o, o]`. [trace] */
  readonly contract?: Contraction;
  /** Seed of the weights. [0] */
  readonly seed?: number;
  /** Weights instead of drawn ones. */
  readonly weights?: Weights;
  /** One method for all layers; by default the cheapest for each. */
  readonly method?: EmpiricalMethod;
  /** Whether the contribution of each layer is wanted beside the whole. [false] */
  readonly contributions?: boolean;
  /** Number format of weights, arithmetic and result. [f64] */
  readonly precision?: Precision;
  /**
   * `host`, or tensors of TensorFlow.js: `tfjs`, `tensorflow`; `auto`: an accelerator where one offers the precision,
   * else `host`. [auto]
   */
  readonly backend?: BackendName;
  /** Examples of each side that pass the network together; default: as many as the memory holds. */
  readonly examples?: number;
  /** Outputs whose signals go back together, all for `contract: 'full'`; default: as many as the memory holds. */
  readonly outputsAtOnce?: number;
  /** Budget for the peak memory of the whole process, bytes; default: from the container or the machine. */
  readonly memory?: number;
  /** `auto`, `off` or the path of a BLAS library. [auto] */
  readonly native?: string;
  /** Threads, of a native library or of the run itself; default: what the container or the machine offers. */
  readonly threads?: number;
  /** Called from time to time. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** What is done for one trained layer. */
export interface LayerPlan {
  /** Path of the layer. */
  readonly path: string;
  /** How its contribution is computed. */
  readonly method: EmpiricalMethod;
  /** Numbers that are trained in it. */
  readonly parameters: number;
}

/** What an empirical kernel will take, known before it starts. */
export interface EmpiricalPlan {
  /** `[n, m]`, or `[n, m, o, o]`. */
  readonly shape: readonly number[];
  /** Whether only the upper half is computed, and mirrored. */
  readonly symmetric: boolean;
  /** Backend that computes: `host`, `tfjs` or `tensorflow`. */
  readonly backend: string;
  /** What computes the matrix products: a native library, or built in. */
  readonly algebra: string;
  /** Number format of weights, arithmetic and result. */
  readonly precision: Precision;
  /** Threads of the products. */
  readonly threads: number;
  /** Outputs of the network. */
  readonly outputs: number;
  /** Numbers of all weights and biases, frozen ones too. */
  readonly parameters: number;
  /** Trained layers, first to last. */
  readonly layers: readonly LayerPlan[];
  /** Examples of each side that pass the network together. */
  readonly examples: number;
  /** Outputs whose signals go back together. */
  readonly outputsAtOnce: number;
  /**
   * Rows of the result that are in memory together: fewer than all where it goes to a file and the budget does not hold
   * it.
   */
  readonly rowsAtOnce: number;
  /** Bytes that the process will need at its peak. */
  readonly memoryBytes: number;
  /** Bytes of the memory budget. */
  readonly memoryLimit: number;
  /** Bytes of the result. */
  readonly outputBytes: number;
  /** Rough wall time of the arithmetic. */
  readonly seconds: number;
}

/** Comparison of a 2 x 2 block with another method, made on every run. */
export interface EmpiricalCheck {
  /** Methods that the block was computed by again, each layer by another than before. */
  readonly methods: readonly EmpiricalMethod[];
  /** Largest difference, relative to the largest entry of the block. */
  readonly difference: number;
  /** What the difference may be. */
  readonly tolerance: number;
}

/** Seconds of each stage; they do not overlap. */
export interface EmpiricalStages {
  /** Plan, and loading of libraries. */
  readonly compile: number;
  /** Weights. */
  readonly initialise: number;
  /** The arithmetic alone. */
  readonly compute: number;
  /** The block that is computed again. */
  readonly check: number;
}

/** An empirical kernel with how it was made. */
export interface EmpiricalKernel {
  /** NTK `[n, m]`, the mean over the outputs, or `[n, m, o, o]`. */
  readonly ntk: NdArray;
  /** Outputs of the network on x `[n, o]`. */
  readonly outputs: NdArray;
  /** LayerContribution of each trained layer by its path, in the shape of `ntk`; null unless asked for. */
  readonly contributions: ReadonlyMap<string, NdArray> | null;
  /** The weights. */
  readonly weights: Weights;
  /** What was planned. */
  readonly plan: EmpiricalPlan;
  /** The block that was computed twice. */
  readonly check: EmpiricalCheck;
  /** Where the time went. */
  readonly stages: EmpiricalStages;
}

/** Bytes that are taken before the run, and all that were promised. */
export interface MemoryBudget {
  readonly base: number;
  readonly limit: number;
}
