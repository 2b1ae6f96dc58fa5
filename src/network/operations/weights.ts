import type { FloatArray } from '../../data/array.js';
import { fanOf, type WeightsOperation, weightScale } from '../../vocabulary/operations.js';
import { positionCount } from '../../vocabulary/windows.js';
import { type Engine, layerWeights, zeros } from '../engine.js';
import { type Bands, backBandsOf, bandsOf, gather, isTrivial, tapsOf } from '../patches.js';
import type { OperationCode } from './operation.js';

/** Numbers of patches that are held at a time. */
const PATCH_NUMBERS = 1 << 21;

/** Whether windows read more than each position itself. */
export function hasPatches({ windows }: WeightsOperation): boolean {
  return windows !== null && !isTrivial(windows);
}

/** Examples whose patches are held at a time. */
export function patchExamples(operation: WeightsOperation, count: number): number {
  const size = fanOf(operation) * positionCount(operation.to.positions ?? []);
  return hasPatches(operation) ? Math.max(1, Math.min(count, Math.floor(PATCH_NUMBERS / size))) : count;
}

/** Where the inputs of units lie: `rows` rows of fan numbers, from `offset` on. */
export interface PatchRows {
  readonly data: FloatArray;
  readonly offset: number;
}

/** Inputs of the units for examples first .. first + count: the numbers themselves, or patches of them. */
export function patchRows(
  operation: WeightsOperation,
  h: FloatArray,
  first: number,
  count: number,
  engine: Engine,
): PatchRows {
  const { windows, from, to } = operation;
  const positions = positionCount(from.positions ?? []);
  if (windows === null || isTrivial(windows)) return { data: h, offset: first * positions * from.channels };
  const out = zeros(engine, count * positionCount(to.positions ?? []) * fanOf(operation));
  gather(tapsOf(windows), h, { positions, channels: from.channels }, first, count, out);
  return { data: out, offset: 0 };
}

/**
 * W, and what its products are still to be multiplied with: where each example has many positions, the scale is cheaper
 * in W.
 */
function scaledMatrix(operation: WeightsOperation, engine: Engine): readonly [FloatArray, number] {
  const { matrix } = layerWeights(engine, operation);
  const scale = weightScale(operation);
  if (positionCount(operation.to.positions ?? []) === 1) return [matrix, scale];
  const scaled = zeros(engine, matrix.length);
  for (let k = 0; k < matrix.length; k++) scaled[k] = scale * matrix[k];
  return [scaled, 1];
}

/** Multiplies by the scale and adds the bias to every row, where there is anything to do. */
function finish(operation: WeightsOperation, out: FloatArray, scale: number, bias: FloatArray | null): void {
  if (scale === 1 && bias === null) return;
  const units = operation.to.channels;
  const b = operation.fields.biasStd;
  for (let k = 0; k < out.length; k += units) {
    for (let u = 0; u < units; u++) out[k + u] = scale * out[k + u] + (bias === null ? 0 : b * bias[u]);
  }
}

/** W `[units, taps, channels]` as `[channels, taps from the last to the first, units]`, times the scale. */
function turnedMatrix(operation: WeightsOperation, engine: Engine): FloatArray {
  const { matrix } = layerWeights(engine, operation);
  const scale = weightScale(operation);
  const { channels } = operation.from;
  const units = operation.to.channels;
  const taps = fanOf(operation) / channels;
  const out = zeros(engine, matrix.length);
  for (let u = 0; u < units; u++) {
    for (let k = 0; k < taps; k++) {
      const to = (taps - 1 - k) * units + u;
      for (let c = 0; c < channels; c++) out[c * taps * units + to] = scale * matrix[(u * taps + k) * channels + c];
    }
  }
  return out;
}

/** What passes a convolution: `[count, positions, channels]`. */
interface Batch {
  readonly data: FloatArray;
  readonly count: number;
  readonly channels: number;
  /** Whether it may be overwritten. */
  readonly spare: boolean;
}

