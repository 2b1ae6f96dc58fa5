import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import { loadTfjs } from '../../kernels/tfjs/engine.js';
import { currentTensors } from '../../src/backend/select.js';
import {
  analyticSource,
  DataError,
  empiricalSource,
  functionSource,
  type KernelSource,
  kernelSpectrum,
  linearAlgebra,
  type NdArray,
  presetArchitecture,
  regressKernel,
  storedSource,
  targetsOf,
  UsageError,
  writeNpy,
} from '../../src/index.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

const MEMORY = 4 * 2 ** 30;
const [N, M, D] = [9, 4, 3];

function rows(count: number, phase: number): NdArray {
  const data = Float64Array.from({ length: count * D }, (_, i) => Math.sin(1.7 * i + phase) + (i % D) / 4);
  return { data, shape: [count, D] };
}

const [X, TEST] = [rows(N, 0.3), rows(M, 2.1)];
const architecture = presetArchitecture('fc', { depth: 2, bias: 0.3 });
const folder = mkdtempSync(join(tmpdir(), 'ntk-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One hidden layer, written as tensors: the function whose kernel is wanted, and its variables. */
async function tensorFunction() {
  await loadTfjs(['cpu']);
  const { tf } = await currentTensors();
  const weights = [tf.variable(tf.randomNormal([D, 5], 0, 1, 'float32', 3)), tf.variable(tf.ones([5, 1]))];
  const f = (x: TensorFlow.Tensor): TensorFlow.Tensor => tf.matMul(tf.tanh(tf.matMul(x, weights[0])), weights[1]);
  return { tf, f, variables: weights };
}

/** Every kind of source, over the same rows; the stored one holds the matrices of the analytic one. */
const SOURCES: Record<string, () => Promise<KernelSource>> = {
  analytic: async () => analyticSource(X, { architecture, native: 'off' }, TEST),
  empirical: async () => empiricalSource(X, { architecture, width: 16, seed: 2, native: 'off' }, TEST),
  function: async () => {
    const { tf, f, variables } = await tensorFunction();
    const of = ({ data, shape }: NdArray): TensorFlow.Tensor => tf.tensor(Float32Array.from(data), [...shape]);
    return functionSource(f, variables, of(X), {}, of(TEST));
  },
  stored: () => storedSource(join(folder, 'K.npy'), { cross: join(folder, 'Kz.npy'), memory: MEMORY }),
};

beforeAll(async () => {
  const source = await SOURCES.analytic();
  const { values } = await source.matrix(N, MEMORY);
  await writeNpy(join(folder, 'K.npy'), { data: values, shape: [N, N] });
  await writeNpy(join(folder, 'Kz.npy'), { data: await source.crossMatrix(MEMORY), shape: [M, N] });
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let k = 0; k < expected.length; k++) {
    expect(Math.abs(found[k] - expected[k])).toBeLessThanOrEqual(tolerance * scale);
  }
}

describe.each(Object.keys(SOURCES))('the %s source', (kind) => {
  const tolerance = kind === 'function' ? 1e-6 : 1e-12;
  const vectors = Float64Array.from({ length: 2 * N }, (_, i) => Math.cos(i));

  test('says what it is and needs', async () => {
    const source = await SOURCES[kind]();
    expect([source.kind, source.rows, source.testRows]).toEqual([kind, N, M]);
    expect((await source.origin()).backend).not.toBe('');
    expect(await source.least()).toBeGreaterThan(2 ** 20);
  });

  test('gives one kernel in every form: whole, a prefix, rows, products', async () => {
    const source = await SOURCES[kind]();
    const { values } = await source.matrix(N, MEMORY);
    const whole = values.slice();
    const [size, numbers] = [6, [4, 1]];
    const corner = Float64Array.from({ length: size * size }, (_, k) => whole[Math.floor(k / size) * N + (k % size)]);
    expectClose((await source.matrix(size, MEMORY)).values, corner, tolerance);
    const picked = numbers.flatMap((row) => [...whole.subarray(row * N, row * N + size)]);
    expectClose(await source.rowsOf(numbers, size, MEMORY), picked, tolerance);
    for (const n of [N, size]) {
      const operator = await source.operator(n, MEMORY);
      const x = vectors.subarray(0, 2 * n);
      const product = Float64Array.from({ length: 2 * n }, (_, k) => {
        const [column, row] = [Math.floor(k / n), k % n];
        return Array.from({ length: n }, (_v, j) => whole[row * N + j] * x[column * n + j]).reduce((a, b) => a + b, 0);
      });
      expectClose(await operator.apply(x.slice(), 2), product, tolerance);
      expectClose(
        await operator.diagonal(),
        Array.from({ length: n }, (_, i) => whole[i * (N + 1)]),
        tolerance,
      );
      await operator.close();
    }
  });

  test('gives the kernel of test rows as a matrix and as products', async () => {
    const source = await SOURCES[kind]();
    const cross = await source.cross(N, MEMORY);
    const found = await cross.apply(vectors.slice(), 2);
    await cross.close();
    if (kind === 'stored') {
      await expect(source.crossMatrix(MEMORY)).rejects.toThrow(UsageError);
      return;
    }
    const matrix = await source.crossMatrix(MEMORY);
    const expected = Float64Array.from({ length: 2 * M }, (_, k) => {
      const [column, row] = [Math.floor(k / M), k % M];
      return Array.from({ length: N }, (_v, j) => matrix[row * N + j] * vectors[column * N + j]).reduce(
        (a, b) => a + b,
      );
    });
    expectClose(found, expected, tolerance);
    expect((await source.testDiagonal(MEMORY)).every((v) => v > 0)).toBe(true);
  });

  test('has a spectrum, dense and by Lanczos the same', async () => {
    const algebra = await linearAlgebra('off');
    const found = await Promise.all(
      (['dense', 'lanczos'] as const).map(async (method) => {
        const options = { algebra, memory: MEMORY, k: 3, method, density: method === 'dense' };
        return kernelSpectrum(await SOURCES[kind](), options);
      }),
    );
    expectClose(found[1].pairs.values, found[0].pairs.values, tolerance === 1e-6 ? 1e-5 : 1e-9);
    expect(found[0].n).toBe(N);
    expect(found.map(({ density }) => density === null)).toEqual([false, true]);
    expect(found[0].backend === null).toBe(kind === 'stored' || kind === 'function');
  });

  test('predicts, by a factor and by products the same', async () => {
    const algebra = await linearAlgebra('off');
    const targets = targetsOf(Float64Array.from({ length: N }, (_, i) => Math.sin(i) / 3));
    const found = await Promise.all(
      (['cholesky', 'cg'] as const).map(async (solver) => {
        const options = { algebra, memory: MEMORY, solver, ridges: [1e-2], tolerance: 1e-10 };
        return regressKernel(await SOURCES[kind](), targets, options);
      }),
    );
    expect(found.map(({ fits }) => fits[0].solver.name)).toEqual(['cholesky', 'cg']);
    expect(found[0].predictions[0]).toHaveLength(M);
    expectClose(found[1].predictions[0], found[0].predictions[0], tolerance === 1e-6 ? 1e-4 : 1e-8);
  });
});

describe('a stored source', () => {
  test('predicts what the kernels that it stores predict', async () => {
    const algebra = await linearAlgebra('off');
    const targets = targetsOf(Float64Array.from({ length: N }, (_, i) => i % 3));
    const options = { algebra, memory: MEMORY, solver: 'cholesky', ridges: [1e-3], trainSizes: [5, N] } as const;
    const [stored, analytic] = await Promise.all(
      ['stored', 'analytic'].map(async (kind) => regressKernel(await SOURCES[kind](), targets, options)),
    );
    for (const [k, one] of stored.predictions.entries()) expectClose(one, analytic.predictions[k], 1e-10);
    expect(stored.fits.map(({ trainSize }) => trainSize)).toEqual([5, N]);
    expect([stored.recomputation.recomputed, analytic.recomputation.recomputed === null]).toEqual([null, false]);
  });

  test('refuses files that do not belong together', async () => {
    const path = join(folder, 'other.npy');
    await writeNpy(path, { data: new Float64Array(12).fill(1), shape: [3, 4] });
    const wrong = storedSource(join(folder, 'K.npy'), { cross: path, memory: MEMORY });
    await expect(wrong).rejects.toThrow(DataError);
    await expect(storedSource(path, { memory: MEMORY })).rejects.toThrow(/square matrix/);
    const alone = await storedSource(join(folder, 'K.npy'), { memory: MEMORY });
    await expect(async () => alone.cross(N, MEMORY)).rejects.toThrow(UsageError);
  });

  test('predicts nothing from what does not belong together', async () => {
    const options = { algebra: await linearAlgebra('off'), memory: MEMORY };
    const targets = targetsOf(Float64Array.from({ length: N }, (_, i) => i % 2));
    const source = await SOURCES.analytic();
    const short = targetsOf(Float64Array.from({ length: N - 1 }, (_, i) => i % 2));
    await expect(regressKernel(source, short, options)).rejects.toThrow(/one a training row, 9, got 8/);
    for (const trainSizes of [[], [5, 3], [N + 1], [2.5]]) {
      await expect(regressKernel(source, targets, { ...options, trainSizes })).rejects.toThrow(/^trainSizes: must be/);
    }
    const alone = await storedSource(join(folder, 'K.npy'), { memory: MEMORY });
    await expect(regressKernel(alone, targets, options)).rejects.toThrow(/must come with test rows/);
  });
});
