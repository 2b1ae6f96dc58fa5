import type { Engine } from '../../kernels/tfjs/engine.js';
import { openJob, type TensorJob } from '../../kernels/tfjs/rows/job.js';
import type { RowTask } from '../../src/backend/tasks.js';
import type { TileRange } from '../../src/backend/tile.js';
import { InterruptedError, type NdArray, type Precision, parseArchitecture } from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import type { LayerJson } from '../reference/textbook.js';
import { tensorEngines } from './tensor-engines.js';

const all = await tensorEngines();
const TENSORFLOW = all.filter(([, { below }]) => below !== null);
const OTHERS = all.filter(([, { below }]) => below === null);

const biased: LayerJson = { kind: 'dense', weightStd: 1.4, biasStd: 0.2 };
const last: LayerJson = { kind: 'dense' };
const NETWORKS: Readonly<Record<string, readonly LayerJson[]>> = {
  angles: [biased, { kind: 'relu' }, last],
  'a table': [{ kind: 'dense' }, { kind: 'relu' }, last],
  tail: [biased, { kind: 'elu' }, last],
};

const [N, D] = [48, 5];
const x: NdArray = (() => {
  const data = Float64Array.from({ length: N * D }, normals(3));
  // In each eight rows a duplicate, an antipode and a near-duplicate of the same row: in every tile there are some.
  for (let i = 0; i < N; i += 8) {
    for (let k = 0; k < D; k++) {
      data[(i + 1) * D + k] = data[4 * D + k];
      data[(i + 2) * D + k] = -data[4 * D + k];
      data[(i + 3) * D + k] = data[4 * D + k] * (1 + 1e-9 * (k + 1));
    }
  }
  return { data, shape: [N, D] };
})();

function taskOf(name: string, precision: Precision): RowTask {
  const architecture = parseArchitecture({ format: 'ntk-architecture/1', name: 'test', layers: NETWORKS[name] });
  const zonal = name === 'a table';
  return prepareTask(outline(x, { architecture, kind: 'both', precision, zonal }), zonal).task;
}

const open = (engine: Engine, name: string, precision: Precision): Promise<TensorJob> =>
  openJob(engine, taskOf(name, precision), { threads: 1, tile: [16, 16] });

const RANGES: readonly TileRange[] = [
  { row: 0, rows: 16, column: 0, columns: 16 },
  { row: 0, rows: 16, column: 16, columns: 16 },
  { row: 8, rows: 16, column: 40, columns: 8 },
  { row: 40, rows: 8, column: 40, columns: 8 },
];

const COUNT = 3;
const vectors = { values: Float64Array.from({ length: COUNT * N }, normals(8)), count: COUNT };

/** What the numbers of a tile add to a product, entry by entry. */
async function byHand(job: TensorJob, range: TileRange) {
  const tile = await job.compute(range, false);
  const { values, stride } = await tile.read('ntk');
  const forRows = new Float64Array(COUNT * range.rows);
  const forColumns = new Float64Array(COUNT * range.columns);
  for (let v = 0; v < COUNT; v++) {
    for (let i = 0; i < range.rows; i++) {
      for (let j = 0; j < range.columns; j++) {
        forRows[v * range.rows + i] += values[i * stride + j] * vectors.values[v * N + range.column + j];
        forColumns[v * range.columns + j] += values[i * stride + j] * vectors.values[v * N + range.row + i];
      }
    }
  }
  tile.release();
  return { forRows, forColumns };
}

const distance = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), 0);

const CASES = TENSORFLOW.flatMap(([, engine]) =>
  Object.keys(NETWORKS).flatMap((name) => (['f64', 'f32'] as const).map((precision) => ({ engine, name, precision }))),
);

describe.each(CASES)('$name in $precision: tiles are multiplied where they are', ({ engine, name, precision }) => {
  test.each(RANGES)('rows from $row, columns from $column', async (range) => {
    const { below } = engine;
    const before = below?.counts.tensors;
    const job = await open(engine, name, precision);
    const expected = await byHand(job, range);
    const found = await job.multiply?.(range, 'ntk', vectors);
    expect(found?.forRows).toHaveLength(COUNT * range.rows);
    const size = Math.max(...expected.forRows.map(Math.abs));
    expect(distance(found?.forRows ?? new Float64Array(1), expected.forRows)).toBeLessThanOrEqual(1e-14 * size);
    if (range.row === range.column) expect(found?.forColumns).toBeNull();
    else {
      expect(found?.forColumns).toHaveLength(COUNT * range.columns);
      const columns = found?.forColumns ?? new Float64Array(1);
      expect(distance(columns, expected.forColumns)).toBeLessThanOrEqual(1e-14 * size);
    }
    expect(job.nearPairs).toBeGreaterThan(0);
    await job.close();
    expect(below?.counts.tensors).toBe(before);
  });

  test('no tile is read: as many numbers are waited for as without a product, and its two sums', async () => {
    const job = await open(engine, name, precision);
    const reads = async (act: () => Promise<unknown>): Promise<number> => {
      const before = engine.below?.counts.reads ?? 0;
      await act();
      return (engine.below?.counts.reads ?? 0) - before;
    };
    const range = RANGES[1];
    const alone = await reads(async () => (await job.compute(range, false)).release());
    expect(await reads(async () => job.multiply?.(range, 'ntk', vectors))).toBe(alone + 2);
    await job.close();
  });

  test('after closing it is refused', async () => {
    const job = await open(engine, name, precision);
    await job.close();
    await expect(job.multiply?.(RANGES[0], 'ntk', vectors)).rejects.toThrow(InterruptedError);
  });
});

test.each(OTHERS)('%s has no double precision, and its tiles are read', async (_name, engine) => {
  expect((await open(engine, 'angles', 'f32')).multiply).toBeUndefined();
});
