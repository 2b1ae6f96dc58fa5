import { NumericalError } from '../../src/errors.js';
import { loadSharedProduct } from '../../src/linalg/built-in/shared.js';
import { RandomSource } from '../../src/linalg/random.js';
import type { Products } from '../../src/spectrum/iteration.js';
import { lanczos } from '../../src/spectrum/lanczos.js';
import { countBeyond, spectrumBound } from '../../src/spectrum/missed-eigenvalues.js';
import { symmetricEigen } from '../../src/spectrum/projected.js';
import { orthogonalise } from '../../src/spectrum/rows.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { jacobiAlgebra } from './jacobi-algebra.js';
import { descending, orthogonalityError, residualsOf, SPECTRA, withSpectrum } from './matrices.js';

/** diag(values): a random start makes it as good as any matrix with this spectrum. */
function diagonal(values: Float64Array): Products {
  const n = values.length;
  return { size: n, apply: async (x) => x.map((value, i) => value * values[i % n]) };
}

beforeAll(loadSharedProduct);

const powerLaw = (n: number, p: number): Float64Array => Float64Array.from({ length: n }, (_, i) => (i + 1) ** -p);

describe('projected problems', () => {
  test.each(Object.entries(SPECTRA))('%s', async (_name, spectrum) => {
    const n = spectrum.length;
    const a = withSpectrum(spectrum);
    const { values, vectors } = symmetricEigen(a, n);
    const size = Math.max(...spectrum.map(Math.abs));
    const exact = (await jacobiAlgebra.eigen(a, n, false)).values;
    for (let i = 0; i < n; i++) expect(Math.abs(values[i] - exact[i])).toBeLessThanOrEqual(2e-14 * size);
    expect(orthogonalityError(vectors, n)).toBeLessThan(1e-13);
    for (const residual of residualsOf(a, values, vectors)) expect(residual).toBeLessThanOrEqual(50 * 2 ** -52 * size);
  });
});

describe('lanczos', () => {
  // Products that ARPACK's eigsh (SciPy 1.17, tol = 1e-10, default basis) takes for the same diagonal matrices.
  test.each([
    [1.5, 20, 53],
    [1.2, 20, 64],
    [2, 20, 53],
    [1.5, 100, 202],
    [1.5, 10, 34],
  ])('decay i^-%d, k = %d: at most 1.5 times the products of ARPACK (%d), the check included', async (p, k, arpack) => {
    const values = powerLaw(4000, p);
    const found = await lanczos(diagonal(values), { k, tol: 1e-10 });
    expect(found.converged).toBe(true);
    expect(found.products).toBeLessThanOrEqual(1.5 * arpack);
    expect(found.check).toMatchObject({ by: 'random vectors', missed: 0 });
    found.values.forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThan(1e-13);
    });
  });

  test.each([1, 2, 5, 8, 12])('blocks of %d', async (block) => {
    const values = powerLaw(500, 1.3);
    const found = await lanczos(diagonal(values), { k: 9, tol: 1e-11, block, seed: block });
    expect(found.converged).toBe(true);
    expect(orthogonalityError(found.vectors, 9)).toBeLessThan(1e-12);
    found.values.forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThan(1e-13);
    });
  });

  test.each([1, 2, 3, 4, 5, 6])('copies of repeated eigenvalues are found, seed %d', async (seed) => {
    const values = Float64Array.from({ length: 400 }, (_, i) => 1 / (1 + Math.floor(i / 15)));
    for (const k of [7, 15, 40]) {
      const found = await lanczos(diagonal(values), { k, tol: 1e-10, seed });
      expect(found.converged).toBe(true);
      found.values.forEach((value, i) => {
        expect(Math.abs(value - values[i])).toBeLessThan(1e-12);
      });
    }
  });

  test('a start that lacks wanted eigenvectors', async () => {
    const values = powerLaw(900, 1);
    const start = Float64Array.from({ length: 900 }, (_, i) => (i % 3 === 0 ? 0 : Math.sin(i)));
    const found = await lanczos(diagonal(values), { k: 8, tol: 1e-10, start });
    expect([...found.values].map((value) => Math.round(1 / value))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('several restarts on a spectrum without gaps', async () => {
    const values = descending(Float64Array.from({ length: 1000 }, (_, i) => i / 1000));
    const found = await lanczos(diagonal(values), { k: 5, tol: 1e-10 });
    expect(found.converged).toBe(true);
    expect(found.trace.length).toBeGreaterThan(3);
    found.values.forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThan(1e-12);
    });
  });

  test('scale does not matter', async () => {
    for (const scale of [1e-200, 1e200]) {
      const found = await lanczos(diagonal(powerLaw(300, 1.5).map((value) => value * scale)), { k: 3, tol: 1e-10 });
      expect(found.converged).toBe(true);
      expect(found.values[1] / scale).toBeCloseTo(2 ** -1.5, 12);
      const plain = await lanczos(diagonal(powerLaw(300, 1.5)), { k: 3, tol: 1e-10 });
      expect([found.products, found.check?.missed]).toEqual([plain.products, plain.check?.missed]);
    }
  });

  test('a product that is not finite is an error', async () => {
    const apply = async (x: Float64Array): Promise<Float64Array> => x.map(() => Number.NaN);
    await expect(lanczos({ size: 5, apply }, { k: 1, tol: 1e-10 })).rejects.toThrow(NumericalError);
  });
});

