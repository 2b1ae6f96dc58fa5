import { findDevice, type OpenDevice, useDevice } from '../../kernels/webgpu/device.js';
import { openWebgpu } from '../../kernels/webgpu/rows/job.js';
import { DeviceRows } from '../../kernels/webgpu/rows/rows.js';
import { peakSpeed, productSpeed } from '../../kernels/webgpu/speed.js';
import type { RowTask } from '../../src/backend/tasks.js';
import type { KernelJob } from '../../src/backend/tile.js';
import {
  type Architecture,
  BackendError,
  kernelMatrix,
  type NdArray,
  parseArchitecture,
  presetArchitecture,
} from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { kernelShader } from '../../src/kernel/shader.js';
import { tiles } from '../../src/kernel/tiles.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import { SKIPPED } from './backends.js';
import { limits } from './tolerances.js';
import { expectClosingToFree, expectTilesToFree } from './webgpu-jobs.js';

const { entry } = limits({ backend: 'webgpu', precision: 'f32' });

/** Rows of which the last is a duplicate of the first, times 1.5 and a little off. */
function rows(n: number, d: number): NdArray {
  const next = normals(7);
  const data = Float64Array.from({ length: n * d }, next);
  for (let k = 0; k < d; k++) data[(n - 1) * d + k] = 1.5 * data[k] + 1e-4 * next();
  return { data, shape: [n, d] };
}

function taskOf(x: NdArray, architecture: Architecture, zonal = false): RowTask {
  return prepareTask(outline(x, { architecture, kind: 'both', precision: 'f32' }), zonal).task;
}

const BIASED = presetArchitecture('fc', { depth: 2, bias: 0.3, biasInit: 'normal' });

/** Largest error of a job's tiles and of their transposes over sqrt(K(x,x) K(z,z)), against the host in f64. */
async function worstOf(job: KernelJob, x: NdArray, architecture: Architecture, size: number): Promise<number> {
  const truth = await kernelMatrix(x, { architecture, kind: 'both', threads: 1, backend: 'host' });
  const n = x.shape[0];
  let worst = 0;
  const compare = (kind: 'ntk' | 'nngp', i: number, j: number, value: number): void => {
    const k = truth[kind].data;
    worst = Math.max(worst, Math.abs(value - k[i * n + j]) / Math.sqrt(k[i * n + i] * k[j * n + j]));
  };
  for (const range of tiles({ rows: n, columns: n, symmetric: true }, size)) {
    const tile = await job.compute(range, range.row !== range.column);
    for (const kind of ['ntk', 'nngp'] as const) {
      const { values, stride, transposed, transposedStride } = await tile.read(kind);
      for (let i = 0; i < range.rows; i++) {
        for (let j = 0; j < range.columns; j++) {
          compare(kind, range.row + i, range.column + j, values[i * stride + j]);
          if (transposed !== null) {
            compare(kind, range.row + i, range.column + j, transposed[j * transposedStride + i]);
          }
        }
      }
    }
    tile.release();
  }
  return worst;
}

const found = await findDevice();

describe('the printed shader', () => {
  test('is readable: one line a step, weights as numbers', async () => {
    const text = await kernelShader(presetArchitecture('fc', { depth: 2 }), [8], 'ntk');
    expect(text).toContain('let v5 = max(0.0, v3 + 0.5 * (v1 - v3));');
    expect(text).toContain('// ntk of a pair, from (1 - u, 1 + u) of its rows.');
  });

  test('has a loop instead of a thousand lines', async () => {
    const text = await kernelShader(presetArchitecture('resntk', { depth: 1000 }), [8], 'ntk');
    expect(text).toMatch(/for \(var round = 0u; round < 99\du; round\+\+\)/);
    expect(text.split('\n').length).toBeLessThan(400);
  });
});

