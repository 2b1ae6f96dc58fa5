import type { Tensor } from '@tensorflow/tfjs-core';
import { weightedGradients } from '../../../kernels/tfjs/functions/gradients.js';
import type { TensorEngine } from '../../backend/tensor-device.js';
import type { FloatArray } from '../../data/array.js';
import { CHECK_TOLERANCE } from '../check.js';
import type { EmpiricalCheck } from '../types.js';
import type { PlannedFunction } from './plan.js';
import type { FunctionOf } from './types.js';

/** Signs of the examples of a batch, by their number: the columns of a Hadamard matrix. */
const SIGNS: readonly (readonly (readonly number[])[])[] = [
  [[1]],
  [
    [1, 1],
    [1, -1],
  ],
];

/** Outputs of each side that are compared where all pairs of them are wanted. */
const CHECKED_OUTPUTS = 2;

/** Gradients of one output, added up over a batch with each set of signs: rows of parameters, on the host. */
async function signedGradients(
  engine: TensorEngine,
  part: Omit<FunctionOf, 'parameters'>,
  batch: Tensor,
  outputs: number,
  output: number,
): Promise<readonly (readonly Float32Array[])[]> {
  const { tf, use } = engine;
  const all: Float32Array[][] = [];
  for (const signs of SIGNS[(batch.shape[0] ?? 1) - 1]) {
    use();
    const weights = new Float32Array(signs.length * outputs);
    signs.forEach((sign, i) => {
      weights[i * outputs + output] = sign;
    });
    const { value, rows } = tf.tidy(() =>
      weightedGradients(engine, part, batch, tf.tensor2d(weights, [signs.length, outputs])),
    );
    value.dispose();
    const read = await Promise.all(rows.map(async (row) => (await row.data()) as Float32Array));
    for (const row of rows) row.dispose();
    all.push(read);
  }
  return all;
}

function dot(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0;
  a.forEach((one, v) => {
    for (let k = 0; k < one.length; k++) sum += one[k] * b[v][k];
  });
  return sum;
}

/**
 * Kernel of a pair of outputs from products of signed sums of gradients: signs are orthogonal, so that each pair of
 * examples comes out.
 */
function addBlock(
  block: Float64Array,
  x: readonly (readonly Float32Array[])[],
  z: readonly (readonly Float32Array[])[],
  factor: number,
): void {
  const [signsX, signsZ] = [SIGNS[x.length - 1], SIGNS[z.length - 1]];
  x.forEach((one, s) => {
    z.forEach((other, t) => {
      const product = (factor * dot(one, other)) / (x.length * z.length);
      for (let i = 0; i < x.length; i++) {
        for (let j = 0; j < z.length; j++) block[i * z.length + j] += signsX[s][i] * signsZ[t][j] * product;
      }
    });
  });
}

/**
 * Computes the first two rows and columns of the kernel of a function again, from gradients of both examples in one
 * batch.
 *
 * It differs from the kernel where f lets examples of a batch meet, as batch normalisation in training does: then there
 * is no such kernel.
 */
export async function checkFunction(
  engine: TensorEngine,
  { f, variables, where }: FunctionOf,
  { plan, chunks }: PlannedFunction,
  [x, z]: readonly [Tensor, Tensor],
  ntk: FloatArray,
): Promise<EmpiricalCheck> {
  const { outputs, shape } = plan;
  const full = shape.length === 4;
  const { tf } = engine;
  const batches = [x, z].map((data) => tf.tidy(() => tf.slice(data, [0], [Math.min(2, data.shape[0] ?? 1)])));
  const compared = full ? Math.min(CHECKED_OUTPUTS, outputs) : 1;
  const counts = batches.map((batch) => batch.shape[0] ?? 1);
  const blocks = Array.from({ length: compared ** 2 }, () => new Float64Array(counts[0] * counts[1]));
  try {
    for (const chunk of chunks) {
      const part = { f, where, variables: chunk.variables.map((k) => variables[k]) };
      const rows = (batch: Tensor, a: number) => signedGradients(engine, part, batch, outputs, a);
      if (full) {
        const ofX = [await rows(batches[0], 0), await rows(batches[0], 1)];
        const ofZ = x === z ? ofX : [await rows(batches[1], 0), await rows(batches[1], 1)];
        blocks.forEach((block, k) => {
          addBlock(block, ofX[Math.floor(k / compared)], ofZ[k % compared], 1);
        });
        continue;
      }
      for (let a = 0; a < outputs; a++) {
        const ofX = await rows(batches[0], a);
        addBlock(blocks[0], ofX, x === z ? ofX : await rows(batches[1], a), 1 / outputs);
      }
    }
  } finally {
    for (const batch of batches) batch.dispose();
  }
  const pair = full ? outputs ** 2 : 1;
  let [largest, worst] = [0, 0];
  blocks.forEach((block, k) => {
    block.forEach((value, at) => {
      const [i, j] = [Math.floor(at / counts[1]), at % counts[1]];
      const place = (i * shape[1] + j) * pair + Math.floor(k / compared) * outputs + (k % compared);
      largest = Math.max(largest, Math.abs(value));
      worst = Math.max(worst, Math.abs(value - ntk[place]));
    });
  });
  return { methods: ['products'], difference: largest === 0 ? worst : worst / largest, tolerance: CHECK_TOLERANCE.f32 };
}
