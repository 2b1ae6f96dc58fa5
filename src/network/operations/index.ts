import type { FloatArray } from '../../data/array.js';
import type { Operation } from '../../vocabulary/operations.js';
import type { Engine } from '../engine.js';
import { map } from './map.js';
import { mean } from './mean.js';
import { normalise } from './normalise.js';
import type { OperationCode, OperationOf } from './operation.js';
import { pixel } from './pixel.js';
import { weights } from './weights.js';

/** Operations that hold no others. */
export type PlainOperation = Exclude<Operation, { readonly op: 'sum' }>;

/** The code of every operation but sums: the compiler lists the one that is missing. */
const OPERATIONS: { readonly [K in PlainOperation['op']]: OperationCode<OperationOf<K>> } = {
  weights,
  map,
  mean,
  pixel,
  normalise,
};

const CODES: Readonly<Record<string, OperationCode<PlainOperation>>> = OPERATIONS;

/** One operation on a batch: `[count, to]` from `h` `[count, from]`, which may be overwritten where it is `spare`. */
export function applyOperation(
  operation: PlainOperation,
  h: FloatArray,
  count: number,
  engine: Engine,
  spare = false,
): FloatArray {
  return CODES[operation.op].forward(operation, h, count, engine, spare);
}

/**
 * Cotangents `[copies, count, to]` behind an operation as cotangents `[copies, count, from]` before it; they may be
 * overwritten where they are `spare`.
 */
export function vjp(
  operation: PlainOperation,
  h: FloatArray,
  cotangent: FloatArray,
  count: number,
  engine: Engine,
  spare = false,
): FloatArray {
  return CODES[operation.op].vjp(operation, h, cotangent, count, engine, spare);
}
