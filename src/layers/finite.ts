import type { ScalarMap, Windows } from '../programme/steps.js';
import { positionCount } from '../programme/windows.js';
import type { LayerNode } from './layer.js';
import type { WeightFields } from './weights.js';

/** The numbers of one example between two layers of a finite network: channels at each position. */
export interface UnitShape {
  /** `[w]` or `[h, w]`; null for vectors, which have one position. */
  readonly positions: readonly number[] | null;
  /** Numbers at a position. */
  readonly channels: number;
}

/** Weights as the finite network draws them: the fields of a layer, and the law of W. */
export interface DrawnWeights extends WeightFields {
  /** Gaussian entries, or orthogonal rows or columns. */
  readonly init: 'gaussian' | 'orthogonal';
}

/**
 * The closed vocabulary of a finite network, into which layers are built; each operation takes what the one before it gives.
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

/** A layer or a list of layers as operations, with what comes out behind them. */
export interface FinitePart {
  /** In order. */
  readonly operations: readonly Operation[];
  /** Behind the last. */
  readonly shape: UnitShape;
}

/** What building a layer of a finite network needs besides the layer and what goes into it. */
export interface FiniteContext {
  /** JSON path of the layer. */
  readonly path: string;
  /** Channels that must come out: the outputs of the network, or those of the other summand; null leaves them open. */
  readonly required: number | null;
  /** Channels of a layer that leaves them open. */
  readonly width: number;
  /** Notes a problem at a JSON path: rule, value and remedy. */
  report(path: string, message: string): void;
  /** Builds a list inside the layer, which stands at `path`. */
  build(layers: readonly LayerNode[], shape: UnitShape, path: string, required: number | null): FinitePart;
  /** Whether the channels pass through a list as they are: nothing in it draws weights. */
  keepsChannels(layers: readonly LayerNode[]): boolean;
  /** The width that the last layer of a list gives; null where it leaves it open. */
  widthOf(layers: readonly LayerNode[]): number | null;
}

/** A layer of one operation. */
export function onePart(operation: Operation): FinitePart {
  return { operations: [operation], shape: operation.to };
}
