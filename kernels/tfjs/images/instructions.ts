import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageInstruction, ImageValue } from '../../../src/programme/images/body.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { piecewiseLinear, threshold } from '../formulas/angle.js';
import { smooth, smoothSlope } from '../formulas/smooth.js';
import { weightedSum } from '../rows/body.js';
import { aboveOf, correlation, positive, type Tensor, type Tensors, type Value } from '../tensors.js';
import { type Block, factorsAt, factorX, factorZ, missingAt, scaleAt } from './block.js';
import type { ComponentCells, GridCells } from './cells.js';
import type { ImageStore } from './store.js';
import { eachSide, windowMean, windowShares, windowSpread } from './windows.js';

/** Where instructions run: one component of one block of pairs. */
export interface Site {
  readonly tf: Tensors;
  readonly job: PreparedImages;
  readonly plan: ImagePlan;
  readonly block: Block;
  readonly cells: ComponentCells;
  readonly store: ImageStore;
  /** What was made and is still read; a covariance stands in `below`. */
  readonly values: Map<string, Value>;
}

/** Name of a value in `Site.values`. */
export function keyOf({ form, value }: ImageValue): string {
  return `${form}:${value}`;
}

type Of<Op extends ImageInstruction['op']> = Extract<ImageInstruction, { op: Op }>;

function valueAt({ values }: Site, of: ImageValue): Value {
  const found = values.get(keyOf(of));
  if (found === undefined) throw new InternalError(`value ${keyOf(of)} is read before it is there`);
  return found;
}

function gridOf({ cells }: Site, value: ValueId): GridCells {
  const found = cells.of(value);
  if (found === null) throw new InternalError(`value ${value} has no cells here`);
  return found;
}

/** 4^(sum of exponents): what brings a product of stored numbers to the scale of its result. */
function unitOf(...exponents: readonly number[]): number {
  return 4 ** exponents.reduce((a, b) => a + b, 0);
}

const number = (below: Tensor): Value => ({ below, above: null });

/** Gaps 1/2 |x - z|^2 and 1/2 |x + z|^2 of unit pixels, channel by channel; 1 of a zero pixel. */
function source(site: Site, { out }: Of<'source'>): Value {
  const { tf, block, plan } = site;
  const { cells } = gridOf(site, out.value);
  const { p, q } = cells;
  const { x, z } = block.columns;
  const { channels } = site.job;
  const halves = block.columns.missingPixels;
  const missing = halves && missingAt(tf, block, cells, halves);
  const side = (sign: 1 | -1): Tensor => {
    let sum: Tensor | null = null;
    for (let k = 0; k < channels; k++) {
      const before: Tensor | null = sum;
      sum = tf.tidy(() => {
        const a = factorX(
          tf,
          block,
          x.unit,
          p.map((at) => at * channels + k),
        );
        const b = factorZ(
          tf,
          block,
          z.unit,
          q.map((at) => at * channels + k),
        );
        const square = tf.squaredDifference(a, sign === 1 ? b : tf.neg(b));
        return before === null ? square : tf.add(before, square);
      });
      before?.dispose();
    }
    const half = tf.mul(0.5, sum ?? tf.scalar(0));
    return missing === null ? half : tf.add(half, missing);
  };
  return { below: side(1), above: plan.body.signed[out.value] ? side(-1) : null };
}

/** s s' (1 - u), and s s' (1 + u): the shares of the spread come behind the window. */
function weigh(site: Site, { of, out, step }: Of<'weigh'>): Value {
  const { tf, block, plan } = site;
  const gaps = valueAt(site, of);
  const { cells } = gridOf(site, out.value);
  const scale = scaleAt(tf, block, cells, block.columns.of({ kind: 'deviation', value: out.value }));
  const both = plan.body.signed[step] ? { below: gaps.below, above: aboveOf(tf, gaps) } : number(gaps.below);
  return eachSide(both, (side) => tf.mul(side, scale));
}

