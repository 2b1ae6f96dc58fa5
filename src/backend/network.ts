import type { FloatArray, Precision } from '../data/array.js';
import type { Operation, UnitShape } from '../vocabulary/operations.js';

/** Weights of one layer of a finite network, in the precision of the task. */
export interface DeviceWeights {
  /** W `[units, taps, channels]`. */
  readonly matrix: FloatArray;
  /** B `[units]`; null without. */
  readonly bias: FloatArray | null;
}

/** A finite network whose empirical NTK a device is to compute. */
export interface NetworkTask {
  readonly kind: 'network';
  readonly precision: Precision;
  readonly operations: readonly Operation[];
  /** Shape of an example. */
  readonly input: UnitShape;
  readonly outputs: number;
  /** Weights by the path of their layer. */
  readonly weights: ReadonlyMap<string, DeviceWeights>;
  /** How the contribution of each trained layer is computed, by its path. */
  readonly methods: ReadonlyMap<string, 'structured' | 'jacobian'>;
  /** The sum over outputs, each with itself, or every pair of them. */
  readonly contraction: 'trace' | 'full';
  /** Whether the contributions of layers are wanted one by one. */
  readonly apart: boolean;
}

/** Examples that have passed the network; what the way back needs of them is on the device. */
export interface NetworkBatch {
  readonly count: number;
  /** `[count, outputs]` */
  readonly outputs: FloatArray;
  /** Frees the device; calling it again does nothing. */
  release(): void;
}

/** A part of the kernel of two batches. */
export interface NetworkContribution {
  /** Path of the layer; null for the sum over all trained ones. */
  readonly path: string | null;
  /** `[x.count, z.count]`, or `[x.count, z.count, outputs, outputs]`. */
  readonly values: FloatArray;
}

/** A network on a device. */
export interface NetworkJob {
  /** Takes examples `[count, ...]` through the network. */
  pass(examples: FloatArray, count: number): Promise<NetworkBatch>;
  /** The kernel of two batches by the cotangents of `some` outputs from `first` on; those of all of them add up. */
  kernel(x: NetworkBatch, z: NetworkBatch, first: number, some: number): Promise<readonly NetworkContribution[]>;
  /** Frees the device; work that goes on ends with an InterruptedError. */
  close(): Promise<void>;
}

/** What a network takes on a device. */
export interface NetworkSizes {
  readonly task: Omit<NetworkTask, 'weights'>;
  /** Examples of each side that pass together. */
  readonly examples: number;
  /** Whether one batch may meet another: else only itself. */
  readonly sides: 1 | 2;
  /** Outputs whose cotangents go back together. */
  readonly atOnce: number;
}
