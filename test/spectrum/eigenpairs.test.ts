import fc from 'fast-check';
import { DataError, InterruptedError, UsageError } from '../../src/errors.js';
import { DenseOperator, type SymmetricOperator } from '../../src/operators/operator.js';
import { type EigenOptions, type Eigenpairs, eigenpairs } from '../../src/spectrum/eigenpairs.js';
import { describe, expect, test } from '../jest.js';
import { jacobiAlgebra } from './jacobi-algebra.js';
import { descending, orthogonalityError, residualsOf, SPECTRA, withSpectrum } from './matrices.js';

const EPSILON = 2 ** -52;

/** The same matrix, of which only products are to be had. */
function hidden(a: Float64Array, n: number): SymmetricOperator {
  const dense = new DenseOperator(a, n);
  return {
    size: n,
    description: 'hidden',
    roundoff: 2 ** -53,
    apply: (x, columns) => dense.apply(x, columns),
    diagonal: () => dense.diagonal(),
    entries: async () => null,
    close: async () => {},
  };
}

function check(
  a: Float64Array,
  spectrum: Float64Array,
  found: Eigenpairs,
  which: 'largest' | 'smallest',
  within: number,
) {
  const n = spectrum.length;
  const k = found.values.length;
  const size = Math.max(...spectrum.map(Math.abs));
  const all = descending(spectrum);
  const expected = which === 'largest' ? all.subarray(0, k) : all.subarray(n - k);
  expect(found.converged).toBe(true);
  found.values.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual((within + 200 * EPSILON) * size);
  });
  const vectors = found.vectors ?? new Float64Array();
  expect(vectors).toHaveLength(k * n);
  expect(orthogonalityError(vectors, k)).toBeLessThanOrEqual(1e-12);
  for (const residual of residualsOf(a, found.values, vectors)) {
    expect(residual).toBeLessThanOrEqual((within + 2 * EPSILON) * size);
  }
  found.residuals.forEach((residual) => {
    expect(residual).toBeLessThanOrEqual(within * size);
  });
  expect(found.missed?.missed ?? 0).toBe(0);
}

/** Spectra whose end is a crowd of unequal eigenvalues. */
const CROWDED: Readonly<Record<'largest' | 'smallest', readonly string[]>> = {
  largest: ['negative'],
  smallest: ['clustered', 'graded', 'kernel-like', 'repeated'],
};

describe.each(Object.entries(SPECTRA))('%s', (name, spectrum) => {
  const n = spectrum.length;
  const a = withSpectrum(spectrum);
  const ks = [...new Set([1, Math.min(6, n), Math.max(1, n - 1), n])];
  const cases = ks.flatMap((k) => (['largest', 'smallest'] as const).map((which) => [k, which] as const));

  test.each(cases)('dense, k = %d, %s', async (k, which) => {
    const found = await eigenpairs(new DenseOperator(a, n), { k, which, method: 'dense', algebra: jacobiAlgebra });
    check(a, spectrum, found, which, 50 * EPSILON);
    expect(found.method).toBe('dense');
  });

  test.each(cases)('lanczos with a factorisation for the smallest, k = %d, %s', async (k, which) => {
    const found = await eigenpairs(new DenseOperator(a, n), { k, which, method: 'lanczos', algebra: jacobiAlgebra });
    check(a, spectrum, found, which, 1e-10);
  });

  test.each(cases)('lanczos from products alone, k = %d, %s', async (k, which) => {
    const found = await eigenpairs(hidden(a, n), { k, which, method: 'lanczos' });
    check(a, spectrum, found, which, 1e-10);
  });

  // Subspace iteration takes thousands of steps to an end where eigenvalues crowd, as at 0.
  test.each(cases.filter(([k, which]) => k <= 6 && !CROWDED[which].includes(name)))(
    'subspace, k = %d, %s',
    async (k, which) => {
      const found = await eigenpairs(hidden(a, n), { k, which, method: 'subspace' });
      check(a, spectrum, found, which, 1e-10);
    },
  );
});

