import type { LinearAlgebra } from '../../src/linalg/algebra.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import { DenseOperator } from '../../src/operators/operator.js';
import { eigenpairs } from '../../src/spectrum/eigenpairs.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { descending, orthogonalityError, SPECTRA, withSpectrum } from './matrices.js';

/** The same road with the engine's own decompositions and factorisations, as without a native library. */
describe.each(Object.entries({ ...SPECTRA, longer: Float64Array.from({ length: 330 }, (_, i) => (i + 1) ** -1.4) }))(
  'built-in linear algebra: %s',
  (_name, spectrum) => {
    const n = spectrum.length;
    const a = withSpectrum(spectrum);
    const size = Math.max(...spectrum.map(Math.abs));
    let algebra: LinearAlgebra;

    beforeAll(async () => {
      algebra = await linearAlgebra('off');
    });

    test.each([
      ['dense', 'largest', 50 * 2 ** -52],
      ['dense', 'smallest', 50 * 2 ** -52],
      ['lanczos', 'largest', 1e-10],
      ['lanczos', 'smallest', 1e-10],
    ] as const)('%s, %s', async (method, which, within) => {
      const k = Math.min(5, n);
      const found = await eigenpairs(new DenseOperator(a, n), { k, which, method, algebra });
      expect(found.converged).toBe(true);
      expect(found.missed?.missed ?? 0).toBe(0);
      expect(orthogonalityError(found.vectors ?? new Float64Array(), k)).toBeLessThanOrEqual(1e-12);
      const all = descending(spectrum);
      const expected = which === 'largest' ? all.subarray(0, k) : all.subarray(n - k);
      found.residuals.forEach((residual, i) => {
        expect(residual).toBeLessThanOrEqual(within * size);
        expect(Math.abs(found.values[i] - expected[i])).toBeLessThanOrEqual((within + 200 * 2 ** -52) * size);
      });
    });
  },
);
