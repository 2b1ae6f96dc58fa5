import type { Architecture } from '../architecture/types.js';
import type { BackendName, Progress } from '../kernel/types.js';
import type { Recomputed } from '../operators/recomputed.js';

/** Lower and upper end of an interval. */
export type Interval = readonly [low: number, high: number];

/**
 * How the mean of the empirical kernels over the seeds lies to the analytic kernel K, by width; norms are Frobenius
 * norms.
 */
export interface MeanKernelDistance {
  /** ||mean - K|| / ||K||, `[widths]`. */
  readonly errors: readonly number[];
  /**
   * What chance alone gives: sqrt(sum of the variances of the entries / seeds) / ||K||, `[widths]`; null with one seed.
   */
  readonly expected: readonly (number | null)[];
  /**
   * Estimate of ||E[empirical] - K|| / ||K||: the error with its chance taken out, sqrt(max(0, errors^2 - expected^2)),
   * `[widths]`; null with one seed.
   */
  readonly bias: readonly (number | null)[];
}

/** Largest eigenvalues of the analytic and of the empirical kernels, descending. */
export interface EigenvalueComparison {
  /** Of the analytic kernel, `[k]`. */
  readonly analytic: readonly number[];
  /** Those that are no larger may be rounding alone: n 2^-52 ||K||_2. */
  readonly rounding: number;
  /** Means over the seeds, `[widths][k]`. */
  readonly empirical: readonly (readonly number[])[];
  /** Standard deviations over the seeds, `[widths][k]`; null with one seed. */
  readonly deviation: readonly (readonly (number | null)[])[];
}

/** How far the leading eigenspaces are turned. */
export interface EigenspaceComparison {
  /** Dimensions of the leading eigenspaces: 1 .. k. */
  readonly dimensions: readonly number[];
  /**
   * Analytic gap behind each dimension j, (l_j - l_(j+1)) / l_j, 0 where l_j is rounding; a space before a gap near 0
   * is not defined. Null for the whole space, j = n.
   */
  readonly gaps: readonly (number | null)[];
  /** Largest principal angle to the analytic eigenspace, radians, mean over the seeds, `[widths][k]`. */
  readonly angles: readonly (readonly number[])[];
  /** Its standard deviation over the seeds, `[widths][k]`; null with one seed. */
  readonly anglesDeviation: readonly (readonly (number | null)[])[];
}

/** The share of one trained layer in the trace of the kernel. */
export interface LayerComparison {
  /** Path of the layer. */
  readonly path: string;
  /** Share in the infinite network. */
  readonly analytic: number;
  /** Shares in finite ones, means over the networks whose kernel is not 0, `[widths]`; 0 where all of them are. */
  readonly empirical: readonly number[];
  /** Their standard deviations, `[widths]`; null with fewer than two such networks. */
  readonly deviation: readonly (number | null)[];
}

/** The networks of one width, known before they are computed. */
export interface WidthPlan {
  /** Units of the hidden layers that give none. */
  readonly width: number;
  /** Numbers of all weights and biases of one network. */
  readonly parameters: number;
  /** Networks that are still to be computed. */
  readonly networks: number;
  /** Rough wall time of one. */
  readonly seconds: number;
  /** Bytes that the process will need at its peak. */
  readonly memoryBytes: number;
}

/** What a comparison will take, known before it starts. */
export interface ComparePlan {
  /** Size of the kernels `[n, n]`. */
  readonly shape: readonly [rows: number, columns: number];
  /** By width. */
  readonly widths: readonly WidthPlan[];
  /** Networks that are still to be computed. */
  readonly networks: number;
  /** Finished ones that are there. */
  readonly reused: number;
  /** Rough wall time of the analytic kernel and the parts of its layers. */
  readonly analyticSeconds: number;
  /** Backend of the finite networks: `host`. */
  readonly backend: string;
  /** What computes the matrix products: a native library, or built in. */
  readonly algebra: string;
  /** Number format of weights and arithmetic of the finite networks. */
  readonly precision: 'f64' | 'f32';
  /** Threads of the products. */
  readonly threads: number;
  /** Bytes that the process will need at its peak. */
  readonly memoryBytes: number;
  /** Bytes of the memory budget. */
  readonly memoryLimit: number;
  /** Rough wall time of all arithmetic that is left. */
  readonly seconds: number;
}

/** What was computed twice, and what the two may differ by; beyond, the exit code is 3. */
export interface CompareChecks {
  /** Largest difference of a 2 x 2 block of an empirical kernel from another method, relative to its largest entry. */
  readonly networks: number;
  /** What it may be. */
  readonly networksTolerance: number;
  /**
   * ||sum of the analytic kernels in which one layer is trained - K|| / ||K||, over the diagonal and the pairs of the
   * first 4 rows.
   */
  readonly layers: number;
  /** What it may be. */
  readonly layersTolerance: number;
}

