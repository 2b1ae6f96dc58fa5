import type { FloatArray } from '../../data/array.js';
import type { Operation } from '../../vocabulary/operations.js';
import type { Engine } from '../engine.js';

/** The operation of one kind. */
export type OperationOf<K extends Operation['op']> = Extract<Operation, { readonly op: K }>;

/** How one kind of operation acts on a batch of examples, and its transposed derivative on cotangents. */
export interface OperationCode<T extends Operation> {
  /**
   * `[count, to]` from `h` `[count, from]`; a new array.
   *
   * Or `h` itself, overwritten, where that is `spare` and `vjp` can do with what comes out.
   */
  forward(operation: T, h: FloatArray, count: number, engine: Engine, spare: boolean): FloatArray;
  /**
   * (d forward / d h)' s for cotangents s `[copies, count, to]`, where `h` `[count, from]` went in:
   * `[copies, count, from]`, a new array.
   *
   * Or `cotangent` itself, overwritten, where that is `spare`.
   */
  vjp(operation: T, h: FloatArray, cotangent: FloatArray, count: number, engine: Engine, spare: boolean): FloatArray;
}
