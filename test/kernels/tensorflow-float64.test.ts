import { type Engine, loadTensorflow, tensorsOn } from '../../kernels/tfjs/engine.js';
import { openJob } from '../../kernels/tfjs/rows/job.js';
import { TensorflowDevice } from '../../kernels/tfjs/tensorflow/device.js';
import { PASSAGES, passageFor, passes } from '../../kernels/tfjs/tensorflow/float64.js';
import { BackendError, parseArchitecture, presetArchitecture } from '../../src/index.js';
import { outline, prepareTask } from '../../src/kernel/rows/prepare.js';
import { describe, expect, test } from '../jest.js';
import { normals, uniforms } from '../reference/monte-carlo.js';

const { engine, ...missing } = await loadTensorflow();
const ENGINES: readonly (readonly [string, Engine])[] = engine === null ? [] : [['tensorflow', engine]];

if ('reason' in missing) {
  test('TensorFlow is missing, and why is said', () => {
    console.log(`not tested: float64 of TensorFlow: ${missing.reason}`);
    expect(missing.reason).not.toBe('');
  });
}

/** Doubles of both signs whose exponents reach over the whole range, with all digits; less than 2^-1022 if wanted. */
function doubles(count: number, least: number): Float64Array {
  const next = uniforms(11);
  return Float64Array.from({ length: count }, () => {
    const exponent = least + Math.floor(next() * (1024 - least));
    const half = Math.floor(exponent / 2);
    return (next() < 0.5 ? -1 : 1) * (1 + next()) * 2 ** half * 2 ** (exponent - half);
  });
}

const SPECIAL = Float64Array.of(
  0,
  -0,
  Infinity,
  -Infinity,
  Number.NaN,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** -1022,
);
/** Borders of the bands of `casts`, and what lies right beside them. */
const BORDERS = Float64Array.from(
  Array.from({ length: 2046 }, (_, k) => 2 ** (k - 1022)).flatMap((x) => [x, x * (1 - 2 ** -53), -x * (1 + 2 ** -52)]),
).filter((x) => Math.abs(x) >= 2 ** -1022);

describe.each(
  ENGINES.flatMap(([name, e]) => PASSAGES.map((passage) => [`${passage.name} of ${name}`, e, passage] as const)),
)('%s', (_name, { below }, passage) => {
  const device = below ?? new TensorflowDevice({} as never);
  const there = (values: Float64Array, shape: readonly number[]): Float64Array => {
    const before = device.counts.tensors;
    const tensor = passage.upload(device, values, shape);
    expect(tensor.shape).toEqual(shape);
    expect(device.counts.tensors).toBe(before + 1);
    const back = passage.read(device, tensor);
    tensor.dispose();
    expect(device.counts.tensors).toBe(before);
    return back.slice();
  };
  /** Bit for bit; NaN is NaN. */
  const same = (values: Float64Array, shape: readonly number[] = [values.length]): void => {
    const sent = values.slice();
    const back = there(sent, shape);
    expect(sent).toEqual(values);
    expect(back.length).toBe(values.length);
    expect(Array.from(back).filter((x, k) => !Object.is(x, values[k]))).toEqual([]);
  };

  test('works', () => expect(passes(device, passage)).toBe(true));

  test.each([1, 2, 3, 7, 15, 16, 17, 255, 1001])('%d numbers over the whole range of exponents', (count) => {
    same(doubles(count, -1022));
  });

  test('usual numbers alone, and each unusual one among them', () => {
    const usual = Float64Array.from({ length: 33 }, normals(3));
    same(usual);
    for (const x of [...SPECIAL, 1e200, -1e-200, 3e38, 1e-38, 1e-45]) {
      const mixed = usual.slice();
      mixed[17] = x;
      same(mixed);
    }
  });

  test('zeros of both signs, infinities, no numbers, and the borders of the range', () => {
    same(SPECIAL);
    same(new Float64Array(5).fill(-0));
    same(BORDERS);
  });

  test('numbers below 2^-1022 are themselves or zeros of their sign', () => {
    const tiny = Float64Array.from(doubles(300, -1060), (x) => x).map((x) => x * 2 ** -1000);
    tiny.set([5e-324, -5e-324, 2 ** -1022 * (1 - 2 ** -52)]);
    there(tiny, [300]).forEach((x, k) => {
      expect(Object.is(x, tiny[k]) || Object.is(x, tiny[k] < 0 ? -0 : 0)).toBe(true);
    });
  });

  test('scalars, nothing at all, and shapes of several axes', () => {
    same(Float64Array.of(Math.PI), []);
    for (const shape of [[0], [0, 3], [2, 0]]) same(new Float64Array(0), shape);
    same(doubles(105, -1022), [3, 5, 7]);
    same(doubles(6, -1022), [1, 6, 1]);
  });

  test('a part of an array, which may be used again at once', () => {
    const all = doubles(64, -1022);
    const part = all.subarray(3, 40);
    const expected = part.slice();
    const tensor = passage.upload(device, part, [37]);
    all.fill(7);
    expect(passage.read(device, tensor)).toEqual(expected);
    tensor.dispose();
  });
});

