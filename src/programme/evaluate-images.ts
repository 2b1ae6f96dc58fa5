import type { Programme, ValueId } from '../vocabulary/steps.js';
import { type CosineDistances, distances, keepSmaller, runStep } from './evaluate.js';
import type { ImageFactors } from './image-self-kernels.js';
import { lastUses, operands } from './needs.js';
import { asItIs, type Rounding, roundDistances } from './rounding.js';
import { type Layout, layout, type Taps } from './taps.js';

/** A programme on images, ready to be evaluated. */
export interface ImageProgramme extends Layout {
  readonly programme: Programme;
  /** The step that reads each value last. */
  readonly last: Int32Array;
  /**
   * Whether pairs of a position with itself are all that is needed: without pools, windows and readouts read (p, p) for (p, p). Then values
   * are `[positions]` instead of `[positions, positions]`.
   */
  readonly isDiagonal: boolean;
}

/** Positions, taps and lifetimes of a programme on images. */
export function imageProgramme(programme: Programme): ImageProgramme {
  const isDiagonal = !programme.steps.some(({ op }) => op === 'pool');
  return { programme, ...layout(programme), last: lastUses(programme), isDiagonal };
}

/** Pairs of `n` positions that a value holds. */
export function pairsOf({ isDiagonal }: ImageProgramme, n: number): number {
  return isDiagonal ? n : n * n;
}

/** Most numbers that the values of one pair take at a time. */
export function liveNumbers(body: ImageProgramme): number {
  const { positions, last } = body;
  const live = positions.map((_, now) =>
    positions.reduce((sum, n, i) => sum + (i <= now && last[i] >= now ? 2 * pairsOf(body, n) : 0), 0),
  );
  return Math.max(...live);
}

/** The pairs `from .. to`: those of one position of the left image. */
function rowOf({ below, above }: CosineDistances, from: number, to: number): CosineDistances {
  return { below: below.subarray(from, to), above: above.subarray(from, to) };
}

/** 1 - u = |xh - zh|^2 / 2 and 1 + u = |xh + zh|^2 / 2 of all pairs of unit pixels; u = 0 where a pixel is zero. */
function pixelDistances(x: ImageFactors, z: ImageFactors, isDiagonal: boolean): CosineDistances {
  const channels = x.unit.length / x.rows;
  const out = distances(isDiagonal ? x.rows : x.rows * z.rows);
  const columns = isDiagonal ? 0 : z.rows;
  for (let p = 0; p < x.rows; p++) {
    for (let q = isDiagonal ? p : 0; q < (isDiagonal ? p + 1 : z.rows); q++) {
      let [below, above] = [0, 0];
      for (let c = 0; c < channels; c++) {
        const [a, b] = [x.unit[p * channels + c], z.unit[q * channels + c]];
        below += (a - b) * (a - b);
        above += (a + b) * (a + b);
      }
      if (x.norms.mantissa[p] > 0 && z.norms.mantissa[q] > 0) keepSmaller(below / 2, above / 2, out, p * columns + q);
    }
  }
  return out;
}

/**
 * What a window or pool reads: its taps, and the correlations `of` its operand, `[columns, columns]`: pair (p, q) at p columns + q. With 0
 * columns there are the pairs (p, p) alone.
 */
export interface Tapped extends Taps {
  readonly of: CosineDistances;
  readonly columns: number;
}

/**
 * d' = sum_k a_k b_k d_k + 1/2 sum_k (a_k - b_k)^2 over the taps k, for mixing weights a of position `j` and b of position `i`.
 *
 * A tap outside an image has share 0. Blended around the largest part as sums are (see `evaluate.ts`).
 */
