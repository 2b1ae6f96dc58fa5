import { type Engine, loadTensorflow, tensorsOn } from '../../kernels/tfjs/engine.js';
import { openJob } from '../../kernels/tfjs/rows/job.js';
import type { Binding } from '../../kernels/tfjs/tensorflow/binding.js';
import { TensorflowDevice } from '../../kernels/tfjs/tensorflow/device.js';
import type { KernelJob, TileRange } from '../../src/backend/tile.js';
import {
  type Architecture,
  InterruptedError,
  type NdArray,
  type Precision,
  parseArchitecture,
} from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';

const { engine, ...missing } = await loadTensorflow();

if ('reason' in missing) {
  test('TensorFlow is missing, and why is said', () => {
    console.log(`not tested: tiles of TensorFlow: ${missing.reason}`);
    expect(missing.reason).not.toBe('');
  });
}

/** A binding that tells what is called, and how many tensors it holds. */
interface Watched extends Binding {
  getNumOfTensors(): number;
}

/** An engine of its own that notes the names of its operations, and `read`. */
interface Watch {
  readonly engine: Engine;
  readonly device: TensorflowDevice;
  readonly binding: Watched;
  readonly log: string[];
  /** Operations that fail. */
  readonly fails: Set<string>;
}

function watching(found: Engine): Watch {
  const binding = found.below?.binding as Watched;
  const log: string[] = [];
  const fails = new Set<string>();
  const executeOp: Binding['executeOp'] = (name, ...rest) => {
    log.push(name);
    if (fails.has(name)) throw new Error(`no kernel of ${name}`);
    return binding.executeOp(name, ...rest);
  };
  const tensorDataSync: Binding['tensorDataSync'] = (id) => {
    log.push('read');
    return binding.tensorDataSync(id);
  };
  const watched: Watched = Object.create(binding, {
    executeOp: { value: executeOp },
    tensorDataSync: { value: tensorDataSync },
  });
  const device = new TensorflowDevice(watched);
  return { engine: { ...found, below: device, tensors: tensorsOn(device) }, device, binding, log, fails };
}

const PRECISIONS: readonly (readonly [Precision, Engine])[] =
  engine === null
    ? []
    : [
        ['f64', engine],
        ['f32', engine],
      ];

const dense = { kind: 'dense', weightStd: 1.4 };
const network = (...layers: readonly object[]): Architecture =>
  parseArchitecture({ format: 'ntk-architecture/1', layers: [dense, ...layers, dense] });

const NETWORKS: Readonly<Record<string, Architecture>> = {
  'a table': network({ kind: 'relu' }, dense, { kind: 'relu' }),
  'a body of angles': network({ kind: 'relu' }, { ...dense, biasStd: 0.1 }, { kind: 'abs' }),
  'a body of smooth maps': network({ kind: 'erf' }, dense, { kind: 'gelu' }, dense, { kind: 'sin' }),
};

function matrix(n: number, d: number): NdArray {
  return { data: Float64Array.from({ length: n * d }, normals(6)), shape: [n, d] };
}

const SIZE = 16;

function ranges(n: number): readonly TileRange[] {
  const starts = Array.from({ length: n / SIZE }, (_, k) => k * SIZE);
  return starts.flatMap((row) => starts.map((column) => ({ row, rows: SIZE, column, columns: SIZE })));
}

async function compute(job: KernelJob, range: TileRange): Promise<void> {
  const tile = await job.compute(range, false);
  await tile.read('ntk');
  tile.release();
}

async function rowsJob({ engine: on }: Watch, name: string, precision: Precision, n: number): Promise<KernelJob> {
  const zonal = name === 'a table';
  const options = { architecture: NETWORKS[name], kind: 'both', precision, zonal } as const;
  const { task } = prepareTask(outline(matrix(n, 24), options), zonal);
  expect(task.table !== null).toBe(zonal);
  return openJob(on, task, { threads: 1, tile: [SIZE, SIZE] });
}

describe.each(PRECISIONS)('in %s', (precision, found) => {
  test.each(Object.keys(NETWORKS))('%s: nothing is read between the product and the finished tile', async (name) => {
    const watch = watching(found);
    const job = await rowsJob(watch, name, precision, 512);
    const [diagonal, beside] = ranges(512);
    // The first one uploads constants.
    await compute(job, diagonal);
    watch.log.length = 0;
    const reads = watch.device.counts.reads;
    const tile = await job.compute(beside, false);
    const list = [...watch.log];
    // Only the least distances of rows, when all is done: without near pairs nothing is computed behind them.
    expect(list.filter((op) => op === 'MatMul').length).toBe(1);
    expect(list.indexOf('read')).toBeGreaterThan(list.indexOf('MatMul') + 5);
    expect(list.slice(list.indexOf('read')).filter((op) => op !== 'read' && op !== 'Bitcast')).toEqual([]);
    expect(watch.device.counts.reads - reads).toBe(1);
    await tile.read('ntk');
    expect(watch.device.counts.reads - reads).toBe(2);
    tile.release();
    await job.close();
  });

  test.each(Object.keys(NETWORKS))(
    '%s: tensors and memory are after a thousand tiles what they were before',
    async (name) => {
      const watch = watching(found);
      const { binding, device } = watch;
      watch.engine.tensors(precision);
      const constants = (): number => device.counts.constants;
      const before = binding.getNumOfTensors() - constants();
      const n = 512;
      const job = await rowsJob(watch, name, precision, n);
      const all = ranges(n);
      const some = async (from: number, to: number): Promise<void> => {
        for (let k = from; k < to; k++) await compute(job, all[k % all.length]);
        watch.log.length = 0;
      };
      await some(0, 100);
      const between = binding.getNumOfTensors();
      const bytes = process.memoryUsage.rss();
      // A tile of smooth maps takes four times as long.
      await some(100, name === 'a body of smooth maps' ? 350 : 1100);
      expect(binding.getNumOfTensors()).toBe(between);
      // A number of each entry that stayed would be 2 MB in single precision.
      expect(process.memoryUsage.rss() - bytes).toBeLessThan(2 ** 25);
      await job.close();
      expect(device.counts.tensors).toBe(0);
      expect(binding.getNumOfTensors() - constants()).toBe(before);
    },
  );

  test('tensors are gone after a tile that is interrupted, and after one that fails', async () => {
    const watch = watching(found);
    const { binding, device } = watch;
    watch.engine.tensors(precision);
    const held = (): number => binding.getNumOfTensors() - device.counts.constants;
    const before = held();
    for (const name of Object.keys(NETWORKS)) {
      const job = await rowsJob(watch, name, precision, 512);
      const finished = await job.compute(ranges(512)[0], false);
      const working = job.compute({ row: 0, rows: 512, column: 0, columns: 512 }, false);
      await new Promise((resolve) => setImmediate(resolve));
      const closed = job.close();
      await expect(working).rejects.toThrow(InterruptedError);
      await closed;
      finished.release();
      expect(held()).toBe(before);
    }
    const job = await rowsJob(watch, 'a body of angles', precision, 32);
    watch.fails.add('Sqrt');
    await expect(job.compute(ranges(32)[0], false)).rejects.toThrow(
      '--backend tensorflow: tensor operations must succeed, got: no kernel of Sqrt. Use --backend host.',
    );
    watch.fails.clear();
    await compute(job, ranges(32)[0]);
    await job.close();
    expect(held()).toBe(before);
  });
});
