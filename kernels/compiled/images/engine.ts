import type { ImageAnswer, ImageRequest } from '../../../src/backend/images/job.js';
import { pixelsOf } from '../../../src/backend/images/pixels.js';
import { type PreparedImages, pooledOf, type SharedImages } from '../../../src/backend/images/prepare.js';
import type { TileRange } from '../../../src/backend/tile.js';
import type { FloatArray } from '../../../src/data/array.js';
import type { CompiledFunctions } from '../../../src/platform/compiled-library.js';
import { columnNeeds, columnOf } from '../../../src/programme/images/columns.js';
import { SelfKernelRunner, selfKernelsNeeded } from '../../../src/programme/images/self-kernels.js';
import { valueShapes } from '../../../src/programme/shapes.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { ImageSchedule } from './schedule.js';

/** Everything that computes tiles of kernels of images; it can be sent to a thread. */
export interface CompiledImageJob extends PreparedImages {
  readonly schedule: ImageSchedule;
}

/** A range of images whose blocks lie in memory. */
interface Loaded {
  from: number;
  count: number;
}

/** One memory with the printed kernels: computes tiles, one after the other. */
export class CompiledImageEngine {
  readonly memory: WebAssembly.Memory;
  readonly #job: CompiledImageJob;
  readonly #functions: Pick<CompiledFunctions, 'call'>;
  readonly #elements: FloatArray;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #selfKernels: SelfKernelRunner | null;
  readonly #x: Loaded = { from: -1, count: 0 };
  readonly #z: Loaded = { from: -1, count: 0 };

  constructor(functions: Pick<CompiledFunctions, 'call'>, memory: WebAssembly.Memory, job: CompiledImageJob) {
    this.memory = memory;
    this.#job = job;
    this.#functions = functions;
    const { buffer } = memory;
    this.#elements = job.precision === 'f64' ? new Float64Array(buffer) : new Float32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    const { schedule, programme, exponents } = job;
    const needs = schedule.columns.flatMap(({ column }) => columnNeeds(column, programme));
    this.#selfKernels =
      needs.length === 0 ? null : new SelfKernelRunner(programme, selfKernelsNeeded(programme, needs), exponents);
    const { at, constants, words, starts, rects } = schedule;
    this.#doubles.set(constants, at.constants / 8);
    const integers = new Int32Array(buffer);
    integers.set(words, at.words / 4);
    integers.set(starts, at.starts / 4);
    integers.set(rects, at.rects / 4);
  }

  /** Computes a tile; `finite` is false where an entry is beyond the range of the precision. */
  answer({ range, set, transposed }: ImageRequest): ImageAnswer {
    return { finite: this.compute(range, set, transposed) };
  }

  /** Computes a tile into result set `set` (0 or 1); returns whether all entries are finite. */
  compute(range: TileRange, set: number, transposed: boolean): boolean {
    const { symmetric, outputs, schedule } = this.#job;
    const { at, lanes, stageCount } = schedule;
    this.#load(this.#job.x, range.row, range.rows, this.#x, at.x, 1);
    this.#load(this.#job.z, range.column, range.columns, this.#z, at.z, lanes);
    const upper = symmetric && range.row === range.column && range.rows === range.columns;
    this.#run(range.rows, range.columns, upper, at.results[set], stageCount);
    let finite = true;
    outputs.forEach((_, k) => {
      const result = at.results[set][k] / this.#elements.BYTES_PER_ELEMENT;
      finite = this.#scale(range, result, k, upper) && finite;
      if (upper) this.#mirror(result, range.rows);
      if (transposed) this.#transpose(result, range, at.transposed[set][k] / this.#elements.BYTES_PER_ELEMENT);
    });
    return finite;
  }

