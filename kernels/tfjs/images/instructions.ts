import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageInstruction, ImageValue } from '../../../src/programme/images/instructions.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { heaviside, piecewiseLinear } from '../formulas/angle.js';
import { smooth, smoothSlope } from '../formulas/smooth.js';
import { weightedSum } from '../rows/instructions.js';
import type { Tensor, Tensors } from '../tensors.js';
import { aboveOf, correlation, positive, type Value } from '../values.js';
import { type Block, factorsAt, factorX, factorZ, missingAt, scaleAt } from './block.js';
import type { ComponentPositionPairs, GridPositionPairs } from './position-pairs.js';
import type { ImageStore } from './store.js';
import { eachSide, windowMean, windowSpread, windowWeights } from './windows.js';

/** Where instructions run: one component of one block of pairs. */
export interface Executor {
  readonly tf: Tensors;
  readonly job: PreparedImages;
  readonly plan: ImagePlan;
  readonly block: Block;
  readonly positionPairs: ComponentPositionPairs;
  readonly store: ImageStore;
  /** What was made and is still read; a covariance stands in `below`. */
  readonly values: Map<string, Value>;
}

/** Name of a value in `Executor.values`. */
export function keyOf({ form, value }: ImageValue): string {
  return `${form}:${value}`;
}

type Of<Op extends ImageInstruction['op']> = Extract<ImageInstruction, { op: Op }>;

function valueAt({ values }: Executor, of: ImageValue): Value {
  const found = values.get(keyOf(of));
  if (found === undefined) throw new InternalError(`value ${keyOf(of)} is read before it is there`);
  return found;
}

function gridOf({ positionPairs }: Executor, value: ValueId): GridPositionPairs {
  const found = positionPairs.of(value);
  if (found === null) throw new InternalError(`value ${value} has no cells here`);
  return found;
}

/** 4^(sum of exponents): what brings a product of stored numbers to the scale of its result. */
function unitOf(...exponents: readonly number[]): number {
  return 4 ** exponents.reduce((a, b) => a + b, 0);
}

const number = (below: Tensor): Value => ({ below, above: null });

