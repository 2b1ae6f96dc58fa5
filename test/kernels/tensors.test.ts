import { findDevice } from '../../kernels/webgpu/device.js';
import {
  type Architecture,
  BackendError,
  kernelMatrix,
  parseArchitecture,
  presetArchitecture,
  type RadialKernel,
  tensorKernels,
  UsageError,
} from '../../src/index.js';
import { expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import { limits } from './tolerances.js';

const { entry } = limits({ backend: 'webgpu', precision: 'f32' });
const [N, M, D] = [7, 4, 5];

const dense = { kind: 'dense', weightStd: 1.3, biasStd: 0.2 };
const NETWORKS: Readonly<Record<string, Architecture>> = {
  fc: presetArchitecture('fc', { depth: 3 }),
  'deep resntk': presetArchitecture('resntk', { depth: 60 }),
  smooth: parseArchitecture({
    format: 'ntk-architecture/1',
    layers: [dense, { kind: 'erf' }, dense, { kind: 'gelu' }, dense],
  }),
};

const found = await findDevice();
if ('reason' in found) {
  test('tensors need a device, and say so', async () => {
    console.log(`not tested: tensors: ${found.reason}`);
    await expect(tensorKernels()).rejects.toThrow(BackendError);
  });
} else {
  test.each(Object.entries(NETWORKS))('%s as tensors, with a near pair', async (_name, architecture) => {
    const { tf, kernel } = await tensorKernels();
    const next = normals(11);
    const data = Float32Array.from({ length: N * D }, next);
    for (let k = 0; k < D; k++) data[(N - 1) * D + k] = 2 * data[k] + 1e-4 * next();
    const before = tf.memory().numTensors;
    const x = tf.tensor2d(data, [N, D]);
    const z = tf.tensor2d(data.slice(0, M * D), [M, D]);
    const square = await kernel(x, { architecture });
    const oblong = await kernel(x, { architecture, z, kind: 'nngp' });
    expect([square.shape, oblong.shape]).toEqual([
      [N, N],
      [N, M],
    ]);
    const truth = await kernelMatrix(
      { data: Float64Array.from(data), shape: [N, D] },
      { architecture, kind: 'both', threads: 1 },
    );
    for (const [kind, tensor, columns] of [
      ['ntk', square, N],
      ['nngp', oblong, M],
    ] as const) {
      const [got, k] = [await tensor.data(), truth[kind].data];
      for (let i = 0; i < N; i++) {
        for (let j = 0; j < columns; j++) {
          const scale = Math.sqrt(k[i * N + i] * k[j * N + j]);
          expect(Math.abs(got[i * columns + j] - k[i * N + j]) / scale).toBeLessThan(entry);
        }
      }
    }
    for (const tensor of [x, z, square, oblong]) tensor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('radial kernels that near rows in f32 cannot resolve are refused', async () => {
    const { tf, kernel } = await tensorKernels();
    const x = tf.tensor2d([
      [3, 4],
      [3, 4 + 1e-5],
    ]);
    const radial = (rate: number): RadialKernel => ({ format: 'ntk-radial/1', name: 'laplace', rate, power: 1 });
    await expect(kernel(x, { architecture: radial(100) })).rejects.toThrow(/^row 0: rate \|x\|\^power .* 256, got 500/);
    const held = await kernel(x, { architecture: radial(10) });
    const [rows, values] = [await x.data(), await held.data()];
    expect(values[1]).toBeCloseTo(Math.exp(-10 * (rows[3] - rows[1])), 4);
    for (const tensor of [x, held]) tensor.dispose();
  });

  test('rows of another type are refused', async () => {
    const { tf, kernel } = await tensorKernels();
    const x = tf.tensor2d([[1, 2]], [1, 2], 'int32');
    await expect(kernel(x, { architecture: NETWORKS.fc })).rejects.toThrow(UsageError);
    x.dispose();
  });
}
