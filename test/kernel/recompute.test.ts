import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { host } from '../../kernels/host/backend.js';
import type { JobOptions } from '../../src/backend/contract.js';
import { doorOf } from '../../src/backend/door.js';
import type { ImageTask, RowTask } from '../../src/backend/tasks.js';
import type { KernelJob, Tile, TileData } from '../../src/backend/tile.js';
import { explain } from '../../src/cli/exit.js';
import {
  type Architecture,
  computedCross,
  computedOperator,
  type KernelOptions,
  kernelMatrix,
  type NdArray,
  presetArchitecture,
  RecomputeError,
  resolveArchitecture,
  writeKernel,
} from '../../src/index.js';
import { imageTask } from '../../src/kernel/images/task.js';
import { makePlan } from '../../src/kernel/plan.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { runTiles } from '../../src/kernel/run.js';
import { recomputationOfAll } from '../../src/operators/recomputed.js';
import type { TileSink } from '../../src/store/sink.js';
import { afterAll, afterEach, describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';

const folder = mkdtempSync(join(tmpdir(), 'recompute-'));
afterAll(() => rmSync(folder, { recursive: true }));

const random = normals(5);
const inputs = (...shape: readonly number[]): NdArray => {
  const length = shape.reduce((a, b) => a * b, 1);
  return { data: Float64Array.from({ length }, random), shape };
};

/** So many rows that two threads share several tiles. */
const X = inputs(300, 6);
const Z = inputs(300, 6);
const IMAGES = inputs(10, 5, 5, 2);
const architecture = presetArchitecture('fc', { depth: 2, bias: 0.3, biasInit: 'normal' });
const convolutional = presetArchitecture('cntk', { depth: 2 });

/** What a defect makes of opening a task on `host`. */
type Fault = (task: RowTask | ImageTask, options: JobOptions) => Promise<KernelJob>;

const doors = { rows: host.tasks.rows, images: doorOf(host, 'images') };
const healthy = { rows: doors.rows.open, images: doors.images.open };

const openHealthy: Fault = async (task, options) =>
  task.kind === 'rows' ? healthy.rows(task, options) : healthy.images(task, options);

function breakHost(fault: Fault): void {
  for (const door of Object.values(doors)) Reflect.set(door, 'open', fault);
}

afterEach(() => {
  for (const kind of ['rows', 'images'] as const) Reflect.set(doors[kind], 'open', healthy[kind]);
});

/** A fault of the tiles that are read. */
function ofTiles(spoil: (data: TileData) => TileData): Fault {
  return async (task, options) => {
    const job = await openHealthy(task, options);
    const compute = async (...asked: Parameters<KernelJob['compute']>): Promise<Tile> => {
      const tile = await job.compute(...asked);
      return {
        ...tile,
        range: tile.range,
        release: () => tile.release(),
        read: async (o) => spoil(await tile.read(o)),
      };
    };
    return { concurrency: job.concurrency, nearPairs: 0, compute, close: () => job.close() };
  };
}

/** The same network without its biases: a term is lost. */
const withoutBias = presetArchitecture('fc', { depth: 2 });

function frozen(network: Architecture): Architecture {
  const [first, ...others] = network.layers;
  return { ...network, layers: [{ ...first, train: false }, ...others] as Architecture['layers'] };
}

/** A job on other rows or another network than was asked for. */
function ofTask(x: NdArray, options: KernelOptions): Fault {
  return (task, how) => {
    const other = task.kind === 'rows' ? prepareTask(outline(x, options), true).task : imageTask(x, options);
    return openHealthy({ ...other, outputs: task.outputs, precision: task.precision }, how);
  };
}

const scaledBy = (factor: number): Fault =>
  ofTiles(({ values, transposed, ...data }) => ({
    ...data,
    values: values.map((v) => factor * v),
    transposed: transposed?.map((v) => factor * v) ?? null,
  }));

/** Every tile but the first holds what the first one held. */
function stale(): Fault {
  let first: TileData | null = null;
  return ofTiles((data) => {
    const { values, transposed } = first ?? data;
    first ??= { ...data, values: values.slice(), transposed: transposed?.slice() ?? null };
    return { ...data, values, transposed };
  });
}

const FAULTS: readonly (readonly [string, () => Fault])[] = [
  ['a wrong sign', () => scaledBy(-1)],
  ['no numbers', () => scaledBy(Number.NaN)],
  ['entries off by 1e-4', () => scaledBy(1 + 1e-4)],
  ['a stale slot', stale],
  ['a wrong stride', () => ofTiles((data) => ({ ...data, stride: data.stride - 1 }))],
  [
    'a wrong stride of the mirror image',
    () => ofTiles((data) => ({ ...data, transposedStride: data.transposedStride - 1 })),
  ],
  ['a lost term', () => ofTask(X, { architecture: withoutBias })],
  ['a dropped tangent', () => ofTask(X, { architecture: frozen(architecture) })],
  ['rows in another order', () => ofTask({ data: X.data.slice().reverse(), shape: X.shape }, { architecture })],
];

const options = { architecture, backend: 'host', native: 'off', threads: 2 } as const;

describe('a whole run with a fault', () => {
  test.each(FAULTS)('%s: nothing is written, and both values are told', async (_name, fault) => {
    for (const precision of ['f64', 'f32'] as const) {
      breakHost(fault());
      const written = writeKernel(X, join(folder, 'K.npy'), { ...options, precision });
      const error: unknown = await written.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RecomputeError);
      expect(String(error)).toMatch(
        /K\(row \d+, row \d+\) of the ntk: must be .*reference computes, -?[\d.]+.*, got \S+ from host/,
      );
      expect(explain(error, false).code).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test('swapped sides, of rows and of images', async () => {
    breakHost((task, how) => openHealthy({ ...task, x: task.z, z: task.x } as typeof task, how));
    await expect(kernelMatrix(X, { ...options, z: Z })).rejects.toThrow(RecomputeError);
    const image = { ...options, architecture: convolutional, z: inputs(10, 5, 5, 2) };
    await expect(kernelMatrix(IMAGES, image)).rejects.toThrow(RecomputeError);
  });

  test('one kernel of two that is wrong', async () => {
    breakHost(async (task, how) => openHealthy({ ...task, outputs: ['nngp', 'nngp'] } as typeof task, how));
    await expect(kernelMatrix(X, { ...options, kind: 'both' })).rejects.toThrow(/of the ntk: must be/);
  });

  test('images of another network', async () => {
    breakHost(ofTask(IMAGES, { architecture: frozen(convolutional) }));
    const run = kernelMatrix(IMAGES, { ...options, architecture: convolutional });
    await expect(run).rejects.toThrow(/K\(image \d, image \d\) of the ntk/);
  });

  test.each(FAULTS.filter(([name]) => !name.includes('mirror')))('%s: products are refused', async (_name, fault) => {
    breakHost(fault());
    const operator = await computedOperator(X, options);
    await expect(operator.apply(new Float64Array(300).fill(1), 1)).rejects.toThrow(RecomputeError);
    await operator.close();
    breakHost(fault());
    const entries = await computedOperator(X, options);
    await expect(entries.entries()).rejects.toThrow(RecomputeError);
    await entries.close();
    breakHost(fault());
    const cross = await computedCross(X, Z, options);
    await expect(cross.apply(new Float64Array(300).fill(1), 1)).rejects.toThrow(RecomputeError);
    await cross.close();
  });

  test('entries that lie in another place than their own', async () => {
    const stored = new Float64Array(300 * 300);
    const sink: TileSink = {
      put: (_output, { row, rows, column, columns }, { values, stride }) => {
        for (let i = 0; i < rows; i++) {
          stored.set(values.subarray(i * stride, i * stride + columns), (row + i) * 299 + column);
        }
      },
      entry: (_output, row, column) => stored[row * 300 + column],
    };
    const asked = { ...options, z: Z };
    const run = runTiles(await makePlan(X, asked, false), () => sink, asked, performance.now());
    await expect(run).rejects.toThrow(RecomputeError);
  });

  test('products where the tile is', async () => {
    breakHost(async (task, how) => {
      const job = await openHealthy(task, how);
      const lost: NonNullable<KernelJob['multiply']> = async (...asked) => {
        const sums = await job.multiply?.(...asked);
        return { forRows: sums?.forRows ?? new Float64Array(0), forColumns: null };
      };
      return {
        concurrency: 1,
        nearPairs: 0,
        multiply: lost,
        compute: (...a) => job.compute(...a),
        close: () => job.close(),
      };
    });
    const operator = await computedOperator(X, options);
    await expect(operator.apply(new Float64Array(300).fill(1), 1)).rejects.toThrow(RecomputeError);
    await operator.close();
  });

  test('the diagonal of images', async () => {
    breakHost(scaledBy(1.001));
    const operator = await computedOperator(IMAGES, { ...options, architecture: convolutional });
    await expect(operator.diagonal()).rejects.toThrow(/K\(image (\d), image \1\)/);
    await operator.close();
  });
});

describe('a healthy run', () => {
  test.each([
    ['f64', 1e-11],
    ['f32', 4e-5],
  ] as const)('in %s says how many entries were computed again', async (precision, tolerance) => {
    const { run } = await kernelMatrix(X, { ...options, precision });
    expect(run.recomputed).toEqual({ entries: 7, difference: expect.any(Number), tolerance });
    expect(run.recomputed?.difference).toBeLessThan(tolerance / 4);
    expect(run.warnings).toEqual([]);
    const both = await kernelMatrix(X, { ...options, precision, kind: 'both', normalized: true, z: Z });
    expect(both.run.recomputed?.entries).toBe(12);
  });

  test.each([[1], [2], [3]])('of %i rows, zeros and duplicates among them', async (n) => {
    const x: NdArray = { data: new Float64Array(n * 2), shape: [n, 2] };
    x.data.set([1, 2, 1, 2].slice(0, n * 2));
    for (const normalized of [false, true]) {
      const { run } = await kernelMatrix(x, { ...options, normalized });
      expect(run.recomputed?.entries).toBeGreaterThanOrEqual(1);
    }
  });

  test('compares the nearest pair: alone among far ones it is the one with an error', async () => {
    const near: NdArray = { data: X.data.slice(), shape: X.shape };
    // Rows 7 and 40 nearly agree.
    for (let k = 0; k < 6; k++) near.data[40 * 6 + k] = near.data[7 * 6 + k] * (1 + 1e-9 * k);
    breakHost(
      ofTiles(({ values, transposed, ...data }) => {
        const spoilt = values.slice();
        spoilt[7 * data.stride + 40] *= 1.001;
        return { ...data, values: spoilt, transposed };
      }),
    );
    await expect(kernelMatrix(near, options)).rejects.toThrow(/K\(row 7, row 40\)/);
  });

  test('of an operator tells too, and its products are those of the matrix', async () => {
    const { ntk } = await kernelMatrix(X, options);
    const operator = await computedOperator(X, options);
    expect(operator.recomputation).toEqual({ recomputed: null, warnings: [] });
    const unit = new Float64Array(300);
    unit[11] = 1;
    expect(await operator.apply(unit, 1)).toEqual(ntk.data.slice(11 * 300, 12 * 300));
    expect(operator.recomputation?.recomputed?.entries).toBe(6);
    expect(await operator.apply(unit, 1)).toEqual(ntk.data.slice(11 * 300, 12 * 300));
    expect(operator.recomputation?.recomputed?.entries).toBe(6);
    await operator.diagonal();
    expect(operator.recomputation?.recomputed?.entries).toBe(7);
    await operator.close();
  });

  test('of images that take longer than the time there is says so', async () => {
    const plain = await kernelMatrix(inputs(2, 32, 32, 1), { ...options, architecture: convolutional });
    expect(plain.run.recomputed?.entries).toBeGreaterThan(0);
    // Only with a pool does `reference` need all pairs of positions.
    const pooled = presetArchitecture('cntk', { depth: 2, head: 'gap' });
    const { run } = await kernelMatrix(inputs(2, 24, 24, 1), { ...options, architecture: pooled });
    expect(run.recomputed).toBeNull();
    expect(run.warnings).toEqual([
      expect.stringMatching(/^no entry was computed again .*: one takes about [\d.]+ s there/),
    ]);
  });

  test('of a network that is a kernel of its own, and of deep ones without a double for their entries', async () => {
    const laplace = await kernelMatrix(X, { ...options, architecture: resolveArchitecture('laplace:1') });
    expect(laplace.run.recomputed?.entries).toBe(7);
    const deep = presetArchitecture('resntk', { depth: 3000, alpha: 1 });
    const { run } = await kernelMatrix(inputs(5, 4), { ...options, architecture: deep, normalized: true });
    expect(run.recomputed?.difference).toBeLessThan(1e-11);
  });
});

test('several kernels are told as one, by the entry that is nearest its tolerance', () => {
  const none = { recomputed: null, warnings: ['why'] };
  const a = { recomputed: { entries: 3, difference: 1e-12, tolerance: 1e-11 }, warnings: [] };
  const b = { recomputed: { entries: 4, difference: 1e-6, tolerance: 4e-5 }, warnings: [] };
  expect(recomputationOfAll([none, a, b])).toEqual({ recomputed: { ...a.recomputed, entries: 7 }, warnings: [] });
  expect(recomputationOfAll([none, none])).toEqual(none);
  expect(recomputationOfAll([])).toEqual({ recomputed: null, warnings: [] });
});
