import { presetArchitecture } from '../../src/architecture/presets.js';
import { firstExamples } from '../../src/data/examples.js';
import { empiricalCross } from '../../src/empirical/cross.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { empiricalOperator } from '../../src/empirical/operator.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import { RandomSource } from '../../src/linalg/random.js';
import { fitByProducts } from '../../src/regression/fit-by-products.js';
import { regress } from '../../src/regression/regress.js';
import { eigenpairs } from '../../src/spectrum/eigenpairs.js';
import { describe, expect, test } from '../jest.js';
import { DEVICES } from './devices.js';
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

  test.each(DEVICES)('%s in %s makes the matrix, and products are those of the host', async (backend, precision) => {
    const options = { architecture, width: 8, outputs: 2, precision } as const;
    const host = await empiricalOperator(x, { ...options, precision: 'f64' });
    const operator = await empiricalOperator(x, { ...options, backend });
    expect([operator.backend, operator.size]).toEqual([backend, n]);
    expect(operator.roundoff).toBe(precision === 'f64' ? 2 ** -53 : 2 ** -24);
    const v = new RandomSource(3).normals(2 * n);
    const limit = precision === 'f64' ? 1e-12 : 1e-4;
    for (const [got, expected] of [
      [await operator.apply(v, 2), await host.apply(v, 2)],
      [await operator.diagonal(), await host.diagonal()],
    ]) {
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expected.forEach((value, k) => void expect(Math.abs(got[k] - value) / scale).toBeLessThan(limit));
    }
    expect((await operator.entries())?.length).toBe(n * n);
    await operator.close();
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

describe('regression on the kernel of a network', () => {
  const options = { architecture: EVERY_VECTOR_LAYER, width: 8, outputs: 2, seed: 4 };
  const [x, z] = [inputs([30, 3], 1), inputs([7, 3], 2)];

  test('predicts from products what the stored matrices predict', async () => {
    const algebra = await linearAlgebra('off');
    const targets = new RandomSource(9).normals(60);
    const kernel = await empiricalOperator(x, options);
    const matrix = await kernel.entries();
    const { ntk: cross } = await empiricalKernel(z, { ...options, z: x });
    const ridge = 1e-3;
    const stored = await regress(
      { kernel: matrix ?? new Float64Array(), targets, n: 30, cross: cross.data },
      { ridge, algebra },
    );
    const rows = async (numbers: readonly number[]): Promise<Float64Array> =>
      Float64Array.from(numbers.flatMap((i) => [...(matrix?.subarray(i * 30, (i + 1) * 30) ?? [])]));
    const [fit] = await fitByProducts(
      { kernel, rows, targets },
      { ridges: [ridge], rank: 5, seed: 0, tolerance: 1e-12, iterations: 500, algebra },
    );
    expect(fit.converged).toBe(true);
    const products = await empiricalCross(z, x, options).apply(fit.coefficients, 2);
    for (let i = 0; i < 7; i++) {
      for (let a = 0; a < 2; a++) expect(products[a * 7 + i]).toBeCloseTo(stored.predictions[i * 2 + a], 8);
    }
  });

  test('refuses other inputs than its own, and pairs of outputs', () => {
    expect(() => empiricalCross(z, x, { ...options, z })).toThrow('options: must leave inputs');
    expect(() => empiricalCross(z, x, { ...options, contract: 'full' })).toThrow('contract: full');
  });

  test('has no entries where the promise does not hold them', async () => {
    const many = inputs([600, 3], 5);
    const memory = process.memoryUsage.rss() + 2 ** 25 * 8;
    const operator = await empiricalOperator(many, { architecture: EVERY_VECTOR_LAYER, width: 8, memory });
    // Twice what is promised: other suites ran in this process, and what they left may go meanwhile.
    const held = new Float64Array(2 ** 26).fill(1);
    expect(await operator.entries()).toBeNull();
    expect(held[2 ** 24]).toBe(1);
  });
});

test('products need no room for the matrix, and keep the promise of what they need', async () => {
  // 40,000 x 40,000 doubles are 12 GiB, far from the budget.
  const [x, n] = [inputs([40_000, 3], 1), 40_000];
  const options = {
    architecture: presetArchitecture('fc', { depth: 2 }),
    width: 16,
    native: 'off',
    threads: 1,
  } as const;
  const operator = await empiricalOperator(x, { ...options, memory: process.memoryUsage.rss() + 2 ** 28 });
  const y = await operator.apply(new Float64Array(n).fill(1), 1);
  const { ntk } = await empiricalKernel(firstExamples(x, 1), { ...options, z: x });
  const sum = Float64Array.from(ntk.data).reduce((a, b) => a + b, 0);
  expect(Math.abs(y[0] / sum - 1)).toBeLessThan(1e-12);
  const wide = empiricalOperator(x, { ...options, width: 2000, memory: process.memoryUsage.rss() + 2 ** 28 });
  await expect(wide).rejects.toThrow('--memory: products with an empirical kernel need about');
});

test('an operator has one set of inputs, and a promise of memory', async () => {
  const x = inputs([4, 3], 1);
  const options = { architecture: EVERY_VECTOR_LAYER, width: 8 };
  await expect(empiricalOperator(x, { ...options, z: x })).rejects.toThrow('x: must be the only inputs of an operator');
  await expect(empiricalOperator(x, { ...options, memory: 1000 })).rejects.toThrow('--memory');
  await expect(empiricalOperator(x, { ...options, backend: 'reference' })).rejects.toThrow(
    '--backend reference: must be host, tfjs or tensorflow for finite networks',
  );
  const single = { ...options, backend: 'tfjs', precision: 'f32' } as const;
  await expect(empiricalOperator(x, { ...single, memory: 1000 })).rejects.toThrow(/--memory: .* use --backend host\.$/);
});
