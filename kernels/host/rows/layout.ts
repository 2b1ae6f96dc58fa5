import type { Room } from '../../../src/backend/rows/layout.js';
import type { Precision } from '../../../src/data/array.js';
import { ANGLE_DEGREE } from '../polynomials.js';
import type { Code } from './encode.js';

/** Bytes that static data of the module may take. */
export const STATIC_BYTES = 65_536;
/** Pairs of a strip. */
export const STRIP = 256;

/** Addresses of what the interpreter has beside the tiles. */
export interface CodePlaces {
  readonly rule: number;
  readonly angles: number;
  readonly sines: number;
  readonly code: number;
  readonly constants: number;
  readonly slots: number;
}

/** Takes places for a body. */
export function placeCode({ words, constants, slots }: Code, precision: Precision, room: Room): CodePlaces {
  const polynomialBytes = (ANGLE_DEGREE[precision] + 1) * 16;
  return {
    rule: room.take(54 * 8),
    angles: room.take(polynomialBytes),
    sines: room.take(polynomialBytes),
    code: room.take(words.length * 4),
    constants: room.take(constants.length * 8),
    slots: room.take(slots * STRIP * (precision === 'f64' ? 8 : 4)),
  };
}
