import type { TileData } from '../../src/backend/tile.js';
import type { FloatArray } from '../../src/data/array.js';
import { tiles } from '../../src/kernel/tiles.js';
import { RandomSource } from '../../src/linalg/random.js';
import { WholeRows, waitingBytes } from '../../src/store/whole-rows.js';
import { describe, expect, test } from '../jest.js';

const SIDE = 5;
/** Bytes of a tile, and of what is put together before it is written. */
const [TILE, STAGE] = [4 * SIDE ** 2, 2 ** 20];

/** Entry of a matrix that is its own mirror image. */
const entry = (i: number, j: number): number => (i + 1) * (j + 1) + i + j;

function block(rows: number, columns: number, stride: number, at: (i: number, j: number) => number): Float32Array {
  const values = new Float32Array(rows * stride).fill(-1);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values[i * stride + j] = at(i, j);
  return values;
}

/** What is written of a matrix whose tiles come in the order of the plan, or in any: its entries, and the pieces. */
function written(n: number, m: number, symmetric: boolean, room: number, isShuffled: boolean, stride: number) {
  const result = new Float32Array(n * m).fill(-1);
  const pieces: number[] = [];
  const write = (values: FloatArray, count: number, place: number): void => {
    expect(result.subarray(place, place + count).every((v) => v === -1)).toBe(true);
    result.set(values.subarray(0, count), place);
    pieces.push(count);
  };
  const rows = new WholeRows({ shape: [n, m], tile: [SIDE, SIDE], precision: 'f32' }, room * TILE + STAGE, write);
  const order = [...tiles({ rows: n, columns: m, symmetric }, SIDE)];
  const random = new RandomSource(1, 'order of tiles');
  if (isShuffled) order.sort(() => random.uniform() - 0.5);
  for (const range of order) {
    const isMirrored = symmetric && range.row !== range.column;
    const own = (i: number, j: number): number => entry(range.row + i, range.column + j);
    const data: TileData = {
      values: block(range.rows, range.columns, stride, own),
      stride,
      transposed: isMirrored ? block(range.columns, range.rows, stride, (j, i) => own(i, j)) : null,
      transposedStride: stride,
    };
    rows.put(range, data);
  }
  rows.flush();
  return { result, pieces, hasRoom: rows.hasRoom };
}

describe.each([
  ['a symmetric matrix', 23, 23, true],
  ['a matrix of two sets of rows', 13, 32, false],
  ['a matrix of few rows', 3, 23, false],
])('%s', (_name, n, m, symmetric) => {
  const expected = block(n, m, m, entry);

  test.each([4, 5, 7, 11, 100])('with room for %d tiles each entry is written once, in any order', (room) => {
    for (const isShuffled of [false, true]) {
      for (const stride of [SIDE, SIDE + 3]) {
        const { result, hasRoom } = written(n, m, symmetric, room, isShuffled, stride);
        expect(hasRoom).toBe(true);
        expect(result).toEqual(expected);
      }
    }
  });

  test('with room enough every block of rows is one piece', () => {
    const { pieces } = written(n, m, symmetric, 100, false, SIDE);
    const blocks = Array.from({ length: Math.ceil(n / SIDE) }, (_, k) => Math.min(SIDE, n - k * SIDE) * m);
    expect(pieces).toEqual(blocks);
  });

  test('the room that is asked for is enough', () => {
    const plan = { shape: [n, m], tile: [SIDE, SIDE], symmetric, precision: 'f32', outputs: ['ntk'] } as const;
    const bytes = waitingBytes({ ...plan, threads: 1 }, Number.POSITIVE_INFINITY);
    const { pieces } = written(n, m, symmetric, (bytes - STAGE) / TILE, false, SIDE);
    expect(pieces).toHaveLength(Math.ceil(n / SIDE));
    const both = { ...plan, outputs: ['ntk', 'nngp'], threads: 1 } as const;
    expect(waitingBytes(both, Number.POSITIVE_INFINITY)).toBe(2 * bytes);
    // Another part of the process may need what seems to be left.
    expect(waitingBytes(both, 1000)).toBe(500);
    expect(waitingBytes(both, -1000)).toBe(0);
  });
});

test('without room for some tiles, none is kept', () => {
  const one = { shape: [23, 23], tile: [SIDE, SIDE], precision: 'f32' } as const;
  expect(new WholeRows(one, 0, () => undefined).hasRoom).toBe(false);
  expect(new WholeRows(one, STAGE + 3 * TILE, () => undefined).hasRoom).toBe(false);
  // A matrix of one tile needs no more.
  expect(new WholeRows({ ...one, shape: [4, 4] }, STAGE + TILE, () => undefined).hasRoom).toBe(true);
});
