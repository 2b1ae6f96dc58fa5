import type { Engine } from '../../kernels/tfjs/engine.js';
import { AT_ONCE, openJob } from '../../kernels/tfjs/rows/job.js';
import type { Tensor, Tensors } from '../../kernels/tfjs/tensors.js';
import { DeviceFullError } from '../../src/errors.js';
import { type NdArray, parseArchitecture } from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { describe, expect, test } from '../jest.js';
import { normals } from '../reference/monte-carlo.js';
import { tensorEngines } from './tensor-engines.js';

const ENGINES = (await tensorEngines()).filter(([name]) => name !== 'tfjs cpu');
const [ROWS, COLUMNS] = [1024, 512];

/** A device with room for roots of so many numbers at a time. */
function withRoom(engine: Engine, room: number): { readonly engine: Engine; readonly sizes: number[] } {
  const sizes: number[] = [];
  const limited = (tensors: Tensors): Tensors =>
    new Proxy(tensors, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'sqrt') return value.bind(target);
        return (x: Tensor) => {
          if (x.size > room) throw new Error(`OOM when allocating tensor with shape[${x.shape.join(',')}]`);
          sizes.push(x.size);
          return target.sqrt(x);
        };
      },
    });
  return { engine: { ...engine, tensors: (precision) => limited(engine.tensors(precision)) }, sizes };
}

function taskOf() {
  const dense = { kind: 'dense', biasStd: 0.2 };
  const architecture = parseArchitecture({ format: 'ntk-architecture/1', layers: [dense, { kind: 'relu' }, dense] });
  const x: NdArray = { data: Float64Array.from({ length: ROWS * 3 }, normals(4)), shape: [ROWS, 3] };
  return prepareTask(outline(x, { architecture, precision: 'f32' }), false).task;
}

async function entries(engine: Engine): Promise<Float32Array> {
  const job = await openJob(engine, taskOf(), { threads: 1, tile: [ROWS, COLUMNS] });
  try {
    const tile = await job.compute({ row: 0, rows: ROWS, column: 0, columns: COLUMNS }, false);
    const { values } = await tile.read('ntk');
    tile.release();
    return Float32Array.from(values);
  } finally {
    await job.close();
  }
}

describe.each(ENGINES)('a device that is full, %s', (_name, engine) => {
  test('gets smaller parts of a tile, with the same entries', async () => {
    const whole = await entries(engine);
    const before = engine.tensors('f32').held;
    const small = withRoom(engine, AT_ONCE.least);
    expect(Buffer.from((await entries(small.engine)).buffer).equals(Buffer.from(whole.buffer))).toBe(true);
    expect(Math.max(...small.sizes)).toBe(AT_ONCE.least);
    expect(engine.tensors('f32').held).toBe(before);
  });

  test('is told of where parts become too small', async () => {
    const before = engine.tensors('f32').held;
    const { engine: full } = withRoom(engine, AT_ONCE.least / 4);
    await expect(entries(full)).rejects.toThrow(DeviceFullError);
    expect(engine.tensors('f32').held).toBe(before);
  });
});