/** CosineDistances 1/2 |x - z|^2 and 1/2 |x + z|^2 of unit pixels, channel by channel; 1 of a zero pixel. */
function source(executor: Executor, { out }: Of<'source'>): Value {
  const { tf, block, plan } = executor;
  const { positionPairs } = gridOf(executor, out.value);
  const { p, q } = positionPairs;
  const { x, z } = block.columns;
  const { channels } = executor.job;
  const halves = block.columns.missingPixels;
  const missing = halves && missingAt(tf, block, positionPairs, halves);
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

/** s s' (1 - u), and s s' (1 + u): the mixing weights of the spread come behind the window. */
function weigh(executor: Executor, { of, out, step }: Of<'weigh'>): Value {
  const { tf, block, plan } = executor;
  const distances = valueAt(executor, of);
  const { positionPairs } = gridOf(executor, out.value);
  const scale = scaleAt(tf, block, positionPairs, block.columns.of({ kind: 'deviation', value: out.value }));
  const both = plan.body.signed[step]
    ? { below: distances.below, above: aboveOf(tf, distances) }
    : number(distances.below);
  return eachSide(both, (side) => tf.mul(side, scale));
}

function window(executor: Executor, { of, step: id, even }: Of<'window'>): Value {
  const { tf, block, positionPairs, plan } = executor;
  const read = positionPairs.window(id);
  const before = valueAt(executor, of);
  const step = plan.programme.steps[id];
  if (even || step.op !== 'window') {
    const both = plan.body.signed[id] ? { below: before.below, above: aboveOf(tf, before) } : number(before.below);
    return eachSide(both, (side) => windowMean(tf, side, read));
  }
  const deviation = block.columns.of({ kind: 'deviation', value: step.of });
  const inverse = block.columns.of({ kind: 'inverse', value: id });
  const mixingWeights = block.columns.mixingWeights(id, () => windowWeights(read, deviation, inverse));
  const halves = block.columns.missing(id);
  const apart = tf.tidy(() => windowSpread(tf, block, read, mixingWeights));
  const spread = halves === null ? apart : tf.add(apart, missingAt(tf, block, read.to.positionPairs, halves));
  const scale = scaleAt(tf, block, read.to.positionPairs, inverse);
  return eachSide(before, (side) => tf.add(tf.mul(windowMean(tf, side, read), scale), spread));
}

function sum(executor: Executor, { parts, step, out }: Of<'sum'>): Value {
  const { tf, block, plan } = executor;
  const list = parts.map((_, place) => block.columns.of({ kind: 'mixingWeight', value: step, place }));
  const factors = factorsAt(tf, block, gridOf(executor, out.value).positionPairs, list);
  const values = parts.map((part) => part && valueAt(executor, part));
  const dominates = block.columns.dominates(step);
  return weightedSum(tf, values, 0, factors, { both: plan.body.signed[step], deep: false, dominates });
}

function linear(executor: Executor, i: Of<'piecewiseLinear'>): readonly (readonly [ImageValue, Value])[] {
  const { signed } = executor.plan.body;
  const wanted = (v: ImageValue | null) => v && { both: signed[v.value] };
  const made = piecewiseLinear(executor.tf, valueAt(executor, i.of), i.weight, {
    value: wanted(i.value),
    slope: wanted(i.slope),
  });
  const results: (readonly [ImageValue, Value])[] = [];
  if (i.value !== null && made.value !== null) results.push([i.value, made.value]);
  if (i.slope !== null && made.slope !== null) results.push([i.slope, made.slope]);
  return results;
}

function smoothMap(executor: Executor, i: Of<'smooth' | 'smoothSlope'>): Value {
  const { tf, block, plan } = executor;
  const { columns, features, zeros } = block.columns.smooth(i.step);
  const factors = factorsAt(tf, block, gridOf(executor, i.out.value).positionPairs, columns);
  const details = { map: i.map, first: 0, features, zeros, both: plan.body.signed[i.out.value] };
  return (i.op === 'smooth' ? smooth : smoothSlope)(tf, valueAt(executor, i.of), details, factors);
}

/**
 * s s' (1 - cosine distance) of `value`, times `left` if there is one; of antipodes exactly the negative of what equal
 * images have.
 */
function covariance(executor: Executor, of: ImageValue, value: ValueId, left: ImageValue | null, unit: number): Value {
  const { tf, block } = executor;
  const scale = scaleAt(
    tf,
    block,
    gridOf(executor, of.value).positionPairs,
    block.columns.of({ kind: 'deviation', value }),
    unit,
  );
  const selfKernels = tf.mul(correlation(tf, valueAt(executor, of)), scale);
  return number(left === null ? selfKernels : tf.mul(selfKernels, valueAt(executor, left).below));
}

function product(executor: Executor, { out, left, slope }: Of<'productPlain'>): Value {
  const { exponents } = executor.job;
  const step = executor.plan.programme.steps[out.value];
  if (step.op !== 'product') throw new InternalError('a plain product comes from a product');
  const unit = unitOf(exponents[step.left], exponents[step.right], -exponents[out.value]);
  return covariance(executor, slope, step.right, left, unit);
}

function sumPlain(executor: Executor, { parts, constant, out }: Of<'sumPlain'>): Value {
  const { tf } = executor;
  const { exponents } = executor.job;
  const unit = exponents[out.value];
  const terms = parts.map(({ of, weight }) => {
    const factor = weight * unitOf(exponents[of.value], -unit);
    const value = valueAt(executor, of).below;
    return factor === 1 ? value : tf.mul(value, factor);
  });
  const added = terms.reduce((a, b) => tf.add(a, b));
  // A copy, so that two values never share a tensor.
  return number(constant === 0 ? tf.clone(added) : tf.add(added, constant * unitOf(-unit)));
}

function windowPlain(executor: Executor, { out, of, step: id }: Of<'windowPlain'>): Value {
  const { tf, job, positionPairs, plan } = executor;
  const step = plan.programme.steps[id];
  if (!('of' in step)) throw new InternalError(`value ${id} is no window`);
  const mean = windowMean(tf, valueAt(executor, of).below, positionPairs.window(id));
  const factor = unitOf(job.exponents[step.of], -job.exponents[out.value]);
  return number(factor === 1 ? mean : tf.mul(mean, factor));
}

function normalise(executor: Executor, { out, of, by }: Of<'normalisePlain'>): Value {
  const { tf, block, job } = executor;
  const unit = unitOf(job.exponents[of.value], -job.exponents[by], -job.exponents[out.value]);
  const { positionPairs } = gridOf(executor, out.value);
  const scale = scaleAt(tf, block, positionPairs, block.columns.of({ kind: 'inverse', value: by }), unit);
  return number(tf.mul(valueAt(executor, of).below, scale));
}

/** 1 - K / sqrt(K(x,x) K(z,z)) and 1 + it; exactly 0 where all three are one number, 1 where a variance is 0. */
function distanceOf(executor: Executor, { out, of }: Of<'distanceOf'>): Value {
  const { tf, block, plan } = executor;
  const scale = scaleAt(
    tf,
    block,
    gridOf(executor, out.value).positionPairs,
    block.columns.of({ kind: 'square', value: out.value }),
  );
  const root = typeof scale === 'number' ? tf.scalar(Math.sqrt(scale)) : tf.sqrt(scale);
  const k = valueAt(executor, of).below;
  const live = tf.greater(root, 0);
  const distance = (difference: Tensor): Tensor => {
    const found = tf.div(positive(tf, difference), root);
    return tf.where(live, found, tf.onesLike(found));
  };
  return { below: distance(tf.sub(root, k)), above: plan.body.signed[out.value] ? distance(tf.add(root, k)) : null };
}

/** What one instruction makes. For use in a tidy. @throws InternalError for `store` and `pool`, which make nothing */
export function execute(executor: Executor, i: ImageInstruction): readonly (readonly [ImageValue, Value])[] {
  switch (i.op) {
    case 'source':
      return [[i.out, source(executor, i)]];
    case 'load':
      return [
        [
          i.out,
          executor.store.load(
            executor.tf,
            i.out,
            gridOf(executor, i.of).positionPairs.count,
            executor.positionPairs.numbers(i.of),
          ),
        ],
      ];
    case 'distanceOf':
      return [[i.out, distanceOf(executor, i)]];
    case 'weigh':
      return [[i.out, weigh(executor, i)]];
    case 'window':
      return [[i.out, window(executor, i)]];
    case 'sum':
      return [[i.out, sum(executor, i)]];
    case 'piecewiseLinear':
      return linear(executor, i);
    case 'heaviside':
      return [[i.out, heaviside(executor.tf, valueAt(executor, i.of), executor.plan.body.signed[i.out.value])]];
    case 'smooth':
    case 'smoothSlope':
      return [[i.out, smoothMap(executor, i)]];
    case 'plain':
      return [[i.out, covariance(executor, i.of, i.out.value, null, 1)]];
    case 'productPlain':
      return [[i.out, product(executor, i)]];
    case 'windowPlain':
      return [[i.out, windowPlain(executor, i)]];
    case 'sumPlain':
      return [[i.out, sumPlain(executor, i)]];
    case 'normalisePlain':
      return [[i.out, normalise(executor, i)]];
    case 'store':
    case 'pool':
      throw new InternalError(`${i.op} makes no value`);
  }
}

/** Keeps a value for a later stage, or adds a covariance to a pool. */
export function keep(executor: Executor, i: Of<'store' | 'pool'>): void {
  const { tf, positionPairs, store } = executor;
  const value = valueAt(executor, i.of);
  if (i.op === 'store') store.keep(tf, i.of, value, positionPairs.numbers(i.of.value));
  else store.pool(tf, i.step, value.below, positionPairs.pool(i.step));
}
