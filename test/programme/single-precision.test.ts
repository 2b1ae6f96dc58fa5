import { angleOverRoot, approximations, sineOverCube } from '../../src/programme/approximations.js';
import type { GaussianPair, SmoothDual } from '../../src/programme/maps/dual.js';
import { erfcx } from '../../src/programme/maps/erfcx.js';
import { SMOOTH_DUALS } from '../../src/programme/maps/index.js';
import { perfectCorrelationFeatures } from '../../src/programme/perfect-correlation.js';
import { describe, expect, test } from '../jest.js';

const ROUNDING = 2 ** -24;
const DUALS = Object.entries(SMOOTH_DUALS) as [string, SmoothDual][];

function polynomial(coefficients: readonly number[], y: number): number {
  return coefficients.reduceRight((sum, c) => sum * y + c, 0);
}

function pair(p: number, q: number, below: number): GaussianPair {
  const [r, s] = [Math.sqrt(p), Math.sqrt(q)];
  return { variance1: p, deviation1: r, variance2: q, deviation2: s, below, above: 2 * r * s - below };
}

describe('polynomials for single precision', () => {
  const p = approximations();
  const CASES: readonly [string, readonly number[], (x: number) => number, (x: number) => number][] = [
    ['angle', p.angle, angleOverRoot, (g) => 2 * g - 1],
    ['sine', p.sine, sineOverCube, (g) => 2 * g - 1],
    ['arcTangent', p.arcTangent, (t) => Math.atan(t) / t, (t) => 2 * t * t - 1],
    ['decay', p.decay, (x) => -Math.expm1(-x) / x, (x) => 2 * x - 1],
    ['erfcx', p.erfcx, (t) => erfcx(2 * (1 / t - 1)) / t, (t) => 2 * t - 1],
  ];
  test.each(CASES)('%s is exact to the rounding of a single', (_name, coefficients, truth, argument) => {
    for (let k = 1; k <= 500; k++) {
      const x = k / 500;
      expect(Math.abs(polynomial(coefficients, argument(x)) / truth(x) - 1)).toBeLessThan(ROUNDING / 10);
    }
  });
});

describe('gaps of smooth maps in closed form', () => {
  const CLOSED = DUALS.filter(([name]) => name !== 'elu');
  test.each(CLOSED)('%s: the product at K = rs minus that at K', (_name, dual) => {
    for (const [p, q] of [
      [0.3, 0.3],
      [0.01, 2],
      [5, 40],
    ]) {
      const most = 2 * Math.sqrt(p * q);
      for (const share of [0.05, 0.3, 0.5, 0.8, 1]) {
        const expected = dual.product(pair(p, q, 0)) - dual.product(pair(p, q, share * most));
        const scale = Math.sqrt(dual.square(p) * dual.square(q));
        expect(Math.abs(dual.distance(pair(p, q, share * most)) - expected) / scale).toBeLessThan(1e-14);
      }
    }
  });

  // Price: dE/dK = E[phi' phi'], so the cosine distance over a tiny rs - K is that derivative.
  test.each(DUALS)('%s: the slope where rs - K is tiny', (_name, dual) => {
    for (const [p, q] of [
      [0.3, 0.3],
      [0.01, 2],
      [5, 40],
    ]) {
      const tiny = 1e-12 * Math.sqrt(p * q);
      const slope = dual.derivativeProduct(pair(p, q, tiny / 2));
      expect(Math.abs(dual.distance(pair(p, q, tiny)) / (tiny * slope) - 1)).toBeLessThan(1e-9);
    }
  });
});

describe('features of fully correlated rows', () => {
  test.each(DUALS)('%s: half their squared distance is 1 - E[phi phi] / sqrt(F F)', (_name, dual) => {
    const list = Float64Array.from({ length: 25 }, (_, k) => 0.05 + 4 * (k / 24) ** 2);
    const [features] = perfectCorrelationFeatures(dual, [list]) ?? [[]];
    expect(features.length).toBeGreaterThan(2);
    for (let i = 0; i < list.length; i++) {
      for (let j = 0; j < i; j++) {
        const distance = features.reduce((sum, f) => sum + (Math.fround(f[i]) - Math.fround(f[j])) ** 2 / 2, 0);
        const scale = Math.sqrt(dual.square(list[i]) * dual.square(list[j]));
        expect(Math.abs(distance - (1 - dual.product(pair(list[i], list[j], 0)) / scale))).toBeLessThan(2e-7);
      }
    }
  });

  test.each(DUALS)('%s: variances that differ in the sixth digit keep three digits of it', (_name, dual) => {
    const list = Float64Array.of(0.7, 0.7 * (1 + 1e-5), 2);
    const [features] = perfectCorrelationFeatures(dual, [list]) ?? [[]];
    const distance = features.reduce((sum, f) => sum + (f[0] - f[1]) ** 2 / 2, 0);
    // Curvature times (r - s)^2, over F: the limit of the same quantity.
    const [q, r, s] = [list[0], Math.sqrt(list[0]), Math.sqrt(list[1])];
    const curvature = (dual.spread(q) - (q * dual.squareSlope(q) ** 2) / dual.square(q)) / 2;
    expect(Math.abs((distance * dual.square(q)) / (curvature * (r - s) ** 2) - 1)).toBeLessThan(1e-3);
  });

  test('equal variances need none, two lists share them, and waves on far variances have none', () => {
    const { sine, erf } = SMOOTH_DUALS;
    expect(perfectCorrelationFeatures(erf, [Float64Array.of(2, 2, 2)])).toEqual([[]]);
    const both = perfectCorrelationFeatures(erf, [Float64Array.of(1, 2), Float64Array.of(2)]) ?? [];
    expect(both[0].map((f) => f[1])).toEqual(both[1].map((f) => f[0]));
    expect(perfectCorrelationFeatures(sine, [Float64Array.of(1, 1e5)])).toBeNull();
    const zero = perfectCorrelationFeatures(erf, [Float64Array.of(0, 1, 2)]) ?? [];
    expect(zero[0].every((f) => f[0] === 0)).toBe(true);
  });
});
