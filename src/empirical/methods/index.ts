import { fanOf, type WeightsOperation } from '../../vocabulary/operations.js';
import { positionCount } from '../../vocabulary/windows.js';
import type { Contraction } from '../target.js';

/**
 * How the contribution of a layer is computed: by its structure, by its Jacobian, or by products with vectors that
 * never form the matrix.
 */
export type EmpiricalMethod = 'structured' | 'jacobian' | 'products';

const METHODS: readonly EmpiricalMethod[] = ['structured', 'jacobian', 'products'];

/** Sizes that the cost of a layer depends on. */
export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly symmetric: boolean;
  readonly outputs: number;
  readonly contraction: Contraction;
}

/**
 * Multiplications and additions of a product that take as long as one number that is read, multiplied and stored
 * outside it: 3 ns.
 */
export const NUMBER_COST = 200;

/** Work of one layer by each method, in multiplications and additions of a matrix product. */
export function layerWork(operation: WeightsOperation, sizes: Sizes): Readonly<Record<EmpiricalMethod, number>> {
  const { rows, columns, symmetric, outputs, contraction } = sizes;
  const positions = positionCount(operation.to.positions ?? []);
  const [fan, units] = [fanOf(operation), operation.to.channels];
  const examples = symmetric ? rows : rows + columns;
  const pairs = symmetric ? (rows * (rows + 1)) / 2 : rows * columns;
  const joined = contraction === 'full' ? outputs ** 2 : outputs;
  const sums = contraction === 'full' ? outputs ** 2 : 1;
  const forming = positions === 1 ? NUMBER_COST : 2 * positions;
  return {
    structured: pairs * positions ** 2 * (2 * fan + 2 * units * joined + NUMBER_COST * sums),
    jacobian: examples * outputs * units * fan * forming + pairs * joined * (2 * units * fan + NUMBER_COST),
    // A column at a time: the gradient of one example, then all rows.
    products: columns * (contraction === 'full' ? outputs : 1) * (rows + 1) * outputs * 2 * positions * units * fan,
  };
}

/**
 * The cheaper of the two methods that form the matrix. Products with vectors always take longer for that; they serve
 * operators and checks.
 */
export function cheapest(operation: WeightsOperation, sizes: Sizes): 'structured' | 'jacobian' {
  const work = layerWork(operation, sizes);
  return work.jacobian < work.structured ? 'jacobian' : 'structured';
}

/** The cheapest method but the one that was used, to compute the same by again. */
export function cheapestBut(operation: WeightsOperation, sizes: Sizes, used: EmpiricalMethod): EmpiricalMethod {
  const work = layerWork(operation, sizes);
  return METHODS.filter((method) => method !== used).reduce((one, other) => (work[other] < work[one] ? other : one));
}
