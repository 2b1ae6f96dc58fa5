import { findDevice, useDevice } from '../../kernels/webgpu/device.js';
import { openWebgpuImages } from '../../kernels/webgpu/images/job.js';
import type { KernelJob, TileRange } from '../../src/backend/tile.js';
import { type Architecture, kernelMatrix, type NdArray, presetArchitecture } from '../../src/index.js';
import { imageTask } from '../../src/kernel/images/task.js';
import { kernelShader } from '../../src/kernel/shader.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import { SKIPPED } from './backends.js';
import { limits } from './tolerances.js';
import { expectClosingToFree, expectTilesToFree } from './webgpu-jobs.js';

const { image: LIMIT } = limits({ backend: 'webgpu', precision: 'f32' });

/** Images of which the last is the first, a little off. */
function images(...shape: readonly number[]): NdArray {
  const next = normals(11);
  const size = shape.reduce((a, b) => a * b, 1);
  const one = size / shape[0];
  const data = Float64Array.from({ length: size }, next);
  for (let k = 0; k < one; k++) data[size - one + k] = data[k] + 1e-4 * next();
  return { data, shape };
}

/**
 * The first two images against all: entries of both kernels over sqrt(K(x,x) K(z,z)), less those of the host in f64.
 */
async function worst(x: NdArray, architecture: Architecture, workgroupBytes?: number): Promise<number> {
  const task = imageTask(x, { architecture, kind: 'both', precision: 'f32' });
  const n = x.shape[0];
  const limit = workgroupBytes === undefined ? {} : { workgroupBytes };
  const job = await openWebgpuImages(task, { threads: 1, tile: [n, n], ...limit });
  const truth = await kernelMatrix(x, { architecture, kind: 'both', precision: 'f64', backend: 'host', threads: 1 });
  const tile = await job.compute({ row: 0, rows: n, column: 0, columns: n }, false);
  let most = 0;
  for (const kind of ['ntk', 'nngp'] as const) {
    const { values, stride } = await tile.read(kind);
    const k = truth[kind].data;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const error = Math.abs(values[i * stride + j] - k[i * n + j]) / Math.sqrt(k[i * n + i] * k[j * n + j]);
        if (!(error <= most)) most = error;
      }
    }
  }
  tile.release();
  await job.close();
  return most;
}

const small = (name: 'cntk' | 'rescntk', depth: number): Architecture =>
  presetArchitecture(name, { depth, padding: 'same' });

describe('the printed shader of images', () => {
  test('is readable: one line an instruction, weights as numbers', async () => {
    const text = await kernelShader(presetArchitecture('cntk', { depth: 2 }), [6, 6, 3], 'ntk');
    expect(text).toContain('let g0 = pixelDistances(positionPair);');
    expect(text).toMatch(/let k\d+ = 0\.11111111 \* summed\(\d+u, window\d+, 9u, c\);/);
    expect(text).not.toMatch(/[⟨⟩]|undefined|NaN|Infinity/);
  });

  test('has loops instead of thousands of lines', async () => {
    const text = await kernelShader(presetArchitecture('rescntk', { depth: 100 }), [6, 6, 3], 'both');
    expect(text).toMatch(/for \(var round = 0u; round < \d\du; round\+\+\)/);
    expect(text.split('\n').length).toBeLessThan(700);
  });
});

const found = await findDevice();

if ('reason' in found) {
  test('webgpu is named as not tested here', () => {
    expect(SKIPPED.some((line) => line.startsWith('webgpu'))).toBe(true);
  });
} else {
  describe('webgpu on images', () => {
    test.each(['in the memory of a workgroup', 'in a buffer, where that is too small'])('values %s', async (where) => {
      const bytes = where.includes('buffer') ? 256 : undefined;
      for (const head of ['tr', 'gap'] as const) {
        const network = presetArchitecture('rescntk', { depth: 2, padding: 'same', head });
        expect(await worst(images(3, 5, 6, 2), network, bytes)).toBeLessThan(LIMIT / 4);
      }
    });

    test('means over all pairs of many pixels keep their digits', async () => {
      const network = presetArchitecture('cntk', { depth: 1, head: 'gap' });
      expect(await worst(images(2, 24, 24, 1), network)).toBeLessThan(LIMIT / 4);
    });

    test('forty layers, as loops', async () => {
      expect(await worst(images(3, 4, 4, 3), small('rescntk', 40))).toBeLessThan(LIMIT);
      expect(await worst(images(3, 4, 4, 3), small('cntk', 40))).toBeLessThan(LIMIT);
    });

    test('every kind of preset makes a valid shader', async () => {
      const { device } = await useDevice();
      for (const name of ['cntk', 'rescntk'] as const) {
        for (const head of ['eq', 'tr', 'gap'] as const) {
          for (const padding of ['circular', 'same'] as const) {
            const network = presetArchitecture(name, { depth: 2, head, padding });
            device.pushErrorScope('validation');
            device.createShaderModule({ code: await kernelShader(network, [8, 8, 3], 'both') });
            expect(await device.popErrorScope()).toBeNull();
          }
        }
      }
    });

    async function open(): Promise<KernelJob> {
      const task = imageTask(images(6, 4, 4, 2), { architecture: small('cntk', 1), kind: 'both', precision: 'f32' });
      return openWebgpuImages(task, { threads: 1, tile: [2, 2] });
    }

    test('hundreds of tiles leave no buffer behind', async () => {
      const range = (k: number): TileRange => ({ row: 2 * (k % 3), rows: 2, column: 2 * (k % 2), columns: 2 });
      await expectTilesToFree(open, range, 12, 300);
    });

    test('closing rejects tiles in work and frees everything', async () => {
      await expectClosingToFree(open, { row: 0, rows: 2, column: 2, columns: 2 }, true);
    });
  });
}
