import { pixelsOf } from '../../../src/backend/images/pixels.js';
import { type PreparedImages, pooledOf, type SharedImages } from '../../../src/backend/images/prepare.js';
import { InternalError } from '../../../src/errors.js';
import { columnNeeds, columnOf, type ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImageInstruction } from '../../../src/programme/images/instructions.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import {
  type ImageSelfKernels,
  SelfKernelRunner,
  selfKernelsNeeded,
} from '../../../src/programme/images/self-kernels.js';
import type { PerfectCorrelationSpan } from '../../../src/programme/perfect-correlation.js';
import { requireVariances } from '../../../src/programme/range.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { findSpans, hasFeatures, type Spans } from './spans.js';

/** Numbers of the positions of some images, `[positions, images]`. */
export type Numbers = Float64Array;

/** Numbers of the images of both sides of a tile. */
export interface BothNumbers {
  readonly x: Numbers;
  readonly z: Numbers;
  /** The one number that all positions of all images have; null where they differ. */
  readonly shared: number | null;
}

/** The columns that an instruction may read. */
function columnsRead(i: ImageInstruction, steps: readonly Step[]): readonly ImageColumn[] {
  switch (i.op) {
    case 'weigh':
      return [{ kind: 'deviation', value: i.out.value }];
    case 'window': {
      const step = steps[i.step];
      if (i.even || !('of' in step)) return [];
      return [
        { kind: 'deviation', value: step.of },
        { kind: 'inverse', value: i.step },
      ];
    }
    case 'sum':
      return i.parts.map((_, place) => ({ kind: 'mixingWeight', value: i.step, place }));
    case 'plain':
      return [{ kind: 'deviation', value: i.out.value }];
    case 'productPlain': {
      const step = steps[i.out.value];
      return step.op === 'product' ? [{ kind: 'deviation', value: step.right }] : [];
    }
    case 'normalisePlain':
      return [{ kind: 'inverse', value: i.by }];
    case 'distanceOf':
      return [{ kind: 'square', value: i.out.value }];
    case 'smooth':
    case 'smoothSlope':
      return [{ kind: 'smooth', value: i.step }];
    default:
      return [];
  }
}

/** Finds self-kernels of images, and of those the columns of a tile. */
export class ImageFactors {
  readonly #job: PreparedImages;
  readonly #plan: ImagePlan;
  readonly #runner: SelfKernelRunner | null;
  readonly #positions: number;
  #spans: Spans | null = null;

  constructor(job: PreparedImages, plan: ImagePlan) {
    this.#job = job;
    this.#plan = plan;
    const { steps } = plan.programme;
    const columns = plan.body.stages.flat().flatMap((i) => columnsRead(i, steps));
    const needs = columns.flatMap((column) => columnNeeds(column, plan.programme));
    this.#runner =
      needs.length === 0
        ? null
        : new SelfKernelRunner(plan.programme, selfKernelsNeeded(plan.programme, needs), job.exponents);
    this.#positions = positionCount(plan.programme.positions ?? []);
  }

