import { type ImageTensorJob, openImageJob } from '../../kernels/tfjs/images/job.js';
import type { ImageTask, Output } from '../../src/backend/tasks.js';
import type { TileRange } from '../../src/backend/tile.js';
import { type FloatArray, InterruptedError, type NdArray, NumericalError, type Precision } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { type ImageLayerJson, imageNetwork } from '../reference/image-layers.js';
import { normals } from '../reference/monte-carlo.js';
import { imageKernels, imageTask } from './image-kernels.js';
import { tensorEngines } from './tensor-engines.js';
import { limits } from './tolerances.js';

const ENGINES = await tensorEngines();

const conv = (padding: 'same' | 'valid' | 'circular', stride = 1): ImageLayerJson => {
  return { kind: 'conv', filter: [3, 3], stride: [stride, stride], padding, weightStd: 1.4, biasStd: 0.2 };
};
const last: ImageLayerJson = { kind: 'dense' };

/**
 * Windows that are poolings of pixels and windows that are not, stores between stages, self-kernels of pools, every
 * kind of map.
 */
const NETWORKS: Readonly<Record<string, readonly ImageLayerJson[]>> = {
  poolings: [conv('same'), { kind: 'relu' }, conv('circular'), { kind: 'relu' }, { kind: 'flatten' }, last],
  'strides round the border': [
    conv('circular', 2),
    { kind: 'relu' },
    conv('circular', 2),
    { kind: 'globalAvgPool' },
    last,
  ],
  'pools and maps behind them': [
    conv('same'),
    { kind: 'erf' },
    { kind: 'avgPool', window: [2, 2], stride: [2, 2] },
    conv('same'),
    { kind: 'gelu' },
    { kind: 'globalAvgPool' },
    { kind: 'dense', weightStd: 1.4, biasStd: 0.1 },
    { kind: 'relu' },
    last,
  ],
  'a pool that leaves positions out': [
    conv('same'),
    { kind: 'relu' },
    { kind: 'avgPool', window: [3, 3], stride: [3, 3] },
    { kind: 'flatten' },
    last,
  ],
  'a tail': [conv('valid', 2), { kind: 'elu' }, { kind: 'flatten' }, last],
};

/** Images with a duplicate and a multiple. */
function images(count: number, side: number): NdArray {
  const size = side * side * 2;
  const data = Float64Array.from({ length: count * size }, normals(7));
  data.copyWithin(size, 0, size);
  for (let k = 0; k < size; k++) data[2 * size + k] = -3 * data[k];
  return { data, shape: [count, side, side, 2] };
}

const taskOf = (precision: Precision, layers: readonly ImageLayerJson[], x: NdArray): ImageTask =>
  imageTask(imageNetwork(...layers), x, {}, precision);

async function run(job: ImageTensorJob, range: TileRange, output: Output = 'ntk'): Promise<FloatArray> {
  const tile = await job.compute(range, false);
  const { values } = await tile.read(output);
  tile.release();
  return values.slice();
}

const SIDE = 5;

describe.each(ENGINES)('%s', (_name, engine, precision) => {
  const held = (): number => engine.tensors(precision).held;

  test.each(Object.entries(NETWORKS))(
    'tiles are those of reference and leave no tensor behind: %s',
    async (_n, layers) => {
      const x = images(6, SIDE);
      const truth = await imageKernels(imageNetwork(...layers), x, { backend: 'reference', precision: 'f64' });
      const before = held();
      const job = await openImageJob(engine, taskOf(precision, layers, x));
      for (const output of ['ntk', 'nngp'] as const) {
        const expected = truth[output]?.data ?? [];
        const values = await run(job, { row: 0, rows: 6, column: 0, columns: 6 }, output);
        const corner = await run(job, { row: 0, rows: 2, column: 3, columns: 3 }, output);
        const [copy] = await run(job, { row: 0, rows: 1, column: 1, columns: 1 }, output);
        expect(copy).toBe(values[0]);
        expect(held()).toBe(before);
        for (let i = 0; i < 6; i++) {
          for (let j = 0; j < 6; j++) {
            const scale = Math.sqrt(expected[i * 7] * expected[j * 7]);
            expect(Math.abs(values[i * 6 + j] - expected[i * 6 + j]) / scale).toBeLessThan(
              limits({ backend: 'tensorflow', precision }).image,
            );
            if (i < 2 && j >= 3) expect(corner[i * 3 + j - 3]).toBe(values[i * 6 + j]);
          }
        }
      }
      await job.close();
      expect(held()).toBe(before);
    },
  );

  test('closing stops a tile in work and turns others away', async () => {
    const before = held();
    const job = await openImageJob(engine, taskOf(precision, NETWORKS['pools and maps behind them'], images(8, SIDE)));
    const whole = { row: 0, rows: 8, column: 0, columns: 8 };
    const finished = await job.compute(whole, true);
    const waiting = job.compute(whole, false);
    const closed = job.close();
    await expect(waiting).rejects.toThrow(InterruptedError);
    await closed;
    await expect(finished.read('ntk')).rejects.toThrow(InterruptedError);
    await expect(job.compute(whole, false)).rejects.toThrow(InterruptedError);
    finished.release();
    await job.close();
    expect(held()).toBe(before);
  });

  test('a tile that is closed in its midst frees its tensors', async () => {
    const before = held();
    const job = await openImageJob(engine, taskOf(precision, NETWORKS['pools and maps behind them'], images(64, SIDE)));
    const work = job.compute({ row: 0, rows: 64, column: 0, columns: 64 }, false);
    await new Promise((resolve) => setImmediate(resolve));
    const closed = job.close();
    await expect(work).rejects.toThrow(InterruptedError);
    await closed;
    expect(held()).toBe(before);
  });

  test('a transpose is the tile of the other corner, and a diagonal tile is symmetric', async () => {
    const job = await openImageJob(engine, taskOf(precision, NETWORKS.poolings, images(20, SIDE)));
    const tile = await job.compute({ row: 0, rows: 3, column: 3, columns: 17 }, true);
    const { values, stride, transposed, transposedStride } = await tile.read('ntk');
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 17; j++) expect(transposed?.[j * transposedStride + i]).toBe(values[i * stride + j]);
    }
    tile.release();
    const selfKernels = await run(job, { row: 0, rows: 20, column: 0, columns: 20 }, 'nngp');
    for (let i = 0; i < 20; i++)
      for (let j = 0; j < i; j++) expect(selfKernels[i * 20 + j]).toBe(selfKernels[j * 20 + i]);
    await job.close();
  });

  test('an entry beyond the precision is an error', async () => {
    const x = images(3, SIDE);
    // Weights bring what pixels may be to what is beyond the largest number.
    const [size, weightStd] = precision === 'f64' ? [1e138, 1e20] : [1e22, 1.4];
    const first = NETWORKS.poolings
      .slice(0, 4)
      .map((layer) => (layer.kind === 'conv' ? { ...layer, weightStd } : layer));
    const layers = [...first, { kind: 'globalAvgPool' }, last] as const;
    const job = await openImageJob(engine, taskOf(precision, layers, { ...x, data: x.data.map((v) => size * v) }));
    await expect(run(job, { row: 0, rows: 3, column: 0, columns: 3 })).rejects.toThrow(NumericalError);
    await job.close();
  });
});