function windowDistance(
  { at, count, of, columns }: Tapped,
  a: Float64Array,
  b: Float64Array,
  j: number,
  i: number,
): readonly [below: number, above: number] {
  let [base, largest, spread] = [-1, 0, 0];
  for (let k = 0; k < count; k++) {
    const [s, t] = [a[j * count + k], b[i * count + k]];
    spread += ((s - t) * (s - t)) / 2;
    if (s * t > largest) [base, largest] = [k, s * t];
  }
  if (base < 0) return [1, 1];
  const first = at[j * count + base] * columns + at[i * count + base];
  const [below0, above0] = [of.below[first], of.above[first]];
  let below = below0 + spread * (1 - below0);
  let above = above0 + spread * (1 - above0);
  for (let k = 0; k < count; k++) {
    const weight = a[j * count + k] * b[i * count + k];
    if (k === base || weight === 0) continue;
    const from = at[j * count + k] * columns + at[i * count + k];
    below += weight * (of.below[from] - below0);
    above += weight * (of.above[from] - above0);
  }
  return [Math.max(0, below), Math.max(0, above)];
}

/** Share of the spread below which a cosine distance is not found by subtraction. */
const CANCELLED = 0.01;

/**
 * What rounding makes of a cosine distance behind a window: devices add up half the mean square of the difference, over the roots s and t of the own
 * values, and take off the spread 1/2 (s - t)^2 / (s t), unless that cancels. Three steps act on the sum.
 */
function roundedWindow(distance: number, s: number, t: number, rounding: Rounding): number {
  const spread = (s - t) ** 2 / (2 * s * t);
  if (!(spread < Infinity) || distance < CANCELLED * spread) return rounding(distance);
  const mean = rounding(distance + spread);
  return Math.max(0, rounding(rounding(mean * s) * t) / (s * t) - spread);
}

/**
 * sum_k sum_l r_k s_l u(p + k, p' + l): the covariance of two pooled positions, up to the scales of their roots r and s.
 *
 * Its terms have both signs, so `rounding` acts on each of them and on each partial sum.
 */
export function pooledCovariance(
  { at, count, of, columns }: Tapped,
  r: Float64Array,
  s: Float64Array,
  j: number,
  i: number,
  rounding: Rounding = asItIs,
): number {
  let total = 0;
  for (let k = j * count; k < (j + 1) * count; k++) {
    if (r[k] === 0) continue;
    for (let l = i * count; l < (i + 1) * count; l++) {
      if (s[l] === 0) continue;
      const pair = at[k] * columns + at[l];
      const u = of.below[pair] <= of.above[pair] ? 1 - of.below[pair] : of.above[pair] - 1;
      total = rounding(total + rounding(r[k] * s[l] * u));
    }
  }
  return total;
}

/** The cosine distances of a pooled pair, from its covariance and the product of the two pooled squares. */
function poolDistance(covariance: number, squares: number): readonly [below: number, above: number] {
  const root = Math.sqrt(squares);
  return root > 0 ? [Math.max(0, (root - covariance) / root), Math.max(0, (root + covariance) / root)] : [1, 1];
}

/** The correlations of one pair of images, step by step: of each value `[positions, positions]`. */
export class PairOfImages {
  readonly #body: ImageProgramme;
  readonly #x: ImageFactors;
  readonly #z: ImageFactors;
  readonly #last: Int32Array;
  readonly #values: CosineDistances[] = [];
  readonly #free: CosineDistances[] = [];
  readonly #rounding: Rounding | null;

  /**
   * `last`: the step that reads each value last, of those that will be run; its room is used again after it.
   * `rounding` acts on what every step gives. [none]
   */
  constructor(
    body: ImageProgramme,
    x: ImageFactors,
    z: ImageFactors,
    last: Int32Array,
    rounding: Rounding | null = null,
  ) {
    this.#rounding = rounding;
    this.#body = body;
    this.#x = x;
    this.#z = z;
    this.#last = last;
  }

  /** The correlations of a value that has been run. */
  value(v: ValueId): CosineDistances {
    return this.#values[v];
  }

