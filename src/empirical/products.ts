import type { Meeting } from '../network/backward.js';
import { type Engine, zeros } from '../network/engine.js';
import { patchExamples, patchRows } from '../network/operations/weights.js';
import { fanOf, type WeightsOperation, weightScale } from '../vocabulary/operations.js';
import { positionCount } from '../vocabulary/windows.js';

/** Numbers of a gradient that are held at a time. */
const GRADIENT_NUMBERS = 1 << 20;

/**
 * The product of one layer's contribution of the kernel with a vector: what meets it on both sides, and outputs that
 * belong together.
 */
export interface LayerProduct {
  readonly operation: WeightsOperation;
  /** Rows of the kernel. */
  readonly x: Meeting;
  /** Columns of the kernel. */
  readonly z: Meeting;
  /** Outputs that are summed: from `output` on. */
  readonly output: number;
  readonly outputs: number;
}

/** Some units of a layer. */
interface Units {
  readonly unit: number;
  readonly units: number;
}

/** A batch of one output, weighted by a vector. */
function weighted(product: LayerProduct, v: Float64Array, output: number, { unit, units }: Units, engine: Engine) {
  const { operation, z } = product;
  const positions = positionCount(operation.to.positions ?? []);
  const all = operation.to.channels;
  const out = zeros(engine, z.count * positions * units);
  for (let i = 0; i < z.count; i++) {
    const factor = v[(output - product.output) * z.count + i];
    for (let p = 0; p < positions; p++) {
      const from = ((output * z.count + i) * positions + p) * all + unit;
      const to = (i * positions + p) * units;
      for (let u = 0; u < units; u++) out[to + u] = factor * z.cotangent[from + u];
    }
  }
  return out;
}

/** J_z' v of some units: `[units, fan]`, and of their biases `[units]`. */
function gradient(product: LayerProduct, v: Float64Array, part: Units, engine: Engine) {
  const { operation, z, outputs } = product;
  const positions = positionCount(operation.to.positions ?? []);
  const fan = fanOf(operation);
  const { units } = part;
  const matrix = zeros(engine, units * fan);
  const bias = new Float64Array(units);
  const step = patchExamples(operation, z.count);
  for (let first = 0; first < z.count; first += step) {
    const some = Math.min(step, z.count - first);
    const patches = patchRows(operation, z.input, first, some, engine);
    for (let a = product.output; a < product.output + outputs; a++) {
      const cotangents = weighted(product, v, a, part, engine);
      const left = { data: cotangents, offset: first * positions * units, rowStep: 1, depthStep: units };
      const right = { ...patches, rowStep: 1, depthStep: fan };
      const target = { data: matrix, offset: 0, rowStep: fan };
      engine.product.multiply(left, right, units, fan, some * positions, target, first > 0 || a > product.output);
      if (first === 0) for (let k = 0; k < cotangents.length; k++) bias[k % units] += cotangents[k];
    }
  }
  return { matrix, bias };
}

/** Adds J_x u of some units to y `[outputs, x.count]`. */
function spread(
  product: LayerProduct,
  { matrix, bias }: ReturnType<typeof gradient>,
  { unit, units }: Units,
  y: Float64Array,
  engine: Engine,
): void {
  const { operation, x, output, outputs } = product;
  const positions = positionCount(operation.to.positions ?? []);
  const fan = fanOf(operation);
  const all = operation.to.channels;
  const { train, biasStd } = operation.fields;
  const [weight, biasFactor] = [Number(train) * weightScale(operation) ** 2, Number(train) * biasStd ** 2];
  const step = patchExamples(operation, x.count);
  const moved = zeros(engine, step * positions * units);
  for (let first = 0; first < x.count; first += step) {
    const some = Math.min(step, x.count - first);
    const patches = patchRows(operation, x.input, first, some, engine);
    const right = { data: matrix, offset: 0, rowStep: fan, depthStep: 1 };
    const target = { data: moved, offset: 0, rowStep: units };
    engine.product.multiply(
      { ...patches, rowStep: fan, depthStep: 1 },
      right,
      some * positions,
      units,
      fan,
      target,
      false,
    );
    for (let a = 0; a < outputs; a++) {
      for (let e = 0; e < some * positions; e++) {
        const from = (((output + a) * x.count + first) * positions + e) * all + unit;
        let sum = 0;
        for (let u = 0; u < units; u++)
          sum += x.cotangent[from + u] * (weight * moved[e * units + u] + biasFactor * bias[u]);
        y[a * x.count + first + Math.floor(e / positions)] += sum;
      }
    }
  }
}

/**
 * Adds the contribution of one layer to y `[outputs, x.count]` = K v for v `[outputs, z.count]`, without the matrix: u
 * = J_z' v, then J_x u, some units at a time.
 *
 * Source: Novak, Sohl-Dickstein, Schoenholz 2022 (2206.08720), section 3.2 (NTK-vector products).
 */
export function addProduct(product: LayerProduct, v: Float64Array, y: Float64Array, engine: Engine): void {
  const all = product.operation.to.channels;
  const step = Math.max(1, Math.min(all, Math.floor(GRADIENT_NUMBERS / fanOf(product.operation))));
  for (let unit = 0; unit < all; unit += step) {
    const part = { unit, units: Math.min(step, all - unit) };
    spread(product, gradient(product, v, part, engine), part, y, engine);
  }
}
