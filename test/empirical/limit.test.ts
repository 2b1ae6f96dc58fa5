import { presetArchitecture } from '../../src/architecture/presets.js';
import type { Architecture } from '../../src/architecture/types.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { kernelMatrix } from '../../src/kernel/matrix.js';
import { describe, expect, test } from '../jest.js';
import { inputs } from './networks.js';

const WIDTH = 128;
const SEEDS = 12;

const NETWORKS: readonly (readonly [string, Architecture, readonly number[]])[] = [
  ['fc', presetArchitecture('fc', { depth: 2, bias: 0.3 }), [5, 6]],
  ['resntk', presetArchitecture('resntk', { depth: 2, alpha: 0.7 }), [5, 6]],
  ['cntk tr', presetArchitecture('cntk', { depth: 2, head: 'tr' }), [4, 4, 3, 2]],
  ['rescntk gap', presetArchitecture('rescntk', { depth: 1, head: 'gap' }), [4, 4, 3, 2]],
];

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0));
}

/** Mean of kernels over seeds, and the 2-norm of its standard errors. */
function meanOf(kernels: readonly ArrayLike<number>[]): { readonly mean: readonly number[]; readonly error: number } {
  const mean = Array.from(kernels[0], (_, k) => kernels.reduce((sum, kernel) => sum + kernel[k], 0) / kernels.length);
  const variance = mean.map(
    (m, k) => kernels.reduce((sum, kernel) => sum + (kernel[k] - m) ** 2, 0) / (kernels.length - 1),
  );
  return { mean, error: Math.sqrt(variance.reduce((sum, v) => sum + v, 0) / kernels.length) };
}

describe.each(NETWORKS)('%s', (_name, architecture, shape) => {
  const x = inputs(shape, 21);
  const draws = (width: number) =>
    Promise.all(
      Array.from({ length: SEEDS }, async (_, seed) => {
        return (await empiricalKernel(x, { architecture, width, seed })).ntk.data;
      }),
    );

  test('the mean over seeds is the analytic kernel within its error and 5 / width', async () => {
    const { ntk } = await kernelMatrix(x, { architecture, backend: 'reference' });
    const { mean, error } = meanOf(await draws(WIDTH));
    const off = norm(mean.map((v, k) => v - ntk.data[k]));
    expect(off).toBeLessThan(3 * error + (5 / WIDTH) * norm(ntk.data));
    // The test can fail: it resolves an error of a quarter of the kernel.
    expect(3 * error + (5 / WIDTH) * norm(ntk.data)).toBeLessThan(0.35 * norm(ntk.data));
  });
});

test('orthogonal weights approach the same kernel', async () => {
  const [, architecture, shape] = NETWORKS[0];
  const x = inputs(shape, 21);
  const { ntk } = await kernelMatrix(x, { architecture, backend: 'reference' });
  const kernels = await Promise.all(
    Array.from({ length: SEEDS }, async (_, seed) => {
      return (await empiricalKernel(x, { architecture, width: WIDTH, seed, init: 'orthogonal' })).ntk.data;
    }),
  );
  const { mean, error } = meanOf(kernels);
  const off = norm(mean.map((v, k) => v - ntk.data[k]));
  expect(off).toBeLessThan(3 * error + (5 / WIDTH) * norm(ntk.data));
});
