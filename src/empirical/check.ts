import type { FloatArray } from '../data/array.js';
import { backward, type Side, startCotangent } from '../network/backward.js';
import { type Engine, zeros } from '../network/engine.js';
import { forward } from '../network/forward.js';
import { sizeOf } from '../vocabulary/operations.js';
import { cheapestBut, type EmpiricalMethod, type Sizes } from './methods/index.js';
import { addJacobian } from './methods/jacobian.js';
import { addStructured, type Contribution } from './methods/structured.js';
import type { PlannedEmpirical } from './plan.js';
import { addProduct } from './products.js';
import { mirror, placeOf } from './target.js';
import type { EmpiricalCheck } from './types.js';

/** Examples of each side of the block that is computed again. */
const CHECKED = 2;
/** Largest difference of two methods, relative to the largest entry of the block, by precision. */
export const CHECK_TOLERANCE = { f64: 1e-11, f32: 2e-4 } as const;

/** Adds the contribution of one layer column by column: the product of its kernel with each unit vector. */
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

const ADD = { structured: addStructured, jacobian: addJacobian, products: addByProducts } as const;

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
 * Computes the first two rows and columns of a kernel again, each layer by the cheapest method but the one that it was
 * computed by.
 *
 * All examples and outputs pass the network once more, by themselves, with a cotangent for each output.
 */
export async function checkBlock(
  { plan, network }: PlannedEmpirical,
  engine: Engine,
  inputs: readonly [FloatArray, FloatArray],
  ntk: FloatArray,
  pause: () => Promise<void>,
): Promise<EmpiricalCheck> {
  const { shape, outputs, symmetric, layers, precision } = plan;
  const contraction = shape.length === 4 ? 'full' : 'trace';
  const pair = contraction === 'full' ? outputs ** 2 : 1;
  const [rows, columns] = shape.map((count) => Math.min(CHECKED, count));
  const size = sizeOf(network.input);
  const side = (data: FloatArray, count: number): Side => {
    const { saved } = forward(network.operations, data.subarray(0, count * size), count, engine);
    return { count, saved, cotangent: startCotangent(engine, outputs, 0, outputs, count) };
  };
  const sides = symmetric ? [side(inputs[0], rows)] : [side(inputs[0], rows), side(inputs[1], columns)];
  const block = zeros(engine, rows * columns * pair);
  const sizes: Sizes = { rows, columns, symmetric, outputs, contraction };
  const used = new Map(layers.map(({ path, method }) => [path, method]));
  const methods = new Set<EmpiricalMethod>();
  for (const { operation, meetings } of backward(network.operations, sides, engine)) {
    const [x, z] = [meetings[0], meetings[meetings.length - 1]];
    const target = { data: block, columns, row: 0, column: 0, pair };
    const method = cheapestBut(operation, sizes, used.get(operation.path) ?? 'structured');
    methods.add(method);
    await ADD[method]({ operation, x, z, outputs, allOutputs: outputs, contraction, target }, engine, pause);
    await pause();
  }
  if (symmetric) mirror(block, rows, Math.sqrt(pair));
  const worst = difference(block, ntk, [rows, columns], shape[1], pair);
  return { methods: [...methods], difference: worst, tolerance: CHECK_TOLERANCE[precision] };
}
