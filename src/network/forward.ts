import type { FloatArray } from '../data/array.js';
import type { Operation } from '../vocabulary/operations.js';
import { type Engine, zeros } from './engine.js';
import { applyOperation } from './operations/index.js';

/** What one operation took in, for the way back. */
export interface SavedActivations {
  /** `[count, from]` */
  readonly input: FloatArray;
  /** Of a sum: the saved activations of its two lists. */
  readonly branch?: readonly SavedActivations[];
  readonly skip?: readonly SavedActivations[];
}

/** A batch that has passed the network. */
export interface Passed {
  /** `[count, to]` */
  readonly output: FloatArray;
  /** One for each operation. */
  readonly saved: readonly SavedActivations[];
}

function throughSum(
  { branch, skip, alpha }: Extract<Operation, { readonly op: 'sum' }>,
  h: FloatArray,
  count: number,
  engine: Engine,
): { readonly output: FloatArray; readonly trace: SavedActivations } {
  const one = forward(branch, h, count, engine);
  const other = forward(skip, h, count, engine);
  const output = zeros(engine, other.output.length);
  for (let k = 0; k < output.length; k++) output[k] = other.output[k] + alpha * one.output[k];
  return { output, trace: { input: h, branch: one.saved, skip: other.saved } };
}

/** Takes `count` examples `[count, from]` through operations, and keeps what each of them took in. */
export function forward(operations: readonly Operation[], h: FloatArray, count: number, engine: Engine): Passed {
  const saved: SavedActivations[] = [];
  let current = h;
  for (const [i, operation] of operations.entries()) {
    if (operation.op === 'sum') {
      const { output, trace } = throughSum(operation, current, count, engine);
      saved.push(trace);
      current = output;
    } else {
      saved.push({ input: current });
      // What an operation of this list gave is known to the next one alone; what went into the list to others too.
      current = applyOperation(operation, current, count, engine, i > 0);
    }
  }
  return { output: current, saved };
}
