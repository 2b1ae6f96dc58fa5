import { InternalError } from '../../../src/errors.js';
import { gridAt } from '../../../src/programme/images/grids.js';
import type { ImageInstruction } from '../../../src/programme/images/instructions.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { Writer } from './writer.js';

type Of<K extends ImageInstruction['op']> = Extract<ImageInstruction, { op: K }>;

/** Taps of a window step, with the table that counts halves (`weighed`) or the one that leaves them out. */
export function windowsOf(
  w: Writer,
  value: ValueId,
  weighed: boolean,
): { readonly from: ValueId; readonly table: number; readonly taps: number; readonly segments: number } {
  const step = w.step(value);
  const { windows, whole } = w.in.layout;
  const table = (weighed ? windows : whole).get(value);
  const segments = w.in.layout.segments.get(value);
  if ((step.op !== 'window' && step.op !== 'pixel') || table === undefined || segments === undefined) {
    throw new InternalError(`value ${value} is no window`);
  }
  return { from: step.of, table, taps: step.op === 'pixel' ? 1 : positionCount(step.windows.filter), segments };
}

/**
 * Column of the deviations of a value (-1 where they are one number), and the factor of a product with its covariance.
 */
function covarianceFactor(
  w: Writer,
  value: ValueId,
  scale: number,
): { readonly column: number; readonly factor: number } {
  const deviation = w.in.deviations[value];
  if (deviation === null) return { column: w.deviation(value), factor: w.constant(scale) };
  return { column: -1, factor: w.constant(scale * deviation ** 2) };
}

/** s s' (1 - cosine distance). */
export function covariance(w: Writer, i: Of<'plain'>): void {
  const distances = w.at(i.of);
  const { column, factor } = covarianceFactor(w, i.out.value, 1);
  w.emit('covariance', w.define(i.out), distances, 0, w.grid(i.out.value), column, factor);
}

/** What the tangent is multiplied with beside 1 - cosine distance of the slope. */
export function slopeFactor(w: Writer, i: Of<'productPlain'>): { readonly column: number; readonly factor: number } {
  const step = w.step(i.out.value);
  if (step.op !== 'product') throw new InternalError('a plain product comes from a product');
  const { left, right } = step;
  const { exponents } = w.in;
  return covarianceFactor(w, right, w.scale(exponents[left], exponents[right], -exponents[i.out.value]));
}

export function productPlain(w: Writer, i: Of<'productPlain'>): void {
  const [slope, left] = [w.at(i.slope), w.at(i.left)];
  const { column, factor } = slopeFactor(w, i);
  w.emit('covariance', w.define(i.out), slope, left, w.grid(i.out.value), column, factor);
}

export function windowPlain(w: Writer, i: Of<'windowPlain'>): void {
  const { from, table, taps, segments } = windowsOf(w, i.step, false);
  const { exponents } = w.in;
  const scale = w.constant(w.scale(exponents[from], -exponents[i.step]));
  const of = w.at(i.of);
  w.emit('plainWindow', w.define(i.out), of, w.grid(i.step), w.grid(from), table, taps, scale, segments);
}

export function sumPlain(w: Writer, i: Of<'sumPlain'>): void {
  const { exponents } = w.in;
  const unit = exponents[i.out.value];
  const values = i.parts.map((p) => w.at(p.of));
  const weights = i.parts.map((p) => w.constant(p.weight * w.scale(exponents[p.of.value], -unit)));
  const constant = w.constant(i.constant * 4 ** -unit);
  const list = values.flatMap((v, k) => [v, weights[k]]);
  w.emit('plainSum', w.define(i.out), w.grid(i.out.value), constant, values.length, ...list);
}

export function normalisePlain(w: Writer, i: Of<'normalisePlain'>): void {
  const { exponents } = w.in;
  const scale = w.scale(exponents[i.of.value], -exponents[i.by], -exponents[i.out.value]);
  const of = w.at(i.of);
  w.emit('plainNormalise', w.define(i.out), of, w.grid(i.out.value), w.inverse(i.by), w.constant(scale));
}

/** Place of a stored value in the store, and the table of the numbers of its position pairs there. */
function stored(w: Writer, value: ValueId): readonly [number, number] {
  const { layout, plan } = w.in;
  const place = layout.stored.get(value);
  const table = layout.numbers.get(`${gridAt(plan.places, value, w.stage)}:${plan.places.of[value].grid}`);
  if (place === undefined || table === undefined) throw new InternalError(`value ${value} is not stored`);
  return [place, table];
}

export function store(w: Writer, i: Of<'store'>): void {
  w.emit('store', w.at(i.of), w.grid(i.of.value), ...stored(w, i.of.value));
}

/** Brings a stored value back; a pool stores sums, and its mean divides by the pairs of taps. */
export function load(w: Writer, i: Of<'load'>): void {
  const step = w.step(i.of);
  const { exponents } = w.in;
  const pairs = step.op === 'pool' ? positionCount(step.windows.filter) ** 2 : 1;
  const scale = step.op === 'pool' ? w.scale(exponents[step.of], -exponents[i.of]) / pairs : 1;
  w.emit('load', w.define(i.out), w.grid(i.of), ...stored(w, i.of), w.constant(scale));
}

export function pool(w: Writer, i: Of<'pool'>): void {
  const { layout } = w.in;
  const place = layout.stored.get(i.step);
  const links = layout.links.get(i.step);
  if (place === undefined || links === undefined) throw new InternalError(`pool ${i.step} is not stored`);
  w.emit('pool', w.at(i.of), w.grid(i.of.value), place, links.count, links.table);
}
