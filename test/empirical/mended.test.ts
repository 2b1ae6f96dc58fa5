import type * as TensorFlow from '@tensorflow/tfjs';
import { type Engine, loadTensorflow, loadTfjs } from '../../kernels/tfjs/engine.js';
import { functionKernel } from '../../src/index.js';
import { afterEach, describe, expect, test } from '../jest.js';

type Tensor = TensorFlow.Tensor;
type Map = (x: Tensor) => Tensor;
type Core = Engine['tf'];

const FOUND = [await loadTfjs(['cpu']), await loadTfjs(['wasm']), await loadTensorflow()];
const ENGINES = FOUND.flatMap(({ engine }) => (engine === null ? [] : [[engine.version, engine] as const]));

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));

/** Activations with their first and second derivatives. */
const ACTIVATIONS: Readonly<
  Record<string, readonly [(tf: Core, a: Tensor) => Tensor, (a: number) => number, (a: number) => number]>
> = {
  tanh: [(tf, a) => tf.tanh(a), (a) => 1 - Math.tanh(a) ** 2, (a) => -2 * Math.tanh(a) * (1 - Math.tanh(a) ** 2)],
  sigmoid: [
    (tf, a) => tf.sigmoid(a),
    (a) => sigmoid(a) * (1 - sigmoid(a)),
    (a) => sigmoid(a) * (1 - sigmoid(a)) * (1 - 2 * sigmoid(a)),
  ],
  softplus: [(tf, a) => tf.softplus(a), sigmoid, (a) => sigmoid(a) * (1 - sigmoid(a))],
  exp: [(tf, a) => tf.exp(a), Math.exp, Math.exp],
  elu: [(tf, a) => tf.elu(a), (a) => (a > 0 ? 1 : Math.exp(a)), (a) => (a > 0 ? 0 : Math.exp(a))],
  swish: [
    (tf, a) => tf.mul(a, tf.sigmoid(a)),
    (a) => sigmoid(a) + a * sigmoid(a) * (1 - sigmoid(a)),
    (a) => sigmoid(a) * (1 - sigmoid(a)) * (2 + a * (1 - 2 * sigmoid(a))),
  ],
};

const [W, B, V, X] = [
  [0.5, -1.2],
  [0.1, 0.3],
  [0.7, 0.4],
  [0.2, 0.9],
];

/** Linear operations on images `[n, 2, 3, c]`. */
const OPERATIONS: Readonly<Record<string, (tf: Core, x: Tensor) => Tensor>> = {
  'mirrorPad reflect': (tf, x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 0],
        [2, 1],
        [0, 0],
      ],
      'reflect',
    ),
  'mirrorPad symmetric': (tf, x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [2, 1],
        [1, 3],
        [0, 0],
      ],
      'symmetric',
    ),
  ...Object.fromEntries(
    [
      [4, 6],
      [3, 5],
      [1, 2],
      [5, 1],
    ].flatMap(([h, w]) =>
      [
        [false, false],
        [true, false],
        [false, true],
      ].flatMap(([corners, half]) => {
        const to = `to ${h} x ${w}, corners ${corners}, half pixels ${half}`;
        const image = (x: Tensor): TensorFlow.Tensor4D => x as TensorFlow.Tensor4D;
        return [
          [`bilinear ${to}`, (tf: Core, x: Tensor) => tf.image.resizeBilinear(image(x), [h, w], corners, half)],
          [`nearest ${to}`, (tf: Core, x: Tensor) => tf.image.resizeNearestNeighbor(image(x), [h, w], corners, half)],
        ];
      }),
    ),
  ),
};