  /** Runs the first stages for a block of images. */
  #run(rows: number, columns: number, upper: boolean, results: readonly number[], stages: number): void {
    const { at, blockBytes, size, storedCount } = this.#job.schedule;
    const second = results.length > 1 ? results[1] : results[0];
    const images = [at.x, blockBytes, at.z, rows, columns, upper ? 1 : 0];
    const tables = [at.constants, at.words, at.starts, at.rects];
    const args = [...images, size, results[0], second, at.cells, at.stored, storedCount, ...tables, stages];
    this.#functions.call('ntk_images', this.#bytes, args);
  }

  /** Divides by the roots of the self-kernels where that is wanted; returns whether all entries are finite. */
  #scale(range: TileRange, result: number, which: number, upper: boolean): boolean {
    const { x, z, schedule } = this.#job;
    const [a, b] = [x.scales[which], z.scales[which]];
    let largest = 0;
    for (let i = 0; i < range.rows; i++) {
      for (let j = upper ? i : 0; j < range.columns; j++) {
        const at = result + i * schedule.size + j;
        const factor = a === null || b === null ? 1 : a[range.row + i] * b[range.column + j];
        // Adding 0 turns -0 into 0.
        this.#elements[at] = this.#elements[at] * factor + 0;
        largest = Math.max(largest, Math.abs(this.#elements[at]));
      }
    }
    return largest < Infinity;
  }

  #mirror(result: number, n: number): void {
    const { size } = this.#job.schedule;
    for (let i = 1; i < n; i++)
      for (let j = 0; j < i; j++) this.#elements[result + i * size + j] = this.#elements[result + j * size + i];
  }

  #transpose(result: number, { rows, columns }: TileRange, to: number): void {
    const { size } = this.#job.schedule;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) this.#elements[to + j * size + i] = this.#elements[result + i * size + j];
  }

  /** Brings the factors of some images into memory, unless they are there; `lanes` of them lie side by side. */
  #load(set: SharedImages, from: number, count: number, loaded: Loaded, base: number, lanes: number): void {
    if (loaded.from === from && loaded.count === count) return;
    const padded = Math.ceil(count / lanes) * lanes;
    for (let i = 0; i < padded; i++) this.#block(set, i < count ? from + i : null, i, base, lanes);
    loaded.from = from;
    loaded.count = count;
  }

  /** The block of one image; null fills it with zeros. */
  #block(set: SharedImages, image: number | null, index: number, base: number, lanes: number): void {
    const { programme, channels, exponents, schedule } = this.#job;
    const at = base + Math.floor(index / lanes) * schedule.blockBytes * lanes;
    const lane = index % lanes;
    const { unit, squares } = pixelsOf(set.data, image, positionCount(programme.positions ?? []), channels);
    spread(this.#elements, unit, at, lanes, lane);
    const shapes = valueShapes(programme);
    const selfKernels = this.#selfKernels?.run(squares, (v) =>
      image === null ? new Float64Array(positionCount(shapes[v])) : pooledOf(set, v, image),
    );
    if (selfKernels === undefined) return;
    for (const { column, at: offset } of schedule.columns) {
      const numbers = columnOf(column, programme, selfKernels, exponents);
      const target = column.kind === 'smooth' ? this.#doubles : this.#elements;
      spread(target, numbers, at + offset * lanes, lanes, lane);
    }
  }

  /** Self-kernels over 4^exponent of a pool of one image with itself, `[positions]`: the stages before it are run. */
  selfPooled({ set, image, stage, numbers, unit }: SelfPooled): Float64Array {
    const { at, lanes } = this.#job.schedule;
    this.#load(set, image, 1, this.#x, at.x, 1);
    this.#load(set, image, 1, this.#z, at.z, lanes);
    this.#run(1, 1, false, at.results[0], stage);
    return Float64Array.from(numbers, (number) => unit * this.#doubles[at.stored / 8 + number * lanes]);
  }
}

/** A pool of one image with itself: numbers of its positions among what is stored, and what its sums are divided by. */
export interface SelfPooled {
  readonly set: SharedImages;
  readonly image: number;
  readonly stage: number;
  readonly numbers: readonly number[];
  readonly unit: number;
}

function spread(target: FloatArray, numbers: Float64Array, at: number, lanes: number, lane: number): void {
  const first = at / target.BYTES_PER_ELEMENT + lane;
  for (let k = 0; k < numbers.length; k++) target[first + k * lanes] = numbers[k];
}
