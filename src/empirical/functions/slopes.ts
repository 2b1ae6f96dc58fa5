import { RandomSource } from '../../linalg/random.js';

/** Numbers of several arrays: a point, or a direction. */
export type Point = readonly Float32Array[];

/** A map of some arrays to numbers, with its own gradient: what differences of its values are to confirm. */
export interface Slopes {
  /** Where it is looked at. */
  readonly base: Point;
  /** Its values at a point. */
  values(at: Point): Promise<ArrayLike<number>>;
  /** The gradient at a point of the sum of its values times `weights`. */
  gradient(at: Point, weights: Float32Array): Promise<Point>;
}

/** A slope along one direction, by the gradient and by differences. */
export interface SlopeCheck {
  /** By the gradient. */
  readonly expected: number;
  /** By differences. */
  readonly measured: number;
  /** How far apart they are, relative to the slope. */
  readonly difference: number;
  /** What differences can show of it, relative to the slope. */
  readonly tolerance: number;
}

/** Central differences with one step. */
interface Measure {
  readonly step: number;
  readonly central: Float64Array;
  /** Half of what the slopes ahead and behind differ by. */
  readonly bend: Float64Array;
}

/** Steps relative to the size of what is moved, each a quarter of the one before; the two that are tried first. */
const STEPS: readonly number[] = Array.from({ length: 7 }, (_, k) => 1.6 / 4 ** k);
const FIRST = 3;
/** A difference that needs no better look, a tolerance that needs none, and one that needs a look at other points. */
const CLOSE = 2e-3;
const SHARP = 0.02;
const BLUNT = 0.1;
/**
 * How often the estimated error of a difference may be off; rounding of a value in f32; that of a gradient, with room.
 */
const SAFETY = 2;
const ROUNDING = 2 ** -22;
const FLOOR = 5e-4;
/** Directions, and points nearby, that must all disagree. */
const TRIES = 3;
/** How far these points lie, relative to the size of what is moved. */
const NEARBY = 0.05;
/** Part of the weights of the values that is random: what has no slope may have a gradient. */
const RANDOM = 0.3;

function length(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] ** 2;
  return Math.sqrt(sum);
}

/** Root mean square of some numbers; 1 where all are 0. */
const sizeOf = (values: Float32Array): number => length(values) / Math.sqrt(Math.max(1, values.length)) || 1;

function moved(base: Point, direction: Point, step: number): Point {
  return base.map((values, k) => values.map((v, i) => v + step * direction[k][i]));
}

/** Standard normals times the size of each array. */
function directionOf(base: Point, random: RandomSource): Point {
  return base.map((values) => {
    const size = sizeOf(values);
    const direction = new Float32Array(values.length);
    random.fill(direction);
    return direction.map((v) => size * v);
  });
}

/** Differences along one direction: the slope that they show, and how well they show it. */
class Line {
  readonly #slopes: Slopes;
  readonly #base: Point;
  readonly #direction: Point;
  readonly #middle: ArrayLike<number>;
  readonly #measures = new Map<number, Measure | null>();

  constructor(slopes: Slopes, base: Point, direction: Point, middle: ArrayLike<number>) {
    this.#slopes = slopes;
    this.#base = base;
    this.#direction = direction;
    this.#middle = middle;
  }

  async #measure(k: number): Promise<Measure | null> {
    const known = this.#measures.get(k);
    if (known !== undefined) return known;
    const step = STEPS[k];
    const up = await this.#slopes.values(moved(this.#base, this.#direction, step));
    const down = await this.#slopes.values(moved(this.#base, this.#direction, -step));
    const count = this.#middle.length;
    const [central, bend] = [new Float64Array(count), new Float64Array(count)];
    for (let i = 0; i < count; i++) {
      central[i] = (up[i] - down[i]) / (2 * step);
      bend[i] = (up[i] - 2 * this.#middle[i] + down[i]) / (2 * step);
    }
    const measure = Number.isFinite(length(bend)) ? { step, central, bend } : null;
    this.#measures.set(k, measure);
    return measure;
  }

