import type { Operation, UnitShape } from '../vocabulary/operations.js';
import type { LayerNode } from './node.js';

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
