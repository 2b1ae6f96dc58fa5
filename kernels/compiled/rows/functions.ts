import type { RowFunctions } from '../../../src/backend/rows/functions.js';
import type { Room } from '../../../src/backend/rows/layout.js';
import type { TileJob } from '../../../src/backend/rows/tile.js';
import type { Precision } from '../../../src/data/array.js';
import type { CompiledFunctions } from '../../../src/platform/compiled-library.js';
import { bytesOf, type RowCode } from './encode.js';

/** Pairs of a strip: what layers leave for each other stays in the first-level cache. */
export const STRIP = 256;

/** Addresses of what a body has beside the tiles. */
export interface BodyPlaces {
  readonly words: number;
  readonly constants: number;
  readonly slots: number;
  readonly threshold: number;
}

/** What the tiles of a job are computed with, and where; it can be sent to a thread. */
export interface CompiledTileJob extends TileJob {
  /** Where the library lies. */
  readonly library: string;
  readonly panels: readonly [number, number];
  readonly words: Int32Array;
  readonly constants: Float64Array;
  readonly places: BodyPlaces;
}

/** Takes places for a body. */
export function placeBody({ words, constants, slots }: RowCode, precision: Precision, room: Room): BodyPlaces {
  return {
    words: room.take(words.byteLength),
    constants: room.take(constants.byteLength),
    slots: room.take(slots * STRIP * bytesOf(precision)),
    threshold: room.take(8),
  };
}

/** The functions of a library on a memory, in which they find the numbers of the body. */
export function compiledFunctions(
  library: CompiledFunctions,
  memory: WebAssembly.Memory,
  job: CompiledTileJob,
): RowFunctions {
  const { panels, words, constants, places, layout, tables } = job;
  const bytes = new Uint8Array(memory.buffer);
  new Int32Array(memory.buffer, places.words, words.length).set(words);
  new Float64Array(memory.buffer, places.constants, constants.length).set(constants);
  const threshold = new Float64Array(memory.buffer, places.threshold, 1);
  const call = (name: string, ...args: readonly number[]): number => library.call(name, bytes, args);
  const { stride, columnsX, columnsZ } = layout;
  const end = places.words + words.byteLength;
  const [first = 0, second = first] = tables.map((_, k) => layout.tables[k]);
  return {
    panels,
    pack: (...args) => void call('pack', ...args),
    multiply: (a, b, rows, columns, depth, c, ldc, add, upper) =>
      void call('multiply', a, b, rows, columns, depth, c, ldc, Number(add), Number(upper)),
    signedDistances: (c, ldc, rows, columns, limit, list, upper) => {
      threshold[0] = limit;
      return call('signedDistances', c, ldc, rows, columns, places.threshold, list, Number(upper));
    },
    body: (rows, columns, results, upper) => {
      const [one, two = one] = results;
      const body = [places.words, end, places.constants, places.slots, STRIP];
      call('body', rows, columns, one, two, stride, Number(upper), ...body, columnsX, columnsZ, first, second);
    },
    mirror: (...args) => void call('mirror', ...args),
    transpose: (...args) => void call('transpose', ...args),
    vectors: (c, ldc, rows, columns, across, along, forRows, forColumns, length, both) =>
      void call('vectors', c, ldc, rows, columns, across, along, forRows, forColumns, length, Number(both)),
  };
}
