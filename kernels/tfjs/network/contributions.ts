import { type WeightsOperation, weightScale } from '../../../src/vocabulary/operations.js';
import { gramHere } from '../rows/product.js';
import type { Tensor, Tensors } from '../tensors.js';
import { type Device, patchesOf } from './operations.js';
import type { Meeting } from './passes.js';

/** Numbers of Gram matrices, or of Jacobians, that are held at a time. */
export const BUFFER_NUMBERS = 1 << 23;

/** One layer's contribution of a block of the kernel: what meets there, and how outputs are joined. */
export interface LayerContribution {
  readonly operation: WeightsOperation;
  readonly x: Meeting;
  readonly z: Meeting;
  /** Outputs whose cotangents meet. */
  readonly outputs: number;
  readonly contraction: 'trace' | 'full';
}

/** Lets other work through between pieces, and makes tfjs ready for the next one. */
export type Pause = () => Promise<void>;

/**
 * Both sides of a share by examples: inputs `[count, positions, fan]`, cotangents `[outputs, count, positions, units]`.
 */
interface Sides {
  readonly inputs: readonly [Tensor, Tensor];
  readonly cotangents: readonly [Tensor, Tensor];
}

const countOf = (tensor: Tensor): number => tensor.shape[0];

/**
 * Whether only plain products of two matrices have fast code: WebAssembly takes 20 times as long for batches or
 * transposed factors.
 */
const isPlain = (tf: Tensors): boolean => tf.backend === 'wasm';

/** Products of rows: A B'. */
function gram(tf: Tensors, a: Tensor, b: Tensor): Tensor {
  return isPlain(tf) ? gramHere(tf, a, b) : tf.matMul(a, b, false, true);
}

/** `[outputs * n, outputs * m]` as pairs of outputs of pairs of examples, `[n, m, outputs, outputs]`. */
function paired(tf: Tensors, matrix: Tensor, outputs: number): Tensor {
  const [rows, columns] = matrix.shape;
  const [n, m] = [rows / outputs, (columns ?? 0) / outputs];
  return tf.transpose(tf.reshape(matrix, [outputs, n, outputs, m]), [1, 3, 0, 2]);
}

/** Gram matrix of Jacobians `[outputs, count, length]`: the sum over outputs, or all their pairs. */
function contracted(tf: Tensors, a: Tensor, b: Tensor, { outputs, contraction }: LayerContribution): Tensor {
  const rows = (j: Tensor): Tensor => {
    const [copies, count, length] = j.shape as [number, number, number];
    if (contraction === 'full') return tf.reshape(j, [copies * count, length]);
    return tf.reshape(tf.transpose(j, [1, 0, 2]), [count, copies * length]);
  };
  const product = gram(tf, rows(a), rows(b));
  return contraction === 'full' ? paired(tf, product, outputs) : product;
}

/** Adds up pieces, one after the other. */
class Sum {
  readonly #tf: Tensors;
  #total: Tensor | null = null;

  constructor(tf: Tensors) {
    this.#tf = tf;
  }

  add(piece: () => Tensor): void {
    const before = this.#total;
    this.#total = this.#tf.tidy(() => (before === null ? piece() : this.#tf.add(before, piece())));
    before?.dispose();
  }

  dispose(): void {
    this.#total?.dispose();
  }

  get total(): Tensor {
    return this.#total ?? this.#tf.scalar(0);
  }
}

/** Train times w^2 where patches are not scaled, and train times b^2. */
function factorsOf({ fields }: WeightsOperation, scale: number): readonly [weight: number, bias: number] {
  const train = Number(fields.train);
  return [train * scale ** 2, train * fields.biasStd ** 2];
}

