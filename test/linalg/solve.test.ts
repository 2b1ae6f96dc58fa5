import fc from 'fast-check';
import { describe, expect, test } from '../jest.js';
import { subjects } from './algebras.js';
import { cases, gram, numbers, symmetric } from './matrices.js';

const EPS = 2 ** -52;
const all = await subjects();

/** Largest entry of |A x - b| over |A| |x| + |b|, all of them largest entries, for right sides `[columns, n]`. */
function backwardError(a: Float64Array, n: number, x: Float64Array, b: Float64Array): number {
  let worst = 0;
  for (let c = 0; c < b.length; c += n) {
    for (let i = 0; i < n; i++) {
      let sum = -b[c + i];
      let size = Math.abs(b[c + i]);
      for (let k = 0; k < n; k++) {
        sum += a[i * n + k] * x[c + k];
        size += Math.abs(a[i * n + k] * x[c + k]);
      }
      if (size > 0) worst = Math.max(worst, Math.abs(sum) / size);
    }
  }
  return worst;
}

describe.each(all)('Cholesky: $name', ({ algebra }) => {
  test.each([1, 2, 3, 24, 25, 50, 97, 200, 301])('n = %i: solves to rounding, one right side or many', async (n) => {
    const a = gram(n, n + 3, 0.1, n);
    const before = a.slice();
    const factor = await algebra.cholesky(a, n);
    expect(a).toEqual(before);
    expect(factor.size).toBe(n);
    for (const columns of [0, 1, 2, 7, 40]) {
      const b = numbers(columns * n, columns);
      const given = b.slice();
      const x = factor.solve(b, columns);
      expect(b).toEqual(given);
      expect(x).toHaveLength(columns * n);
      expect(backwardError(a, n, x, b)).toBeLessThanOrEqual(10 * n * EPS);
    }
    const { values } = await algebra.eigen(a, n, false);
    const logs = values.reduce((sum, x) => sum + Math.log(x), 0);
    expect(Math.abs(factor.logDeterminant - logs)).toBeLessThanOrEqual(1e-10 * n);
  });

  test.each([1, 2, 47, 96, 130])(
    'n = %i: in place it applies and restores the matrix, also when it fails',
    async (n) => {
      const a = gram(n, n + 3, 0.1, n);
      const own = a.slice();
      const factor = await algebra.factorise(own, n);
      for (const columns of [0, 1, 3, 9]) {
        const x = numbers(columns * n, columns + 1);
        const [found, expected] = [factor.apply(x, columns), algebra.apply(a, n, x, columns)];
        const size = Math.max(1, ...expected.map(Math.abs));
        expect(Math.max(0, ...found.map((v, i) => Math.abs(v - expected[i])))).toBeLessThanOrEqual(10 * n * EPS * size);
        expect(backwardError(a, n, factor.solve(x, columns), x)).toBeLessThanOrEqual(10 * n * EPS);
      }
      factor.restore();
      expect(own).toEqual(a);
      own[(n - 1) * (n + 1)] = -1;
      const before = own.slice();
      await expect(algebra.factorise(own, n)).rejects.toThrow('positive definite');
      expect(own).toEqual(before);
    },
  );

  test('an ill-conditioned matrix is solved to rounding', async () => {
    const n = 60;
    // Hilbert's matrix with a ridge that leaves a condition number of 1e12.
    const a = Float64Array.from({ length: n * n }, (_, k) => 1 / (Math.floor(k / n) + (k % n) + 1));
    for (let i = 0; i < n; i++) a[i * (n + 1)] += 1e-12;
    const b = numbers(8 * n, 3);
    const factor = await algebra.cholesky(a, n);
    expect(backwardError(a, n, factor.solve(b, 8), b)).toBeLessThanOrEqual(10 * n * EPS);
    expect(backwardError(a, n, factor.solve(b, 1), b.subarray(0, n))).toBeLessThanOrEqual(10 * n * EPS);
  });

  test.each([
    [1, 0],
    [3, 2],
    [50, 30],
    [200, 0],
    [200, 150],
    [200, 199],
  ])('n = %i, indefinite from row %i on: refused with the row', async (n, row) => {
    const a = gram(n, n + 3, 0.1, 4);
    a[row * (n + 1)] = -1;
    await expect(algebra.cholesky(a, n)).rejects.toMatchObject({
      kind: 'numerical',
      message: expect.stringContaining(`in row ${row} of ${n} `),
    });
  });

  test.each([2, 50, 200])('n = %i, singular: refused, also where rounding leaves a positive pivot', async (n) => {
    const a = new Float64Array(n * n).fill(0.3);
    await expect(algebra.cholesky(a, n)).rejects.toThrow(/in row 1 of/);
    await expect(algebra.cholesky(new Float64Array(n * n), n)).rejects.toThrow(/in row 0 of/);
  });

  test('an entry that is not finite is refused', async () => {
    const a = gram(4, 5, 1, 1);
    a[1] = Infinity;
    await expect(algebra.cholesky(a, 4)).rejects.toThrow(/got Infinity in row 0, column 1/);
  });

  test('random definite matrices', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 130 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        async (n, columns, seed) => {
          const a = gram(n, 4, 1e-6, seed);
          const b = numbers(columns * n, seed + 1);
          const x = (await algebra.cholesky(a, n)).solve(b, columns);
          expect(backwardError(a, n, x, b)).toBeLessThanOrEqual(10 * n * EPS);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe.each(all)('inertia: $name', ({ algebra }) => {
  test.each(cases())('$name: as many values on each side as the eigenvalues say', async ({ a, n }) => {
    const { values } = await algebra.eigen(a, n, false);
    const norm = Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
    for (const part of [-0.71, -0.31, 0.0123, 0.2718, 0.577]) {
      const shift = part * norm;
      const near = values.some((x) => Math.abs(x - shift) <= 1e-9 * norm);
      if (near) continue;
      const expected = { negative: values.filter((x) => x < shift).length, zero: 0 };
      expect(await algebra.inertia(a, n, shift)).toEqual({
        ...expected,
        positive: n - expected.negative,
      });
    }
  });

  test('zeros that are exact, or left by rounding', async () => {
    expect(await algebra.inertia(new Float64Array(9), 3, 0)).toEqual({ negative: 0, zero: 3, positive: 0 });
    expect(await algebra.inertia(gram(40, 7, 0, 2), 40, 0)).toEqual({ negative: 0, zero: 33, positive: 7 });
    const pair = Float64Array.of(0, 1, 1, 0);
    expect(await algebra.inertia(pair, 2, 0)).toEqual({ negative: 1, zero: 0, positive: 1 });
  });

  test('random indefinite matrices', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), fc.integer(), async (n, seed) => {
        const a = symmetric(n, seed);
        for (let i = 0; i < n; i += 2) a[i * (n + 1)] = 0;
        const { values } = await algebra.eigen(a, n, false);
        fc.pre(values.every((x) => Math.abs(x) > 1e-9));
        const positive = values.filter((x) => x > 0).length;
        expect(await algebra.inertia(a, n, 0)).toEqual({ negative: n - positive, zero: 0, positive });
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(all)('products: $name', ({ algebra }) => {
  test.each([1, 2, 3, 50, 203, 600])('n = %i: A X entry by entry', async (n) => {
    const a = symmetric(n, n);
    for (const columns of [0, 1, 3, 4, 17]) {
      const x = numbers(columns * n, 9);
      const y = algebra.apply(a, n, x, columns);
      expect(y).toHaveLength(columns * n);
      let worst = 0;
      for (let c = 0; c < columns; c++) {
        for (let i = 0; i < n; i++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += a[i * n + k] * x[c * n + k];
          worst = Math.max(worst, Math.abs(sum - y[c * n + i]));
        }
      }
      expect(worst).toBeLessThanOrEqual(n * EPS);
    }
  });
});
