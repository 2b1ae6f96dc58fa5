import type * as TensorFlow from '@tensorflow/tfjs';
import { type Engine, loadTensorflow, loadTfjs } from '../../kernels/tfjs/engine.js';
import { prepareGradients } from '../../kernels/tfjs/functions/gradients.js';
import { describe, expect, test } from '../jest.js';
import { type Probe, STEPS, PROBES as VECTOR_PROBES } from './probes.js';
import { IMAGE_PROBES } from './probes-images.js';

type Tensor = TensorFlow.Tensor;

const PROBES = { ...VECTOR_PROBES, ...IMAGE_PROBES };
const FOUND = [await loadTfjs(['cpu']), await loadTfjs(['wasm']), await loadTensorflow()];
const ENGINES = FOUND.flatMap(({ engine }) => (engine === null ? [] : [[engine.version, engine] as const]));

/** What TensorFlow.js has no gradient of, by the operations whose own gradients are made of it. */
const LACKS: Readonly<Record<string, string>> = {
  AvgPool: 'AvgPoolGrad',
  AvgPool3D: 'AvgPool3DGrad',
  ClipByValue: 'LogicalAnd',
  Conv2D: 'Conv2DBackpropFilter',
  Conv2DBackpropInput: 'Conv2DBackpropFilter',
  Conv3D: 'Conv3DBackpropFilterV2',
  DepthwiseConv2dNative: 'DepthwiseConv2dNativeBackpropFilter',
  Dilation2D: 'Dilation2DBackpropFilter',
  LRN: 'LRNGrad',
  LeakyRelu: 'Greater',
  MaxPool: 'MaxPoolGrad',
  MaxPool3D: 'MaxPool3DGrad',
  Maximum: 'Less',
  Minimum: 'Greater',
  Pow: 'Greater',
  Prelu: 'Greater',
  Prod: 'Cumprod',
  Relu6: 'LessEqual',
  Selu: 'Greater',
};

/** A scalar function of a probe's inputs with the gradient of it. */
type Gradients = (inputs: readonly Tensor[]) => { readonly value: Tensor; readonly grads: readonly Tensor[] };

/**
 * Numbers between the ends of a range, far enough from each other and from 0 that no operation has a kink between them.
 */
function spread(size: number, [low, high]: Probe['range'], seed: number): Float32Array {
  const order = Array.from({ length: size }, (_, k) => k).sort(
    (a, b) => Math.sin(seed + 7.3 * a) - Math.sin(seed + 7.3 * b),
  );
  const out = new Float32Array(size);
  order.forEach((at, k) => {
    const v = low + ((k + 0.5 + 0.1 * seed) / (size + 0.4)) * (high - low);
    out[at] = v;
  });
  return out;
}

/**
 * Largest difference of gradients from differences of values, each along two directions of one input, over the largest
 * of these.
 */
function worst({ tf }: Engine, shapes: Probe['shapes'], range: Probe['range'], of: Gradients): number {
  const base = shapes.map((shape, k) =>
    spread(
      shape.reduce((a, b) => a * b, 1),
      range,
      k + 1,
    ),
  );
  const at = (values: readonly Float32Array[]): Tensor[] => values.map((v, k) => tf.tensor(v, [...shapes[k]]));
  const { grads } = of(at(base));
  let [error, scale] = [0, 0];
  base.forEach((values, k) => {
    const gradient = Array.from(grads[k].dataSync());
    for (const turn of [1, 2]) {
      const direction = spread(values.length, [-1, 1.4], 3 * turn + k);
      const slope = (step: number): number => {
        const [up, down] = [step, -step].map((moved) => {
          const other = base.with(
            k,
            Float32Array.from(values, (v, place) => v + moved * direction[place]),
          );
          return tf.tidy(() => of(at(other)).value.dataSync()[0]);
        });
        return (up - down) / (2 * step);
      };
      const wanted = (4 * slope(0.01) - slope(0.02)) / 3;
      error = Math.max(error, Math.abs(wanted - gradient.reduce((sum, g, place) => sum + g * direction[place], 0)));
      scale = Math.max(scale, Math.abs(wanted));
    }
  });
  return error / Math.max(scale, 1);
}

const weightsOf = (tf: Engine['tf'], y: Tensor): Tensor => tf.tensor(spread(y.size, [-1, 1.3], 5), y.shape);
const scalar = (tf: Engine['tf'], y: Tensor): TensorFlow.Scalar => tf.sum(tf.mul(y, weightsOf(tf, y)));

/** The function with random weights, and its gradient. */
function first({ tf }: Engine, { f }: Probe): Gradients {
  return (inputs) => {
    const given = tf.valueAndGrads((...xs: Tensor[]) => scalar(tf, f(tf, ...xs)))([...inputs]);
    return { value: given.value, grads: given.grads };
  };
}

/** Its gradient with random weights, and the gradient of that. */
function second(engine: Engine, { f }: Probe): Gradients {
  const { tf } = engine;
  // A square makes the gradient of what is linear depend on its inputs too.
  const inner = tf.grads((...xs: Tensor[]) => tf.sum(tf.square(f(tf, ...xs))));
  return (inputs) => {
    const given = tf.valueAndGrads((...xs: Tensor[]) => tf.addN(inner(xs).map((g) => scalar(tf, g))))([...inputs]);
    return { value: given.value, grads: given.grads };
  };
}

describe.each(ENGINES)('gradients of %s', (_name, engine) => {
  test('each that there is has a probe', () => {
    const names = [...new Set(Object.values(engine.tf).filter((name) => typeof name === 'string'))];
    const known = names.filter((name) => (engine.tf.getGradient(name) as unknown) !== undefined);
    expect(known.length).toBeGreaterThan(90);
    expect(known.filter((name) => !(name in PROBES) && !STEPS.includes(name))).toEqual([]);
  });

  test.each(Object.entries(PROBES))('%s', (name, probes) => {
    prepareGradients(engine);
    for (const probe of probes) {
      if (engine.kind === 'tensorflow' && probe.isNotOfTensorflow === true) continue;
      expect(engine.tf.tidy(() => worst(engine, probe.shapes, probe.range, first(engine, probe)))).toBeLessThan(1e-3);
      const again = (): number => engine.tf.tidy(() => worst(engine, probe.shapes, probe.range, second(engine, probe)));
      if (name in LACKS) expect(again).toThrow(`gradient function not found for ${LACKS[name]}`);
      else expect(again()).toBeLessThan(3e-3);
    }
  });
});
