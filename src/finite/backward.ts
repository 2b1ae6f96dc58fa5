import type { FloatArray } from '../data/array.js';
import type { Operation } from '../layers/finite.js';
import { type Engine, zeros } from './engine.js';
import type { Trace } from './forward.js';
import { type WeightsOperation, weightsOf } from './network.js';
import { pullBack } from './operations/index.js';

/** Signals of one batch on their way back: derivatives of the outputs by the numbers at one point of the network. */
export interface Side {
  /** Examples. */
  readonly count: number;
  /** What each operation took in. */
  readonly traces: readonly Trace[];
  /** `[copies, count, ...]`: a copy for each output. */
  readonly signal: FloatArray;
}

/** What meets at a layer with weights: the numbers that it took in, and the signals behind it. */
export interface Meeting {
  readonly count: number;
  /** `[count, positions, channels]` before the layer. */
  readonly input: FloatArray;
  /** `[copies, count, positions, units]` behind it. */
  readonly signal: FloatArray;
}

/** Called for each trained layer, from the last to the first, with all batches. */
export type Visit = (operation: WeightsOperation, meetings: readonly Meeting[]) => Promise<void>;

/** Derivatives of outputs `[first, first + some)` by all outputs: rows of the identity, for each example. */
export function startSignal(engine: Engine, outputs: number, first: number, some: number, count: number): FloatArray {
  const signal = zeros(engine, some * count * outputs);
  for (let a = 0; a < some; a++) {
    for (let i = 0; i < count; i++) signal[(a * count + i) * outputs + first + a] = 1;
  }
  return signal;
}

/** Whether anything in these operations is trained. */
export function isTrained(operations: readonly Operation[]): boolean {
  return weightsOf(operations).some(({ fields }) => Number(fields.train) > 0);
}

/** A sum of signals: those of the skip and of the branch, either of which may have ended before its first layer. */
function joined(engine: Engine, a: FloatArray | null, b: FloatArray | null): FloatArray {
  if (a === null || b === null) return a ?? b ?? zeros(engine, 0);
  const out = zeros(engine, a.length);
  for (let k = 0; k < a.length; k++) out[k] = a[k] + b[k];
  return out;
}

async function throughSum(
  { branch, skip, alpha }: Extract<Operation, { readonly op: 'sum' }>,
  sides: readonly Side[],
  goesOn: boolean,
  engine: Engine,
  visit: Visit,
): Promise<readonly FloatArray[] | null> {
  const traced = (key: 'branch' | 'skip', factor: number): Side[] =>
    sides.map(({ count, traces, signal }) => ({
      count,
      traces: traces[traces.length - 1][key] ?? [],
      signal: factor === 1 ? signal : signal.map((v) => factor * v),
    }));
  const one = await backward(branch, traced('branch', alpha), goesOn, engine, visit);
  const other = await backward(skip, traced('skip', 1), goesOn, engine, visit);
  return goesOn ? sides.map((_, i) => joined(engine, one?.[i] ?? null, other?.[i] ?? null)) : null;
}

/**
 * Takes signals of several batches back through operations, all batches in step, and visits each trained layer on the way.
 *
 * Only the signals at one point are alive at a time. The way ends at the first trained layer unless it `goesOn` before these operations; then the
 * signals at their beginning are returned, else null.
 */
export async function backward(
  operations: readonly Operation[],
  sides: readonly Side[],
  goesOn: boolean,
  engine: Engine,
  visit: Visit,
): Promise<readonly FloatArray[] | null> {
  const first = operations.findIndex((operation) => isTrained([operation]));
  if (first < 0 && !goesOn) return null;
  let signals = sides.map(({ signal }) => signal);
  for (let i = operations.length - 1; i >= (goesOn ? 0 : first); i--) {
    const operation = operations[i];
    const further = goesOn || i > first;
    const here = sides.map((side, s) => ({ ...side, signal: signals[s] }));
    if (operation.op === 'sum') {
      const inside = here.map((side) => ({ ...side, traces: side.traces.slice(i, i + 1) }));
      const before = await throughSum(operation, inside, further, engine, visit);
      if (before === null) return null;
      signals = [...before];
      continue;
    }
    if (operation.op === 'weights' && Number(operation.fields.train) > 0) {
      await visit(
        operation,
        here.map(({ count, traces, signal }) => ({ count, input: traces[i].input, signal })),
      );
    }
    if (!further) return null;
    // Signals that come from behind the list belong to others too.
    const spare = i < operations.length - 1;
    signals = here.map(({ count, traces, signal }) =>
      pullBack(operation, traces[i].input, signal, count, engine, spare),
    );
  }
  return signals;
}
