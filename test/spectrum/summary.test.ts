import fc from 'fast-check';
import { UsageError } from '../../src/errors.js';
import { RandomSource } from '../../src/linalg/random.js';
import { DenseOperator, shifted } from '../../src/operators/operator.js';
import { eigenpairs } from '../../src/spectrum/eigenpairs.js';
import { type SpectrumSummary, summarise } from '../../src/spectrum/summary.js';
import { describe, expect, test } from '../jest.js';
import { jacobiAlgebra } from './jacobi-algebra.js';
import { withSpectrum } from './matrices.js';

const RIDGES = [1e-4, 0.1, 3];

/** The summary of the k eigenpairs at one end, by the method given. */
async function summaryOf(
  a: Float64Array,
  { k, which = 'largest', method, targets = null }: SummaryRequest,
): Promise<SpectrumSummary> {
  const operator = new DenseOperator(a, Math.sqrt(a.length));
  const found = await eigenpairs(operator, { k, which, method, algebra: jacobiAlgebra });
  return summarise(operator, found, { which, ridges: RIDGES, targets });
}

interface SummaryRequest {
  readonly k: number;
  readonly which?: 'largest' | 'smallest';
  readonly method: 'dense' | 'lanczos';
  readonly targets?: Float64Array | null;
}

/** (1 - b) I + b 1 1' */
function doubleConstant(n: number, b: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : b));
}

describe('the summary of a double-constant matrix in closed form', () => {
  const [n, b] = [30, 0.4];
  const top = 1 - b + n * b;
  const y = Float64Array.from({ length: n }, (_, i) => (i < 10 ? 1 : -1));

  test('from all eigenvalues', async () => {
    const found = await summaryOf(doubleConstant(n, b), { k: 3, method: 'dense', targets: y });
    expect(found.conditionResolved).toBe(true);
    expect(found.conditionAtLeast).toBeCloseTo(top / (1 - b), 10);
    expect(found.doubleConstantBound).toBeCloseTo(top / (1 - b), 10);
    expect(found.meanCorrelation).toBeCloseTo(b, 14);
    expect(found.numericalRank).toEqual({ least: n, most: n });
    found.effectiveDimension?.forEach(({ ridge, value, lower, upper }) => {
      expect(value).toBeCloseTo(top / (top + ridge) + ((n - 1) * (1 - b)) / (1 - b + ridge), 10);
      expect([lower, upper]).toEqual([value, value]);
    });
    // y' K y = (1 - b) |y|^2 + b (sum y)^2, and |K|_F from the two entries.
    const frobenius = Math.sqrt(n + n * (n - 1) * b * b);
    expect(found.alignment?.value).toBeCloseTo(((1 - b) * n + b * 100) / (n * frobenius), 12);
    expect(found.learningTimes[0]).toBeCloseTo(1 / top, 12);
    expect(found.learningTimes[1]).toBeCloseTo(1 / (1 - b), 12);
    // The first direction is the constant one: (sum y)^2 / (n |y|^2).
    expect(found.targetShares?.[0]).toBeCloseTo(100 / (n * n), 12);
    expect(found.summaryProducts).toBe(2);
  });

  test('from the largest alone the bounds meet: the rest is equal', async () => {
    const found = await summaryOf(doubleConstant(n, b), { k: 1, method: 'lanczos', targets: y });
    expect(found.conditionResolved).toBe(false);
    expect(found.conditionAtLeast).toBeCloseTo(top / (1 - b), 8);
    expect(found.numericalRank).toEqual({ least: 1, most: n });
  });
});

