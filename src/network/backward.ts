import type { FloatArray } from '../data/array.js';
import { isTrained, type Operation, type WeightsOperation } from '../vocabulary/operations.js';
import { type Engine, zeros } from './engine.js';
import type { Trace } from './forward.js';
import { type PlainOperation, pullBack } from './operations/index.js';

/** Signals of one batch on their way back: derivatives of the outputs by the numbers at one point of the network. */
export interface Side {
  /** Examples. */
  readonly count: number;
  /** What each operation took in. */
  readonly traces: readonly Trace[];
  /** `[copies, count, ...]`: a copy for each output; one copy where there are `factors`. */
  readonly signal: FloatArray;
  /** Where the signals of all outputs are one but for factors of the channels: these. */
  readonly factors?: Factors | null;
}

/** Factors of the channels, by which the signals of each output are one and the same. */
export interface Factors {
  /** `[copies, channels]` */
  readonly values: FloatArray;
  readonly channels: number;
  /** Whether that one signal is 1 everywhere. */
  readonly isUniform: boolean;
}

/** What meets at a layer with weights: the numbers that it took in, and the signals behind it. */
export interface Meeting {
  readonly count: number;
  /** `[count, positions, channels]` before the layer. */
  readonly input: FloatArray;
  /** `[copies, count, positions, units]` behind it; one copy where there are `factors`. */
  readonly signal: FloatArray;
  /** `[copies, units]` */
  readonly factors?: FloatArray | null;
}

/** Called for each trained layer, from the last to the first, with all batches; answers `kept` where it keeps them: signals are overwritten else. */
export type Visit = (operation: WeightsOperation, meetings: readonly Meeting[]) => Promise<unknown>;

/** Derivatives of outputs `[first, first + some)` by all outputs: rows of the identity, for each example. */
export function startSignal(engine: Engine, outputs: number, first: number, some: number, count: number): FloatArray {
  const signal = zeros(engine, some * count * outputs);
  for (let a = 0; a < some; a++) {
    for (let i = 0; i < count; i++) signal[(a * count + i) * outputs + first + a] = 1;
  }
  return signal;
}

/** The same signals as one signal and factors: 1 for each output itself. */
export function startFactors(
  engine: Engine,
  outputs: number,
  first: number,
  some: number,
  count: number,
): Pick<Side, 'signal' | 'factors'> {
  const values = startSignal(engine, outputs, first, some, 1);
  return { signal: zeros(engine, count * outputs).fill(1), factors: { values, channels: outputs, isUniform: true } };
}

/** Signals `[copies, count, ...]` of one signal and factors of its channels. */
export function expanded(engine: Engine, signal: FloatArray, factors: FloatArray, channels: number): FloatArray {
  const copies = factors.length / channels;
  const out = zeros(engine, copies * signal.length);
  for (let a = 0; a < copies; a++) {
    const row = factors.subarray(a * channels, (a + 1) * channels);
    const to = a * signal.length;
    for (let k = 0; k < signal.length; k += channels) {
      for (let c = 0; c < channels; c++) out[to + k + c] = row[c] * signal[k + c];
    }
  }
  return out;
}

/** A batch whose signals are there for each output. */
function withoutFactors(engine: Engine, side: Side): Side {
  if (!side.factors) return side;
  const { values, channels } = side.factors;
  return { ...side, signal: expanded(engine, side.signal, values, channels), factors: null };
}

/** A batch before an operation: with one signal and factors where those behind it have them, and it leaves channels apart. */
function pulled(operation: PlainOperation, side: Side, input: FloatArray, engine: Engine, spare: boolean): Side {
  const { signal, factors, count } = side;
  if (!factors) return { ...side, signal: pullBack(operation, input, signal, count, engine, spare) };
  const { op, from, to } = operation;
  if (op === 'map' || op === 'mean' || op === 'pixel') {
    const one = pullBack(operation, input, signal, count, engine, spare);
    return { ...side, signal: one, factors: { ...factors, isUniform: false } };
  }
  if (op === 'weights' && factors.isUniform && from.positions === null) {
    const copies = factors.values.length / to.channels;
    const values = pullBack(operation, input, factors.values, copies, engine);
    return {
      ...side,
      signal: zeros(engine, count * from.channels).fill(1),
      factors: { values, channels: from.channels, isUniform: true },
    };
  }
  const all = withoutFactors(engine, side);
  return { ...all, signal: pullBack(operation, input, all.signal, count, engine, true) };
}

/** What meets at operation `i` of a list. */
function meetingOf({ count, traces, signal, factors }: Side, i: number): Meeting {
  return { count, input: traces[i].input, signal, factors: factors?.values ?? null };
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
  let here = sides;
  for (let i = operations.length - 1; i >= (goesOn ? 0 : first); i--) {
    const operation = operations[i];
    const further = goesOn || i > first;
    // An image that is flattened has other channels behind than before.
    if (operation.op === 'sum' || here.some(({ factors }) => factors && factors.channels !== operation.to.channels)) {
      here = here.map((side) => withoutFactors(engine, side));
    }
    if (operation.op === 'sum') {
      const inside = here.map((side) => ({ ...side, traces: side.traces.slice(i, i + 1) }));
      const before = await throughSum(operation, inside, further, engine, visit);
      if (before === null) return null;
      here = here.map((side, s) => ({ ...side, signal: before[s] }));
      continue;
    }
    let isKept = false;
    if (operation.op === 'weights' && Number(operation.fields.train) > 0) {
      const meetings = here.map((side) => meetingOf(side, i));
      isKept = (await visit(operation, meetings)) === 'kept';
    }
    if (!further) return null;
    // Signals that come from behind the list belong to others too.
    const spare = !isKept && i < operations.length - 1;
    here = here.map((side) => pulled(operation, side, side.traces[i].input, engine, spare));
  }
  return here.map((side) => withoutFactors(engine, side).signal);
}
