import { openJob, type TensorJob } from '../../kernels/tfjs/rows/job.js';
import type { RowTask } from '../../src/backend/tasks.js';
import type { TileRange } from '../../src/backend/tile.js';
import { type FloatArray, InterruptedError, type NdArray, type Precision, parseArchitecture } from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import type { LayerJson } from '../reference/textbook.js';
import { tensorEngines } from './tensor-engines.js';

const ENGINES = await tensorEngines();

const biased: LayerJson = { kind: 'dense', weightStd: 1.4, biasStd: 0.2 };
const last: LayerJson = { kind: 'dense' };
interface Network {
  readonly layers: readonly LayerJson[];
  readonly tiles: number;
  readonly zonal?: boolean;
}

/** One of each kind of instruction; the plain one and the table show a thousand tiles (`tensorflow-tiles` its own). */
const NETWORKS = {
  angles: { layers: [biased, { kind: 'relu' }, last], tiles: 1000 },
  'a table': { layers: [{ kind: 'dense' }, { kind: 'relu' }, last], tiles: 1000, zonal: true },
  sums: { layers: [biased, { kind: 'residual', branch: [biased, { kind: 'abs' }, last] }, last], tiles: 50 },
  'smooth maps': {
    layers: [biased, { kind: 'gelu' }, biased, { kind: 'erf' }, biased, { kind: 'cos' }, last],
    tiles: 50,
  },
  tail: { layers: [biased, { kind: 'elu' }, last], tiles: 10 },
} satisfies Record<string, Network>;

function matrix(n: number, d: number): NdArray {
  const data = Float32Array.from({ length: n * d }, normals(3));
  // A duplicate and an antipode in each eight rows.
  for (let i = 0; i + 8 <= n; i += 8) {
    for (let k = 0; k < d; k++) {
      data[(i + 1) * d + k] = data[i * d + k];
      data[(i + 2) * d + k] = -data[i * d + k];
    }
  }
  return { data, shape: [n, d] };
}

function taskOf(precision: Precision, layers: readonly LayerJson[], x: NdArray, zonal = false): RowTask {
  const architecture = parseArchitecture({ format: 'ntk-architecture/1', name: 'test', layers });
  const options = { architecture, kind: 'both', precision, zonal } as const;
  return prepareTask(outline(x, options), zonal).task;
}

const SIZE = 8;

/** The inner product of two rows, in partial sums of 100 terms, so that its rounding does not count. */
function inner(data: FloatArray, a: number, b: number, d: number): number {
  let sum = 0;
  for (let from = 0; from < d; from += 100) {
    let part = 0;
    for (let k = from; k < Math.min(d, from + 100); k++) part += data[a + k] * data[b + k];
    sum += part;
  }
  return sum;
}

function ranges(n: number): TileRange[] {
  const starts = Array.from({ length: n / SIZE }, (_, k) => k * SIZE);
  return starts.flatMap((row) => starts.map((column) => ({ row, rows: SIZE, column, columns: SIZE })));
}

async function run(job: TensorJob, range: TileRange, transposed = false): Promise<FloatArray> {
  const tile = await job.compute(range, transposed);
  const { values } = await tile.read('ntk');
  tile.release();
  return values.slice();
}

describe.each(ENGINES)('%s', (_name, engine, precision) => {
  const held = (): number => engine.tensors(precision).held;

  test.each(Object.entries<Network>(NETWORKS))('tiles leave no tensor behind: %s', async (_name, network) => {
    const { layers, zonal = false } = network;
    const tiles = Math.min(network.tiles, engine.kind === 'tensorflow' ? 50 : 1000);
    const task = taskOf(precision, layers, matrix(zonal ? 512 : 32, 5), zonal);
    expect(task.table !== null).toBe(zonal);
    const before = held();
    const job = await openJob(engine, task, { threads: 1, tile: [SIZE, SIZE] });
    const all = ranges(32);
    await run(job, all[0]);
    const between = held();
    for (let k = 1; k < tiles; k++) await run(job, all[k % all.length], k % 2 === 0);
    expect(held()).toBe(between);
    await job.close();
    expect(held()).toBe(before);
    expect(job.nearPairs).toBeGreaterThan(0);
  });

  test('closing frees tiles in work, finished ones and those that wait', async () => {
    const task = taskOf(precision, NETWORKS['smooth maps'].layers, matrix(32, 5));
    const before = held();
    const job = await openJob(engine, task, { threads: 1, tile: [SIZE, SIZE] });
    const [first, second, third] = ranges(32);
    const finished = await job.compute(first, false);
    const rest = [second, third].map((range) => job.compute(range, false));
    const closed = job.close();
    for (const tile of rest) await expect(tile).rejects.toThrow(InterruptedError);
    await closed;
    expect(held()).toBe(before);
    await expect(finished.read('ntk')).rejects.toThrow(InterruptedError);
    await expect(job.compute(first, false)).rejects.toThrow(InterruptedError);
    finished.release();
    await job.close();
    expect(held()).toBe(before);
  });

  test('a transpose is the tile of the other corner, and a diagonal tile is symmetric', async () => {
    const job = await openJob(engine, taskOf(precision, NETWORKS.sums.layers, matrix(32, 5)), {
      threads: 1,
      tile: [SIZE, SIZE],
    });
    const tile = await job.compute({ row: 0, rows: 16, column: 16, columns: 8 }, true);
    const { values, stride, transposed, transposedStride } = await tile.read('nngp');
    for (let i = 0; i < 16; i++) {
      for (let j = 0; j < 8; j++) expect(transposed?.[j * transposedStride + i]).toBe(values[i * stride + j]);
    }
    tile.release();
    const square = await job.compute({ row: 8, rows: 8, column: 8, columns: 8 }, false);
    const selfKernels = await square.read('ntk');
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++)
        expect(selfKernels.values[i * selfKernels.stride + j]).toBe(selfKernels.values[j * selfKernels.stride + i]);
    }
    square.release();
    await job.close();
  });

  test('inner products of thousands of features keep their digits', async () => {
    const d = 20_000;
    // All cosines near 0.8: partial sums grow, and with them their rounding.
    const next = normals(4);
    const data = Float32Array.from({ length: 16 * d }, () => 2 + next());
    const x: NdArray = { data, shape: [16, d] };
    const job = await openJob(engine, taskOf(precision, [{ kind: 'dense' }], x), { threads: 1, tile: [16, 16] });
    const tile = await job.compute({ row: 0, rows: 16, column: 0, columns: 16 }, false);
    const { values, stride } = await tile.read('nngp');
    for (let i = 0; i < 16; i++) {
      for (let j = 0; j < i; j++) {
        const ab = inner(data, i * d, j * d, d);
        const scale = Math.sqrt(inner(data, i * d, i * d, d) * inner(data, j * d, j * d, d));
        expect(Math.abs(values[i * stride + j] * d - ab) / scale).toBeLessThan(precision === 'f64' ? 1e-14 : 5e-7);
      }
    }
    tile.release();
    await job.close();
  });
});
