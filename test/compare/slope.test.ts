import { fitSlope } from '../../src/compare/result.js';
import { RandomSource } from '../../src/linalg/random.js';
import { expect, test } from '../jest.js';

const WIDTHS = [64, 128, 256, 512, 1024];

/** Errors |N(0, 1)| / sqrt(width), the law that one output on rows of one direction has in the limit. */
function drawn(seed: number, seeds: number): number[][] {
  const random = new RandomSource(seed, 'errors');
  return WIDTHS.map((width) => Array.from(random.normals(seeds), (v) => Math.abs(v) / Math.sqrt(width)));
}

test('the line goes through errors that fall like a power', () => {
  const { slope, slopeInterval, intercept } = fitSlope(
    [10, 100, 1000],
    [10, 100, 1000].map((m) => [0.5 * m ** -0.5, 1.5 * m ** -0.5]),
  );
  expect(slope).toBeCloseTo(-0.5, 12);
  expect(intercept).toBeCloseTo(0, 12);
  // (deviation / mean)^2 = 1/2 of two errors; logs of widths spread by 2 ln(10)^2; t of three degrees of freedom.
  const half = 3.182446305 * Math.sqrt(0.25 / (2 * Math.log(10) ** 2));
  expect(slopeInterval?.[0]).toBeCloseTo(-0.5 - half, 8);
  expect(slopeInterval?.[1]).toBeCloseTo(-0.5 + half, 8);
});

test('the interval holds the true slope in 95 % of all comparisons', () => {
  const runs = 1000;
  const seeds = 10;
  let inside = 0;
  for (let seed = 0; seed < runs; seed++) {
    const [low, high] = fitSlope(WIDTHS, drawn(seed, seeds)).slopeInterval ?? [0, 0];
    if (low <= -0.5 && -0.5 <= high) inside += 1;
  }
  // Four standard errors of a share of 0.95 over so many runs.
  expect(Math.abs(inside / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
});

test('with one seed the interval is that of the scatter about the line; without widths there is no slope', () => {
  const one = drawn(1, 1);
  const { slopeInterval } = fitSlope(WIDTHS, one);
  expect(slopeInterval).not.toBeNull();
  expect(fitSlope(WIDTHS.slice(0, 2), one.slice(0, 2)).slopeInterval).toBeNull();
  expect(fitSlope([64], [[0.1, 0.2]])).toEqual({ slope: null, slopeInterval: null, intercept: null });
  expect(fitSlope([64, 128], [[0], [0.1]]).slope).toBeNull();
});