/** On one position: the Hadamard product of the Gram matrices of inputs and of cotangents. */
function onVectors(tf: Tensors, share: LayerContribution, { inputs, cotangents }: Sides): Tensor {
  const [weight, bias] = factorsOf(share.operation, weightScale(share.operation));
  const flat = (h: Tensor): Tensor => tf.reshape(h, [countOf(h), -1]);
  const joined = (g: Tensor): Tensor => tf.reshape(g, [share.outputs, g.shape[1] ?? 0, -1]);
  const factor = tf.add(tf.mul(weight, gram(tf, flat(inputs[0]), flat(inputs[1]))), bias);
  const both = contracted(tf, joined(cotangents[0]), joined(cotangents[1]), share);
  return tf.mul(both, share.contraction === 'full' ? tf.reshape(factor, [...factor.shape, 1, 1]) : factor);
}

/** Some examples of x, `[at, at + count)`, against all of z by Gram matrices of all pairs of positions. */
function onPositions(
  tf: Tensors,
  share: LayerContribution,
  { inputs, cotangents }: Sides,
  at: number,
  count: number,
): Tensor {
  const [weight, bias] = factorsOf(share.operation, weightScale(share.operation));
  const [positions, fan] = inputs[0].shape.slice(1);
  const units = cotangents[0].shape[3] ?? 0;
  const m = countOf(inputs[1]);
  const rows = (h: Tensor, depth: number): Tensor => tf.reshape(h, [-1, depth]);
  const left = tf.slice(inputs[0], [at, 0, 0], [count, positions, fan]);
  const factor = tf.add(tf.mul(weight, gram(tf, rows(left, fan), rows(inputs[1], fan))), bias);
  const ofX = (a: number): Tensor => rows(tf.slice(cotangents[0], [a, at, 0, 0], [1, count, positions, units]), units);
  const ofZ = (b: number): Tensor => rows(tf.slice(cotangents[1], [b, 0, 0, 0], [1, m, positions, units]), units);
  const summed = (product: Tensor): Tensor => {
    const each = tf.reshape(tf.mul(factor, product), [count, positions, m, positions]);
    return tf.sum(each, [1, 3]);
  };
  const outputs = Array.from({ length: share.outputs }, (_, a) => a);
  if (share.contraction === 'trace') {
    const sum = new Sum(tf);
    for (const a of outputs) sum.add(() => gram(tf, ofX(a), ofZ(a)));
    return summed(sum.total);
  }
  const pairs = outputs.flatMap((a) => outputs.map((b) => tf.tidy(() => summed(gram(tf, ofX(a), ofZ(b))))));
  return tf.reshape(tf.stack(pairs, 2), [count, m, share.outputs, share.outputs]);
}

/** Derivatives by the weights of some units, but for w / sqrt(fan): `[outputs, count, units * fan]`. */
function weightJacobian(tf: Tensors, inputs: Tensor, cotangents: Tensor, unit: number, units: number): Tensor {
  return tf.tidy(() => (isPlain(tf) ? byExamples : byOutputs)(tf, inputs, cotangents, unit, units));
}

/**
 * One product for all outputs of an example; cut in the memory of the process, since a slice of a tensor reads all of
 * it.
 */
function byExamples(tf: Tensors, inputs: Tensor, cotangents: Tensor, unit: number, units: number): Tensor {
  const [outputs, count, positions] = cotangents.shape as [number, number, number];
  const fan = inputs.shape[2] ?? 0;
  const some = tf.slice(cotangents, [0, 0, 0, unit], [outputs, count, positions, units]);
  const turned = tf.readSync(tf.transpose(some, [1, 0, 3, 2]));
  const read = tf.readSync(inputs);
  const [left, right, length] = [outputs * units * positions, positions * fan, units * fan];
  const all = new Float32Array(outputs * count * length);
  for (let i = 0; i < count; i++) {
    // What is given to tidy is walked through: an array must not be.
    tf.tidy(() => {
      const a = tf.tensor(turned.slice(i * left, (i + 1) * left), [outputs * units, positions]);
      const b = tf.tensor(read.slice(i * right, (i + 1) * right), [positions, fan]);
      const product = tf.readSync(tf.matMul(a, b));
      for (let k = 0; k < outputs; k++)
        all.set(product.subarray(k * length, (k + 1) * length), (k * count + i) * length);
    });
  }
  return tf.tensor(all, [outputs, count, length]);
}

