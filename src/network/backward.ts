import type { FloatArray } from '../data/array.js';
import { isTrained, type Operation, type WeightsOperation } from '../vocabulary/operations.js';
import { type Engine, zeros } from './engine.js';
import type { SavedActivations } from './forward.js';
import { type PlainOperation, vjp } from './operations/index.js';

/** Cotangents of one batch on their way back: derivatives of the outputs by the numbers at one point of the network. */
export interface Side {
  /** Examples. */
  readonly count: number;
  /** What each operation took in. */
  readonly saved: readonly SavedActivations[];
  /** `[copies, count, ...]`: a copy for each output; one copy where there are `factors`. */
  readonly cotangent: FloatArray;
  /** Where the cotangents of all outputs are one but for factors of the channels: these. */
  readonly factors?: Factors | null;
}

/** Factors of the channels, by which the cotangents of each output are one and the same. */
export interface Factors {
  /** `[copies, channels]` */
  readonly values: FloatArray;
  readonly channels: number;
  /** Whether that one cotangent is 1 everywhere. */
  readonly isUniform: boolean;
}

/** What meets at a layer with weights: the numbers that it took in, and the cotangents behind it. */
export interface Meeting {
  readonly count: number;
  /** `[count, positions, channels]` before the layer. */
  readonly input: FloatArray;
  /** `[copies, count, positions, units]` behind it; one copy where there are `factors`. */
  readonly cotangent: FloatArray;
  /** `[copies, units]` */
  readonly factors?: FloatArray | null;
}

/** A trained layer that cotangents have reached on their way back. */
export interface ReachedLayer {
  readonly operation: WeightsOperation;
  /** What meets there, of each batch. */
  readonly meetings: readonly Meeting[];
}

/** Derivatives of outputs `[first, first + some)` by all outputs: rows of the identity, for each example. */
export function startCotangent(
  engine: Engine,
  outputs: number,
  first: number,
  some: number,
  count: number,
): FloatArray {
  const cotangent = zeros(engine, some * count * outputs);
  for (let a = 0; a < some; a++) {
    for (let i = 0; i < count; i++) cotangent[(a * count + i) * outputs + first + a] = 1;
  }
  return cotangent;
}

/** The same cotangents as one cotangent and factors: 1 for each output itself. */
export function startFactors(
  engine: Engine,
  outputs: number,
  first: number,
  some: number,
  count: number,
): Pick<Side, 'cotangent' | 'factors'> {
  const values = startCotangent(engine, outputs, first, some, 1);
  return { cotangent: zeros(engine, count * outputs).fill(1), factors: { values, channels: outputs, isUniform: true } };
}

/** Cotangents `[copies, count, ...]` of one cotangent and factors of its channels. */
export function expanded(engine: Engine, cotangent: FloatArray, factors: FloatArray, channels: number): FloatArray {
  const copies = factors.length / channels;
  const out = zeros(engine, copies * cotangent.length);
  for (let a = 0; a < copies; a++) {
    const row = factors.subarray(a * channels, (a + 1) * channels);
    const to = a * cotangent.length;
    for (let k = 0; k < cotangent.length; k += channels) {
      for (let c = 0; c < channels; c++) out[to + k + c] = row[c] * cotangent[k + c];
    }
  }
  return out;
}

/** A batch whose cotangents are there for each output. */
function withoutFactors(engine: Engine, side: Side): Side {
  if (!side.factors) return side;
  const { values, channels } = side.factors;
  return { ...side, cotangent: expanded(engine, side.cotangent, values, channels), factors: null };
}

/**
 * A batch before an operation: with one cotangent and factors where those behind it have them, and it leaves channels
 * apart.
 */
function pulledBack(operation: PlainOperation, side: Side, input: FloatArray, engine: Engine, spare: boolean): Side {
  const { cotangent, factors, count } = side;
  if (!factors) return { ...side, cotangent: vjp(operation, input, cotangent, count, engine, spare) };
  const { op, from, to } = operation;
  if (op === 'map' || op === 'mean' || op === 'pixel') {
    const one = vjp(operation, input, cotangent, count, engine, spare);
    return { ...side, cotangent: one, factors: { ...factors, isUniform: false } };
  }
  if (op === 'weights' && factors.isUniform && from.positions === null) {
    const copies = factors.values.length / to.channels;
    const values = vjp(operation, input, factors.values, copies, engine);
    return {
      ...side,
      cotangent: zeros(engine, count * from.channels).fill(1),
      factors: { values, channels: from.channels, isUniform: true },
    };
  }
  const all = withoutFactors(engine, side);
  return { ...all, cotangent: vjp(operation, input, all.cotangent, count, engine, true) };
}

