import type { FloatArray } from '../../data/array.js';
import type { Operand, Target } from '../../linalg/built-in/product.js';
import type { Meeting } from '../../network/backward.js';
import { type Engine, zeros } from '../../network/engine.js';
import { hasPatches } from '../../network/operations/weights.js';
import { bandsOf, gather } from '../../network/patches.js';
import { fanOf, type WeightsOperation } from '../../vocabulary/operations.js';
import { positionCount } from '../../vocabulary/windows.js';
import { ALONE } from '../threads/partition.js';
import { contractJacobian } from './jacobian-products.js';
import { type Contribution, factorsOf } from './structured.js';

/** Numbers of a Jacobian that are held at a time, of both sides together, unless there is room for more. */
export const JACOBIAN_NUMBERS = 1 << 22;

/**
 * A part of a Jacobian that is held at a time: some outputs of every example, some units, their weights or their
 * biases.
 */
export interface Part {
  readonly output: number;
  readonly outputs: number;
  readonly unit: number;
  readonly units: number;
  readonly of: 'weights' | 'biases';
}

/** Examples that are computed here, as a part of all examples of a side. */
export interface Slice {
  readonly meeting: Meeting;
  /** Place of the first of them. */
  readonly at: number;
  /** Examples of the side. */
  readonly all: number;
}

/**
 * Cotangents of some units, summed over positions: the derivatives by their biases, rows of `[outputs, all, units]`.
 */
function fillBiases(
  operation: WeightsOperation,
  { meeting, at, all: examples }: Slice,
  part: Part,
  out: FloatArray,
): void {
  const { cotangent, count } = meeting;
  const positions = positionCount(operation.to.positions ?? []);
  const all = operation.to.channels;
  for (let row = 0; row < part.outputs * count; row++) {
    const from = (part.output * count + row) * positions * all + part.unit;
    const to = (Math.floor(row / count) * examples + at + (row % count)) * part.units;
    for (let u = 0; u < part.units; u++) {
      let sum = 0;
      for (let p = 0; p < positions; p++) sum += cotangent[from + p * all + u];
      out[to + u] = sum;
    }
  }
}

/** What units read, as bands of rows: patches of one example after the other, or the numbers themselves. */
function rowsOf(operation: WeightsOperation, input: FloatArray, engine: Engine) {
  const { windows, from } = operation;
  if (windows === null || !hasPatches(operation)) {
    const positions = positionCount(from.positions ?? []);
    const outer = [[{ read: 0, written: 0, length: positions }]];
    const depth = from.channels;
    return { outer, depth, at: (example: number) => ({ data: input, offset: example * positions * depth }) };
  }
  const bands = bandsOf(windows, from.channels);
  const depth = bands.taps.count * from.channels;
  const room = zeros(engine, bands.read * depth);
  const at = (example: number) => {
    gather(bands.taps, input, { positions: bands.positions, channels: from.channels }, example, 1, room);
    return { data: room, offset: 0 };
  };
  return { outer: bands.outer, depth, at };
}

/**
 * Derivatives of one example and output by the weights of some units: products of its cotangents with each band of what
 * they read.
 */
function weightRow(
  { outer, depth }: Pick<ReturnType<typeof rowsOf>, 'outer' | 'depth'>,
  rows: Pick<Operand, 'data' | 'offset'>,
  cotangents: Pick<Operand, 'data' | 'offset' | 'depthStep'>,
  units: number,
  engine: Engine,
  to: Pick<Target, 'data' | 'offset'>,
): void {
  const fan = outer.length * depth;
  for (const [k, bands] of outer.entries()) {
    const target = { data: to.data, offset: to.offset + k * depth, rowStep: fan };
    // A tap that reads nothing but the border.
    if (bands.length === 0) {
      for (let u = 0; u < units; u++) to.data.fill(0, target.offset + u * fan, target.offset + u * fan + depth);
    }
    for (const [b, { read, written, length }] of bands.entries()) {
      const left = { ...cotangents, offset: cotangents.offset + written * cotangents.depthStep, rowStep: 1 };
      const right = { data: rows.data, offset: rows.offset + read * depth, rowStep: 1, depthStep: depth };
      engine.product.multiply(left, right, units, depth, length, target, b > 0);
    }
  }
}

/**
 * Derivatives by the weights of some units, but for w / sqrt(fan): sum over positions of g h', rows of
 * `[outputs, all, units, fan]`.
 */