describe('power iteration', () => {
  test.each(['identity', 'zero', 'rank one', 'graded', 'indefinite', 'kernel-like', 'repeated', 'one', 'two'])(
    '%s',
    async (name) => {
      const spectrum = SPECTRA[name];
      const n = spectrum.length;
      const a = withSpectrum(spectrum);
      const found = await eigenpairs(hidden(a, n), { k: Math.min(3, n), method: 'power', tol: 1e-9 });
      check(a, spectrum, found, 'largest', 1e-9);
    },
  );
});

describe('a start orthogonal to what is sought', () => {
  const spectrum = SPECTRA['kernel-like'];
  const n = spectrum.length;
  const a = withSpectrum(spectrum, 1, 0);

  test.each([['lanczos'], ['subspace'], ['power']] as const)('%s', async (method) => {
    const invariant = new Float64Array(n);
    invariant[20] = 1;
    invariant[21] = 1;
    const wide = Float64Array.from({ length: n }, (_, i) => (i < 2 ? 0 : Math.sin(i + 1)));
    for (const start of [invariant, wide, new Float64Array(n)]) {
      const found = await eigenpairs(hidden(a, n), { k: 3, method, start, tol: 1e-9 });
      check(a, spectrum, found, 'largest', 1e-9);
    }
  });
});

describe('the choice', () => {
  const matrix = (n: number): DenseOperator =>
    new DenseOperator(withSpectrum(Float64Array.from({ length: n }, (_, i) => (i + 1) ** -2)), n);
  const chosen = async (n: number, options: EigenOptions): Promise<readonly [string, string]> => {
    const { method, reason } = await eigenpairs(matrix(n), { algebra: jacobiAlgebra, ...options });
    return [method, reason];
  };

  test('by size, k and memory, with the reason', async () => {
    expect(await chosen(60, { k: 3 })).toEqual(['dense', 'n = 60 is small']);
    expect(await chosen(320, { k: 3, method: 'auto' })).toEqual(['lanczos', 'few of many (k = 3 of 320)']);
    const [method, reason] = await chosen(60, { k: 40, memory: 50_000 });
    expect(method).toBe('lanczos');
    expect(reason).toBe('a decomposition needs 84.38 KiB, of 48.83 KiB left');
    expect((await chosen(60, { k: 30, memory: 80_000 }))[1]).toBe('a decomposition needs 84.38 KiB, of 78.13 KiB left');
  });

  test('dense where it cannot be is a usage error', async () => {
    await expect(eigenpairs(matrix(20), { method: 'dense' })).rejects.toThrow(UsageError);
    const small = { ...jacobiAlgebra, largestEigen: 10 };
    await expect(eigenpairs(matrix(20), { method: 'dense', algebra: small })).rejects.toThrow(
      /built-in one: 10\. .*apt-get/,
    );
  });

  test('k above n is n, with a warning', async () => {
    const found = await eigenpairs(matrix(10), { k: 20, algebra: jacobiAlgebra });
    expect(found.values).toHaveLength(10);
    expect(found.warnings).toEqual(['k: at most the number of rows, got 20. All 10 eigenpairs are given.']);
  });

  test('k and tol out of range are usage errors', async () => {
    await expect(eigenpairs(matrix(10), { k: 0 })).rejects.toThrow(UsageError);
    await expect(eigenpairs(matrix(10), { k: 1.5 })).rejects.toThrow(UsageError);
    await expect(eigenpairs(matrix(10), { tol: -1 })).rejects.toThrow(UsageError);
  });

  test('vectors only on request', async () => {
    expect((await eigenpairs(matrix(10), { vectors: false })).vectors).toBeNull();
  });
});

