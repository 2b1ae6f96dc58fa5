import type * as TensorFlow from '@tensorflow/tfjs';
import { type Engine, loadTfjs } from '../../kernels/tfjs/engine.js';
import { prepareGradients } from '../../kernels/tfjs/functions/gradients.js';
import { checkSlopes, type Point } from '../../src/empirical/functions/slopes.js';
import { BackendError, functionKernel, UsageError } from '../../src/index.js';
import { beforeAll, describe, expect, test } from '../jest.js';

type Tensor = TensorFlow.Tensor;
type Map = (x: Tensor) => Tensor;

const FOUND = await Promise.all([loadTfjs(['cpu']), loadTfjs(['wasm'])]);
const ENGINES = FOUND.flatMap(({ engine }) => (engine === null ? [] : [[engine.version, engine] as const]));

/** sin with a gradient that is `factor` times its own. */
function sine({ tf }: Engine, factor: number): Map {
  return tf.customGrad((x, save) => {
    const [input, keep] = [x as Tensor, save as (tensors: Tensor[]) => void];
    keep([input]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => tf.mul(dy, tf.mul(factor, tf.cos(saved[0])));
    return { value: tf.sin(input), gradFunc };
  });
}

/** Does something while the gradient of an operation is wrong by a factor. */
async function wronged<T>({ tf }: Engine, name: string, factor: number, act: () => Promise<T>): Promise<T> {
  const config = tf.getGradient(name);
  tf.registerGradient({
    ...config,
    gradFunc: (dy, saved, attributes) => config.gradFunc(tf.mul(dy as Tensor, factor), saved, attributes),
  });
  try {
    return await act();
  } finally {
    tf.registerGradient(config);
  }
}

describe.each(ENGINES)('central differences on %s', (_name, engine) => {
  const { tf } = engine;
  let x: Tensor;
  let w: TensorFlow.Variable;
  let zero: TensorFlow.Variable;
  let wide: TensorFlow.Variable;
  let out: TensorFlow.Variable;

  beforeAll(() => {
    prepareGradients(engine);
    x = tf.randomNormal([6, 5], 0, 1, 'float32', 7);
    w = tf.variable(tf.randomNormal([5, 3], 0, 1, 'float32', 8));
    zero = tf.variable(tf.zeros([5, 3]));
    wide = tf.variable(tf.randomNormal([5, 1000], 0, 1, 'float32', 11));
    out = tf.variable(tf.randomNormal([1000, 1], 0, 0.03, 'float32', 12));
  });

  const times =
    (v: Tensor): Map =>
    (input) =>
      tf.matMul(input, v);

  const right: Readonly<Record<string, readonly [() => Map, () => TensorFlow.Variable[]]>> = {
    'a linear map': [() => times(w), () => [w]],
    'corners at the point itself': [() => (input) => tf.relu(times(zero)(input)), () => [zero]],
    'corners that cancel there': [
      () => (input) => tf.sub(tf.relu(times(zero)(input)), tf.relu(tf.neg(times(zero)(input)))),
      () => [zero],
    ],
    'absolute values at 0': [() => (input) => tf.abs(times(zero)(input)), () => [zero]],
    'the largest of equal numbers': [() => (input) => tf.max(times(zero)(input), 1, true), () => [zero]],
    'many corners': [() => (input) => tf.matMul(tf.relu(times(wide)(input)), out), () => [wide, out]],
    stairs: [() => (input) => tf.add(tf.step(times(w)(input)), tf.round(tf.mul(9, times(w)(input)))), () => [w]],
    'a large offset': [() => (input) => tf.add(times(w)(input), 1e5), () => [w]],
    'large and small numbers': [
      () => (input) => tf.mul(tf.concat([times(w)(input), tf.mul(times(w)(input), 1e-20)], 1), 1e15),
      () => [w],
    ],
    'steep maps': [() => (input) => tf.exp(tf.mul(8, times(w)(input))), () => [w]],
    'fast oscillation': [() => (input) => tf.sin(tf.mul(100, times(w)(input))), () => [w]],
    saturation: [() => (input) => tf.softmax(tf.mul(30, times(w)(input))), () => [w]],
    'a norm of nothing': [
      () => (input) => {
        const h = times(zero)(input);
        const { mean, variance } = tf.moments(h, 1, true);
        return tf.div(tf.sub(h, mean), tf.sqrt(tf.add(variance, 1e-5)));
      },
      () => [zero],
    ],
    'a variable without effect': [() => times(w), () => [w, zero]],
  };

  test.each(Object.entries(right))('agree: %s', async (_name, [f, variables]) => {
    engine.use();
    const before = variables().map((variable) => variable.dataSync().slice());
    const tensors = tf.memory().numTensors;
    const { check } = await functionKernel(f(), variables(), x);
    expect(check.slopes.directions).toBe(variables().length);
    expect(check.slopes.difference).toBeLessThanOrEqual(check.slopes.tolerance);
    expect(variables().map((variable) => variable.dataSync())).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  const wrong: Readonly<Record<string, () => Map>> = {
    'one in a hundred': () => (input) => sine(engine, 1.01)(times(w)(input)),
    'one in twenty': () => (input) => sine(engine, 0.95)(times(w)(input)),
    'none at all': () => (input) => sine(engine, 0)(times(w)(input)),
    'a rounding that passes gradients': () => (input) =>
      tf.customGrad((h) => ({ value: tf.round(h as Tensor), gradFunc: (dy: Tensor) => dy }))(
        tf.mul(3, times(w)(input)),
      ),
    'a list that was turned': () => (input) => tf.concat(tf.split(times(w)(input), 3, 1).reverse(), 1),
    'a part whose gradient is stopped': () => (input) => {
      const h = times(w)(input);
      const stop = tf.customGrad((g) => ({ value: (g as Tensor).clone(), gradFunc: (dy: Tensor) => tf.zerosLike(dy) }));
      return tf.mul(stop(h), h);
    },
  };

  test.each(Object.entries(wrong))('refuse: %s', async (_name, f) => {
    engine.use();
    const before = w.dataSync().slice();
    const tensors = tf.memory().numTensors;
    const refused = expect(functionKernel(f(), [w], x)).rejects;
    await refused.toThrow(UsageError);
    await expect(functionKernel(f(), [w], x)).rejects.toThrow(
      /^f: must have the gradient of its outputs, got by .+ a slope of .+ where differences/,
    );
    expect(w.dataSync()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  const named: readonly (readonly [string, number, () => Map, () => TensorFlow.Variable[]])[] = [
    ['Sin', 1.02, () => (input) => tf.sin(times(w)(input)), () => [w]],
    ['Relu', 1.1, () => (input) => tf.matMul(tf.relu(times(wide)(input)), out), () => [wide, out]],
    ['Softplus', 0.98, () => (input) => tf.grad((h) => tf.softplus(times(w)(h)))(input), () => [w]],
    ['Concat', -1, () => (input) => tf.concat([times(w)(input), times(w)(input)], 1), () => [w]],
  ];

  test.each(named)('name the operation that is wrong: %s', async (name, factor, f, variables) => {
    engine.use();
    const tensors = tf.memory().numTensors;
    await wronged(engine, name, factor, async () => {
      const refused = functionKernel(f(), variables(), x);
      await expect(refused).rejects.toThrow(BackendError);
      await expect(functionKernel(f(), variables(), x)).rejects.toThrow(`the gradient of ${name}, `);
    });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('put the variables back when f fails in the middle', async () => {
    engine.use();
    const before = w.dataSync().slice();
    let calls = 0;
    const f: Map = (input) => {
      calls += 1;
      if (calls > 8) throw new Error('no more');
      return times(w)(input);
    };
    await expect(functionKernel(f, [w], x)).rejects.toThrow('no more');
    expect(w.dataSync()).toEqual(before);
  });

  test('a gradient that TensorFlow.js lacks is called that', async () => {
    engine.use();
    const cube: Map = (input) => tf.reshape(tf.mul(tf.sum(times(w)(input), 1, true), tf.ones([1, 16])), [-1, 2, 2, 4]);
    const flat: (h: Tensor) => Tensor = (h) => tf.reshape(h, [h.shape[0], -1]);
    const lacking: readonly (readonly [string, string, Map])[] = [
      ['Einsum', 'matMul, or mul and sum', (input) => tf.einsum('nc,cd->nd', input, w)],
      [
        'DepthToSpace',
        'reshape and transpose',
        (input) => flat(tf.depthToSpace(cube(input) as TensorFlow.Tensor4D, 2)),
      ],
      ['TopK', 'max', (input) => tf.topk(times(w)(input), 2).values],
      ['Cumprod', 'exp, cumsum and log', (input) => tf.cumprod(times(w)(input), 1)],
      ['StridedSlice', 'slice', (input) => tf.stridedSlice(times(w)(input), [0, 0], [1, 3], [1, 2])],
      ['Greater', 'others', (input) => tf.grad((h) => tf.leakyRelu(times(w)(h)))(input)],
    ];
    for (const [name, remedy, f] of lacking) {
      const refused = functionKernel(f, [w], x);
      await expect(refused).rejects.toThrow(BackendError);
      const message =
        `f: must be made of operations that TensorFlow.js can derive, got ${name}, of which TensorFlow.js ` +
        `${tf.version_core} has no gradient.`;
      await expect(functionKernel(f, [w], x)).rejects.toThrow(message);
      if (name !== 'Greater') await expect(functionKernel(f, [w], x)).rejects.toThrow(`Write it with ${remedy}`);
    }
  });
});

test('maps of numbers: what differences can show', async () => {
  const of = (f: (v: number) => number, g: (v: number) => number, at: number) =>
    checkSlopes(
      {
        base: [Float32Array.of(at)],
        values: async ([v]: Point) => [Math.fround(f(v[0]))],
        gradient: async ([v]: Point, weights) => [Float32Array.of(weights[0] * g(v[0]))],
      },
      1,
    );
  const cube = await of(
    (v) => v ** 3,
    (v) => 3 * v * v,
    0.7,
  );
  expect(cube?.difference).toBeLessThan(1e-3);
  expect(cube?.tolerance).toBeLessThan(0.02);
  const other = await of(
    (v) => v ** 3,
    (v) => 3.1 * v * v,
    0.7,
  );
  expect(other?.difference).toBeGreaterThan(other?.tolerance ?? 1);
  expect(await of(Math.log, (v) => 1 / v, -1)).toBeNull();
  const corner = await of(Math.abs, (v) => (v > 0 ? 1 : -1), 0);
  expect(corner?.difference).toBeLessThanOrEqual(corner?.tolerance ?? 0);
});
