import { FactorWriter } from '../../../src/backend/images/factors.js';
import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import type { ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
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
  readonly #factors: FactorWriter;

  constructor(layout: BlockLayout, job: PreparedImages) {
    this.#layout = layout;
    this.#job = job;
    this.#factors = new FactorWriter(
      job,
      layout.columns.map(({ column }) => column),
    );
  }

  /** The blocks of `count` images from `from` on, one after the other. */
  write(set: SharedImages, from: number, count: number): Float32Array<ArrayBuffer> {
    const { length } = this.#layout;
    const blocks = new Float32Array(length * count);
    for (let i = 0; i < count; i++) this.#block(set, from + i, blocks.subarray(i * length, (i + 1) * length));
    return blocks;
  }

  #block(set: SharedImages, image: number, block: Float32Array): void {
    const { programme, exponents, outputs } = this.#job;
    this.#factors.read(set, image);
    this.#factors.unit(block, 0, 1);
    outputs.forEach((output, k) => {
      const value = programme[output];
      const scale = set.scales[k];
      block[this.#layout.scales + k] = scale === null ? 2 ** (value === null ? 0 : exponents[value]) : scale[image];
    });
    for (const { column, at } of this.#layout.columns) {
      const positions = this.#layout.positions(column.value);
      if (column.kind === 'smooth') this.#smooth(column, positions, block.subarray(at, at + 4 * positions));
      else this.#factors.column(column, block, at, 1);
    }
  }

  #smooth(column: ImageColumn, positions: number, to: Float32Array): void {
    const numbers = new Float64Array(4 * positions);
    this.#factors.column(column, numbers, 0, 1);
    requireSingles(this.#job.programme.steps[column.value], numbers);
    to.set(numbers);
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
