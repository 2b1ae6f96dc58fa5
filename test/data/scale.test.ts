import fc from 'fast-check';
import { type NdArray, rootMeanSquare, scale } from '../../src/data/index.js';
import { UsageError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';
import { refused } from './fixtures.js';

const f64 = (shape: readonly number[], values: readonly number[]): NdArray => ({
  data: Float64Array.from(values),
  shape,
});
const norm = (values: Iterable<number>) => Math.hypot(...values);

describe('unit-rows', () => {
  test('each row has norm 1, zero rows stay and are counted', () => {
    const { x, zeros } = scale(f64([3, 2], [3, 4, 0, 0, -5, 12]), 'unit-rows');
    expect([...x.data]).toEqual([0.6, 0.8, 0, 0, -5 / 13, 12 / 13]);
    expect(zeros).toBe(1);
    expect(x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('float32 rows are divided in float64', () => {
    const { x } = scale({ data: Float32Array.from([1, 2, 3]), shape: [1, 3] }, 'unit-rows');
    expect(x.data).toBeInstanceOf(Float64Array);
    expect(Math.abs(norm(x.data) - 1)).toBeLessThan(3e-16);
  });

  test('an image is one row', () => {
    expect([...scale(f64([1, 2, 1, 2], [1, 1, 1, 1]), 'unit-rows').x.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test('magnitudes from the smallest to the largest number', () => {
    for (const size of [5e-324, 1e-310, 1e-200, 1, 1e200, 1.7e308]) {
      expect([...scale(f64([1, 2], [size, -size]), 'unit-rows').x.data]).toEqual(
        [Math.SQRT1_2, -Math.SQRT1_2].map((v) => expect.closeTo(v, 15)),
      );
    }
  });

  test('norms of random rows', () => {
    const row = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(row, (values) => {
        const { x, zeros } = scale(f64([1, values.length], values), 'unit-rows');
        expect(Math.abs(norm(x.data) - (zeros ? 0 : 1))).toBeLessThan(1e-15);
      }),
      { seed: 3 },
    );
  });
});

describe('unit-pixels', () => {
  test('each channel vector has norm 1', () => {
    const { x, zeros } = scale(f64([1, 1, 3, 2], [3, 4, 0, 0, 0, -2]), 'unit-pixels');
    expect([...x.data]).toEqual([0.6, 0.8, 0, 0, 0, -1]);
    expect(x.shape).toEqual([1, 1, 3, 2]);
    expect(zeros).toBe(1);
    expect([...scale(f64([1, 2, 2], [3, 4, 5, 12]), 'unit-pixels').x.data]).toEqual([0.6, 0.8, 5 / 13, 12 / 13]);
  });

  test('refuses vectors', async () => {
    await refused(() => scale(f64([1, 2], [3, 4]), 'unit-pixels'), UsageError, 'images', '--image');
  });
});

describe('standard', () => {
  test('mean 0 and deviation 1 of each feature; constant features are centred', () => {
    const { x, statistics } = scale(f64([4, 3], [1, 0.1, 5, 2, 0.1, 5, 3, 0.1, 5, 4, 0.1, 6]), 'standard');
    expect(statistics?.mean).toEqual(Float64Array.from([2.5, 0.1, 5.25]));
    expect([...(statistics?.deviation ?? [])]).toEqual([
      expect.closeTo(Math.sqrt(1.25), 15),
      0,
      expect.closeTo(Math.sqrt(3 / 16), 15),
    ]);
    expect([0, 3, 6, 9].map((i) => x.data[i])).toEqual(
      [-1.5, -0.5, 0.5, 1.5].map((v) => expect.closeTo(v / Math.sqrt(1.25), 14)),
    );
    expect([1, 4, 7, 10].map((i) => x.data[i])).toEqual([0, 0, 0, 0]);
  });

  test('statistics of X are used for Z', async () => {
    const { statistics } = scale(f64([2, 2], [0, 7, 2, 7]), 'standard');
    expect([...scale(f64([1, 2], [3, 8]), 'standard', statistics).x.data]).toEqual([2, 1]);
    await refused(() => scale(f64([1, 3], [1, 2, 3]), 'standard', statistics), UsageError, '2 features', 'got 3');
  });

  test('large values and large offsets', () => {
    expect([...scale(f64([2, 1], [1e200, 3e200]), 'standard').x.data]).toEqual(
      [-1, 1].map((v) => expect.closeTo(v, 14)),
    );
    expect([...scale(f64([2, 1], [1e9, 1e9 + 1e-6]), 'standard').x.data]).toEqual(
      [-1, 1].map((v) => expect.closeTo(v, 0)),
    );
    expect([...scale(f64([2, 1], [0, 1e-320]), 'standard').x.data]).toEqual([-1, 1].map((v) => expect.closeTo(v, 2)));
  });
});

test('none returns the input itself', () => {
  const x = f64([1, 1], [2]);
  expect(scale(x, 'none')).toEqual({ x, zeros: 0 });
  expect(scale(x, 'none').x).toBe(x);
});

test('root mean square', () => {
  expect(rootMeanSquare(f64([2, 2], [1, -1, 1, 1]))).toBe(1);
  expect(rootMeanSquare(f64([1, 2], [3e200, 4e200])) / 1e200).toBeCloseTo(5 / Math.SQRT2, 12);
  expect(rootMeanSquare(f64([1, 2], [0, 0]))).toBe(0);
});
