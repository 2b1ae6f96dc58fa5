import type { FloatArray } from '../data/array.js';
import { backward, type Side } from '../finite/backward.js';
import { type Engine, zeros } from '../finite/engine.js';
import { forward } from '../finite/forward.js';
import { addJacobian } from '../finite/jacobian.js';
import { addProduct } from '../finite/products.js';
import type { Contribution } from '../finite/structured.js';
import { placeOf } from '../finite/target.js';
import { sizeOf } from '../layers/finite.js';
import type { PlannedEmpirical } from './empirical-plan.js';
import type { EmpiricalCheck } from './empirical-types.js';

/** Examples of each side of the block that is computed again. */
const CHECKED = 2;
/** Largest difference of two methods, relative to the largest entry of the block, by precision. */
export const CHECK_TOLERANCE = { f64: 1e-11, f32: 2e-4 } as const;

/** Adds the share of one layer column by column: the product of its kernel with each unit vector. */
export async function addByProducts(
  { operation, x, z, outputs, allOutputs, contraction, target }: Contribution,
  engine: Engine,
  pause: () => Promise<void>,
): Promise<void> {
  const full = contraction === 'full';
  for (let b = 0; b < outputs; b++) {
    const product = { operation, x, z, output: full ? 0 : b, outputs: full ? outputs : 1 };
    for (let j = 0; j < z.count; j++) {
      const v = new Float64Array(product.outputs * z.count);
      v[(full ? b : 0) * z.count + j] = full ? 1 : 1 / allOutputs;
      const y = new Float64Array(product.outputs * x.count);
      addProduct(product, v, y, engine);
      for (let a = 0; a < product.outputs; a++) {
        for (let i = 0; i < x.count; i++) {
          target.data[placeOf(target, i, j) + (full ? a * outputs + b : 0)] += y[a * x.count + i];
        }
      }
      await pause();
    }
  }
}

const go = async (): Promise<void> => undefined;

/** Largest difference of the two blocks, relative to the largest entry. */
function difference(
  block: FloatArray,
  ntk: FloatArray,
  [rows, columns]: readonly number[],
  m: number,
  pair: number,
): number {
  let [largest, worst] = [0, 0];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < pair; k++) {
        const again = block[(i * columns + j) * pair + k];
        largest = Math.max(largest, Math.abs(again));
        worst = Math.max(worst, Math.abs(again - ntk[(i * m + j) * pair + k]));
        // Math.max loses NaN in some orders.
        if (Number.isNaN(again - ntk[(i * m + j) * pair + k])) return Number.NaN;
      }
    }
  }
  return largest === 0 ? worst : worst / largest;
}

/**
 * Computes the first two rows and columns of a kernel again, by products with vectors, or by the Jacobian where those were used.
 *
 * Vectors go through the gradient and back through the derivative, which neither of the other methods does.
 */
export async function checkBlock(
  { plan, network }: PlannedEmpirical,
  engine: Engine,
  inputs: readonly [FloatArray, FloatArray],
  ntk: FloatArray,
): Promise<EmpiricalCheck> {
  const [n, m] = plan.shape;
  const { outputs } = plan;
  const full = plan.shape.length === 4;
  const pair = full ? outputs ** 2 : 1;
  const counts = [Math.min(CHECKED, n), Math.min(CHECKED, m)] as const;
  const size = sizeOf(network.input);
  const sides = inputs.map((data, s): Side => {
    const count = counts[s];
    const { traces } = forward(network.operations, data.subarray(0, count * size), count, engine);
    const signal = zeros(engine, outputs * count * outputs);
    for (let k = 0; k < outputs * count; k++) signal[k * outputs + Math.floor(k / count)] = 1;
    return { count, traces, signal };
  });
  const block = zeros(engine, counts[0] * counts[1] * pair);
  const method = plan.layers.some((layer) => layer.method === 'products') ? 'jacobian' : 'products';
  await backward(network.operations, sides, false, engine, async (operation, [x, z]) => {
    const target = { data: block, columns: counts[1], row: 0, column: 0, pair };
    const contraction = full ? 'full' : 'trace';
    const contribution = { operation, x, z, outputs, allOutputs: outputs, contraction, target } as const;
    if (method === 'products') await addByProducts(contribution, engine, go);
    else await addJacobian(contribution, engine, go);
  });
  return { method, difference: difference(block, ntk, counts, m, pair), tolerance: CHECK_TOLERANCE[plan.precision] };
}
