import { reference } from '../../kernels/reference/backend.js';
import type { Backend } from '../../src/backend/contract.js';
import { DeviceFullError, OutputError } from '../../src/errors.js';
import { BackendError, type NdArray, presetArchitecture } from '../../src/index.js';
import { makePlan } from '../../src/kernel/plan.js';
import { runTiles } from '../../src/kernel/run.js';
import type { SinkPlan, TileSink } from '../../src/store/sink.js';
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
  discarded = 0;
  readonly plan: SinkPlan;

  constructor(plan: SinkPlan) {
    this.plan = plan;
  }

  discard(): void {
    this.discarded += 1;
  }

  put: TileSink['put'] = (_output, { row, column, rows, columns }) => {
    this.entries += rows * columns * (row === column ? 1 : 2);
  };
}

describe('a full device', () => {
  test('gets smaller tiles until they fit, and the whole matrix arrives', async () => {
    const asked: number[] = [];
    const planned = { ...(await makePlan(x, options, true)), backend: crowded(8, asked) };
    const { run, sink } = await runTiles(planned, (plan) => new Counter(plan), options, performance.now());
    expect(asked).toEqual([
      planned.plan.tile[0],
      ...reference.tasks.rows.tileSizes.filter((s) => s < planned.plan.tile[0]),
    ]);
    expect(run.plan.tile).toEqual([8, 8]);
    expect(run.plan.tiles).toBe(15);
    expect(sink.entries).toBe(1600);
    // A store takes its tiles from what the device had room for.
    expect(sink.plan).toMatchObject({
      shape: [40, 40],
      symmetric: true,
      tile: [8, 8],
      precision: 'f64',
      outputs: ['ntk'],
    });
  });

  test('without room for the smallest tile is a clear error', async () => {
    const planned = { ...(await makePlan(x, options, true)), backend: crowded(1, []) };
    let made = 0;
    const sinkFor = (plan: SinkPlan): Counter => {
      made += 1;
      return new Counter(plan);
    };
    await expect(runTiles(planned, sinkFor, options, performance.now())).rejects.toThrow(BackendError);
    expect(made).toBe(0);
  });
});

describe('a sink', () => {
  /** The reference whose jobs are counted when they are closed. */
  function counted(closed: { jobs: number }): Backend {
    const { rows } = reference.tasks;
    const open: typeof rows.open = async (task, how) => {
      const job = await rows.open(task, how);
      const close = job.close.bind(job);
      return Object.assign(job, {
        close: async () => {
          closed.jobs += 1;
          await close();
        },
      });
    };
    return { ...reference, tasks: { ...reference.tasks, rows: { ...rows, open } } };
  }

  test('that cannot be made closes the job', async () => {
    const closed = { jobs: 0 };
    const planned = { ...(await makePlan(x, options, true)), backend: counted(closed) };
    const sinkFor = (): TileSink => {
      throw new OutputError('no disk');
    };
    await expect(runTiles(planned, sinkFor, options, performance.now())).rejects.toThrow('no disk');
    expect(closed.jobs).toBe(1);
  });

  test('that takes no tile is told to discard, once', async () => {
    const sink = new Counter({ shape: [40, 40], symmetric: true, tile: [8, 8], precision: 'f64', outputs: ['ntk'] });
    sink.put = () => {
      throw new OutputError('full');
    };
    const planned = await makePlan(x, options, true);
    await expect(runTiles(planned, () => sink, options, performance.now())).rejects.toThrow('full');
    expect(sink.discarded).toBe(1);
  });
});