function window(site: Site, { of, step: id, even }: Of<'window'>): Value {
  const { tf, block, cells, plan } = site;
  const read = cells.window(id);
  const before = valueAt(site, of);
  const step = plan.programme.steps[id];
  if (even || step.op !== 'window') {
    const both = plan.body.signed[id] ? { below: before.below, above: aboveOf(tf, before) } : number(before.below);
    return eachSide(both, (side) => windowMean(tf, side, read));
  }
  const deviation = block.columns.of({ kind: 'deviation', value: step.of });
  const inverse = block.columns.of({ kind: 'inverse', value: id });
  const shares = block.columns.shares(id, () => windowShares(read, deviation, inverse));
  const halves = block.columns.missing(id);
  const apart = tf.tidy(() => windowSpread(tf, block, read, shares));
  const spread = halves === null ? apart : tf.add(apart, missingAt(tf, block, read.to.cells, halves));
  const scale = scaleAt(tf, block, read.to.cells, inverse);
  return eachSide(before, (side) => tf.add(tf.mul(windowMean(tf, side, read), scale), spread));
}

function sum(site: Site, { parts, step, out }: Of<'sum'>): Value {
  const { tf, block, plan } = site;
  const list = parts.map((_, place) => block.columns.of({ kind: 'share', value: step, place }));
  const factors = factorsAt(tf, block, gridOf(site, out.value).cells, list);
  const values = parts.map((part) => part && valueAt(site, part));
  const dominates = block.columns.dominates(step);
  return weightedSum(tf, values, 0, factors, { both: plan.body.signed[step], deep: false, dominates });
}

function linear(site: Site, i: Of<'piecewiseLinear'>): readonly (readonly [ImageValue, Value])[] {
  const { signed } = site.plan.body;
  const wanted = (v: ImageValue | null) => v && { both: signed[v.value] };
  const made = piecewiseLinear(site.tf, valueAt(site, i.of), i.weight, {
    value: wanted(i.value),
    slope: wanted(i.slope),
  });
  const results: (readonly [ImageValue, Value])[] = [];
  if (i.value !== null && made.value !== null) results.push([i.value, made.value]);
  if (i.slope !== null && made.slope !== null) results.push([i.slope, made.slope]);
  return results;
}

function smoothMap(site: Site, i: Of<'smooth' | 'smoothSlope'>): Value {
  const { tf, block, plan } = site;
  const { columns, features, zeros } = block.columns.smooth(i.step);
  const factors = factorsAt(tf, block, gridOf(site, i.out.value).cells, columns);
  const details = { map: i.map, first: 0, features, zeros, both: plan.body.signed[i.out.value] };
  return (i.op === 'smooth' ? smooth : smoothSlope)(tf, valueAt(site, i.of), details, factors);
}

/** s s' (1 - gap) of `value`, times `left` if there is one; of antipodes exactly the negative of what equal images have. */
function covariance(site: Site, of: ImageValue, value: ValueId, left: ImageValue | null, unit: number): Value {
  const { tf, block } = site;
  const scale = scaleAt(tf, block, gridOf(site, of.value).cells, block.columns.of({ kind: 'deviation', value }), unit);
  const own = tf.mul(correlation(tf, valueAt(site, of)), scale);
  return number(left === null ? own : tf.mul(own, valueAt(site, left).below));
}

function product(site: Site, { out, left, slope }: Of<'productPlain'>): Value {
  const { exponents } = site.job;
  const step = site.plan.programme.steps[out.value];
  if (step.op !== 'product') throw new InternalError('a plain product comes from a product');
  const unit = unitOf(exponents[step.left], exponents[step.right], -exponents[out.value]);
  return covariance(site, slope, step.right, left, unit);
}

function sumPlain(site: Site, { parts, constant, out }: Of<'sumPlain'>): Value {
  const { tf } = site;
  const { exponents } = site.job;
  const unit = exponents[out.value];
  const terms = parts.map(({ of, weight }) => {
    const factor = weight * unitOf(exponents[of.value], -unit);
    const value = valueAt(site, of).below;
    return factor === 1 ? value : tf.mul(value, factor);
  });
  const added = terms.reduce((a, b) => tf.add(a, b));
  // A copy, so that two values never share a tensor.
  return number(constant === 0 ? tf.clone(added) : tf.add(added, constant * unitOf(-unit)));
}

