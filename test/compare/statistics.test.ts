import { ArrayMoments, deviationOf, distanceAndNorm, meanInterval, meanOf } from '../../src/compare/statistics.js';
import { RandomSource } from '../../src/linalg/random.js';
import { expect, test } from '../jest.js';

test('mean, deviation and the interval of the mean by Student', () => {
  expect(meanOf([1, 2, 6])).toBe(3);
  expect(deviationOf([1, 2, 6])).toBeCloseTo(Math.sqrt(7), 14);
  // t of two degrees of freedom at 95 %: 4.302652729911275.
  const half = (4.302652729911275 * Math.sqrt(7)) / Math.sqrt(3);
  const [low, high] = meanInterval([1, 2, 6]) ?? [0, 0];
  expect(low).toBeCloseTo(3 - half, 8);
  expect(high).toBeCloseTo(3 + half, 8);
  expect([deviationOf([5]), meanInterval([5])]).toEqual([null, null]);
});

test('the interval holds the mean in 95 of 100 samples', () => {
  const random = new RandomSource(4);
  const runs = 2000;
  let held = 0;
  for (let i = 0; i < runs; i++) {
    const [low, high] = meanInterval([...random.normals(5)]) ?? [1, 0];
    if (low <= 0 && high >= 0) held += 1;
  }
  expect(Math.abs(held / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
});

test('moments of arrays are those of their elements, far from 0 too', () => {
  const random = new RandomSource(1);
  const arrays = Array.from({ length: 7 }, () => random.normals(4).map((v) => v + 1e8));
  const moments = new ArrayMoments(4);
  moments.add(arrays[0]);
  expect(moments.totalVariance()).toBeNull();
  for (const array of arrays.slice(1)) moments.add(array);
  const columns = [0, 1, 2, 3].map((k) => arrays.map((array) => array[k] - 1e8));
  for (const [k, column] of columns.entries()) expect(moments.mean[k] - 1e8).toBeCloseTo(meanOf(column), 6);
  const total = columns.reduce((sum, column) => sum + (deviationOf(column) ?? 0) ** 2, 0);
  expect(moments.totalVariance()).toBeCloseTo(total, 6);
});

test('distance and norm', () => {
  expect(distanceAndNorm(Float64Array.of(4, 0), Float64Array.of(1, 4))).toEqual([5, Math.sqrt(17)]);
});
