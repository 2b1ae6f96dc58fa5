import type * as TensorFlow from '@tensorflow/tfjs';
import { type Engine, type Loaded, loadTensorflow, loadTfjs } from '../../kernels/tfjs/engine.js';
import { choose, planFunction } from '../../src/empirical/functions/plan.js';
import { runFunction } from '../../src/empirical/functions/run.js';
import {
  BackendError,
  empiricalKernel,
  type FunctionOptions,
  functionKernel,
  InterruptedError,
  MemoryError,
  type NdArray,
  NumericalError,
  UsageError,
} from '../../src/index.js';
import { afterAll, describe, expect, test } from '../jest.js';
import { fill, type Layers, LIKENESSES, type Likeness } from './layers-models.js';
import { inputs } from './networks.js';

const SOURCES: Readonly<Record<string, () => Promise<Loaded>>> = {
  'tfjs wasm': () => loadTfjs(['wasm']),
  'tfjs cpu': () => loadTfjs(['cpu']),
  tensorflow: loadTensorflow,
};
const LOADED: { readonly name: string; readonly found: Loaded }[] = [];
for (const [name, load] of Object.entries(SOURCES)) LOADED.push({ name, found: await load() });
const ENGINES = LOADED.flatMap(({ name, found }) => (found.engine === null ? [] : [[name, found.engine] as const]));

afterAll(() => {
  for (const { name, found } of LOADED) {
    if (found.engine === null) console.log(`not tested: ${name}: ${'reason' in found ? found.reason : ''}`);
  }
});

const layersOf = (engine: Engine): Layers => engine.layers() as Layers & ReturnType<Engine['layers']>;

function tensorOf({ tf }: Engine, { data, shape }: NdArray): TensorFlow.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  const values = Array.from(b);
  const scale = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return values.reduce((most, v, k) => Math.max(most, Math.abs(v - a[k])), 0) / scale;
}

/** A likeness with its weights, and the kernel of the network that it is like. */
async function filled(engine: Engine, likeness: Likeness) {
  engine.use();
  const { architecture, shape, width, outputs } = likeness;
  const [x, z] = [inputs([4, ...shape], 1), inputs([3, ...shape], 2)];
  const model = likeness.build(layersOf(engine));
  const own = { architecture, width, outputs, seed: 3, native: 'off', contract: 'full', contributions: true } as const;
  const { weights } = await empiricalKernel(x, own);
  const factors = fill(engine.tf, model, likeness, x, weights);
  const f = (batch: TensorFlow.Tensor): TensorFlow.Tensor =>
    model.apply(batch, { training: false }) as TensorFlow.Tensor;
  const variables = model.trainableWeights.map((weight) => weight.read() as TensorFlow.Variable);
  return { x, z, own, model, f, variables, factors };
}

