import { FactorWriter } from '../../../src/backend/images/factors.js';
import type { ImageAnswer, ImageRequest } from '../../../src/backend/images/job.js';
import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import type { TileRange } from '../../../src/backend/tile.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { allocate, type FloatArray, type Precision } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import { type ImagePlan, planImages, storedPositionPairs } from '../../../src/programme/images/plan.js';
import { PositionPairIndex } from '../../../src/programme/images/position-pairs.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { compileModule, instantiate, type Kernels } from '../module.js';
import { anglePolynomials } from '../polynomials.js';
import { tailRule } from '../rows/functions.js';
import { encodeImages, type ImageCode } from './code.js';
import { type ImageLayout, layOutImages } from './layout.js';
import { ComponentTables } from './tables.js';

/** Everything that computes tiles of kernels of images; it can be sent to a thread. */
export interface ImageJob extends PreparedImages {
  /** Largest tile side, a multiple of 8. */
  readonly size: number;
}

/** Bytes of stores that are held at a time; pairs are visited in groups that fit. */
const STORE_BYTES = 32 * 2 ** 20;

/** Where the blocks of a worker lie behind its slots. */
interface Blocks {
  readonly x: number;
  readonly z: number;
  readonly store: number;
  readonly pairsAtOnce: number;
  readonly results: readonly (readonly number[])[];
  readonly transposed: readonly (readonly number[])[];
  readonly bytes: number;
}

/** What a job needs on every thread: made from the job alone, the same everywhere. */
export interface ImageSchedule {
  readonly plan: ImagePlan;
  readonly layout: ImageLayout;
  readonly code: ImageCode;
  readonly blocks: Blocks;
}

export const laneCount = (precision: Precision): number => (precision === 'f64' ? 2 : 4);

/** Plans, encodes and places a job; with `read` what the self-kernels of these values need alone. */
export function scheduleImages(job: ImageJob, read?: readonly ValueId[]): ImageSchedule {
  const { precision, channels, deviations, exponents, outputs, size, normalized } = job;
  const plan = planImages(job.programme, job.inputs, read);
  const layout = layOutImages(plan, precision);
  const code = encodeImages({ plan, precision, layout, channels, deviations, exponents, outputs, normalized });
  const lanes = laneCount(precision);
  let end = layout.slots + code.slots * layout.slotBytes;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const groups = size / lanes;
  const element = precision === 'f64' ? 8 : 4;
  const block = Math.ceil(code.blockBytes / 64) * 64;
  const pairs = size * groups;
  const storeOne = layout.storeBytes * lanes;
  const pairsAtOnce = storeOne === 0 ? pairs : Math.max(1, Math.min(pairs, Math.floor(STORE_BYTES / storeOne)));
  const sets = (): number[][] => [0, 1].map(() => outputs.map(() => take(size * size * element)));
  const [x, z, store] = [take(block * size), take(block * size), take(storeOne * pairsAtOnce)];
  const [results, transposed] = [sets(), sets()];
  return { plan, layout, code, blocks: { x, z, store, pairsAtOnce, results, transposed, bytes: end } };
}

/** A range of images whose blocks lie in memory. */
interface Loaded {
  from: number;
  count: number;
}

