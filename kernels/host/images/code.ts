import type { Precision } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import { onTwoAxes } from '../../../src/programme/images/grids.js';
import {
  type ImageInstruction,
  type ImageValue,
  imageInputs,
  imageResults,
} from '../../../src/programme/images/instructions.js';
import type { Step } from '../../../src/vocabulary/steps.js';
import { SMOOTH_CODE } from '../rows/encode.js';
import { type Fused, fuse, type HostInstruction, partsOf } from './fuse.js';
import * as plain from './plain.js';
import { type EncodeInput, type PlacedColumn, valueKey, Writer } from './writer.js';

type Of<K extends ImageInstruction['op']> = Extract<ImageInstruction, { op: K }>;

/**
 * Share of the spread of norms below which a window's cosine distance has lost too many digits to it (docs/numerics.md,
 * "Windows").
 */
const DOUBTFUL = { f64: 2e-4, f32: 1e-2 } satisfies Record<Precision, number>;

/** Instructions of every stage, as addresses. */
export interface ImageCode {
  /** First and last word of each stage. */
  readonly stages: readonly (readonly [number, number])[];
  readonly words: Int32Array;
  readonly constants: Float64Array;
  readonly columns: readonly PlacedColumn[];
  /** Bytes of the block of an image of x. */
  readonly blockBytes: number;
  readonly slots: number;
}

function piecewiseLinear(w: Writer, i: Of<'piecewiseLinear'>): void {
  const of = w.at(i.of);
  const [value, slope] = w.definePair(i.value, i.slope);
  const grid = w.grid((i.value ?? i.slope ?? i.of).value);
  w.emit('piecewiseLinear', of, value, slope, grid, w.constant(i.weight), 1 - w.both(i.of.value));
}

function weigh(w: Writer, i: Of<'weigh'>): void {
  const halves = w.in.layout.halves.get(i.step) ?? 0;
  const of = w.at(i.of);
  w.emit('weigh', w.define(i.out), of, w.grid(i.out.value), w.deviation(i.out.value), halves);
}

/** Operands of a window whose self-kernels differ. */
function windowWords(w: Writer, i: Of<'window'>): readonly number[] {
  const { from, table, taps, segments } = plain.windowsOf(w, i.step, true);
  const [of, distances] = [w.at(i.of), w.at(i.distances)];
  const [out, grid] = [w.define(i.out), w.grid(i.step)];
  // The deviations before and behind a window are compared with each other.
  if (w.in.exponents[i.step] !== w.in.exponents[from]) throw new InternalError('a window must keep its exponent');
  const limit = w.constant(DOUBTFUL[w.in.precision]);
  const halves = w.in.layout.halves.get(i.step) ?? 0;
  const columns = [w.deviation(from), w.deviation(i.step), w.inverse(i.step)];
  return [out, of, distances, grid, w.grid(from), table, taps, ...columns, w.both(i.step), limit, halves, segments];
}

function window(w: Writer, i: Of<'window'>): void {
  if (!i.even) {
    w.emit('window', ...windowWords(w, i));
    return;
  }
  const { table, taps, segments } = plain.windowsOf(w, i.step, false);
  const of = w.at(i.of);
  w.emit('evenWindow', w.define(i.out), of, w.grid(i.step), table, taps, w.both(i.step), segments);
}

function sum(w: Writer, i: Of<'sum'>): void {
  const step = w.step(i.step);
  if (step.op !== 'sum') throw new InternalError('shares come from a sum');
  const { deviations, exponents } = w.in;
  const total = deviations[i.step];
  const values = i.parts.map((p) => (p === null ? 0 : w.at(p)));
  const head = [w.define(i.out), w.grid(i.step), w.both(i.step), i.parts.length] as const;
  if (total === null) {
    const mixingWeights = values.map((_, place) => w.column({ kind: 'mixingWeight', value: i.step, place }));
    w.emit('sum', ...head, ...values.flatMap((v, k) => [v, mixingWeights[k]]));
    return;
  }
  const weights = i.parts.map((_, k) => {
    const term = step.terms[k];
    const unit = -exponents[i.step];
    const part =
      term === undefined
        ? step.constant * w.scale(unit)
        : term.weight * w.scale(exponents[term.value], unit) * w.evenDeviation(term.value) ** 2;
    return w.constant(total > 0 ? part / (total * total) : 0);
  });
  w.emit('evenSum', ...head, ...values.flatMap((v, k) => [v, weights[k]]));
}

function smooth(w: Writer, i: Of<'smooth' | 'smoothSlope'>): void {
  const of = w.at(i.of);
  const column = w.column({ kind: 'smooth', value: i.step });
  w.emit(i.op, of, w.define(i.out), SMOOTH_CODE[i.map], w.grid(i.step), column, 8 * w.positions(i.step));
}

function distanceOf(w: Writer, i: Of<'distanceOf'>): void {
  const of = w.at(i.of);
  w.emit('distanceOf', w.define(i.out), of, w.grid(i.out.value), w.column({ kind: 'square', value: i.out.value }));
}