describe.each(ENGINES)('%s', (_name, engine) => {
  test.each(Object.entries(LIKENESSES))('a LayersModel has the kernel of the network: %s', async (_name, likeness) => {
    const { x, z, own, model, f, variables, factors } = await filled(engine, likeness);
    const tensors = [tensorOf(engine, x), tensorOf(engine, z)];
    const before = engine.tf.memory();
    for (const second of [false, true]) {
      const given = second ? { z: tensors[1] } : {};
      const known = await empiricalKernel(x, { ...own, ...(second ? { z } : {}) });
      const found = await functionKernel(f, variables, tensors[0], { ...given, contract: 'full', contributions: true });
      expect(found.ntk.shape).toEqual(known.ntk.shape);
      expect(difference(found.outputs.data, known.outputs.data)).toBeLessThan(1e-5);
      const whole = new Float64Array(known.ntk.data.length);
      for (const [k, [path, factor]] of [...factors].entries()) {
        const [ofWeights, ofBias] = [variables[2 * k], variables[2 * k + 1]].map(
          ({ name }) => found.contributions?.get(name)?.data ?? [],
        );
        const share = Array.from(ofWeights, (v, i) => factor.weights * v + factor.bias * Number(ofBias[i]));
        expect(difference(share, known.contributions?.get(path)?.data ?? [])).toBeLessThan(1e-5);
        share.forEach((v, i) => {
          whole[i] += v;
        });
      }
      expect(difference(whole, known.ntk.data)).toBeLessThan(1e-5);
      expect(found.check.difference).toBeLessThan(1e-5);
      const shares = [...(found.contributions?.values() ?? [])];
      const sums = Array.from(found.ntk.data, (_, i) => shares.reduce((sum, { data }) => sum + data[i], 0));
      expect(difference(sums, found.ntk.data)).toBeLessThan(1e-6);
    }
    expect(engine.tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    engine.tf.dispose(tensors);
    model.dispose();
  });

  test('any function', async () => {
    engine.use();
    const { tf } = engine;
    const a = tf.variable(tf.randomNormal([6, 40], 0, 1, 'float32', 1));
    const b = tf.variable(tf.randomNormal([40, 4], 0, 1, 'float32', 2));
    const idle = tf.variable(tf.zeros([7]));
    const x = tf.randomNormal([9, 6], 0, 1, 'float32', 3);
    const before = tf.memory().numTensors;
    const f = (batch: TensorFlow.Tensor): TensorFlow.Tensor => tf.matMul(tf.sin(tf.matMul(batch, a)), b);
    const kernel = (options: FunctionOptions) => functionKernel(f, [a, b, idle], x, options);
    const full = await kernel({ contract: 'full' });
    const { ntk, plan } = await kernel({});
    expect([plan.shape, plan.parameters, plan.outputs]).toEqual([[9, 9], 407, 4]);
    const mean = Array.from(ntk.data, (_, k) =>
      [0, 5, 10, 15].reduce((sum, pair) => sum + full.ntk.data[16 * k + pair] / 4, 0),
    );
    expect(difference(mean, ntk.data)).toBeLessThan(1e-6);
    for (let i = 0; i < 9; i++) for (let j = 0; j < i; j++) expect(ntk.data[9 * i + j]).toBe(ntk.data[9 * j + i]);
    // The closed form of its kernel by b: the mean over outputs is sin(xA) . sin(zA).
    const features = tf.tidy(() => tf.sin(tf.matMul(x, a)));
    const gram = tf.tidy(() => tf.matMul(features, features, false, true));
    const { contributions } = await kernel({ contributions: true });
    expect(difference(contributions?.get(b.name)?.data ?? [], await gram.data())).toBeLessThan(1e-6);
    expect(Array.from(contributions?.get(idle.name)?.data ?? [1]).every((v) => v === 0)).toBe(true);
    tf.dispose([features, gram]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b, idle, x]);
  });

  test.each(['flat', 'solid'])('windows at edges and of negative numbers: %s', async (kind) => {
    engine.use();
    const { tf } = engine;
    type Map = (batch: TensorFlow.Tensor) => TensorFlow.Tensor;
    const isFlat = kind === 'flat';
    const shape = isFlat ? [4, 4, 1] : [2, 4, 4, 1];
    const w = tf.variable(tf.randomNormal(shape, 0, 1, 'float32', 1));
    const x = tf.randomNormal([3, ...shape], 0, 1, 'float32', 2);
    const rows = (h: TensorFlow.Tensor): TensorFlow.Tensor => tf.reshape(h, [h.shape[0], -1]);
    const kernel = async (map: Map): Promise<ArrayLike<number>> =>
      (await functionKernel((batch) => rows(map(tf.mul(batch, w))), [w], x, { contract: 'full' })).ntk.data;
    const average =
      (size: number, strides: number): Map =>
      (h) =>
        isFlat
          ? tf.avgPool(h as TensorFlow.Tensor4D, size, strides, 'same')
          : tf.avgPool3d(h as TensorFlow.Tensor5D, size, strides, 'same');
    for (const [size, strides] of [
      [3, 1],
      [3, 2],
      [2, 3],
    ]) {
      // An average is linear: what it makes of unit vectors is its matrix.
      const units = tf.tidy(() => tf.reshape(tf.eye(w.size), [w.size, ...shape]));
      const matrix = tf.tidy(() => rows(average(size, strides)(units)));
      const found = await kernel(average(size, strides));
      expect(difference(found, await kernel((h) => tf.matMul(rows(h), matrix)))).toBeLessThan(1e-6);
      tf.dispose([units, matrix]);
    }
    const largest: Map = (h) =>
      isFlat
        ? tf.maxPool(h as TensorFlow.Tensor4D, 2, 2, 'valid')
        : tf.maxPool3d(h as TensorFlow.Tensor5D, 2, 2, 'valid');
    const byParts: Map = (h) => {
      const parts = tf.reshape(h, isFlat ? [-1, 2, 2, 2, 2] : [-1, 2, 2, 2, 2, 2]);
      return (isFlat ? [4, 2] : [5, 3, 1]).reduce((rest, axis) => tf.max(rest, axis), parts);
    };
    const below =
      (map: Map): Map =>
      (h) =>
        map(tf.sub(h, 9));
    expect(difference(await kernel(below(largest)), await kernel(below(byParts)))).toBeLessThan(1e-6);
    tf.dispose([w, x]);
  });

  test('chunks of outputs, variables and examples give the same', async () => {
    engine.use();
    const { tf } = engine;
    const w = tf.variable(tf.randomNormal([6, 30], 0, 1, 'float32', 1));
    const v = tf.variable(tf.randomNormal([30, 4], 0, 1, 'float32', 2));
    const [x, z] = [tf.randomNormal([9, 6], 0, 1, 'float32', 3), tf.randomNormal([5, 6], 0, 1, 'float32', 4)];
    const f = (batch: TensorFlow.Tensor): TensorFlow.Tensor => tf.matMul(tf.tanh(tf.matMul(batch, w)), v);
    const source = { f, variables: [w, v], parameters: 300, where: 'f' };
    const before = tf.memory().numTensors;
    for (const options of [{}, { z }, { contract: 'full' }, { contract: 'full', z }] as const) {
      const known = await planFunction(engine, source, x, options);
      expect(known.chunks).toEqual([{ variables: [0, 1], examples: 9 }]);
      const whole = await runFunction(engine, source, x, options, known);
      const plan = { ...known.plan, outputsAtOnce: 'contract' in options ? 4 : 3 };
      const chunks = [
        { variables: [1], examples: 4 },
        { variables: [0], examples: 2 },
      ];
      const rooms = known.product === null ? ([0, 0] as const) : ([4000, 4000] as const);
      const parts = await runFunction(engine, source, x, options, { ...known, plan, chunks, rooms });
      expect(difference(parts.ntk.data, whole.ntk.data)).toBeLessThan(1e-6);
      expect(parts.outputs).toEqual(whole.outputs);
      expect(parts.check.difference).toBeLessThan(1e-5);
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([w, v, x, z]);
  });

  test('what cannot be is refused, and leaves no tensor', async () => {
    engine.use();
    const { tf } = engine;
    const w = tf.variable(tf.ones([3, 2]));
    const x = tf.ones([5, 3]);
    const f = (batch: TensorFlow.Tensor): TensorFlow.Tensor => tf.matMul(batch, w);
    const before = tf.memory().numTensors;
    const refused = async (g: typeof f, variables: TensorFlow.Variable[], options: FunctionOptions, error: unknown) => {
      await expect(functionKernel(g, variables, x, options)).rejects.toThrow(error as typeof UsageError);
      expect(tf.memory().numTensors).toBe(before);
    };
    await refused(f, [], {}, UsageError);
    await refused(f, [w, w], {}, /variables: must differ, got .+ twice/);
    await refused((batch) => tf.sum(f(batch)), [w], {}, UsageError);
    await refused((batch) => tf.reshape(f(batch), [-1, 2, 1]), [w], {}, /\[1, 2, 1\] of float32/);
    await refused(() => f(tf.ones([1, 4])), [w], {}, UsageError);
    await refused(f, [w], { memory: 1000 }, MemoryError);
    await refused(f, [w], { signal: AbortSignal.abort() }, InterruptedError);
    await refused((batch) => tf.mul(f(batch), Number.MAX_VALUE), [w], {}, NumericalError);
    await refused((batch) => tf.mul(tf.topk(f(batch), 2).values, 1), [w], {}, BackendError);
    const dilated = (batch: TensorFlow.Tensor): TensorFlow.Tensor =>
      tf.conv2d(
        tf.reshape(batch, [-1, 3, 1, 1]) as TensorFlow.Tensor4D,
        tf.reshape(w, [2, 1, 1, 3]),
        1,
        'same',
        'NHWC',
        2,
      );
    await refused((batch) => tf.reshape(dilated(batch), [-1, 9]), [w], {}, /can derive, got: .+dilation rates/);
    const z = tf.ones([5, 4]);
    await expect(functionKernel(f, [w], x, { z })).rejects.toThrow(/\[3\], got \[4\]/);
    tf.dispose([w, x, z]);
  });

  test('the check finds examples that meet in a batch', async () => {
    engine.use();
    const { tf } = engine;
    const w = tf.variable(tf.randomNormal([3, 2], 0, 1, 'float32', 1));
    const x = tf.randomNormal([4, 3], 0, 1, 'float32', 2);
    const { check } = await functionKernel(
      (batch) => tf.sub(tf.matMul(batch, w), tf.mean(tf.matMul(batch, w))),
      [w],
      x,
    );
    expect(check.difference).toBeGreaterThan(check.tolerance);
    tf.dispose([w, x]);
  });
});

test('less memory takes fewer outputs at once, then variables and examples one after the other', () => {
  const sizes = { rows: 10, columns: 10, symmetric: true, outputs: 4, full: false, onHost: true };
  const of = (budget: number) => choose(sizes, [60, 20, 20], budget);
  const all = [{ variables: [0, 1, 2], examples: 10 }];
  expect(of(48 * 100)).toEqual({ atOnce: 4, chunks: all });
  expect(of(48 * 100 - 1)).toEqual({ atOnce: 2, chunks: all });
  expect(of(18 * 100 - 1)?.chunks).toEqual([
    { variables: [0, 1], examples: 10 },
    { variables: [2], examples: 10 },
  ]);
  expect(of(18 * 60 - 1)?.chunks[0]).toEqual({ variables: [0], examples: 3 });
  expect(of(10 * 60 - 1)).toBeNull();
  expect(choose({ ...sizes, full: true }, [60, 20, 20], 48 * 100 - 1)?.atOnce).toBe(4);
});
