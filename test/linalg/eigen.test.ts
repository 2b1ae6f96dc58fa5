import fc from 'fast-check';
import { BuiltInAlgebra } from '../../src/linalg/built-in/algebra.js';
import { describe, expect, test } from '../jest.js';
import { subjects } from './algebras.js';
import { cases, jacobi, symmetric } from './matrices.js';

const EPS = 2 ** -52;
const all = await subjects();
const list = cases();

const normOf = (values: Float64Array): number => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Largest |A v - lambda v| over the pairs, and largest entry of |V'V - I|. */
function defects(a: Float64Array, n: number, values: Float64Array, vectors: Float64Array): [number, number] {
  let residual = 0;
  let orthogonal = 0;
  for (let j = 0; j < n; j++) {
    const v = vectors.subarray(j * n, (j + 1) * n);
    const errors = v.map((_, i) => {
      let sum = -values[j] * v[i];
      for (let k = 0; k < n; k++) sum += a[i * n + k] * v[k];
      return sum;
    });
    residual = Math.max(residual, Math.hypot(...errors));
    for (let l = 0; l <= j; l++) {
      let sum = l === j ? -1 : 0;
      for (let k = 0; k < n; k++) sum += v[k] * vectors[l * n + k];
      orthogonal = Math.max(orthogonal, Math.abs(sum));
    }
  }
  return [residual, orthogonal];
}

/** Jacobi rotations are slow: once for each matrix, and of the large ones only those with most to get wrong. */
const known = new Map<string, Float64Array>();
function secondRoute(name: string, a: Float64Array, n: number): Float64Array | null {
  // Squares of entries of 1e300 are beyond them.
  if (/1e/.test(name) || (n > 50 && !/clustered|random|repeated/.test(name))) return null;
  const values = known.get(name) ?? jacobi(a, n);
  known.set(name, values);
  return values;
}

describe.each(all)('eigenpairs: $name', ({ algebra }) => {
  test.each(list)('$name: pairs hold, vectors are orthonormal', async ({ a, n, values: known }) => {
    const before = a.slice();
    const { values, vectors } = await algebra.eigen(a, n, true);
    expect(a).toEqual(before);
    const norm = normOf(values);
    expect(vectors).toHaveLength(n * n);
    const [residual, orthogonal] = defects(a, n, values, vectors as Float64Array);
    expect(residual).toBeLessThanOrEqual(50 * EPS * norm);
    expect(orthogonal).toBeLessThanOrEqual(1e-12);
    expect(values).toEqual(values.slice().sort().reverse());
    if (known !== undefined) {
      expect(normOf(values.map((x, i) => x - known[i]))).toBeLessThanOrEqual(1e-13 * norm);
    }
  });

  test.each(list)('$name: values alone are the same, and those of another route', async ({ name, a, n }) => {
    const { values } = await algebra.eigen(a, n, true);
    const alone = await algebra.eigen(a, n, false);
    expect(alone.vectors).toBeNull();
    const norm = normOf(values);
    const others = secondRoute(name, a, n) ?? alone.values;
    expect(normOf(values.map((x, i) => x - alone.values[i]))).toBeLessThanOrEqual(1e-12 * norm);
    expect(normOf(values.map((x, i) => x - others[i]))).toBeLessThanOrEqual(1e-12 * norm);
  });

  test('random matrices of any size and scale', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer(),
        fc.integer({ min: -100, max: 100 }),
        fc.integer({ min: 0, max: 12 }),
        async (n, seed, exponent, digits) => {
          // Entries rounded to few digits: many of them equal, or zero.
          const a = symmetric(n, seed).map((x) => (Math.round(x * 2 ** digits) / 2 ** digits) * 2 ** exponent);
          const { values, vectors } = await algebra.eigen(a, n, true);
          const [residual, orthogonal] = defects(a, n, values, vectors as Float64Array);
          expect(residual).toBeLessThanOrEqual(50 * EPS * normOf(values));
          expect(orthogonal).toBeLessThanOrEqual(1e-12);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('an entry that is not finite is refused, with its place', async () => {
    const a = symmetric(5, 1);
    a[7] = Number.NaN;
    await expect(algebra.eigen(a, 5, true)).rejects.toThrow(/got NaN in row 1, column 2/);
  });
});

test('beyond its largest size the built-in decomposition says how to get a native library', async () => {
  const algebra = new BuiltInAlgebra();
  const n = algebra.largestEigen + 1;
  await expect(algebra.eigen(new Float64Array(0), n, true)).rejects.toThrow(/4000 rows, got 4001.*apt-get.*--native/);
});