function windowPlain(site: Site, { out, of, step: id }: Of<'windowPlain'>): Value {
  const { tf, job, cells, plan } = site;
  const step = plan.programme.steps[id];
  if (!('of' in step)) throw new InternalError(`value ${id} is no window`);
  const mean = windowMean(tf, valueAt(site, of).below, cells.window(id));
  const factor = unitOf(job.exponents[step.of], -job.exponents[out.value]);
  return number(factor === 1 ? mean : tf.mul(mean, factor));
}

function normalise(site: Site, { out, of, by }: Of<'normalisePlain'>): Value {
  const { tf, block, job } = site;
  const unit = unitOf(job.exponents[of.value], -job.exponents[by], -job.exponents[out.value]);
  const { cells } = gridOf(site, out.value);
  const scale = scaleAt(tf, block, cells, block.columns.of({ kind: 'inverse', value: by }), unit);
  return number(tf.mul(valueAt(site, of).below, scale));
}

/** 1 - K / sqrt(K(x,x) K(z,z)) and 1 + it; exactly 0 where all three are one number, 1 where a variance is 0. */
function gapOf(site: Site, { out, of }: Of<'gapOf'>): Value {
  const { tf, block, plan } = site;
  const scale = scaleAt(
    tf,
    block,
    gridOf(site, out.value).cells,
    block.columns.of({ kind: 'square', value: out.value }),
  );
  const root = tf.sqrt(scale);
  const k = valueAt(site, of).below;
  const live = tf.greater(root, 0);
  const gap = (difference: Tensor): Tensor => {
    const found = tf.div(positive(tf, difference), root);
    return tf.where(live, found, tf.onesLike(found));
  };
  return { below: gap(tf.sub(root, k)), above: plan.body.signed[out.value] ? gap(tf.add(root, k)) : null };
}

/** What one instruction makes. For use in a tidy. @throws InternalError for `store` and `pool`, which make nothing */
export function execute(site: Site, i: ImageInstruction): readonly (readonly [ImageValue, Value])[] {
  switch (i.op) {
    case 'source':
      return [[i.out, source(site, i)]];
    case 'load':
      return [[i.out, site.store.load(site.tf, i.out, gridOf(site, i.of).cells.count, site.cells.numbers(i.of))]];
    case 'gapOf':
      return [[i.out, gapOf(site, i)]];
    case 'weigh':
      return [[i.out, weigh(site, i)]];
    case 'window':
      return [[i.out, window(site, i)]];
    case 'sum':
      return [[i.out, sum(site, i)]];
    case 'piecewiseLinear':
      return linear(site, i);
    case 'threshold':
      return [[i.out, threshold(site.tf, valueAt(site, i.of), site.plan.body.signed[i.out.value])]];
    case 'smooth':
    case 'smoothSlope':
      return [[i.out, smoothMap(site, i)]];
    case 'plain':
      return [[i.out, covariance(site, i.of, i.out.value, null, 1)]];
    case 'productPlain':
      return [[i.out, product(site, i)]];
    case 'windowPlain':
      return [[i.out, windowPlain(site, i)]];
    case 'sumPlain':
      return [[i.out, sumPlain(site, i)]];
    case 'normalisePlain':
      return [[i.out, normalise(site, i)]];
    case 'store':
    case 'pool':
      throw new InternalError(`${i.op} makes no value`);
  }
}

/** Keeps a value for a later stage, or adds a covariance to a pool. */
export function keep(site: Site, i: Of<'store' | 'pool'>): void {
  const { tf, cells, store } = site;
  const value = valueAt(site, i.of);
  if (i.op === 'store') store.keep(i.of, value, cells.numbers(i.of.value));
  else store.pool(tf, i.step, value.below, cells.pool(i.step));
}