/** Finite networks against the infinite one: what `compare.json` holds beside the common fields of a record. */
export interface Comparison {
  /** The kernel compared. */
  readonly kind: 'ntk';
  /** `[n, n]`. */
  readonly shape: readonly [rows: number, columns: number];
  /** Widths, ascending. */
  readonly widths: readonly number[];
  /** Networks of each width. */
  readonly seeds: number;
  /** First seed. */
  readonly seed: number;
  /**
   * Seed of each network, `[widths][seeds]`, all different: `seed + s + 2^32 width`. `ntk empirical --width W --seed S`
   * makes it again.
   */
  readonly networkSeeds: readonly (readonly number[])[];
  /** Law of all weights; null: as the architecture says. */
  readonly init: 'gaussian' | 'orthogonal' | null;
  /** Outputs of the networks; the kernel is the mean over them. */
  readonly outputs: number;
  /** ||empirical - K|| / ||K|| in the Frobenius norm, mean over the seeds, `[widths]`. */
  readonly errors: readonly number[];
  /** 95 % interval of that mean by Student's t, cut off at 0, `[widths]`; null with one seed. */
  readonly errorIntervals: readonly (Interval | null)[];
  /** The errors of the single networks, `[widths][seeds]`. */
  readonly errorsOfSeeds: readonly (readonly number[])[];
  /** Slope of log error against log width, by least squares on `errors`; null with one width. */
  readonly slope: number | null;
  /** Interval of the slope by Student's t; null with one width or fewer than three networks. */
  readonly slopeInterval: Interval | null;
  /** Level of that interval: 0.95. */
  readonly slopeLevel: number;
  /** Natural logarithm of the fitted error at width 1; null with one width. */
  readonly intercept: number | null;
  /** Slope that theory expects: -0.5. */
  readonly expectedSlope: number;
  /** The mean kernel over the seeds. */
  readonly meanKernel: MeanKernelDistance;
  /** Largest eigenvalues. */
  readonly eigenvalues: EigenvalueComparison;
  /** Leading eigenspaces. */
  readonly eigenspaces: EigenspaceComparison;
  /** Trained layers, first to last. */
  readonly layers: readonly LayerComparison[];
  /** Numbers of all weights and biases of one network, `[widths]`. */
  readonly parameters: readonly number[];
  /** Mean wall time of one network, `[widths]`; `seconds` of a record is that of the whole command. */
  readonly networkSeconds: readonly number[];
  /** Networks of this comparison: all of them, and those that were there from an earlier run. */
  readonly pairs: {
    /** Finished networks: widths times seeds. */
    readonly done: number;
    /** Those of an earlier run. */
    readonly reused: number;
  };
  /** What was computed twice. */
  readonly check: CompareChecks;
  /**
   * Entries of the analytic kernels that `reference` computed again, by the run that computed them; null where none
   * were.
   */
  readonly recomputed: Recomputed | null;
  /** What was planned. */
  readonly plan: ComparePlan;
}

/**
 * How far a comparison has come; the counts are networks, those that are being computed by their share, weighted by
 * what a width costs.
 */
export interface CompareProgress extends Progress {
  /** Finished networks, those of earlier runs too. */
  readonly finished: number;
  /** Networks in all. */
  readonly networks: number;
}

/** What is compared and how. Only `architecture` and `widths` have no default. */
export interface CompareOptions {
  /** The network; hidden layers that give a width keep it. */
  readonly architecture: Architecture;
  /** Widths, ascending, each once. */
  readonly widths: readonly number[];
  /** Networks of each width, at most a million. [10] */
  readonly seeds?: number;
  /** First seed. [0] */
  readonly seed?: number;
  /** Outputs of the networks; the kernel is the mean over them. [what the last layer gives, else 1] */
  readonly outputs?: number;
  /** Law of all weights. [as the architecture says] */
  readonly init?: 'gaussian' | 'orthogonal';
  /** Leading eigenvalues and eigenspaces. [10, or n] */
  readonly k?: number;
  /**
   * Number format of weights and arithmetic of the finite networks; the analytic kernel is always computed in f64.
   * [f64]
   */
  readonly precision?: 'f64' | 'f32';
  /** Folder in which finished networks are kept, and found by the next run; absent: in memory only. */
  readonly folder?: string;
  /** What the data are, for the message when the folder holds networks of other data. */
  readonly source?: string;
  /** Starts anew where the folder holds networks of something else, or of this. [false] */
  readonly force?: boolean;
  /** Budget for the peak memory of the whole process, bytes; default: from the container or the machine. */
  readonly memory?: number;
  /** Backend of the finite networks, as `empiricalKernel` takes it; the analytic kernel is that of `host`. [auto] */
  readonly backend?: BackendName;
  /** `auto`, `off` or the path of a BLAS library. [auto] */
  readonly native?: string;
  /** Threads; default: what the container or the machine offers. */
  readonly threads?: number;
  /** Called from time to time. */
  readonly onProgress?: (progress: CompareProgress) => void;
  /** Aborts the work with an InterruptedError that says how many networks are kept. */
  readonly signal?: AbortSignal;
}

/** Seconds of each stage; they do not overlap. */
export interface CompareStages {
  /** Plan, and loading of libraries. */
  readonly compile: number;
  /** Weights. */
  readonly initialise: number;
  /** Analytic and empirical kernels. */
  readonly compute: number;
  /** The blocks that are computed again. */
  readonly check: number;
  /** Eigenpairs, angles, statistics. */
  readonly solve: number;
  /** Reading and writing finished networks. */
  readonly write: number;
}

/** A comparison with how it was made. */
export interface CompareRun {
  /** The result. */
  readonly comparison: Comparison;
  /** Where the time went. */
  readonly stages: CompareStages;
  /** What the user should know although it is no error: files that were damaged, networks whose kernel is 0. */
  readonly warnings: readonly string[];
}