/** How each instruction is written. */
const WRITE: { readonly [K in ImageInstruction['op']]: (w: Writer, i: Of<K>) => void } = {
  source: (w, i) => w.emit('source', w.define(i.out), w.grid(i.out.value), 0, w.in.channels),
  heaviside: (w, i) => w.emit('heaviside', w.at(i.of), w.define(i.out), w.grid(i.out.value)),
  plain: plain.covariance,
  piecewiseLinear,
  weigh,
  window,
  sum,
  distanceOf,
  smooth,
  smoothSlope: smooth,
  productPlain: plain.productPlain,
  windowPlain: plain.windowPlain,
  sumPlain: plain.sumPlain,
  normalisePlain: plain.normalisePlain,
  store: plain.store,
  load: plain.load,
  pool: plain.pool,
};

function write<K extends ImageInstruction['op']>(w: Writer, i: Of<K>): void {
  const writer: (w: Writer, i: Of<K>) => void = WRITE[i.op as K];
  writer(w, i);
}

function layer(w: Writer, { map, product, weigh }: Extract<Fused, { op: 'layer' }>): void {
  const [of, tangent] = [w.at(map.of), w.at(product.left)];
  const [value] = w.definePair(map.value, null);
  const weighed = weigh === null ? 0 : w.define(weigh.out);
  const { column, factor } = plain.slopeFactor(w, product);
  const deviation = weigh === null ? 0 : w.deviation(weigh.out.value);
  const halves = weigh === null ? 0 : (w.in.layout.halves.get(weigh.step) ?? 0);
  const head = [of, tangent, value, weighed, w.define(product.out), w.grid(product.out.value)];
  const bare = 1 - w.both(map.of.value);
  w.emit('layer', ...head, w.constant(map.weight), bare, column, factor, deviation, halves);
}

function windows(
  w: Writer,
  { window: inner, tangent, covariance, sum: total }: Extract<Fused, { op: 'windows' }>,
): void {
  const { exponents } = w.in;
  const unit = -exponents[total.out.value];
  const weight = (of: ImageValue): number =>
    total.parts.reduce((found, p) => (valueKey(p.of) === valueKey(of) ? p.weight : found), 0);
  const { from, taps } = plain.windowsOf(w, tangent.step, false);
  const moved = w.at(tangent.of);
  const mine = w.constant((weight(tangent.out) * w.scale(exponents[from], unit)) / taps);
  const behind = covariance.out.value;
  const constant = w.constant(total.constant * w.scale(unit));
  if (inner.even) {
    const { table, segments } = plain.windowsOf(w, inner.step, false);
    const fresh = w.constant(weight(covariance.out) * w.scale(exponents[behind], unit) * w.evenDeviation(behind) ** 2);
    const distances = w.at(inner.of);
    const head = [w.define(inner.out), distances, w.grid(inner.step), w.grid(from), table, taps, w.both(inner.step)];
    w.emit('evenWindows', ...head, moved, w.define(total.out), mine, fresh, constant, segments);
    return;
  }
  const fresh = w.constant(weight(covariance.out) * w.scale(exponents[behind], unit));
  const { table: whole } = plain.windowsOf(w, tangent.step, false);
  const words = windowWords(w, inner);
  w.emit('windows', ...words, moved, w.define(total.out), mine, fresh, constant, whole);
}

function writeAny(w: Writer, i: HostInstruction): void {
  if (i.op === 'layer') layer(w, i);
  else if (i.op === 'windows') windows(w, i);
  else write(w, i);
}

function writeStage(w: Writer, stage: number, list: readonly ImageInstruction[], kept: readonly ImageValue[]): void {
  w.begin(stage);
  const { windows: tables, whole } = w.in.layout;
  const instructions = fuse(
    list,
    (step) => (whole.has(step) ? tables.get(step) : undefined),
    (value) => w.in.deviations[value] !== null,
  );
  const touched = instructions.map((i) => partsOf(i).flatMap((p) => [...imageInputs(p), ...imageResults(p)]));
  const last = new Map<string, number>();
  touched.forEach((values, at) => {
    for (const v of values) last.set(valueKey(v), at);
  });
  for (const v of kept) last.set(valueKey(v), Infinity);
  instructions.forEach((i, at) => {
    writeAny(w, i);
    w.release(touched[at].filter((v) => last.get(valueKey(v)) === at));
  });
}

/** Number of taps of a window on two axes. */
export function tapCount(step: Step): number {
  if (step.op === 'pixel') return 1;
  if (step.op !== 'window' && step.op !== 'pool') throw new InternalError(`the step ${step.op} has no taps`);
  const { filter } = onTwoAxes(step.windows);
  return filter[0] * filter[1];
}

/** Translates a plan into instructions of assembly/positions.ts. */
export function encodeImages(input: EncodeInput): ImageCode {
  const { plan, outputs, exponents } = input;
  const w = new Writer(input);
  const stages: [number, number][] = [];
  plan.body.stages.forEach((instructions, stage) => {
    const begin = w.words.length;
    const here = outputs.flatMap((output, which) => {
      const value = plan.body[output];
      return value !== null && plan.places.of[value.value].stage === stage ? [{ value, which }] : [];
    });
    writeStage(
      w,
      stage,
      instructions,
      here.map((o) => o.value),
    );
    for (const { value, which } of here) {
      const factor = input.normalized ? 1 : w.scale(exponents[value.value]);
      w.emit('output', w.at(value), which, w.constant(factor), w.grid(value.value));
    }
    stages.push([begin, w.words.length]);
  });
  const { words, constants, columns, blockBytes, slots } = w;
  return { stages, words: Int32Array.from(words), constants: Float64Array.from(constants), columns, blockBytes, slots };
}
