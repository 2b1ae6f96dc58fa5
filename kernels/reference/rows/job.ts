import { NEAR_THRESHOLD, nearDistance, radialAt } from '../../../src/backend/near-duplicates.js';
import type { Output, RowTask } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileRange } from '../../../src/backend/tile.js';
import { distances } from '../../../src/programme/correlations.js';
import { evaluate } from '../../../src/programme/evaluate.js';
import type { Rounding } from '../../../src/programme/rounding.js';
import { finishedTile } from '../tile.js';

/** Inner product of two unit rows, straight from its definition. */
function inner(task: RowTask, i: number, j: number): number {
  const d = task.x.features;
  let sum = 0;
  for (let k = 0; k < d; k++) sum += task.x.unit[i * d + k] * task.z.unit[j * d + k];
  return sum;
}

/** The readable truth: loops over pairs in float64, written like the formulas. */
export class ReferenceJob implements KernelJob {
  readonly concurrency = 1;
  nearPairs = 0;
  readonly #task: RowTask;
  readonly #rounding: Rounding | null;

  constructor(task: RowTask, rounding: Rounding | null) {
    this.#task = task;
    this.#rounding = rounding;
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    const task = this.#task;
    const results = task.outputs.map(() => new Float64Array(range.rows * range.columns));
    for (let i = 0; i < range.rows; i++) this.#row(range, i, results);
    return finishedTile(range, task.outputs, results, transposed);
  }

  scale(output: Output, i: number, j: number): number {
    const { x, z } = this.#task;
    return (x.scales[output]?.[i] ?? 0) * (z.scales[output]?.[j] ?? 0);
  }

  async close(): Promise<void> {}

  #row(range: TileRange, i: number, results: readonly Float64Array[]): void {
    const { x, z, programme, outputs } = this.#task;
    const row = range.row + i;
    const source = distances(range.columns);
    const near: number[] = [];
    for (let j = 0; j < range.columns; j++) {
      const distance = this.#signedDistance(row, range.column + j);
      if (Math.abs(distance) < NEAR_THRESHOLD.f64) near.push(j);
      const negative = distance < 0 || Object.is(distance, -0);
      source.below[j] = negative ? 2 + distance : distance;
      source.above[j] = negative ? -distance : 2 - distance;
    }
    const strip = { x: x.factors, rowX: row, z: z.factors, firstZ: range.column };
    const body = evaluate(programme, source, strip, this.#rounding);
    outputs.forEach((output, which) => {
      const [value, a, b] = [body[output], x.scales[output], z.scales[output]];
      if (value === null || a === null || b === null) return;
      for (let j = 0; j < range.columns; j++) {
        const u = value.below[j] <= value.above[j] ? 1 - value.below[j] : value.above[j] - 1;
        results[which][i * range.columns + j] = a[row] * b[range.column + j] * u + 0;
      }
      for (const j of near) this.#nearRadial(row, range.column + j, results[which], i * range.columns + j);
    });
  }

  /** Of a radial kernel, near-duplicate pairs have their entries from the rows themselves. */
  #nearRadial(i: number, j: number, result: Float64Array, at: number): void {
    const { radial, x, z } = this.#task;
    if (radial === null) return;
    result[at] = radialAt(radial, x.data, i * x.features, z.data, j * x.features, x.features);
  }

  #signedDistance(i: number, j: number): number {
    const { x, z, radial } = this.#task;
    const u = inner(this.#task, i, j);
    const distance = Math.max(0, 1 - Math.abs(u));
    if (distance >= NEAR_THRESHOLD.f64) return u < 0 ? -distance : distance;
    if (this.#task.symmetric && i === j) return 0;
    this.nearPairs += 1;
    // The pair is near; how near, its rows say.
    if (radial !== null) return u < 0 ? -0 : 0;
    const d = x.features;
    return nearDistance(x.data, i * d, x.norms[i], z.data, j * d, z.norms[j], d, u < 0);
  }
}