describe('what is reported', () => {
  test('condition number, norm and floor of a decomposition', async () => {
    const spectrum = Float64Array.of(4, 2, -0.5);
    const found = await eigenpairs(new DenseOperator(withSpectrum(spectrum), 3), { algebra: jacobiAlgebra });
    expect(found.conditionNumber).toBeCloseTo(8, 12);
    expect(found.norm).toBeCloseTo(4, 12);
    expect(found.precisionFloor).toBeCloseTo(2 ** -53 * Math.sqrt(3) * 4, 20);
  });

  test('products are counted, the trace falls, and the same seed gives the same bits', async () => {
    const n = 300;
    const a = withSpectrum(Float64Array.from({ length: n }, (_, i) => (i + 1) ** -0.7));
    let counted = 0;
    const operator = hidden(a, n);
    const counting: SymmetricOperator = {
      ...operator,
      apply: (x, columns) => {
        counted += columns;
        return operator.apply(x, columns);
      },
    };
    const found = await eigenpairs(counting, { k: 4, seed: 3 });
    expect(found.products).toBe(counted);
    expect(found.trace.at(-1)).toBeLessThanOrEqual(1e-10 * found.norm);
    const again = await eigenpairs(operator, { k: 4, seed: 3 });
    expect(again.values).toEqual(found.values);
    expect(again.vectors).toEqual(found.vectors);
  });

  test('too few products are a status and a warning', async () => {
    const n = 300;
    const a = withSpectrum(Float64Array.from({ length: n }, (_, i) => i / n));
    for (const method of ['lanczos', 'power', 'subspace'] as const) {
      const found = await eigenpairs(hidden(a, n), { k: 4, method, maxProducts: 40 });
      expect(found.converged).toBe(false);
      expect(found.warnings.join()).toMatch(/not all within the tolerance/);
      expect(found.residuals.every((residual) => residual > 0 && residual < 1)).toBe(true);
    }
  });

  test('progress is told, and a signal stops the work', async () => {
    const a = withSpectrum(SPECTRA['kernel-like']);
    for (const method of ['lanczos', 'power', 'subspace'] as const) {
      const controller = new AbortController();
      const onProgress = () => controller.abort();
      const run = eigenpairs(hidden(a, 80), { k: 3, method, tol: 1e-14, onProgress, signal: controller.signal });
      // One look may be the last as well: what counts is that no product follows it.
      await run.catch((error) => expect(error).toBeInstanceOf(InterruptedError));
      expect(controller.signal.aborted).toBe(true);
      await expect(eigenpairs(hidden(a, 80), { method, signal: controller.signal })).rejects.toThrow(InterruptedError);
    }
  });
});

describe('matrices that are none', () => {
  test('asymmetry is a data error that names the place', async () => {
    const a = withSpectrum(Float64Array.of(3, 2, 1));
    a[5] += 1e-9;
    await expect(eigenpairs(new DenseOperator(a, 3))).rejects.toThrow(DataError);
    await expect(eigenpairs(new DenseOperator(a, 3))).rejects.toThrow(/entry \(2, 1\)/);
    a[5] -= 1e-9;
    a[7] += 1e-15;
    expect((await eigenpairs(new DenseOperator(a, 3))).values).toHaveLength(3);
  });

  test('an entry that is not finite is a data error', async () => {
    await expect(eigenpairs(new DenseOperator(Float64Array.of(1, 0, 0, Number.NaN), 2))).rejects.toThrow(
      /entry \(1, 1\)/,
    );
  });
});

test('random symmetric matrices: every method agrees with dense', async () => {
  // Squares of the smallest doubles would vanish in the textbook solver.
  const numbers = fc.double({ min: -1, max: 1, noNaN: true }).map((x) => (Math.abs(x) < 1e-100 ? 0 : x));
  const cases = fc
    .integer({ min: 1, max: 14 })
    .chain((n) =>
      fc.tuple(
        fc.constant(n),
        fc.array(numbers, { minLength: n * n, maxLength: n * n }),
        fc.integer({ min: 1, max: n }),
        fc.constantFrom<'largest' | 'smallest'>('largest', 'smallest'),
      ),
    );
  await fc.assert(
    fc.asyncProperty(cases, async ([n, entries, k, which]) => {
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = entries[i * n + j] + entries[j * n + i];
      const operator = new DenseOperator(a, n);
      const dense = await eigenpairs(operator, { k: n, method: 'dense', algebra: jacobiAlgebra });
      for (const given of [{ algebra: jacobiAlgebra }, {}]) {
        const found = await eigenpairs(operator, { k, which, method: 'lanczos', ...given });
        check(a, dense.values, found, which, 1e-10);
      }
    }),
    { numRuns: 60 },
  );
});
