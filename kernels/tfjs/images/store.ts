import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { type FloatArray, zeros } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageValue } from '../../../src/programme/images/instructions.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import type { Tensor, Tensors } from '../tensors.js';
import { bothSides, type Value } from '../values.js';
import { total } from './pooling.js';
import { type PoolPositionPairs, storedCount, tapsOf } from './position-pairs.js';

/**
 * What the stages of a block of pairs hand on, on the host in f64: `[position pairs, rows * columns]` of each value.
 * Pools hold sums, values with two sides 1 - u, or where u < 0 the negative of 1 + u.
 */
export class ImageStore {
  readonly #job: PreparedImages;
  readonly #plan: ImagePlan;
  readonly #shape: readonly [number, number];
  readonly #numbers = new Map<ValueId, Float64Array>();

  constructor(job: PreparedImages, plan: ImagePlan, shape: readonly [number, number]) {
    this.#job = job;
    this.#plan = plan;
    this.#shape = shape;
  }

  get #pairs(): number {
    return this.#shape[0] * this.#shape[1];
  }

  #of(value: ValueId): Float64Array {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const made = new Float64Array(storedCount(this.#plan, value) * this.#pairs);
    this.#numbers.set(value, made);
    return made;
  }

  /** Keeps the position pairs of a component, whose numbers in the store are `numbers`. */
  keep(tf: Tensors, of: ImageValue, { below, above }: Value, numbers: Int32Array): void {
    const [kept, pairs] = [this.#of(of.value), this.#pairs];
    const from = tf.readSync(below);
    const other = this.#hasSign(of) && above !== null ? tf.readSync(above) : null;
    numbers.forEach((positionPair, c) => {
      for (let k = c * pairs, to = positionPair * pairs; k < (c + 1) * pairs; k++, to++) {
        kept[to] = other === null || from[k] <= 1 ? from[k] : -other[k];
      }
    });
  }

  #hasSign({ form, value }: ImageValue): boolean {
    return form === 'distance' && this.#plan.body.signed[value];
  }

  /** Adds the position pairs of a component to a pool. */
  pool(tf: Tensors, value: ValueId, tensor: Tensor, { whole, links }: PoolPositionPairs): void {
    const [kept, pairs] = [this.#of(value), this.#pairs];
    if (whole) {
      const sum = tf.tidy(() => total(tf, tensor));
      try {
        const added = tf.readSync(sum);
        for (let k = 0; k < pairs; k++) kept[k] += added[k];
      } finally {
        sum.dispose();
      }
      return;
    }
    const from = tf.readSync(tensor);
    for (let l = 0; l < links.length; l += 2) {
      const [source, target] = [links[l] * pairs, links[l + 1] * pairs];
      for (let k = 0; k < pairs; k++) kept[target + k] += from[source + k];
    }
  }

  /** The position pairs of a component of a value: of a pool their means. */
  load(tf: Tensors, of: ImageValue, count: number, numbers: Int32Array): Value {
    const [kept, pairs, scale] = [this.#of(of.value), this.#pairs, this.#scale(of.value)];
    const data = zeros(count * pairs, tf.precision);
    for (let c = 0; c < count; c++) {
      const at = numbers[c] * pairs;
      for (let k = 0; k < pairs; k++) data[c * pairs + k] = scale * kept[at + k];
    }
    const tensor = (numbersOf: FloatArray): Tensor => tf.tensor(numbersOf, [count, ...this.#shape]);
    if (!this.#hasSign(of)) return { below: tensor(data), above: null };
    const { below, above } = bothSides(data);
    return tf.tidy(() => ({ below: tensor(below), above: tensor(above) }));
  }

  #scale(value: ValueId): number {
    const step = this.#plan.programme.steps[value];
    const { exponents } = this.#job;
    return step.op === 'pool' ? 4 ** (exponents[step.of] - exponents[value]) / tapsOf(step.windows) ** 2 : 1;
  }

  /** Means of a pool at the pairs of positions `diagonal` of pair `pair`, over 4^exponent. */
  selfKernels(value: ValueId, pair: number, diagonal: Int32Array): Float64Array {
    const step = this.#plan.programme.steps[value];
    if (step.op !== 'pool') throw new InternalError(`value ${value} is no pool`);
    const unit = 1 / tapsOf(step.windows) ** 2;
    const [kept, pairs] = [this.#of(value), this.#pairs];
    return Float64Array.from(diagonal, (positionPair) => unit * kept[positionPair * pairs + pair]);
  }
}