  /** Slope times step, for what f32 keeps of the step: the values have seen no more of it. */
  #expected(gradient: Point, step: number): number {
    const [ahead, behind] = [moved(this.#base, this.#direction, step), moved(this.#base, this.#direction, -step)];
    let sum = 0;
    gradient.forEach((g, a) => {
      for (let i = 0; i < g.length; i++) sum += g[i] * (ahead[a][i] - behind[a][i]);
    });
    return sum / (2 * step);
  }

  /**
   * The slope by a step and a quarter of it, and what it may be off by: what the two differ by, a corner that is there
   * at both, rounding.
   */
  async #slope(
    k: number,
  ): Promise<{ readonly values: Float64Array; readonly error: number; readonly steps: readonly number[] } | null> {
    const [a, b] = [await this.#measure(k), await this.#measure(k + 1)];
    if (a === null || b === null) return null;
    const apart = b.central.map((v, i) => v - a.central[i]);
    const corner = b.bend.map((v, i) => (4 * v - a.bend[i]) / 3);
    const error = length(apart) + length(corner) + (ROUNDING * length(this.#middle)) / b.step;
    return { values: b.central.map((v, i) => v + apart[i] / 15), error, steps: [a.step, b.step] };
  }

  async #judge(k: number, gradient: Point, weights: Float32Array): Promise<SlopeCheck | null> {
    const slope = await this.#slope(k);
    if (slope === null) return null;
    const measured = slope.values.reduce((sum, v, i) => sum + v * weights[i], 0);
    const [a, b] = slope.steps.map((step) => this.#expected(gradient, step));
    const expected = b + (b - a) / 15;
    const scale = Math.max(length(slope.values), Math.abs(expected));
    if (scale === 0) return { expected, measured, difference: 0, tolerance: FLOOR };
    const tolerance = SAFETY * (slope.error / scale) + FLOOR;
    return { expected, measured, difference: Math.abs(measured - expected) / scale, tolerance };
  }

  /** Weights of the values along their slope, where all of it counts, with some chance in it. */
  async #weights(random: RandomSource): Promise<Float32Array> {
    const slope = (await this.#slope(FIRST))?.values ?? null;
    const [size, count] = [slope === null ? 0 : length(slope), this.#middle.length];
    const chance = (size === 0 ? 1 : RANDOM) / Math.sqrt(count);
    return Float32Array.from({ length: count }, (_, i) => {
      const along = slope === null || size === 0 ? 0 : slope[i] / size;
      return along + (random.uniform() < 0.5 ? -chance : chance);
    });
  }

  /** The sharpest that differences can say of the gradient. */
  async check(random: RandomSource): Promise<SlopeCheck | null> {
    const weights = await this.#weights(random);
    const gradient = await this.#slopes.gradient(this.#base, weights);
    if (!gradient.every((g) => Number.isFinite(length(g)))) return null;
    let best = await this.#judge(FIRST, gradient, weights);
    if (best !== null && best.difference <= Math.min(CLOSE, best.tolerance) && best.tolerance <= SHARP) return best;
    for (let k = 0; k < STEPS.length - 1; k++) {
      const found = await this.#judge(k, gradient, weights);
      if (found !== null && (best === null || found.tolerance < best.tolerance)) best = found;
    }
    return best;
  }
}

const holds = ({ difference, tolerance }: SlopeCheck): boolean => difference <= tolerance;
const isSharp = ({ tolerance }: SlopeCheck): boolean => tolerance <= SHARP;

/**
 * Compares a gradient with central differences along random directions, which share nothing with it.
 *
 * It fails (`difference > tolerance`) only where several directions disagree by more than the differences of two steps
 * do, and at points nearby too: at a corner of a piecewise linear map no slope is the right one. Null where values or
 * gradients are not finite.
 */
export async function checkSlopes(slopes: Slopes, seed: number): Promise<SlopeCheck | null> {
  const random = new RandomSource(seed, 'slopes');
  const along = async (base: Point): Promise<SlopeCheck | null> => {
    const middle = await slopes.values(base);
    if (!Number.isFinite(length(middle))) return null;
    return new Line(slopes, base, directionOf(base, random), middle).check(random);
  };
  const nearby = (): Promise<SlopeCheck | null> => along(moved(slopes.base, directionOf(slopes.base, random), NEARBY));
  let worst: SlopeCheck | null = null;
  for (let k = 0; k < TRIES; k++) {
    const found = await along(slopes.base);
    if (found === null) return null;
    if (holds(found)) return found.tolerance <= BLUNT ? found : sharpest(found, nearby);
    worst ??= found;
  }
  let right = 0;
  for (let k = 0; k < TRIES; k++) {
    const found = await nearby();
    if (found !== null && !holds(found)) continue;
    right += 1;
    if (right > 1) return found;
  }
  return worst;
}

/**
 * A look that shows little, as at a corner, and looks nearby: the sharpest of them; one that fails where all that are
 * sharp do.
 */
async function sharpest(first: SlopeCheck, nearby: () => Promise<SlopeCheck | null>): Promise<SlopeCheck> {
  let [best, failed]: [SlopeCheck, SlopeCheck | null] = [first, null];
  for (let k = 0; k < TRIES; k++) {
    const found = await nearby();
    if (found === null) continue;
    if (holds(found)) {
      if (isSharp(found)) return found;
      if (found.tolerance < best.tolerance) best = found;
    } else if (isSharp(found)) failed = k === 0 || failed !== null ? found : null;
  }
  return failed ?? best;
}
