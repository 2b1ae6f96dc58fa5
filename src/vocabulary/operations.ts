import type { ScalarMap, Windows } from './steps.js';
import { positionCount } from './windows.js';

/** The numbers of one example between two layers of a finite network: channels at each position. */
export interface UnitShape {
  /** `[w]` or `[h, w]`; null for vectors, which have one position. */
  readonly positions: readonly number[] | null;
  /** Numbers at a position. */
  readonly channels: number;
}

/** What layers that draw weights share: g = w / sqrt(fan) W h + b B. */
export interface WeightFields {
  /** w, the scale outside the weights. */
  readonly weightStd: number;
  /** b, the scale outside the bias. */
  readonly biasStd: number;
  /** Whether B starts as N(0, 1) or as 0; a bias from 0 enters only the NTK. */
  readonly biasInit: 'normal' | 'zero';
  /** Whether the sum over inputs is divided by their number. */
  readonly scaling: 'fan-in' | 'none';
  /** Trained, frozen (with its bias), or a factor on its own share of the NTK. */
  readonly train: boolean | number;
  /** Units or channels of the finite network; null leaves them open. */
  readonly width: number | null;
}

/** Weights as the finite network draws them: the fields of a layer, and the law of W. */
export interface DrawnWeights extends WeightFields {
  /** Gaussian entries, or orthogonal rows or columns. */
  readonly init: 'gaussian' | 'orthogonal';
}

/**
 * The closed vocabulary of a finite network, into which layers are built; each operation takes what the one before it
 * gives.
 *
 * `weights`: g = w / sqrt(fan) W h + b B on each window (null: on each position). `map`: phi of each number.
 * `mean`: mean over each window. `pixel`: the channels at one position, counted in C order.
 * `normalise`: h / sqrt(mean_c h^2) at each position. `sum`: skip(h) + alpha branch(h).
 */
export type Operation = {
  /** What goes in. */
  readonly from: UnitShape;
  /** What comes out. */
  readonly to: UnitShape;
} & (
  | {
      readonly op: 'weights';
      readonly path: string;
      readonly fields: DrawnWeights;
      readonly windows: Windows | null;
    }
  | { readonly op: 'map'; readonly phi: ScalarMap }
  | { readonly op: 'mean'; readonly windows: Windows }
  | { readonly op: 'pixel'; readonly position: number }
  | { readonly op: 'normalise' }
  | {
      readonly op: 'sum';
      readonly alpha: number;
      readonly branch: readonly Operation[];
      readonly skip: readonly Operation[];
    }
);

/** An operation that holds weights. */
export type WeightsOperation = Extract<Operation, { readonly op: 'weights' }>;

/** Numbers at one point of the network for one example. */
export function sizeOf({ positions, channels }: UnitShape): number {
  return channels * positionCount(positions ?? []);
}

/** Inputs of one unit: taps times channels. */
export function fanOf({ windows, from }: WeightsOperation): number {
  return from.channels * positionCount(windows?.filter ?? []);
}

/** All operations with weights, in the order of the network, those of a branch before those of its skip. */
export function weightsOf(operations: readonly Operation[]): readonly WeightsOperation[] {
  return operations.flatMap((operation) => {
    if (operation.op === 'weights') return [operation];
    return operation.op === 'sum' ? [...weightsOf(operation.branch), ...weightsOf(operation.skip)] : [];
  });
}

/** Whether anything in these operations is trained. */
export function isTrained(operations: readonly Operation[]): boolean {
  return weightsOf(operations).some(({ fields }) => Number(fields.train) > 0);
}

/** w / sqrt(fan), or w where nothing is divided. */
export function weightScale(operation: WeightsOperation): number {
  const { weightStd, scaling } = operation.fields;
  return weightStd / (scaling === 'none' ? 1 : Math.sqrt(fanOf(operation)));
}
