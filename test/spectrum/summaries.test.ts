import fc from 'fast-check';
import { UsageError } from '../../src/errors.js';
import { RandomSource } from '../../src/linalg/random.js';
import { DenseOperator } from '../../src/operators/operator.js';
import { frobeniusNorm, kernelTargetAlignment, targetShares } from '../../src/spectrum/alignment.js';
import {
  condition,
  doubleConstantBound,
  doubleConstantEigenvalues,
  meanCorrelation,
  unitScales,
} from '../../src/spectrum/condition.js';
import { decayExponent } from '../../src/spectrum/decay.js';
import { spectralDensity } from '../../src/spectrum/density.js';
import { effectiveDimension, effectiveDimensionBounds } from '../../src/spectrum/effective-dimension.js';
import { learningTimes } from '../../src/spectrum/learning-time.js';
import { numericalRank } from '../../src/spectrum/numerical-rank.js';
import { studentQuantile } from '../../src/spectrum/student.js';
import { describe, expect, test } from '../jest.js';
import { jacobiAlgebra } from './jacobi-algebra.js';
import { withSpectrum } from './matrices.js';

/** Mean off-diagonal entry of a matrix scaled to unit diagonal, by one product. */
async function correlation(a: Float64Array, n: number): Promise<number> {
  const operator = new DenseOperator(a, n);
  const scales = unitScales(await operator.diagonal());
  return meanCorrelation(scales, await operator.apply(scales, 1));
}

describe('condition', () => {
  test('of given ends', () => {
    expect(condition(8, 2, 1e-12)).toEqual({ conditionNumber: 4, isResolved: true });
    expect(condition(8, 1e-15, 1e-12).isResolved).toBe(false);
    expect(condition(8, -1e-15, 1e-12)).toEqual({ conditionNumber: Infinity, isResolved: false });
  });

  test.each([
    [5, 0.25],
    [12, 0.9],
    [7, -0.1],
    [1, 0],
  ])('the double-constant matrix of %d rows, b = %d, reaches its bound', async (n, b) => {
    const a = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : b));
    const { values } = await jacobiAlgebra.eigen(a, n, false);
    const { repeated, single } = doubleConstantEigenvalues(n, b);
    expect(Math.max(...values)).toBeCloseTo(n === 1 ? single : Math.max(repeated, single), 12);
    expect(values[0] / values[n - 1]).toBeCloseTo(doubleConstantBound(n, b), 10);
    expect(await correlation(a, n)).toBeCloseTo(b, 14);
  });

  test('no positive semidefinite matrix goes below the bound', async () => {
    const sizes = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 0, max: 10_000 }));
    await fc.assert(
      fc.asyncProperty(sizes, async ([n, seed]) => {
        const random = new RandomSource(seed);
        const x = Array.from({ length: n }, () =>
          random.normals(n + 2).map((value, j) => (j === 0 ? value + 2 : value)),
        );
        const a = new Float64Array(n * n);
        x.forEach((p, i) => {
          x.forEach((q, j) => {
            a[i * n + j] = p.reduce((sum, value, t) => sum + value * q[t], 0) / (Math.hypot(...p) * Math.hypot(...q));
          });
        });
        const { values } = await jacobiAlgebra.eigen(a, n, false);
        const bound = doubleConstantBound(n, await correlation(a, n));
        expect(values[0] / values[n - 1]).toBeGreaterThanOrEqual(bound * (1 - 1e-9));
      }),
    );
  });
});

describe('effective dimension, rank and learning times', () => {
  test('of equal eigenvalues', () => {
    expect(effectiveDimension(new Float64Array(10).fill(3), 1)).toBeCloseTo(7.5, 13);
    expect(effectiveDimension(Float64Array.of(2, 0, -1e-17), 0)).toBe(1);
    expect(() => effectiveDimension([1], -1)).toThrow(UsageError);
  });

  test('bounds from the largest eigenvalues and the trace hold the whole', () => {
    const all = Float64Array.from({ length: 500 }, (_, i) => (i + 1) ** -1.5);
    const trace = all.reduce((a, b) => a + b);
    for (const ridge of [1e-6, 1e-3, 1]) {
      const whole = effectiveDimension(all, ridge);
      const { lower, upper } = effectiveDimensionBounds(all.subarray(0, 20), 500, trace, ridge);
      expect(lower).toBeLessThanOrEqual(whole);
      expect(upper).toBeGreaterThanOrEqual(whole);
    }
    const same = effectiveDimensionBounds(all, 500, trace, 1e-3);
    expect(same.lower).toBe(same.upper);
    const equal = effectiveDimensionBounds([2], 4, 8, 2);
    expect([equal.lower, equal.upper]).toEqual([2, 2]);
  });

  test('numerical rank counts what rounding cannot have made', () => {
    expect(numericalRank([3, 1e-3, 1e-16, -1e-16, -2e-9], 1e-12)).toBe(3);
  });

  test('learning times', () => {
    expect([...learningTimes([4, 0.5, 0], 0.5)]).toEqual([0.5, 4, Infinity]);
    expect(() => learningTimes([1], 0)).toThrow(UsageError);
  });
});