if ('reason' in found) {
  test('webgpu is named as not tested here', () => {
    console.log(`not tested: webgpu: ${found.reason}`);
    expect(SKIPPED.some((line) => line.startsWith('webgpu'))).toBe(true);
  });
} else {
  describe('webgpu', () => {
    test.each([
      ['product and body in one pass', true, 256],
      ['in two passes', false, 256],
      ['in one pass, smaller tiles', true, 128],
    ])('%s', async (_name, fused, size) => {
      const x = rows(200, 30);
      const job = await openWebgpu(taskOf(x, BIASED), { threads: 1, tile: [size, size], fused });
      expect(await worstOf(job, x, BIASED, size)).toBeLessThan(entry);
      expect(job.nearPairs).toBe(1);
      await job.close();
    });

    test('sums over 20,000 features are compensated', async () => {
      const x = rows(5, 20_000);
      const job = await openWebgpu(taskOf(x, BIASED), { threads: 1, tile: [128, 128] });
      expect(await worstOf(job, x, BIASED, 128)).toBeLessThan(entry / 4);
      await job.close();
    });

    test('the table', async () => {
      const architecture = presetArchitecture('fc', { depth: 3 });
      const x = rows(400, 12);
      const task = taskOf(x, architecture, true);
      expect(task.table).not.toBeNull();
      const job = await openWebgpu(task, { threads: 1, tile: [256, 256] });
      expect(await worstOf(job, x, architecture, 256)).toBeLessThan(entry);
      await job.close();
    });

    test('many near pairs: every pair of one cluster', async () => {
      const next = normals(9);
      const n = 150;
      const centre = Array.from({ length: 6 }, next);
      const data = Float64Array.from({ length: n * 6 }, (_, at) => centre[at % 6] + 1e-3 * next());
      const x: NdArray = { data, shape: [n, 6] };
      const job = await openWebgpu(taskOf(x, BIASED), { threads: 1, tile: [256, 256] });
      expect(await worstOf(job, x, BIASED, 256)).toBeLessThan(entry);
      expect(job.nearPairs).toBe((n * (n - 1)) / 2);
      await job.close();
    });

    test('rows come in chunks where a device binds little, and are given up where it is full', async () => {
      const opened = await useDevice();
      const [n, d] = [64, 16];
      const unit = Float32Array.from({ length: n * d }, (_, k) => k);
      const small = { ...opened, device: limited(opened.device, 16 * 4 * d) };
      const set = new DeviceRows(small, { rows: n, features: d, unit, columns: 1, factors: unit.subarray(0, n) }, 16);
      const chunks = [await set.chunk(0), await set.chunk(16), await set.chunk(48)];
      expect(chunks.map((c) => c.first)).toEqual([0, 16, 48]);
      expect(await set.chunk(5)).toBe(chunks[0]);
      await set.close();
      expect(await set.holds(chunks[0])).toBe(false);
    });

    const openRows = (n: number, d: number) => (): Promise<KernelJob> =>
      openWebgpu(taskOf(rows(n, d), BIASED), { threads: 1, tile: [128, 128] });

    test('a thousand tiles leave no buffer behind', async () => {
      await expectTilesToFree(openRows(6, 4), () => ({ row: 0, rows: 6, column: 0, columns: 6 }), 1, 1000);
    });

    test('closing rejects tiles in work and frees everything', async () => {
      await expectClosingToFree(openRows(100, 8), { row: 0, rows: 100, column: 0, columns: 100 }, false);
    });

    test('every kind of network makes a valid shader', async () => {
      const { device } = await useDevice();
      for (const architecture of KINDS) {
        device.pushErrorScope('validation');
        device.createShaderModule({ code: await kernelShader(architecture, [8], 'both') });
        expect(await device.popErrorScope()).toBeNull();
      }
    });

    test('speeds are measured', async () => {
      expect(await productSpeed(256, 64, 1e-3)).toBeGreaterThan(0);
      expect(await peakSpeed(1e-3)).toBeGreaterThan(0);
    });

    test('a lost device is a clear error, and the next use opens it again', async () => {
      const opened = await useDevice();
      const x = rows(100, 8);
      const job = await openWebgpu(taskOf(x, BIASED), { threads: 1, tile: [128, 128] });
      const work = job.compute({ row: 0, rows: 100, column: 0, columns: 100 }, false);
      opened.device.destroy();
      await expect(work).rejects.toThrow(BackendError);
      await expect(work).rejects.toThrow(/must stay available, got lost/);
      await job.close();
      const again = await openWebgpu(taskOf(x, BIASED), { threads: 1, tile: [128, 128] });
      expect(await worstOf(again, x, BIASED, 128)).toBeLessThan(entry);
      await again.close();
    });
  });
}

/** The same device with less room for a buffer. */
function limited(device: OpenDevice['device'], most: number): GPUDevice {
  const limits = { maxBufferSize: most, maxStorageBufferBindingSize: most };
  return new Proxy(device, {
    get: (target, name) => {
      if (name === 'limits') return limits;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const act = (kind: string): object => ({ kind });
const dense = { kind: 'dense', weightStd: 1.2, biasStd: 0.3 };

/** One of each kind: presets, every activation in one network, radial kernels. */
const KINDS = [
  presetArchitecture('fc', { depth: 3, bias: 0.2 }),
  presetArchitecture('resntk', { depth: 4 }),
  parseArchitecture({
    format: 'ntk-architecture/1',
    layers: ['relu', 'abs', 'erf', 'gelu', 'elu', 'sin', 'cos', 'step']
      .flatMap((kind) => [dense, act(kind)])
      .slice(0, -1),
  }),
  parseArchitecture({
    format: 'ntk-architecture/1',
    layers: [dense, { kind: 'leakyRelu', slope: 0.2 }, dense, { kind: 'layerNorm' }, dense],
  }),
] as const;
