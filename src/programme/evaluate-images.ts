import type { Programme, ValueId } from '../vocabulary/steps.js';
import { type CosineDistances, distances } from './correlations.js';
import { runStep } from './evaluate.js';
import type { PixelFactors } from './factors.js';
import { type Layout, layout } from './layout.js';
import { lastUses, operands } from './needs.js';
import { type Rounding, roundDistances } from './rounding.js';
import { rulesOf } from './steps/index.js';

/** A programme on images, ready to be evaluated. */
export interface ImageProgramme extends Layout {
  readonly programme: Programme;
  /** The step that reads each value last. */
  readonly last: Int32Array;
  /**
   * Whether pairs of a position with itself are all that is needed: without pools, windows and readouts read (p, p) for
   * (p, p). Then values are `[positions]` instead of `[positions, positions]`.
   */
  readonly isDiagonal: boolean;
}

/** Positions, taps and lifetimes of a programme on images. */
export function imageProgramme(programme: Programme): ImageProgramme {
  const isDiagonal = !programme.steps.some((step) => rulesOf(step).readsAllPairs === true);
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

/** The correlations of one pair of images, step by step: of each value `[positions, positions]`. */
export class PairOfImages {
  readonly #body: ImageProgramme;
  readonly #x: PixelFactors;
  readonly #z: PixelFactors;
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
    x: PixelFactors,
    z: PixelFactors,
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
    const step = this.#body.programme.steps[index];
    const out = this.#room(index);
    this.#values[index] = out;
    if (rulesOf(step).evaluateImages === undefined) this.#pointwise(index, out);
    else this.#joined(index, out);
    for (const v of new Set(operands(step))) if (this.#last[v] === index) this.#free.push(this.#values[v]);
  }

  #room(index: number): CosineDistances {
    const size = pairsOf(this.#body, this.#body.positions[index]);
    const found = this.#free.findIndex((g) => g.below.length === size);
    return found < 0 ? distances(size) : this.#free.splice(found, 1)[0];
  }

  #joined(index: number, out: CosineDistances): void {
    const { programme, positions, taps, isDiagonal } = this.#body;
    const step = programme.steps[index];
    const [x, z, rounding] = [this.#x, this.#z, this.#rounding];
    const read = (v: ValueId): CosineDistances => this.#values[v];
    rulesOf(step).evaluateImages?.(
      step,
      { index, x, z, read, positions, taps: taps[index], isDiagonal, rounding },
      out,
    );
    if (rounding !== null) roundDistances(out, rounding);
  }

  #pointwise(index: number, out: CosineDistances): void {
    const { positions, programme, isDiagonal } = this.#body;
    const count = positions[index];
    for (let row = 0; row < count; row++) {
      const [from, to] = isDiagonal ? [row, row + 1] : [row * count, (row + 1) * count];
      const read = (v: ValueId): CosineDistances => rowOf(this.#values[v], from, to);
      const strip = { x: this.#x, rowX: row, z: this.#z, firstZ: isDiagonal ? row : 0 };
      runStep(programme, index, read, null, strip, rowOf(out, from, to), this.#rounding);
    }
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
 * Source of the formulas: Arora et al. 2019 (1904.11955), section 4; with skips Barzilai et al. 2022 (2211.14810). The
 * other backends are tested against it. `rounding` acts on what every step gives, as it must have done in the factors.
 * [none]
 */
export function evaluateImages(
  body: ImageProgramme,
  x: PixelFactors,
  z: PixelFactors,
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