describe('decay exponent', () => {
  test('of an exact power law', () => {
    const fit = decayExponent(
      Float64Array.from({ length: 100 }, (_, i) => 3 * (i + 1) ** -1.7),
      { from: 5 },
    );
    expect(fit?.exponent).toBeCloseTo(1.7, 12);
    expect(fit?.amplitude).toBeCloseTo(3, 11);
    expect(fit?.interval[0]).toBeCloseTo(1.7, 11);
    expect([fit?.from, fit?.to]).toEqual([5, 100]);
  });

  test('stops above the floor of the precision', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => Math.max((i + 1) ** -4, 1e-6));
    const fit = decayExponent(values, { precisionFloor: 1e-6 });
    expect(fit?.exponent).toBeCloseTo(4, 10);
    expect(fit?.to).toBe(Math.floor(1e5 ** 0.25));
    expect(decayExponent([1, 1e-3, 1e-9], { precisionFloor: 1e-8 })).toBeNull();
    expect(() => decayExponent([1, 1, 1], { from: 0 })).toThrow(UsageError);
  });

  test('the interval holds the truth as often as it says', () => {
    const random = new RandomSource(5);
    let held = 0;
    for (let run = 0; run < 400; run++) {
      const values = Float64Array.from({ length: 20 }, (_, i) => (i + 1) ** -1.2 * Math.exp(0.1 * random.normal()));
      const fit = decayExponent(values, { confidence: 0.9 });
      if (fit !== null && fit.interval[0] <= 1.2 && 1.2 <= fit.interval[1]) held++;
    }
    // Standard deviation of the count: 6.
    expect(Math.abs(held - 360)).toBeLessThan(24);
  });

  test.each([
    [1, 12.7062],
    [2, 4.30265],
    [5, 2.57058],
    [30, 2.04227],
  ])("Student's t with %d degrees of freedom", (degrees, expected) => {
    expect(studentQuantile(degrees, 0.95)).toBeCloseTo(expected, 4);
  });
});

describe('alignment', () => {
  test('is 1 for K = y y, and 1 / sqrt(n) for the identity', async () => {
    const y = Float64Array.of(1, -1, 2);
    const outer = Float64Array.from({ length: 9 }, (_, i) => y[Math.floor(i / 3)] * y[i % 3]);
    expect(await kernelTargetAlignment(new DenseOperator(outer, 3), y, frobeniusNorm(outer))).toBeCloseTo(1, 14);
    const identity = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    expect(await kernelTargetAlignment(new DenseOperator(identity, 3), y, Math.sqrt(3))).toBeCloseTo(
      1 / Math.sqrt(3),
      14,
    );
    const both = Float64Array.of(1, 0, 0, 0, 1, 0);
    expect(await kernelTargetAlignment(new DenseOperator(identity, 3), both, Math.sqrt(3))).toBeCloseTo(
      2 / Math.sqrt(6),
      14,
    );
    await expect(kernelTargetAlignment(new DenseOperator(identity, 3), y.subarray(1), 1)).rejects.toThrow(UsageError);
  });

  test('shares of the targets along orthonormal directions', () => {
    expect([...targetShares(Float64Array.of(1, 0, 0, 0, 1, 0), Float64Array.of(3, 0, 4))]).toEqual([9 / 25, 0]);
    const two = Float64Array.of(3, 0, 4, 0, 5, 0);
    expect([...targetShares(Float64Array.of(1, 0, 0, 0, 1, 0), two, 2)]).toEqual([9 / 50, 0.5]);
  });
});

describe('spectral density', () => {
  test('of few distinct eigenvalues is exact: mass and place of each', async () => {
    const spectrum = Float64Array.from({ length: 120 }, (_, i) => (i < 90 ? 0 : 1));
    const operator = new DenseOperator(withSpectrum(spectrum), 120);
    const result = await spectralDensity(operator, { samples: 60, steps: 10, points: 401, width: 0.02 });
    const middle = result.points.findIndex((point) => point > 0.5);
    expect(result.cumulativeErrors[middle]).toBeGreaterThan(0);
    expect(Math.abs(result.cumulative[middle] - 0.75)).toBeLessThan(4 * result.cumulativeErrors[middle]);
    const step = result.points[1] - result.points[0];
    expect(result.density.reduce((a, b) => a + b) * step).toBeCloseTo(1, 3);
    expect(result.products).toBe(600);
  });

  test('of a smooth spectrum lies within its error bars, and the seed fixes it', async () => {
    const n = 200;
    const spectrum = Float64Array.from({ length: n }, (_, i) => Math.cos((Math.PI * (i + 0.5)) / n));
    const operator = new DenseOperator(withSpectrum(spectrum), n);
    const result = await spectralDensity(operator, { samples: 20, steps: 60, width: 0.1, points: 60, seed: 4 });
    result.points.forEach((point, p) => {
      const exact = spectrum.reduce((sum, value) => sum + Math.exp(-(((point - value) / 0.1) ** 2) / 2), 0);
      const expected = exact / (n * 0.1 * Math.sqrt(2 * Math.PI));
      expect(Math.abs(result.density[p] - expected)).toBeLessThan(5 * result.errors[p] + 1e-6);
    });
    const again = await spectralDensity(operator, { samples: 20, steps: 60, width: 0.1, points: 60, seed: 4 });
    expect(again.density).toEqual(result.density);
    const inBlocks = await spectralDensity(operator, {
      samples: 20,
      steps: 60,
      width: 0.1,
      points: 60,
      seed: 4,
      block: 3,
    });
    expect(inBlocks.products).toBe(result.products);
    inBlocks.density.forEach((value, p) => {
      expect(Math.abs(value - result.density[p])).toBeLessThan(1e-9);
    });
    await expect(spectralDensity(operator, { samples: 0 })).rejects.toThrow(UsageError);
  });

  test('of the zero matrix and of one row', async () => {
    for (const a of [new Float64Array(9), Float64Array.of(5)]) {
      const result = await spectralDensity(new DenseOperator(a, Math.sqrt(a.length)), { samples: 3 });
      const step = result.points[1] - result.points[0];
      expect(result.density.reduce((x, y) => x + y) * step).toBeCloseTo(1, 3);
    }
  });
});
