import type { Tensor } from '@tensorflow/tfjs-core';
import { forgetTape } from '../../../kernels/tfjs/functions/gradients.js';
import type { Operation } from '../../../kernels/tfjs/functions/tape.js';
import type { TensorEngine } from '../../backend/tensor-device.js';
import { checkSlopes, type Point, type Slopes } from './slopes.js';

const SEED = 7;

/** An operation by itself: its outputs, one after the other, by those of its inputs that are float32. */
class OperationSlopes implements Slopes {
  readonly base: Point;
  protected readonly engine: TensorEngine;
  readonly #operation: Operation;

  constructor(engine: TensorEngine, operation: Operation) {
    this.engine = engine;
    this.#operation = operation;
    this.base = operation.inputs.flatMap(({ dtype, values }) =>
      dtype === 'float32' ? [Float32Array.from(values)] : [],
    );
  }

  protected tensors(at: Point): Tensor[] {
    const float = this.#operation.inputs.filter(({ dtype }) => dtype === 'float32');
    return float.map(({ shape }, k) => this.engine.tf.tensor(at[k], [...shape]));
  }

  protected run(given: readonly Tensor[]): Tensor {
    const { tf } = this.engine;
    const { name, inputs, isList, attributes } = this.#operation;
    const rest = [...given];
    const named = inputs.map(({ key, shape, dtype, values }): [string, Tensor] => {
      const next = dtype === 'float32' ? rest.shift() : undefined;
      return [key, next ?? tf.tensor(Array.from(values), [...shape], dtype)];
    });
    const tensors = isList ? named.map(([, tensor]) => tensor) : Object.fromEntries(named);
    const run = tf.engine().runKernel.bind(tf.engine()) as (...call: unknown[]) => Tensor | Tensor[];
    const outputs = [run(name, tensors, attributes)].flat().filter(({ dtype }) => dtype === 'float32');
    return tf.concat(outputs.map((output) => tf.reshape(output, [-1])));
  }

  protected async read(act: () => Tensor): Promise<Float32Array> {
    const { tf, use } = this.engine;
    use();
    try {
      const made = tf.tidy(act);
      const values = (await made.data()) as Float32Array;
      made.dispose();
      return values;
    } catch (error) {
      forgetTape(this.engine);
      throw error;
    }
  }

  async values(at: Point): Promise<Float32Array> {
    return this.read(() => this.run(this.tensors(at)));
  }

  /** The gradients of the outputs times `weights`, one after the other. */
  protected joined(given: Tensor[], weights: Tensor): Tensor {
    const { tf } = this.engine;
    const { grads } = tf.engine().gradients(() => this.run(given), given, weights, true);
    const all: readonly (Tensor | undefined)[] = grads;
    return tf.concat(given.map(({ size }, k) => tf.reshape(all[k] ?? tf.zeros([size]), [-1])));
  }

  protected split(joined: Float32Array): Point {
    let at = 0;
    return this.base.map(({ length }) => {
      at += length;
      return joined.slice(at - length, at);
    });
  }

  async gradient(at: Point, weights: Float32Array): Promise<Point> {
    const { tf } = this.engine;
    return this.split(await this.read(() => this.joined(this.tensors(at), tf.tensor1d(weights))));
  }
}

/** The gradient of an operation, with the one that tfjs has of it. */
class GradientSlopes extends OperationSlopes {
  /** A signal from behind. */
  #signal(given: readonly Tensor[]): Tensor {
    const { tf } = this.engine;
    const { size } = this.run(given);
    return tf.tensor1d(Array.from({ length: size }, (_, k) => (k % 3 === 0 ? -0.5 : 1)));
  }

  override values(at: Point): Promise<Float32Array> {
    return this.read(() => {
      const given = this.tensors(at);
      return this.joined(given, this.#signal(given));
    });
  }

  override async gradient(at: Point, weights: Float32Array): Promise<Point> {
    const { tf } = this.engine;
    const joined = await this.read(() => {
      const given = this.tensors(at);
      const signal = this.#signal(given);
      const { grads } = tf.engine().gradients(() => this.joined(given, signal), given, tf.tensor1d(weights), true);
      const all: readonly (Tensor | undefined)[] = grads;
      return tf.concat(given.map(({ size }, k) => tf.reshape(all[k] ?? tf.zeros([size]), [-1])));
    });
    return this.split(joined);
  }
}

/** What is looked at of an operation, and what a message calls it. */
const LOOKS = [
  { Slopes: OperationSlopes, text: (name: string) => `the gradient of ${name}` },
  { Slopes: GradientSlopes, text: (name: string) => `the derivative of the gradient of ${name}` },
];

async function isWrong(slopes: Slopes): Promise<boolean> {
  if (slopes.base.length === 0) return false;
  try {
    const found = await checkSlopes(slopes, SEED);
    return found !== null && found.difference > found.tolerance;
  } catch {
    // One that cannot be derived is another fault.
    return false;
  }
}

/**
 * The first of some operations whose gradient, by itself, is not the one that differences of its outputs show; null
 * where all are.
 *
 * `deep`: also the derivatives that tfjs has of these gradients, which matter to a function that takes gradients
 * itself.
 */
export async function namedFault(
  engine: TensorEngine,
  operations: readonly Operation[],
  deep: boolean,
): Promise<string | null> {
  for (const { Slopes: Look, text } of deep ? LOOKS : LOOKS.slice(0, 1)) {
    for (const operation of operations) {
      if (await isWrong(new Look(engine, operation))) return text(operation.name);
    }
  }
  return null;
}