/** One product for all examples of an output. */
function byOutputs(tf: Tensors, inputs: Tensor, cotangents: Tensor, unit: number, units: number): Tensor {
  const [outputs, count, positions] = cotangents.shape as [number, number, number];
  const each = Array.from({ length: outputs }, (_, a) => {
    const some = tf.slice(cotangents, [a, 0, 0, unit], [1, count, positions, units]);
    return tf.reshape(tf.matMul(tf.reshape(some, [count, positions, units]), inputs, true), [1, count, -1]);
  });
  return tf.concat(each, 0);
}

async function byJacobian(
  device: Device,
  share: LayerContribution,
  { inputs, cotangents }: Sides,
  pause: Pause,
): Promise<Tensor> {
  const { tf } = device;
  const [weight, bias] = factorsOf(share.operation, weightScale(share.operation));
  const units = share.operation.to.channels;
  const fan = inputs[0].shape[2] ?? 0;
  const rows = share.outputs * (countOf(inputs[0]) + countOf(inputs[1]));
  const step = Math.max(1, Math.min(units, Math.floor(BUFFER_NUMBERS / (rows * fan))));
  const sum = new Sum(tf);
  try {
    for (let unit = 0; unit < units; unit += step) {
      const some = Math.min(step, units - unit);
      sum.add(() => {
        const jx = weightJacobian(tf, inputs[0], cotangents[0], unit, some);
        const jz = inputs[0] === inputs[1] ? jx : weightJacobian(tf, inputs[1], cotangents[1], unit, some);
        return tf.mul(weight, contracted(tf, jx, jz, share));
      });
      await pause();
    }
    if (bias !== 0) {
      sum.add(() => tf.mul(bias, contracted(tf, tf.sum(cotangents[0], 2), tf.sum(cotangents[1], 2), share)));
    }
    return sum.total;
  } catch (error) {
    sum.dispose();
    throw error;
  }
}

/** Rows of x some at a time, so that their Gram matrices fit. */
async function byStructure(device: Device, share: LayerContribution, sides: Sides, pause: Pause): Promise<Tensor> {
  const { tf } = device;
  const [n, positions] = sides.inputs[0].shape;
  if (positions === 1) return tf.tidy(() => onVectors(tf, share, sides));
  const pairs = countOf(sides.inputs[1]) * (positions ?? 1) ** 2;
  const step = Math.max(1, Math.min(n, Math.floor(BUFFER_NUMBERS / (4 * pairs))));
  const parts: Tensor[] = [];
  try {
    for (let at = 0; at < n; at += step) {
      parts.push(tf.tidy(() => onPositions(tf, share, sides, at, Math.min(step, n - at))));
      await pause();
    }
    return tf.tidy(() => tf.concat(parts, 0));
  } finally {
    for (const part of parts) part.dispose();
  }
}

/**
 * The share of one layer in a block of the kernel: `[n, m]`, summed over the outputs, or `[n, m, outputs, outputs]`.
 */
export async function contributionOf(
  device: Device,
  share: LayerContribution,
  method: 'structured' | 'jacobian',
  pause: Pause,
): Promise<Tensor> {
  const { tf } = device;
  const { operation, x, z, outputs } = share;
  // A block with itself has one side.
  const meetings = x === z ? [x] : [x, z];
  const [one, both] = tf.tidy(() => {
    const inputs = meetings.map(({ input }) => patchesOf(device, operation, input));
    const cotangents = meetings.map(({ cotangent }, side) =>
      tf.reshape(cotangent, [outputs, countOf(inputs[side]), ...cotangent.shape.slice(1)]),
    );
    return [inputs, cotangents];
  });
  const [last, behind] = [one[one.length - 1], both[both.length - 1]];
  const sides: Sides = { inputs: [one[0], last], cotangents: [both[0], behind] };
  try {
    return await (method === 'jacobian' ? byJacobian : byStructure)(device, share, sides, pause);
  } finally {
    for (const tensor of both) tensor.dispose();
    // Patches of windows are tensors of their own, those of vectors are what met here.
    for (const [side, tensor] of one.entries()) if (tensor !== meetings[side].input) tensor.dispose();
  }
}