/**
 * Patches of a batch times a matrix `[columns, taps, channels]`, as products with bands of gathered rows:
 * `[count, written, columns]`.
 *
 * An example is read before its result is written, so that these may lie where a spare batch of their size does: fresh
 * memory costs as much as a third of the products.
 */
function convolve(
  bands: Bands,
  { data: h, count, channels, spare }: Batch,
  matrix: FloatArray,
  engine: Engine,
): FloatArray {
  const depth = bands.taps.count * channels;
  const fan = bands.outer.length * depth;
  const columns = matrix.length / fan;
  const inPlace = spare && bands.written * columns === bands.positions * channels;
  const out = inPlace ? h : zeros(engine, count * bands.written * columns);
  const size = bands.read * depth;
  const step = bands.isWhole ? Math.max(1, Math.min(count, Math.floor(PATCH_NUMBERS / size))) : 1;
  const room = zeros(engine, step * size);
  for (let first = 0; first < count; first += step) {
    const some = Math.min(step, count - first);
    gather(bands.taps, h, { positions: bands.positions, channels }, first, some, room);
    if (inPlace && !bands.isWhole)
      out.fill(0, first * bands.written * columns, (first + some) * bands.written * columns);
    for (const [k, parts] of bands.outer.entries()) {
      for (const { read, written, length } of parts) {
        const left = { data: room, offset: read * depth, rowStep: depth, depthStep: 1 };
        const right = { data: matrix, offset: k * depth, rowStep: fan, depthStep: 1 };
        const target = { data: out, offset: (first * bands.written + written) * columns, rowStep: columns };
        engine.product.multiply(left, right, some * length, columns, depth, target, !bands.isWhole);
      }
    }
  }
  return out;
}

/** g = w / sqrt(fan) W h + b B on every patch, as matrix products. */
export const weights: OperationCode<WeightsOperation> = {
  forward(operation, h, count, engine) {
    const { windows, from, to } = operation;
    const { bias } = layerWeights(engine, operation);
    const [matrix, scale] = scaledMatrix(operation, engine);
    if (windows !== null && hasPatches(operation)) {
      const out = convolve(
        bandsOf(windows, from.channels),
        { data: h, count, channels: from.channels, spare: false },
        matrix,
        engine,
      );
      finish(operation, out, scale, bias);
      return out;
    }
    const rows = h.length / from.channels;
    const out = zeros(engine, rows * to.channels);
    const left = { data: h, offset: 0, rowStep: from.channels, depthStep: 1 };
    const right = { data: matrix, offset: 0, rowStep: from.channels, depthStep: 1 };
    const target = { data: out, offset: 0, rowStep: to.channels };
    engine.product.multiply(left, right, rows, to.channels, from.channels, target, false);
    finish(operation, out, scale, bias);
    return out;
  },
  vjp(operation, _h, cotangent, _count, engine, spare) {
    const { windows, from, to } = operation;
    if (windows !== null && hasPatches(operation)) {
      const count = cotangent.length / (positionCount(windows.to) * to.channels);
      const batch = { data: cotangent, count, channels: to.channels, spare };
      return convolve(backBandsOf(windows, to.channels), batch, turnedMatrix(operation, engine), engine);
    }
    const [matrix, scale] = scaledMatrix(operation, engine);
    const rows = cotangent.length / to.channels;
    const out = zeros(engine, rows * from.channels);
    const left = { data: cotangent, offset: 0, rowStep: to.channels, depthStep: 1 };
    const right = { data: matrix, offset: 0, rowStep: 1, depthStep: from.channels };
    const target = { data: out, offset: 0, rowStep: from.channels };
    engine.product.multiply(left, right, rows, from.channels, to.channels, target, false);
    if (scale !== 1) for (let k = 0; k < out.length; k++) out[k] *= scale;
    return out;
  },
};