/** One instance of the host kernels for images, with its memory: computes tiles, one after the other. */
export class ImageEngine {
  readonly memory: WebAssembly.Memory;
  readonly schedule: ImageSchedule;
  readonly #job: ImageJob;
  readonly #kernels: Kernels;
  readonly #elements: FloatArray;
  readonly #doubles: Float64Array;
  readonly #tables: ComponentTables;
  readonly #factors: FactorWriter;
  readonly #x: Loaded = { from: -1, count: 0 };
  readonly #z: Loaded = { from: -1, count: 0 };
  readonly #lanes: number;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, job: ImageJob, schedule: ImageSchedule) {
    this.memory = memory;
    this.schedule = schedule;
    this.#job = job;
    this.#lanes = laneCount(job.precision);
    this.#kernels = instantiate(module, memory, job.precision);
    this.#elements = job.precision === 'f64' ? new Float64Array(memory.buffer) : new Float32Array(memory.buffer);
    this.#doubles = new Float64Array(memory.buffer);
    const { plan, layout, code } = schedule;
    this.#tables = new ComponentTables(plan, layout, memory);
    this.#factors = new FactorWriter(
      job,
      code.columns.map(({ column }) => column),
    );
    this.#initialise();
  }

  #initialise(): void {
    const { layout, code } = this.schedule;
    const bytes = new Uint8Array(this.memory.buffer);
    const put = (at: number, data: ArrayBufferView): void =>
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    const { angles, sines } = anglePolynomials(this.#job.precision);
    bytes.set(new Uint8Array(angles), layout.angles);
    bytes.set(new Uint8Array(sines), layout.sines);
    put(layout.code, code.words);
    put(layout.constants, code.constants);
    put(layout.rule, tailRule());
    this.#kernels.setTailRule(layout.rule);
  }

  /** Computes a tile; `finite` is false where an entry is beyond the range of the precision. */
  answer({ range, set, transposed }: ImageRequest): ImageAnswer {
    return { finite: this.compute(range, set, transposed) };
  }

  /** Computes a tile into result set `set` (0 or 1); returns whether all entries are finite. */
  compute(range: TileRange, set: number, transposed: boolean): boolean {
    const { symmetric, size, outputs } = this.#job;
    const { blocks } = this.schedule;
    this.#load(this.#job.x, range.row, range.rows, this.#x, blocks.x, 1);
    this.#load(this.#job.z, range.column, range.columns, this.#z, blocks.z, this.#lanes);
    const upper = symmetric && range.row === range.column && range.rows === range.columns;
    const pairs = this.#pairs(range, upper);
    for (let first = 0; first < pairs.length; first += blocks.pairsAtOnce) {
      this.#run(pairs.slice(first, first + blocks.pairsAtOnce), set);
    }
    let finite = true;
    for (let k = 0; k < outputs.length; k++) {
      const result = blocks.results[set][k];
      finite = this.#scale(range, result, k, upper) && finite;
      if (upper) this.#kernels.mirror(result, size, range.rows);
      if (transposed) {
        this.#kernels.transpose(result, size, range.rows, range.columns, blocks.transposed[set][k], size);
      }
    }
    return finite;
  }

  /** Pairs of an image of x and a group of images of z, those that lie below the diagonal alone left out. */
  #pairs(range: TileRange, upper: boolean): (readonly [number, number])[] {
    const pairs: [number, number][] = [];
    const groups = Math.ceil(range.columns / this.#lanes);
    for (let group = 0; group < groups; group++) {
      for (let i = 0; i < range.rows; i++) {
        if (!upper || group * this.#lanes + this.#lanes > i) pairs.push([i, group]);
      }
    }
    return pairs;
  }

  /** Runs the first stages, all of them unless told otherwise, for some pairs, component by component. */
  #run(pairs: readonly (readonly [number, number])[], set: number, stages = this.schedule.code.stages.length): void {
    const { plan, layout, code, blocks } = this.schedule;
    const storeBytes = layout.storeBytes * this.#lanes;
    const start = blocks.store >> 3;
    this.#doubles.fill(0, start, start + (storeBytes * pairs.length) / 8);
    plan.components.slice(0, stages).forEach((stage, s) => {
      const [begin, end] = code.stages[s].map((word) => layout.code + 4 * word);
      for (const component of stage) {
        this.#tables.write(component);
        pairs.forEach(([i, group], pair) => {
          this.#pair(begin, end, i, group, blocks.store + pair * storeBytes, set);
        });
      }
    });
  }

  #pair(begin: number, end: number, i: number, group: number, stored: number, set: number): void {
    const { layout, code, blocks } = this.schedule;
    const { size } = this.#job;
    const block = Math.ceil(code.blockBytes / 64) * 64;
    const x = blocks.x + i * block;
    const z = blocks.z + group * block * this.#lanes;
    const at = (i * size + group * this.#lanes) * this.#elements.BYTES_PER_ELEMENT;
    const results = blocks.results[set];
    const second = results.length > 1 ? results[1] : results[0];
    this.#kernels.pair(begin, end, x, z, stored, results[0] + at, second + at, layout.angles, layout.sines);
  }

  /** Divides by the roots of the self-kernels where that is wanted; returns whether all entries are finite. */
  #scale(range: TileRange, result: number, which: number, upper: boolean): boolean {
    const { x, z, size } = this.#job;
    const [a, b] = [x.scales[which], z.scales[which]];
    const base = result / this.#elements.BYTES_PER_ELEMENT;
    let largest = 0;
    for (let i = 0; i < range.rows; i++) {
      for (let j = upper ? i : 0; j < range.columns; j++) {
        const at = base + i * size + j;
        const factor = a === null || b === null ? 1 : a[range.row + i] * b[range.column + j];
        // Adding 0 turns -0 into 0.
        this.#elements[at] = this.#elements[at] * factor + 0;
        largest = Math.max(largest, Math.abs(this.#elements[at]));
      }
    }
    return largest < Infinity;
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
    const { code } = this.schedule;
    const block = Math.ceil(code.blockBytes / 64) * 64;
    const at = base + Math.floor(index / lanes) * block * lanes;
    const lane = index % lanes;
    this.#factors.read(set, image);
    this.#factors.unit(this.#elements, at / this.#elements.BYTES_PER_ELEMENT + lane, lanes);
    for (const { column, at: offset } of code.columns) {
      const target = column.kind === 'smooth' ? this.#doubles : this.#elements;
      this.#factors.column(column, target, (at + offset * lanes) / target.BYTES_PER_ELEMENT + lane, lanes);
    }
  }

  /** Self-kernels over 4^exponent of a pool of one image with itself, `[positions]`: the stages before it are run. */
  selfPooled(value: ValueId, image: number): Float64Array {
    const { blocks, layout, plan } = this.schedule;
    const step = plan.programme.steps[value];
    const place = layout.stored.get(value);
    if (step.op !== 'pool' || place === undefined) throw new InternalError(`value ${value} is no pool`);
    this.#load(this.#job.x, image, 1, this.#x, blocks.x, 1);
    this.#load(this.#job.x, image, 1, this.#z, blocks.z, this.#lanes);
    const { grid, stage } = plan.places.of[value];
    this.#run([[0, 0]], 0, stage);
    const start = (blocks.store + place * this.#lanes) / 8;
    const unit = 1 / positionCount(step.windows.filter) ** 2;
    const index = new PositionPairIndex(plan.places.grids[grid], storedPositionPairs(plan, value));
    const positions = positionCount(step.windows.to);
    return Float64Array.from({ length: positions }, (_, p) => {
      return unit * this.#doubles[start + index.find(p, p) * this.#lanes];
    });
  }
}

/** Self-kernels of a pool for every image of a set, each image with itself, on the calling thread. */
export function pooledOnHost(job: PreparedImages, value: ValueId, set: SharedImages): Float64Array {
  const self: ImageJob = { ...job, x: set, z: set, size: 8 };
  const schedule = scheduleImages(self, [value]);
  const engine = new ImageEngine(compileModule(), createMemory(schedule.blocks.bytes), self, schedule);
  const first = engine.selfPooled(value, 0);
  const all = allocate(set.count * first.length, 'f64') as Float64Array;
  all.set(first);
  for (let i = 1; i < set.count; i++) all.set(engine.selfPooled(value, i), i * first.length);
  return all;
}
