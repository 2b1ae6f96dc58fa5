import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Progress } from '../../kernel/types.js';
import type { Contraction } from '../target.js';
import type { EmpiricalCheck, EmpiricalKernel } from '../types.js';

/** A function whose kernel is wanted: examples `[n, ...]` to outputs `[n, o]`, each example for itself. */
export type TensorFunction = (x: Tensor) => Tensor;

/** How the kernel of a function of tensors is computed. */
export interface FunctionOptions {
  /** Second set of inputs `[m, ...]`; absent: the kernel of x with itself. */
  readonly z?: Tensor;
  /** Mean over the outputs `[n, m]`, or every pair of them `[n, m, o, o]`. [trace] */
  readonly contract?: Contraction;
  /** Whether the contribution of each variable is wanted beside the whole. [false] */
  readonly contributions?: boolean;
  /** Budget for the peak memory of the whole process, bytes; default: from the container or the machine. */
  readonly memory?: number;
  /** Called from time to time. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** How well gradients agree with central differences along random directions. */
export interface SlopesReport {
  /** How many: one for each variable, or for some together where there are more than 12. */
  readonly directions: number;
  /** Those along which f32 shows no slope. */
  readonly undecided: number;
  /** Largest difference of the slopes, relative to the slope, measured by its tolerance. */
  readonly difference: number;
  /** What it may be: by how much differences of several steps disagree. Beyond it nothing is computed. */
  readonly tolerance: number;
}

/** The block that was computed twice, and what was looked at before. */
export interface FunctionCheck extends EmpiricalCheck {
  /** Gradients against central differences of the outputs. */
  readonly slopes: SlopesReport;
}

/**
 * An empirical kernel of a function of tensors, on the host, with how it was made; `contributions` are by the names of
 * the variables.
 */
export interface FunctionKernel extends Omit<EmpiricalKernel, 'weights'> {
  readonly check: FunctionCheck;
}

/** A function, what it is differentiated by, and how many numbers it holds besides. */
export interface FunctionOf {
  readonly f: TensorFunction;
  readonly variables: readonly Variable[];
  /** Numbers of all its arrays, those too that no gradient is taken of. */
  readonly parameters: number;
  /** What messages call it. */
  readonly where: string;
}
