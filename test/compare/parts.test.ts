import fc from 'fast-check';
import type { Architecture } from '../../src/architecture/types.js';
import { traceOf } from '../../src/compare/analytic.js';
import { kernelParts, onlyTrained, partsSeconds } from '../../src/compare/parts.js';
import type { NdArray } from '../../src/data/array.js';
import { InterruptedError } from '../../src/errors.js';
import { kernelMatrix } from '../../src/kernel/matrix.js';
import { finiteNetwork } from '../../src/network/network.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { arbitraryCase, EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from '../empirical/networks.js';
import { describe, expect, test } from '../jest.js';

/** Paths of trained layers as finite networks name them. */
function trained(architecture: Architecture, shape: readonly number[]): readonly string[] {
  const { operations } = finiteNetwork(architecture, shape, { width: 4 });
  return weightsOf(operations)
    .filter(({ fields }) => Number(fields.train) > 0)
    .map(({ path }) => path);
}

async function kernelOf(x: NdArray, architecture: Architecture): Promise<Float64Array> {
  const { ntk } = await kernelMatrix(x, { architecture, backend: 'reference', native: 'off' });
  return Float64Array.from(ntk.data);
}

/** Trace of the kernel in which one layer is trained over that of the whole, each from a kernel of its own. */
async function sharesByKernels(x: NdArray, architecture: Architecture, paths: readonly string[]): Promise<number[]> {
  const n = x.shape[0];
  const whole = traceOf(await kernelOf(x, architecture), n);
  const shares = [];
  for (const path of paths) shares.push(traceOf(await kernelOf(x, onlyTrained(architecture, path)), n) / whole);
  return shares;
}

describe('parts of a kernel in one pass', () => {
  test.each<[string, Architecture, readonly number[]]>([
    ['vectors', EVERY_VECTOR_LAYER, [40, 3]],
    ['images', EVERY_IMAGE_LAYER, [3, 6, 5, 2]],
  ])(
    'are the kernels in which one layer is trained, however many are carried at a time: %s',
    async (_name, architecture, shape) => {
      const x = inputs(shape, 2);
      const paths = trained(architecture, shape);
      const ntk = await kernelOf(x, architecture);
      const expected = await sharesByKernels(x, architecture, paths);
      for (const memory of [Number.MAX_VALUE, 1]) {
        const { shares, difference } = await kernelParts({ x, architecture, paths, ntk, memory });
        expect(shares).toHaveLength(expected.length);
        for (const [i, share] of shares.entries()) expect(Math.abs(share - expected[i])).toBeLessThan(1e-13);
        expect(difference).toBeLessThan(1e-13);
      }
      expect(partsSeconds({ architecture, x, paths })).toBeGreaterThan(0);
    },
  );

  test('are so for random networks', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async ({ architecture, x }) => {
        const paths = trained(architecture, x.shape);
        const ntk = await kernelOf(x, architecture);
        if (!(traceOf(ntk, x.shape[0]) > 0)) return;
        const expected = await sharesByKernels(x, architecture, paths);
        const { shares, difference } = await kernelParts({ x, architecture, paths, ntk, memory: Number.MAX_VALUE });
        for (const [i, share] of shares.entries()) expect(Math.abs(share - expected[i])).toBeLessThan(1e-12);
        expect(difference).toBeLessThan(1e-11);
      }),
      { numRuns: 15 },
    );
  });

  test('differ from another kernel, on the diagonal or beside it', async () => {
    const x = inputs([6, 3], 4);
    const architecture = EVERY_VECTOR_LAYER;
    const paths = trained(architecture, x.shape);
    const ntk = await kernelOf(x, architecture);
    for (const at of [5 * 7, 1]) {
      const other = ntk.slice();
      other[at] *= 1.1;
      const { difference } = await kernelParts({ x, architecture, paths, ntk: other, memory: Number.MAX_VALUE });
      expect(difference).toBeGreaterThan(1e-3);
    }
  });

  test('stop where they are interrupted', async () => {
    const x = inputs([6, 3], 4);
    const architecture = EVERY_VECTOR_LAYER;
    const ntk = await kernelOf(x, architecture);
    const task = { x, architecture, paths: trained(architecture, x.shape), ntk, memory: Number.MAX_VALUE };
    await expect(kernelParts({ ...task, signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
  });
});
