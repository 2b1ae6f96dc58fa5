import type { ImageSet, ImageTask, Output } from '../../../src/backend/tasks.js';
import type { KernelJob, Tile, TileRange } from '../../../src/backend/tile.js';
import { evaluateImages, type ImageProgramme, imageProgramme } from '../../../src/programme/evaluate-images.js';
import { extendedScale } from '../../../src/programme/extended-exponent.js';
import { type ImageFactors, imageFactors } from '../../../src/programme/image-self-kernels.js';
import { requireRange } from '../../../src/programme/range.js';
import type { Rounding } from '../../../src/programme/rounding.js';
import { finishedTile } from '../tile.js';

/** One image: what pairs need to know of it, and sqrt(K(x,x)) of each output (1 where entries are to be normalised). */
interface Known {
  readonly factors: ImageFactors;
  readonly scales: readonly number[];
}

/** The images of a set that the tile in work needs; those of the last tile are kept where this one needs them too. */
class KnownImages {
  readonly #task: ImageTask;
  readonly #body: ImageProgramme;
  readonly #set: ImageSet;
  readonly #rounding: Rounding | null;
  #known = new Map<number, Known>();

  constructor(task: ImageTask, body: ImageProgramme, set: ImageSet, rounding: Rounding | null) {
    this.#rounding = rounding;
    this.#task = task;
    this.#body = body;
    this.#set = set;
  }

  /** Keeps images `first .. first + count` and those of `also`, and forgets the others. */
  keep(first: number, count: number, also: readonly [first: number, count: number] = [0, 0]): void {
    const next = new Map<number, Known>();
    for (const [from, number] of [[first, count], also]) {
      for (let i = from; i < from + number; i++) next.set(i, next.get(i) ?? this.#known.get(i) ?? this.#learn(i));
    }
    this.#known = next;
  }

  at(i: number): Known {
    return this.#known.get(i) ?? this.#learn(i);
  }

  #learn(i: number): Known {
    const { outputs, normalized, precision } = this.#task;
    const { data, count, channels } = this.#set;
    const factors = imageFactors(this.#body, data, (i * data.length) / count, channels, this.#rounding);
    const scales = outputs.map((output) => {
      const selfKernels = factors[output];
      const scale = selfKernels === null ? 0 : extendedScale(selfKernels, 0);
      if (normalized) return scale === 0 ? 0 : 1;
      requireRange(scale, precision, `image ${i}`, output);
      return scale;
    });
    return { factors, scales };
  }
}

/** The readable truth for images: every pair of positions of every pair of images, in float64. */
export class ReferenceImageJob implements KernelJob {
  readonly concurrency = 1;
  readonly nearPairs = 0;
  readonly #task: ImageTask;
  readonly #body: ImageProgramme;
  readonly #x: KnownImages;
  readonly #z: KnownImages;
  readonly #rounding: Rounding | null;

  constructor(task: ImageTask, rounding: Rounding | null) {
    this.#task = task;
    this.#rounding = rounding;
    this.#body = imageProgramme(task.programme);
    this.#x = new KnownImages(task, this.#body, task.x, rounding);
    this.#z = task.symmetric ? this.#x : new KnownImages(task, this.#body, task.z, rounding);
  }

  async compute(range: TileRange, transposed: boolean): Promise<Tile> {
    const { symmetric, outputs } = this.#task;
    const { row, rows, column, columns } = range;
    if (symmetric) this.#x.keep(row, rows, [column, columns]);
    else {
      this.#x.keep(row, rows);
      this.#z.keep(column, columns);
    }
    const results = outputs.map(() => new Float64Array(rows * columns));
    for (let i = row; i < row + rows; i++) {
      for (let j = column; j < column + columns; j++) {
        const at = (i - row) * columns + j - column;
        // The mirror image has been computed where it lies in the tile; elsewhere the lower image comes first in both
        // places.
        const mirror = symmetric && j < i && j >= row && i < column + columns ? (j - row) * columns + i - column : null;
        const entries =
          mirror !== null ? results.map((r) => r[mirror]) : symmetric && j < i ? this.#pair(j, i) : this.#pair(i, j);
        entries.forEach((value, which) => {
          results[which][at] = value;
        });
      }
    }
    return finishedTile(range, outputs, results, transposed);
  }

  scale(output: Output, i: number, j: number): number {
    const which = this.#task.outputs.indexOf(output);
    return this.#x.at(i).scales[which] * this.#z.at(j).scales[which];
  }

  async close(): Promise<void> {}

  /** K = sqrt(K(x,x) K(z,z)) u of each output. */
  #pair(i: number, j: number): readonly number[] {
    const [x, z] = [this.#x.at(i), this.#z.at(j)];
    const correlations = evaluateImages(this.#body, x.factors, z.factors, this.#rounding);
    return this.#task.outputs.map((output, which) => {
      const value = correlations[output];
      if (value === null) return 0;
      const u = value.below[0] <= value.above[0] ? 1 - value.below[0] : value.above[0] - 1;
      return x.scales[which] * z.scales[which] * u + 0;
    });
  }
}
