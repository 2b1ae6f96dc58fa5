import { kernelMatrix, type NdArray, planKernel, presetArchitecture, UsageError } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import { nativePlaces } from './backends.js';

const next = normals(33);
const rows = (n: number, d: number): NdArray => ({ data: Float64Array.from({ length: n * d }, next), shape: [n, d] });
const architecture = presetArchitecture('fc', { depth: 3, bias: 0.2 });

describe.each(nativePlaces().map((native) => [native]))('products by %s', (native) => {
  // Two threads, several tiles with a ragged edge.
  const x = rows(1301, 400);

  test.each(['f64', 'f32'] as const)('are the same every time, and symmetric bit for bit, in %s', async (precision) => {
    const options = { architecture, precision, threads: 2, native };
    const { ntk, run } = await kernelMatrix(x, options);
    expect(run.plan).toMatchObject({ native: expect.stringMatching(/\(.*(blas|lapack).*\)$/i) });
    expect(run.plan.tiles).toBeGreaterThan(5);
    const again = (await kernelMatrix(x, options)).ntk.data;
    expect(ntk.data.every((v, at) => v === again[at])).toBe(true);
    const n = x.shape[0];
    let unequal = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) unequal += ntk.data[i * n + j] === ntk.data[j * n + i] ? 0 : 1;
    expect(unequal).toBe(0);
    const selfKernels = (await kernelMatrix(x, { ...options, native: 'off' })).ntk;
    const off = Float64Array.from(selfKernels.data).reduce(
      (most, v, at) => Math.max(most, Math.abs(v - ntk.data[at]) / selfKernels.data[0]),
      0,
    );
    expect(off).toBeLessThan(precision === 'f64' ? 1e-13 : 2e-6);
  });

  test('deep networks in single precision, whose body runs in double', async () => {
    const deep = {
      architecture: presetArchitecture('fc', { depth: 150, bias: 0.1 }),
      precision: 'f32',
      threads: 1,
    } as const;
    const few = rows(60, 40);
    const [by, selfKernels] = [
      await kernelMatrix(few, { ...deep, native }),
      await kernelMatrix(few, { ...deep, native: 'off' }),
    ];
    by.ntk.data.forEach((v, at) => {
      expect(Math.abs(v / selfKernels.ntk.data[at] - 1)).toBeLessThan(2e-6);
    });
  });
});

describe('the library for products', () => {
  test('off, and auto for little work, leave them to the engine', async () => {
    expect(await planKernel(rows(2000, 200), { architecture, native: 'off' })).toMatchObject({ native: null });
    expect(await planKernel(rows(20, 4), { architecture })).toMatchObject({ native: null });
  });

  test('auto takes the one that is here', async () => {
    const isHere = nativePlaces().includes('libopenblas.so.0');
    const { native } = await planKernel(rows(2000, 300), { architecture, backend: 'host' });
    expect(native !== null).toBe(isHere);
  });

  test.each(['host', 'reference'] as const)(
    'a path that cannot be loaded is an error of usage on %s',
    async (backend) => {
      const asked = planKernel(rows(3, 2), { architecture, backend, native: '/nowhere/libopenblas.so' });
      await expect(asked).rejects.toThrow(UsageError);
      await expect(asked).rejects.toThrow(/^--native: .* got \/nowhere\/libopenblas\.so \(.*\)\. .*/s);
    },
  );
});