  /** Runs step `index`; those that it reads must have been run. */
  run(index: number): void {
    const { programme, positions, taps } = this.#body;
    const step = programme.steps[index];
    const here = taps[index];
    const isPointwise = step.op !== 'inner' && (here === null || !('of' in step));
    if (step.op === 'inner') this.#values[index] = pixelDistances(this.#x, this.#z, this.#body.isDiagonal);
    else if (here === null || !('of' in step)) this.#values[index] = this.#pointwise(index);
    else {
      const read = { ...here, of: this.#values[step.of], columns: this.#columns(positions[step.of]) };
      this.#values[index] = this.#joined(index, read, step.op === 'pool');
    }
    if (this.#rounding !== null && !isPointwise) roundDistances(this.#values[index], this.#rounding);
    for (const v of new Set(operands(step))) if (this.#last[v] === index) this.#free.push(this.#values[v]);
  }

  #columns(positions: number): number {
    return this.#body.isDiagonal ? 0 : positions;
  }

  #room(index: number): CosineDistances {
    const size = pairsOf(this.#body, this.#body.positions[index]);
    const found = this.#free.findIndex((g) => g.below.length === size);
    return found < 0 ? distances(size) : this.#free.splice(found, 1)[0];
  }

  #pointwise(index: number): CosineDistances {
    const { positions, programme, isDiagonal } = this.#body;
    const count = positions[index];
    const out = this.#room(index);
    for (let row = 0; row < count; row++) {
      const [from, to] = isDiagonal ? [row, row + 1] : [row * count, (row + 1) * count];
      const read = (v: ValueId): CosineDistances => rowOf(this.#values[v], from, to);
      const strip = { x: this.#x, rowX: row, z: this.#z, firstZ: isDiagonal ? row : 0 };
      runStep(programme, index, read, null, strip, rowOf(out, from, to), this.#rounding);
    }
    return out;
  }

  #window(read: Tapped, index: number, j: number, i: number): readonly [number, number] {
    const [[a, s], [b, t]] = [this.#x.columns[index], this.#z.columns[index]];
    const [below, above] = windowDistance(read, a, b, j, i);
    const rounding = this.#rounding;
    if (rounding === null) return [below, above];
    return [roundedWindow(below, s[j], t[i], rounding), roundedWindow(above, s[j], t[i], rounding)];
  }

  #joined(index: number, read: Tapped, pool: boolean): CosineDistances {
    const out = this.#room(index);
    const n = this.#body.positions[index];
    const [[a, selfKernels], [b, other]] = [this.#x.columns[index], this.#z.columns[index]];
    const { isDiagonal } = this.#body;
    for (let j = 0; j < n; j++) {
      for (let i = isDiagonal ? j : 0; i < (isDiagonal ? j + 1 : n); i++) {
        const [below, above] = pool
          ? poolDistance(pooledCovariance(read, a, b, j, i, this.#rounding ?? asItIs), selfKernels[j] * other[i])
          : this.#window(read, index, j, i);
        keepSmaller(below, above, out, j * this.#columns(n) + i);
      }
    }
    return out;
  }
}

/** Correlations of the outputs, of the one pair of positions that is left; null where there is no such output. */
export interface ImageResult {
  readonly nngp: CosineDistances | null;
  readonly ntk: CosineDistances | null;
  /** Those of the parts of the NTK, where the programme has any. */
  readonly parts: readonly (CosineDistances | null)[];
}

/**
 * Runs a programme in float64 on all pairs of positions of two images, written step by step like the formulas.
 *
 * Source of the formulas: Arora et al. 2019 (1904.11955), section 4; with skips Barzilai et al. 2022 (2211.14810). The other backends
 * are tested against it. `rounding` acts on what every step gives, as it must have done in the factors. [none]
 */
export function evaluateImages(
  body: ImageProgramme,
  x: ImageFactors,
  z: ImageFactors,
  rounding: Rounding | null = null,
): ImageResult {
  const { programme, last } = body;
  const pair = new PairOfImages(body, x, z, last, rounding);
  programme.steps.forEach((_, index) => {
    pair.run(index);
  });
  const pick = (v: ValueId | null): CosineDistances | null => (v === null ? null : pair.value(v));
  const { nngp, ntk, parts = [] } = programme;
  return { nngp: pick(nngp), ntk: pick(ntk), parts: parts.map(pick) };
}
