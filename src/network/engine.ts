import type { FloatArray, Precision } from '../data/array.js';
import type { MatrixProduct } from '../linalg/product.js';
import type { WeightsOperation } from '../vocabulary/operations.js';
import type { LayerWeights, Weights } from './weights.js';

/** What computes with a finite network: its weights and products of one precision. */
export interface Engine {
  readonly precision: Precision;
  readonly product: MatrixProduct;
  readonly weights: Weights;
}

/** A zeroed array of the engine's precision. */
export function zeros({ precision }: Pick<Engine, 'precision'>, length: number): FloatArray {
  return precision === 'f64' ? new Float64Array(length) : new Float32Array(length);
}

/** Weights of an operation. */
export function layerWeights({ weights }: Engine, { path }: WeightsOperation): LayerWeights {
  return weights.get(path) as LayerWeights;
}
