import { describe, expect, test } from '@jest/globals';
import { linearAlgebra } from '../../src/linalg/index.js';
import { RandomSource } from '../../src/linalg/random.js';
import { empiricalKernel } from '../../src/matrix/empirical-kernel.js';
import { empiricalOperator } from '../../src/matrix/empirical-operator.js';
import { eigenpairs } from '../../src/spectrum/eigenpairs.js';
import { EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from './networks.js';

describe.each([
  ['vectors', EVERY_VECTOR_LAYER, [30, 3]],
  ['images', EVERY_IMAGE_LAYER, [12, 7, 4, 2]],
])('%s', (_name, architecture, shape) => {
  const x = inputs(shape, 11);
  const [n] = shape;

  test.each([
    ['f64', 1e-12],
    ['f32', 1e-4],
  ] as const)('products and the diagonal are those of the matrix in %s', async (precision, tolerance) => {
    const options = { architecture, width: 8, outputs: 2, precision } as const;
    const { ntk } = await empiricalKernel(x, options);
    const operator = await empiricalOperator(x, options);
    const scale = Float64Array.from(ntk.data).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const diagonal = await operator.diagonal();
    for (let i = 0; i < n; i++) expect(Math.abs(diagonal[i] - ntk.data[i * (n + 1)]) / scale).toBeLessThan(tolerance);
    const v = new RandomSource(3).normals(2 * n);
    const y = await operator.apply(v, 2);
    for (let k = 0; k < 2 * n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += ntk.data[(k % n) * n + j] * v[Math.floor(k / n) * n + j];
      expect(Math.abs(y[k] - sum) / (n * scale)).toBeLessThan(tolerance);
    }
  });

  test('has the eigenvalues of the matrix', async () => {
    const options = { architecture, width: 8 };
    const { ntk } = await empiricalKernel(x, options);
    const algebra = await linearAlgebra('off');
    const { values } = await algebra.eigen(Float64Array.from(ntk.data), n, false);
    const operator = await empiricalOperator(x, options);
    const found = await eigenpairs(operator, { k: 3, method: 'lanczos', algebra });
    expect(found.converged).toBe(true);
    found.values.forEach((value, i) => {
      expect(Math.abs(value - values[i]) / values[0]).toBeLessThan(1e-10);
    });
  });
});

test('an operator has one set of inputs, and a promise of memory', async () => {
  const x = inputs([4, 3], 1);
  const options = { architecture: EVERY_VECTOR_LAYER, width: 8 };
  await expect(empiricalOperator(x, { ...options, z: x })).rejects.toThrow('x: must be the only inputs of an operator');
  await expect(empiricalOperator(x, { ...options, memory: 1000 })).rejects.toThrow('--memory');
});