function fillWeights(
  operation: WeightsOperation,
  { meeting, at, all: examples }: Slice,
  part: Part,
  engine: Engine,
  out: FloatArray,
): void {
  const { cotangent, input, count } = meeting;
  const positions = positionCount(operation.to.positions ?? []);
  const fan = fanOf(operation);
  const all = operation.to.channels;
  const rows = rowsOf(operation, input, engine);
  for (let e = 0; e < count; e++) {
    const right = rows.at(e);
    for (let a = 0; a < part.outputs; a++) {
      const from = ((part.output + a) * count + e) * positions * all + part.unit;
      const offset = (a * examples + at + e) * part.units * fan;
      if (positions > 1) {
        const cotangents = { data: cotangent, offset: from, depthStep: all };
        weightRow(rows, right, cotangents, part.units, engine, { data: out, offset });
        continue;
      }
      for (let u = 0; u < part.units; u++) {
        const g = cotangent[from + u];
        for (let f = 0; f < fan; f++) out[offset + u * fan + f] = g * right.data[right.offset + f];
      }
    }
  }
}

/**
 * Derivatives by some numbers of a layer, of the examples of a slice, but for their factor: rows of a Jacobian
 * `[outputs, all, numbers]`.
 */
export function fillJacobian(
  operation: WeightsOperation,
  slice: Slice,
  part: Part,
  engine: Engine,
  out: FloatArray,
): void {
  if (part.of === 'weights') fillWeights(operation, slice, part, engine, out);
  else fillBiases(operation, slice, part, out);
}

/**
 * Units whose Jacobian is held at a time, and outputs: all of both where there is room, else some outputs of a trace,
 * else some units.
 */
function partSizes({ operation, x, z, outputs: all, contraction, factors, room = JACOBIAN_NUMBERS }: Contribution) {
  const outputs = factors ? 1 : all;
  const examples = x === z ? x.count : x.count + z.count;
  const unit = examples * fanOf(operation);
  const channels = operation.to.channels;
  const most = Math.max(1, Math.floor(room / (unit * channels)));
  const copies = contraction === 'full' ? outputs : Math.min(outputs, most);
  return { copies, units: Math.max(1, Math.min(channels, Math.floor(room / (copies * unit)))) };
}

/** The Jacobian of a layer in parts that fit the room, one after the other. */
export function partsOf(contribution: Contribution): readonly Part[] {
  const { operation, factors } = contribution;
  const outputs = factors ? 1 : contribution.outputs;
  const { copies, units } = partSizes(contribution);
  const kinds = factorsOf(contribution)[1] === 0 ? (['weights'] as const) : (['weights', 'biases'] as const);
  const parts: Part[] = [];
  for (let output = 0; output < outputs; output += copies) {
    for (let unit = 0; unit < operation.to.channels; unit += units) {
      const some = Math.min(units, operation.to.channels - unit);
      for (const of of kinds)
        parts.push({ output, outputs: Math.min(copies, outputs - output), unit, units: some, of });
    }
  }
  return parts;
}

/** Numbers of the largest part, of each side; none of z where that is x. */
export function partNumbers(contribution: Contribution): readonly [x: number, z: number] {
  const { operation, x, z } = contribution;
  const { copies, units } = partSizes(contribution);
  const one = copies * units * fanOf(operation);
  return [one * x.count, x === z ? 0 : one * z.count];
}

/**
 * Adds the contribution of one layer by its Jacobian, some units at a time: K += J_x J_z'.
 *
 * Cheaper than the structure where a layer has more positions than units. Of a symmetric block the pairs i <= j are
 * filled, and some others.
 */
export async function addJacobian(
  contribution: Contribution,
  engine: Engine,
  pause: () => Promise<void>,
): Promise<void> {
  const { operation, x, z } = contribution;
  const [ofX, ofZ] = partNumbers(contribution);
  const jx = zeros(engine, ofX);
  const jz = x === z ? jx : zeros(engine, ofZ);
  for (const part of partsOf(contribution)) {
    fillJacobian(operation, { meeting: x, at: 0, all: x.count }, part, engine, jx);
    if (x !== z) fillJacobian(operation, { meeting: z, at: 0, all: z.count }, part, engine, jz);
    contractJacobian(contribution, part, [jx, jz], engine, ALONE);
    await pause();
  }
}