describe.each(ENGINES)('what is mended on %s', (_name, engine) => {
  const { tf } = engine;
  afterEach(() => tf.disposeVariables());

  test.each(Object.entries(ACTIVATIONS))('the kernel of a derivative: %s', async (_name, [phi, first, second]) => {
    engine.use();
    const [w, b, v] = [tf.variable(tf.tensor(W, [1, 2])), tf.variable(tf.tensor(B)), tf.variable(tf.tensor(V, [2, 1]))];
    const u: Map = (x) => tf.matMul(phi(tf, tf.add(tf.matMul(x, w), b)), v);
    const row = (x: number): number[] =>
      W.flatMap((wj, j) => {
        const a = wj * x + B[j];
        return [V[j] * first(a) + V[j] * wj * second(a) * x, V[j] * wj * second(a), wj * first(a)];
      });
    const x = tf.tensor(X, [2, 1]);
    const { ntk } = await functionKernel((z) => tf.grad(u)(z), [w, b, v], x);
    const rows = X.map(row);
    const truth = rows.flatMap((p) => rows.map((q) => p.reduce((sum, g, k) => sum + g * q[k], 0)));
    truth.forEach((wanted, k) => {
      expect(Math.abs(ntk.data[k] - wanted)).toBeLessThan(1e-5 * Math.abs(wanted) + 1e-6);
    });
    x.dispose();
  });

  test.each(Object.entries(OPERATIONS))('the Jacobian that is read off: %s', async (_name, operation) => {
    engine.use();
    const shape = [2, 3, 2];
    const w = tf.variable(tf.ones(shape));
    const x = tf.randomUniform([3, ...shape], 0.5, 1.5, 'float32', 1);
    const flat: Map = (y) => tf.reshape(y, [y.shape[0], -1]);
    const units = tf.tidy(() => tf.reshape(tf.eye(w.size), [w.size, ...shape]));
    const { ntk, check } = await functionKernel((z) => flat(operation(tf, tf.mul(z, w))), [w], x, { contract: 'full' });
    // f is linear in w: d f / d w_i at x is x_i times the operation on the i-th unit image.
    const columns = (await tf.tidy(() => flat(operation(tf, units))).array()) as number[][];
    const inputs = (await tf.reshape(x, [3, -1]).array()) as number[][];
    const outputs = columns[0].length;
    const truth = inputs.flatMap((p) =>
      inputs.flatMap((q) =>
        Array.from({ length: outputs ** 2 }, (_, k) =>
          columns.reduce((sum, unit, i) => sum + p[i] * q[i] * unit[Math.floor(k / outputs)] * unit[k % outputs], 0),
        ),
      ),
    );
    const largest = Math.max(...truth.map(Math.abs));
    const worst = truth.reduce((most, wanted, k) => Math.max(most, Math.abs(wanted - ntk.data[k])), 0);
    expect(worst / largest).toBeLessThan(1e-6);
    expect(check.difference).toBeLessThan(1e-5);
    tf.dispose([x, units]);
  });

  test('several examples of resized images, in one batch and by themselves', async () => {
    engine.use();
    const x = tf.randomUniform([3, 4, 4, 2], -1, 1, 'float32', 5);
    const v = tf.variable(tf.randomUniform([2], -1, 1, 'float32', 6));
    for (const size of [
      [8, 8],
      [6, 6],
      [9, 11],
    ] as const) {
      const f: Map = (z) =>
        tf.reshape(tf.image.resizeNearestNeighbor(tf.mul(z, v) as TensorFlow.Tensor4D, [...size]), [z.shape[0], -1]);
      const { check } = await functionKernel(f, [v], x);
      expect(check.difference).toBeLessThan(1e-5);
    }
    x.dispose();
  });

  test('equal numbers share what the largest of them has', async () => {
    engine.use();
    const w = tf.variable(tf.tensor1d([1, 1, 1, 0]));
    const x = tf.ones([1, 4]);
    for (const f of [tf.max, (z: Tensor, axis: number, keep: boolean) => tf.neg(tf.min(tf.neg(z), axis, keep))]) {
      const { ntk } = await functionKernel((z) => f(tf.mul(z, w), 1, true), [w], x);
      expect(ntk.data[0]).toBeCloseTo(1 / 3, 6);
    }
    x.dispose();
  });
});
