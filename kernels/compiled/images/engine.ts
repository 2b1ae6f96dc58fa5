import type { ImageAnswer, ImageRequest } from '../../../src/backend/images/job.js';
import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import type { TileRange } from '../../../src/backend/tile.js';
import type { FloatArray } from '../../../src/data/array.js';
import type { CompiledFunctions } from '../../../src/platform/compiled-library.js';
import { BlockFiller } from './factors.js';
import { factorShape, type ImageSchedule } from './schedule.js';

/** Everything that computes tiles of kernels of images; it can be sent to a thread. */
export interface CompiledImageJob extends PreparedImages {
  readonly schedule: ImageSchedule;
}

/** A tile or a band of its rows to compute. */
export interface BandRequest extends ImageRequest {
  /** Whether it is a band of the upper triangle of a symmetric tile; left out for a tile, which tells it itself. */
  readonly upper?: boolean;
}

/** A range of images whose blocks lie in memory. */
interface Loaded {
  readonly from: number;
  readonly count: number;
}

const NOTHING: Loaded = { from: -1, count: 0 };

/** One memory with the printed kernels: computes tiles, one after the other. */
export class CompiledImageEngine {
  readonly memory: WebAssembly.Memory;
  readonly #job: CompiledImageJob;
  readonly #functions: CompiledFunctions;
  readonly #elements: FloatArray;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #filler: BlockFiller;
  #x: Loaded = NOTHING;
  #z: Loaded = NOTHING;

  constructor(functions: CompiledFunctions, memory: WebAssembly.Memory, job: CompiledImageJob) {
    this.memory = memory;
    this.#job = job;
    this.#functions = functions;
    const { buffer } = memory;
    this.#elements = job.precision === 'f64' ? new Float64Array(buffer) : new Float32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    const { schedule } = job;
    const { at, constants, words, starts, rects } = schedule;
    this.#doubles.set(constants, at.constants / 8);
    this.#filler = new BlockFiller(job, factorShape(job, schedule), functions, buffer, at.factors);
    const integers = new Int32Array(buffer);
    integers.set(words, at.words / 4);
    integers.set(starts, at.starts / 4);
    integers.set(rects, at.rects / 4);
  }

  /** Computes a tile; `finite` is false where an entry is beyond the range of the precision. */
  answer(request: BandRequest): ImageAnswer {
    return { finite: this.compute(request) };
  }

  /** Computes a tile into result set `set` (0 or 1); returns whether all entries are finite. */
  compute({ range, set, transposed, upper: wanted }: BandRequest): boolean {
    const { symmetric, outputs, schedule } = this.#job;
    const { at, stageCount } = schedule;
    this.#load(range);
    const isWhole = symmetric && range.row === range.column && range.rows === range.columns;
    const upper = wanted ?? isWhole;
    const diagonal = upper ? range.row - range.column : -1;
    this.#run(at.x, range.rows, range.columns, diagonal, at.results[set], stageCount);
    let finite = true;
    outputs.forEach((_, k) => {
      const result = at.results[set][k] / this.#elements.BYTES_PER_ELEMENT;
      finite = this.#scale(range, result, k, upper) && finite;
      if (isWhole) this.#mirror(result, range.rows);
      if (transposed) this.#transpose(result, range, at.transposed[set][k] / this.#elements.BYTES_PER_ELEMENT);
    });
    return finite;
  }

  /**
   * Runs the first stages for a block of images; `x`: where its blocks lie, `diagonal`: its column in the first row
   * where the upper triangle is wanted alone, -1 for all pairs.
   */
  #run(x: number, rows: number, columns: number, diagonal: number, results: readonly number[], stages: number): void {
    const { at, blockBytes, size, storedCount } = this.#job.schedule;
    const second = results.length > 1 ? results[1] : results[0];
    const images = [x, blockBytes, at.z, rows, columns, diagonal];
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
      for (let j = upper ? range.row - range.column + i : 0; j < range.columns; j++) {
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

  /** Brings the factors of the images of a tile into memory, unless they are there. */
  #load({ row, rows, column, columns }: TileRange): void {
    const { x, z, schedule } = this.#job;
    const { at } = schedule;
    if (!holds(this.#x, row, rows)) {
      this.#filler.fill(x, row, rows, at.x);
      this.#x = { from: row, count: rows };
    }
    if (holds(this.#z, column, columns)) return;
    if (x === z && holds(this.#x, column, columns)) this.#filler.group(at.x, columns, at.z);
    else this.#filler.fillGroups(z, column, columns, at.z);
    this.#z = { from: column, count: columns };
  }

  /**
   * Self-kernels over 4^exponent of a pool of as many images as there are lanes at most, each with itself,
   * `[count, positions]`: the stages before it are run, by C that is printed for that.
   */
  selfPooled({ set, from, count, stage, numbers, unit }: SelfPooled): Float64Array {
    const { at, lanes } = this.#job.schedule;
    this.#filler.fillGroups(set, from, count, at.z);
    this.#run(at.z, 1, count, -1, at.results[0], stage);
    const stored = this.#doubles.subarray(at.stored / 8);
    const all = new Float64Array(count * numbers.length);
    numbers.forEach((number, p) => {
      for (let i = 0; i < count; i++) all[i * numbers.length + p] = unit * stored[number * lanes + i];
    });
    return all;
  }
}

/** A pool of images with themselves: numbers of its positions among what is stored, and what its sums are divided by. */
export interface SelfPooled {
  readonly set: SharedImages;
  readonly from: number;
  readonly count: number;
  readonly stage: number;
  readonly numbers: readonly number[];
  readonly unit: number;
}

function holds(loaded: Loaded, from: number, count: number): boolean {
  return loaded.from === from && loaded.count === count;
}