  /** Factors of images `from .. from + count` of a set. */
  side(set: SharedImages, from: number, count: number): ImageSide {
    const { channels } = this.#job;
    const unit = new Float64Array(this.#positions * channels * count);
    const squares = new Float64Array(this.#positions * count);
    const selfKernels: ImageSelfKernels[] = [];
    for (let i = 0; i < count; i++) {
      const pixels = pixelsOf(set.data, from + i, this.#positions, channels);
      pixels.unit.forEach((value, k) => {
        unit[k * count + i] = value;
      });
      pixels.squares.forEach((square, p) => {
        squares[p * count + i] = square;
      });
      if (this.#runner === null) continue;
      // The runner writes the next image over this one.
      const found = this.#runner.run(pixels.squares, (v) => pooledOf(set, v, from + i));
      selfKernels.push(found.map((values) => values?.slice() ?? null));
    }
    return { from, count, unit, squares, selfKernels };
  }

  /** What spans smooth map `value` in all images of the job. */
  #span(value: ValueId): PerfectCorrelationSpan | null {
    const { x, z } = this.#job;
    this.#spans ??= findSpans(this.#job, x === z ? [x] : [x, z], (set, image) => {
      const { squares } = pixelsOf(set.data, image, this.#positions, this.#job.channels);
      return this.#runner?.run(squares, (v) => pooledOf(set, v, image)) ?? [];
    });
    return this.#spans.get(value) ?? null;
  }

  /** The columns of the images of a tile. */
  columns(x: ImageSide, z: ImageSide): TileColumns {
    return new TileColumns(this.#job, this.#plan, x, z, (value) => this.#span(value));
  }
}

/** What is known of each image of one side of a tile. */
export interface ImageSide {
  readonly from: number;
  readonly count: number;
  /** Unit pixels, `[positions * channels, images]`. */
  readonly unit: Numbers;
  /** |x_p|^2, `[positions, images]`. */
  readonly squares: Numbers;
  readonly selfKernels: readonly ImageSelfKernels[];
}

/** 1/2 for each zero of some numbers, else 0; null where there is no zero. */
function halvesOf({ x, z, shared }: BothNumbers): Missing {
  if (shared !== null || !(x.includes(0) || z.includes(0))) return { halves: null };
  const halves = (numbers: Numbers): Numbers => numbers.map((k) => (k === 0 ? 0.5 : 0));
  return { halves: { x: halves(x), z: halves(z), shared } };
}

/** What was found of positions without an self-kernel. */
interface Missing {
  readonly halves: BothNumbers | null;
}

/** Columns of the images of a tile, each made when it is first asked for. */
export class TileColumns {
  readonly x: ImageSide;
  readonly z: ImageSide;
  readonly #job: PreparedImages;
  readonly #plan: ImagePlan;
  readonly #known = new Map<string, BothNumbers>();
  readonly #smooth = new Map<ValueId, SmoothColumns>();
  readonly #mixingWeights = new Map<ValueId, readonly BothNumbers[]>();
  readonly #missing = new Map<ValueId, Missing>();
  readonly #dominates = new Map<ValueId, boolean>();
  #missingPixels: Missing | null = null;
  readonly #span: (value: ValueId) => PerfectCorrelationSpan | null;

  constructor(
    job: PreparedImages,
    plan: ImagePlan,
    x: ImageSide,
    z: ImageSide,
    span: (value: ValueId) => PerfectCorrelationSpan | null,
  ) {
    this.#span = span;
    this.#job = job;
    this.#plan = plan;
    this.x = x;
    this.z = z;
  }

  /** A column that is one number for each position. */
  of(column: Exclude<ImageColumn, { kind: 'smooth' }>): BothNumbers {
    const name = `${column.kind}:${column.value}:${column.kind === 'mixingWeight' ? column.place : ''}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const made = this.#both(column);
    this.#known.set(name, made);
    return made;
  }

  #both(column: ImageColumn): BothNumbers {
    const isShared = this.#job.deviations[columnNeeds(column, this.#plan.programme)[0]] !== null;
    const [x, z] = [this.#numbers(column, this.x), this.#numbers(column, this.z)];
    return { x, z, shared: isShared && x.length > 0 ? x[0] : null };
  }

  /** `[positions, images]`, of smooth maps `[4, positions, images]`. */
  #numbers(column: ImageColumn, { count, selfKernels }: ImageSide): Numbers {
    const { exponents } = this.#job;
    let result = new Float64Array(0);
    selfKernels.forEach((values, i) => {
      const numbers = columnOf(column, this.#plan.programme, values, exponents);
      if (i === 0) result = new Float64Array(numbers.length * count);
      for (let k = 0; k < numbers.length; k++) result[k * count + i] = numbers[k];
    });
    return result;
  }

  /** 1/2 for each zero pixel, else 0; null where no image has one. */
  get missingPixels(): BothNumbers | null {
    this.#missingPixels ??= halvesOf({ x: this.x.squares, z: this.z.squares, shared: null });
    return this.#missingPixels.halves;
  }

  /** 1/2 for each position without an self-kernel of `value`, else 0; null where all have one. */
  missing(value: ValueId): BothNumbers | null {
    const known = this.#missing.get(value) ?? halvesOf(this.of({ kind: 'inverse', value }));
    this.#missing.set(value, known);
    return known.halves;
  }

  /**
   * Whether the first part of sum `value` has a weight of at least 1/4 in every pair: shares a, b of at least 1/2 have
   * such a product.
   */
  dominates(value: ValueId): boolean {
    const { x, z } = this.of({ kind: 'mixingWeight', value, place: 0 });
    const known =
      this.#dominates.get(value) ??
      [x, z].every((mixingWeights) => mixingWeights.every((mixingWeight) => mixingWeight >= 0.5));
    this.#dominates.set(value, known);
    return known;
  }

  /** The shares of the taps of window `value`, made when they are first asked for. */
  mixingWeights(value: ValueId, make: () => readonly BothNumbers[]): readonly BothNumbers[] {
    const known = this.#mixingWeights.get(value) ?? make();
    this.#mixingWeights.set(value, known);
    return known;
  }

  /** The columns of smooth map `value`. */
  smooth(value: ValueId): SmoothColumns {
    const known = this.#smooth.get(value);
    if (known !== undefined) return known;
    const made = this.#smoothColumns(value);
    this.#smooth.set(value, made);
    return made;
  }

  #smoothColumns(value: ValueId): SmoothColumns {
    const all = this.#both({ kind: 'smooth', value });
    const step = this.#plan.programme.steps[value];
    if (step.op !== 'dual' && step.op !== 'dualDerivative') throw new InternalError(`value ${value} is no map`);
    const { phi } = step;
    if (phi.map === 'piecewiseLinear' || phi.map === 'heaviside')
      throw new InternalError(`value ${value} is no smooth map`);
    const { precision } = this.#job;
    const column = (numbers: Numbers, k: number): Numbers =>
      numbers.subarray((k * numbers.length) / 4, ((k + 1) * numbers.length) / 4);
    for (const side of [all.x, all.z]) requireVariances(phi.map, column(side, 0), precision, () => 'an image');
    const roots = [column(all.x, 2), column(all.z, 2)];
    const zeros = roots.some((root) => root.includes(0));
    const isShared = all.shared !== null;
    const of = (k: number): BothNumbers => {
      const [x, z] = [column(all.x, k), column(all.z, k)];
      return { x, z, shared: isShared ? x[0] : null };
    };
    const [variance, root, scale] = [of(0), of(1), of(2)];
    const left = (numbers: Numbers): Numbers => (precision === 'f64' ? numbers.map(() => 0) : rounded(numbers));
    const rest = { x: left(root.x), z: left(root.z), shared: isShared ? left(root.x)[0] : null };
    const columns = [variance, root, scale, rest];
    if (precision === 'f64') return { columns: [...columns, of(3)], features: isShared ? 0 : 1, zeros };
    if (isShared || !hasFeatures(step)) return { columns, features: 0, zeros };
    const span = this.#span(value);
    if (span === null) return { columns, features: null, zeros };
    const [fx, fz] = [span.features(variance.x), span.features(variance.z)];
    const pairs = fx.map((x, k): BothNumbers => ({ x, z: fz[k], shared: null }));
    return { columns: [...columns, ...pairs], features: span.count, zeros };
  }
}

/**
 * Columns of a smooth map: variance, its root, the root of its self-kernel, what rounding left of the first root, then
 * in single precision features, in double precision the curvature (`pair.ts`).
 */
export interface SmoothColumns {
  readonly columns: readonly BothNumbers[];
  /**
   * Features of the cosine distance of fully correlated pairs (`perfectCorrelation.ts`); null where too many would be
   * needed.
   */
  readonly features: number | null;
  /** Whether an self-kernel is 0. */
  readonly zeros: boolean;
}

/** What rounding to a single leaves of each number. */
function rounded(values: Numbers): Numbers {
  return values.map((v) => v - Math.fround(v));
}
