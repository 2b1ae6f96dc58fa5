import { reference } from '../../kernels/reference/backend.js';
import type { Backend } from '../../src/backend/contract.js';
import { DeviceFullError } from '../../src/errors.js';
import { BackendError, type NdArray, presetArchitecture } from '../../src/index.js';
import { makePlan } from '../../src/kernel/plan.js';
import { runTiles, type TileSink } from '../../src/kernel/run.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';

const x: NdArray = { data: Float64Array.from({ length: 40 * 5 }, normals(3)), shape: [40, 5] };
const options = { architecture: presetArchitecture('fc', { depth: 2 }), backend: 'reference', threads: 1 } as const;

/** The reference on a device that has no room for tiles above `most`. */
function crowded(most: number, asked: number[]): Backend {
  const { rows } = reference.tasks;
  const open: typeof rows.open = async (task, job) => {
    asked.push(job.tile[0]);
    if (job.tile[0] > most) throw new DeviceFullError(`no room for ${job.tile[0]}`);
    return rows.open(task, job);
  };
  return { ...reference, tasks: { ...reference.tasks, rows: { ...rows, open } } };
}

/** Counts the entries that arrive. */
class Counter implements TileSink {
  entries = 0;
  put: TileSink['put'] = (_output, { row, column, rows, columns }) => {
    this.entries += rows * columns * (row === column ? 1 : 2);
  };
}

describe('a full device', () => {
  test('gets smaller tiles until they fit, and the whole matrix arrives', async () => {
    const asked: number[] = [];
    const planned = { ...(await makePlan(x, options, true)), backend: crowded(8, asked) };
    const sink = new Counter();
    const run = await runTiles(planned, sink, options, performance.now());
    expect(asked).toEqual([
      planned.plan.tile[0],
      ...reference.tasks.rows.tileSizes.filter((s) => s < planned.plan.tile[0]),
    ]);
    expect(run.plan.tile).toEqual([8, 8]);
    expect(run.plan.tiles).toBe(15);
    expect(sink.entries).toBe(1600);
  });

  test('without room for the smallest tile is a clear error', async () => {
    const planned = { ...(await makePlan(x, options, true)), backend: crowded(1, []) };
    await expect(runTiles(planned, new Counter(), options, performance.now())).rejects.toThrow(BackendError);
  });
});