test('what few eigenvalues say holds what all of them say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 23 }), async (seed, k) => {
      const random = new RandomSource(seed);
      const power = 0.5 + 2 * random.uniform();
      const a = withSpectrum(
        Float64Array.from({ length: 24 }, (_, i) => (i + 1) ** -power),
        seed,
      );
      const targets = random.normals(48);
      const whole = await summaryOf(a, { k: 24, method: 'dense', targets });
      const part = await summaryOf(a, { k, method: 'lanczos', targets });
      const slack = 1e-9;
      whole.effectiveDimension?.forEach(({ value }, i) => {
        const { lower, upper } = part.effectiveDimension?.[i] ?? { lower: Number.NaN, upper: Number.NaN };
        expect(lower).toBeLessThanOrEqual(value + slack);
        expect(upper).toBeGreaterThanOrEqual(value - slack);
      });
      expect(part.alignment?.lower).toBeLessThanOrEqual((whole.alignment?.value ?? Number.NaN) + slack);
      expect(part.alignment?.upper).toBeGreaterThanOrEqual((whole.alignment?.value ?? Number.NaN) - slack);
      expect(part.conditionAtLeast).toBeLessThanOrEqual(whole.conditionAtLeast * (1 + slack));
      expect(part.numericalRank.least).toBeLessThanOrEqual(whole.numericalRank.least);
      expect(part.numericalRank.most).toBeGreaterThanOrEqual(whole.numericalRank.most);
      expect(whole.targetShares?.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
      expect(whole.decay?.exponent).toBeCloseTo(power, 6);
    }),
    { numRuns: 25 },
  );
});

describe('the ends of what can be said', () => {
  test('of the smallest eigenvalues: the condition number, no effective dimension, no decay', async () => {
    const a = withSpectrum(Float64Array.from({ length: 40 }, (_, i) => 1 / (i + 1)));
    const found = await summaryOf(a, { k: 4, which: 'smallest', method: 'lanczos', targets: new Float64Array(40) });
    expect(found.conditionResolved).toBe(true);
    expect(found.conditionAtLeast).toBeCloseTo(40, 6);
    expect(found).toMatchObject({ effectiveDimension: null, decay: null, alignment: null });
    expect(found.numericalRank).toEqual({ least: 40, most: 40 });
  });

  test('a rank below n is seen once an eigenvalue lies below the floor', async () => {
    const a = withSpectrum(Float64Array.from({ length: 40 }, (_, i) => (i < 5 ? 2 ** -i : 0)));
    for (const method of ['dense', 'lanczos'] as const) {
      const found = await summaryOf(a, { k: 8, method });
      expect(found.numericalRank).toEqual({ least: 5, most: 5 });
      expect(found.conditionResolved).toBe(false);
      expect(found.conditionAtLeast).toBeGreaterThan(1e13);
      expect(found.decay).toBeNull();
    }
    const least = await summaryOf(a, { k: 36, which: 'smallest', method: 'lanczos' });
    expect(least.numericalRank).toEqual({ least: 5, most: 5 });
  });

  test('zeros, one row, and zero targets', async () => {
    const zeros = await summaryOf(new Float64Array(16), {
      k: 2,
      method: 'dense',
      targets: Float64Array.of(1, 0, 0, 1),
    });
    expect(zeros).toMatchObject({ numericalRank: { least: 0, most: 0 }, conditionAtLeast: Infinity, decay: null });
    expect(zeros.alignment?.value).toBe(0);
    expect(zeros.effectiveDimension?.map(({ value }) => value)).toEqual([0, 0, 0]);
    const one = await summaryOf(Float64Array.of(4), { k: 1, method: 'dense', targets: Float64Array.of(0) });
    expect(one).toMatchObject({ conditionAtLeast: 1, conditionResolved: true, doubleConstantBound: 1 });
    expect(one.targetShares).toEqual([0]);
  });

  test('a ridge below 0 is refused', async () => {
    const operator = shifted(new DenseOperator(new Float64Array(9), 3), 1);
    const found = await eigenpairs(operator, { k: 3, method: 'dense', algebra: jacobiAlgebra });
    const options = { which: 'largest', ridges: [-1], targets: null } as const;
    await expect(summarise(operator, found, options)).rejects.toThrow(UsageError);
  });
});