describe.each(ENGINES)('kernels on %s', (_name, found) => {
  const { below } = found;
  const device = below ?? new TensorflowDevice({} as never);
  const forced = (way: 'bits' | 'casts'): Engine => ({ ...found, tensors: tensorsOn(device, way) });

  test.each([
    ['fc', presetArchitecture('fc', { depth: 3 }), false],
    ['a table', presetArchitecture('fc', { depth: 3 }), true],
    ['resntk', presetArchitecture('resntk', { depth: 4 }), false],
    [
      'smooth maps',
      parseArchitecture({
        format: 'ntk-architecture/1',
        layers: ['erf', 'gelu', 'sin', 'elu']
          .flatMap((kind) => [{ kind: 'dense', biasStd: 0.3 }, { kind }])
          .concat({ kind: 'dense' }),
      }),
      false,
    ],
  ] as const)('%s: both ways give the same bits', async (_network, architecture, zonal) => {
    const [n, d] = [zonal ? 400 : 24, 5];
    const data = Float64Array.from({ length: n * d }, normals(9));
    for (let k = 0; k < d; k++) data[d + k] = data[k] * (1 + 1e-9);
    data.copyWithin(2 * d, 0, d);
    const { task } = prepareTask(
      outline({ data, shape: [n, d] }, { architecture, kind: 'both', precision: 'f64', zonal }),
      zonal,
    );
    expect(task.table !== null).toBe(zonal);
    const kernels: Float64Array[] = [];
    for (const way of ['bits', 'casts'] as const) {
      const job = await openJob(forced(way), task, { threads: 1, tile: [32, 32] });
      const tile = await job.compute({ row: 0, rows: 24, column: 0, columns: 24 }, true);
      for (const output of ['ntk', 'nngp'] as const) kernels.push(Float64Array.from((await tile.read(output)).values));
      tile.release();
      await job.close();
    }
    expect(kernels[2]).toEqual(kernels[0]);
    expect(kernels[3]).toEqual(kernels[1]);
    expect(kernels[0].some((v) => v !== 0)).toBe(true);
  });

  test('the way is chosen by trial: the next one where bits come back changed, none where all do', () => {
    const { binding } = device;
    /** As a device that loses what an operation makes. */
    const losing = (...names: readonly string[]): TensorflowDevice => {
      const executeOp: typeof binding.executeOp = (name, ...rest) => {
        if (names.includes(name)) throw new Error(`no kernel of ${name}`);
        return binding.executeOp(name, ...rest);
      };
      return new TensorflowDevice(Object.create(binding, { executeOp: { value: executeOp } }));
    };
    expect(passageFor(device).name).toBe('bits');
    expect(passageFor(losing('Bitcast')).name).toBe('casts');
    expect(() => passageFor(losing('Bitcast', 'Cast'))).toThrow(BackendError);
    expect(() => passageFor(losing('Bitcast'), 'bits')).toThrow(/got other numbers back. Use --precision f32/);
    expect(passageFor(device, 'casts').name).toBe('casts');
  });
});