describe('what the check rests on', () => {
  test('the bound holds for random starts far more often than its risk', async () => {
    const values = powerLaw(300, 0.8);
    for (let seed = 0; seed < 40; seed++) {
      const inner = await lanczos(diagonal(values), { k: 1, tol: 1e-30, basis: 20, maxProducts: 20, seed });
      expect(spectrumBound(300, 20, 0, inner.values[0], 1e-3)).toBeGreaterThanOrEqual(1);
    }
    expect(spectrumBound(300, 2, 0, 1, 1e-3)).toBe(Infinity);
  });

  test('the count of eigenvalues beyond a bound is never too small', async () => {
    const random = new RandomSource(9);
    for (let run = 0; run < 50; run++) {
      const [n, m] = [8, 3];
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
      const rest = new Float64Array((n - m) ** 2);
      for (let i = m; i < n; i++) rest.set(a.subarray(i * n + m, (i + 1) * n), (i - m) * (n - m));
      const highest = (await jacobiAlgebra.eigen(rest, n - m, false)).values[0];
      const bound = highest + 0.1 + random.uniform();
      const seen = symmetricEigen(
        Float64Array.from({ length: m * m }, (_, i) => a[Math.floor(i / m) * n + (i % m)]),
        m,
      );
      const ties = n - m;
      const couplings = new Float64Array(ties * m);
      for (let q = 0; q < ties; q++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < m; j++) couplings[q * m + i] += a[(m + q) * n + j] * seen.vectors[i * m + j];
        }
      }
      const truth = (await jacobiAlgebra.eigen(a, n, false)).values.filter((value) => value > bound).length;
      expect(countBeyond({ values: seen.values, couplings, ties }, bound, highest)).toBeGreaterThanOrEqual(truth);
    }
  });
});

describe('random numbers', () => {
  test('have the moments of the normal distribution, and a seed fixes them', () => {
    const x = new RandomSource(1).normals(100_000);
    const moment = (p: number): number => x.reduce((sum, value) => sum + value ** p, 0) / x.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.015);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
    expect(new RandomSource(1).normals(5)).toEqual(x.slice(0, 5));
    expect(new RandomSource(2).normals(5)).not.toEqual(x.slice(0, 5));
  });
});

test('orthogonalisation leaves nothing along the basis, however little is left', () => {
  const n = 50;
  const random = new RandomSource(3);
  const v = random.normals(n);
  const length = Math.hypot(...v);
  const unit = v.map((value) => value / length);
  const x = unit.map((value, i) => value + (i === 0 ? 1e-9 : 0));
  const left = orthogonalise(unit, 1, n, x);
  expect(Math.abs(unit.reduce((sum, value, i) => sum + value * x[i], 0)) / left).toBeLessThan(1e-14);
});