/** What meets at operation `i` of a list. */
function meetingOf({ count, saved, cotangent, factors }: Side, i: number): Meeting {
  return { count, input: saved[i].input, cotangent, factors: factors?.values ?? null };
}

/** A sum of cotangents: those of the skip and of the branch, either of which may have ended before its first layer. */
function joined(engine: Engine, a: FloatArray | null, b: FloatArray | null): FloatArray {
  if (a === null || b === null) return a ?? b ?? zeros(engine, 0);
  const out = zeros(engine, a.length);
  for (let k = 0; k < a.length; k++) out[k] = a[k] + b[k];
  return out;
}

function* throughSum(
  { branch, skip, alpha }: Extract<Operation, { readonly op: 'sum' }>,
  sides: readonly Side[],
  goesOn: boolean,
  engine: Engine,
  keeps: boolean,
): Generator<ReachedLayer, readonly FloatArray[] | null> {
  const traced = (key: 'branch' | 'skip', factor: number): Side[] =>
    sides.map(({ count, saved, cotangent }) => ({
      count,
      saved: saved[saved.length - 1][key] ?? [],
      cotangent: factor === 1 ? cotangent : cotangent.map((v) => factor * v),
    }));
  const one = yield* through(branch, traced('branch', alpha), goesOn, engine, keeps);
  const other = yield* through(skip, traced('skip', 1), goesOn, engine, keeps);
  return goesOn ? sides.map((_, i) => joined(engine, one?.[i] ?? null, other?.[i] ?? null)) : null;
}

/**
 * The way back through a list of operations, which ends at the first trained layer unless it `goesOn`: then the
 * cotangents before the list are returned.
 */
function* through(
  operations: readonly Operation[],
  sides: readonly Side[],
  goesOn: boolean,
  engine: Engine,
  keeps: boolean,
): Generator<ReachedLayer, readonly FloatArray[] | null> {
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
      const inside = here.map((side) => ({ ...side, saved: side.saved.slice(i, i + 1) }));
      const before = yield* throughSum(operation, inside, further, engine, keeps);
      if (before === null) return null;
      here = here.map((side, s) => ({ ...side, cotangent: before[s] }));
      continue;
    }
    const isMeeting = operation.op === 'weights' && Number(operation.fields.train) > 0;
    if (isMeeting) yield { operation, meetings: here.map((side) => meetingOf(side, i)) };
    if (!further) return null;
    // Cotangents that come from behind the list belong to others too.
    const spare = !(keeps && isMeeting) && i < operations.length - 1;
    here = here.map((side) => pulledBack(operation, side, side.saved[i].input, engine, spare));
  }
  return here.map((side) => withoutFactors(engine, side).cotangent);
}

/**
 * Takes cotangents of several batches back through operations, all batches in step, and stops at each trained layer,
 * from the last to the first.
 *
 * Only the cotangents at one point are alive at a time: what meets at a layer is valid until the next step, which
 * overwrites its cotangents unless `keeps` says that whoever takes them keeps them. The way ends at the first trained
 * layer.
 */
export function* backward(
  operations: readonly Operation[],
  sides: readonly Side[],
  engine: Engine,
  { keeps = false }: { readonly keeps?: boolean } = {},
): Generator<ReachedLayer, void> {
  yield* through(operations, sides, false, engine, keeps);
}

/** Takes cotangents of several batches all the way back: those of the inputs, `[copies, count, from]` of each batch. */
export function inputCotangents(
  operations: readonly Operation[],
  sides: readonly Side[],
  engine: Engine,
): readonly FloatArray[] {
  const way = through(operations, sides, true, engine, false);
  for (;;) {
    const { done, value } = way.next();
    if (done === true) return value ?? [];
  }
}
