import type { FloatArray } from '../../data/array.js';
import { positionCount } from '../../programme/windows.js';
import { type Engine, layerWeights, zeros } from '../engine.js';
import { fanOf, type WeightsOperation } from '../network.js';
import { gather, isTrivial, scatter, tapsOf } from '../patches.js';
import type { OperationCode } from './operation.js';

/** Numbers of patches that are held at a time. */
const PATCH_NUMBERS = 1 << 21;

/** w / sqrt(fan), or w where nothing is divided. */
export function weightScale(operation: WeightsOperation): number {
  const { weightStd, scaling } = operation.fields;
  return weightStd / (scaling === 'none' ? 1 : Math.sqrt(fanOf(operation)));
}

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

/** Inputs of the units for examples first .. first + count: the numbers themselves, or patches of them in `room`. */
export function patchRows(
  operation: WeightsOperation,
  h: FloatArray,
  first: number,
  count: number,
  engine: Engine,
  room?: FloatArray,
): PatchRows {
  const { windows, from, to } = operation;
  const positions = positionCount(from.positions ?? []);
  if (windows === null || isTrivial(windows)) return { data: h, offset: first * positions * from.channels };
  const out = room ?? zeros(engine, count * positionCount(to.positions ?? []) * fanOf(operation));
  gather(tapsOf(windows), h, { positions, channels: from.channels }, first, count, out);
  return { data: out, offset: 0 };
}

/** g = w / sqrt(fan) W h + b B on every patch, as matrix products. */
export const weights: OperationCode<WeightsOperation> = {
  forward(operation, h, count, engine) {
    const { matrix, bias } = layerWeights(engine, operation);
    const fan = fanOf(operation);
    const units = operation.to.channels;
    const positions = positionCount(operation.to.positions ?? []);
    const out = zeros(engine, count * positions * units);
    const step = patchExamples(operation, count);
    const room = hasPatches(operation) ? zeros(engine, step * positions * fan) : undefined;
    const right = { data: matrix, offset: 0, rowStep: fan, depthStep: 1 };
    for (let first = 0; first < count; first += step) {
      const some = Math.min(step, count - first);
      const rows = patchRows(operation, h, first, some, engine, room);
      const target = { data: out, offset: first * positions * units, rowStep: units };
      engine.product.multiply(
        { ...rows, rowStep: fan, depthStep: 1 },
        right,
        some * positions,
        units,
        fan,
        target,
        false,
      );
    }
    const scale = weightScale(operation);
    const b = operation.fields.biasStd;
    for (let k = 0; k < out.length; k += units) {
      for (let u = 0; u < units; u++) out[k + u] = scale * out[k + u] + (bias === null ? 0 : b * bias[u]);
    }
    return out;
  },
  pull(operation, _h, signal, _count, engine) {
    const { matrix } = layerWeights(engine, operation);
    const { windows, from, to } = operation;
    const fan = fanOf(operation);
    const units = to.channels;
    const positions = positionCount(to.positions ?? []);
    const sizes = { positions: positionCount(from.positions ?? []), channels: from.channels };
    const copies = signal.length / (positions * units);
    const out = zeros(engine, copies * sizes.positions * sizes.channels);
    const step = patchExamples(operation, copies);
    const room = windows !== null && hasPatches(operation) ? zeros(engine, step * positions * fan) : null;
    const right = { data: matrix, offset: 0, rowStep: 1, depthStep: fan };
    for (let first = 0; first < copies; first += step) {
      const some = Math.min(step, copies - first);
      const left = { data: signal, offset: first * positions * units, rowStep: units, depthStep: 1 };
      const target = room === null ? { data: out, offset: first * positions * fan } : { data: room, offset: 0 };
      engine.product.multiply(left, right, some * positions, fan, units, { ...target, rowStep: fan }, false);
      if (room !== null && windows !== null) scatter(tapsOf(windows), room, sizes, first, some, out);
    }
    const scale = weightScale(operation);
    for (let k = 0; k < out.length; k++) out[k] *= scale;
    return out;
  },
};
