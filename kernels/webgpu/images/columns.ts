import { pixelsOf } from '../../../src/backend/images/pixels.js';
import { type PreparedImages, pooledOf, type SharedImages } from '../../../src/backend/images/prepare.js';
import { columnNeeds, columnOf, type ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import { SelfKernelRunner, selfKernelsNeeded } from '../../../src/programme/images/self-kernels.js';
import { requireVariances } from '../../../src/programme/range.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';

/**
 * Where the numbers of an image lie in its block: unit pixels, then one scale for each output, then columns of
 * positions.
 */
export class BlockLayout {
  /** First column of scales. */
  readonly scales: number;
  /** Numbers of a block. */
  length: number;
  readonly columns: { readonly column: ImageColumn; readonly at: number }[] = [];
  readonly #plan: ImagePlan;
  readonly #known = new Map<string, number>();

  constructor(plan: ImagePlan, channels: number, outputs: number) {
    this.#plan = plan;
    this.scales = positionCount(plan.programme.positions ?? []) * channels;
    this.length = this.scales + outputs;
  }

  /** Place of a column, made when it is first asked for. */
  place(column: ImageColumn): number {
    const name = JSON.stringify(column);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const at = this.length;
    this.length += (column.kind === 'smooth' ? 4 : 1) * this.positions(column.value);
    this.columns.push({ column, at });
    this.#known.set(name, at);
    return at;
  }

  /** Positions of a value. */
  positions(value: ValueId): number {
    const { grids, of } = this.#plan.places;
    const { height, width } = grids[of[value].grid];
    return height * width;
  }
}

/** Fills the blocks of images of one operand. */
export class BlockWriter {
  readonly #layout: BlockLayout;
  readonly #job: PreparedImages;
  readonly #selfKernels: SelfKernelRunner | null;

  constructor(layout: BlockLayout, job: PreparedImages) {
    this.#layout = layout;
    this.#job = job;
    const needs = layout.columns.flatMap(({ column }) => columnNeeds(column, job.programme));
    this.#selfKernels =
      needs.length === 0
        ? null
        : new SelfKernelRunner(job.programme, selfKernelsNeeded(job.programme, needs), job.exponents);
  }

  /** The blocks of `count` images from `from` on, one after the other. */
  write(set: SharedImages, from: number, count: number): Float32Array<ArrayBuffer> {
    const { length } = this.#layout;
    const blocks = new Float32Array(length * count);
    for (let i = 0; i < count; i++) this.#block(set, from + i, blocks.subarray(i * length, (i + 1) * length));
    return blocks;
  }

  #block(set: SharedImages, image: number, block: Float32Array): void {
    const { programme, channels, exponents, outputs } = this.#job;
    const { unit, squares } = pixelsOf(set.data, image, positionCount(programme.positions ?? []), channels);
    block.set(unit);
    outputs.forEach((output, k) => {
      const value = programme[output];
      const scale = set.scales[k];
      block[this.#layout.scales + k] = scale === null ? 2 ** (value === null ? 0 : exponents[value]) : scale[image];
    });
    const selfKernels = this.#selfKernels?.run(squares, (v) => pooledOf(set, v, image));
    if (selfKernels === undefined) return;
    for (const { column, at } of this.#layout.columns) {
      const numbers = columnOf(column, programme, selfKernels, exponents);
      if (column.kind === 'smooth') requireSingles(programme.steps[column.value], numbers);
      block.set(numbers, at);
    }
  }
}

/**
 * Refuses variances at which the formulas of a smooth map leave single precision; the first quarter of its columns
 * holds them.
 */
function requireSingles(step: Step, columns: Float64Array): void {
  if (step.op !== 'dual' && step.op !== 'dualDerivative') return;
  const { map } = step.phi;
  if (map === 'piecewiseLinear' || map === 'heaviside') return;
  requireVariances(map, columns.subarray(0, columns.length / 4), 'f32', () => 'an image');
}
