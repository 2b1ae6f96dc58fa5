import type { FloatArray } from '../data/array.js';
import type { Operand, Target } from '../linalg/own-product.js';
import { positionCount } from '../programme/windows.js';
import type { Meeting } from './backward.js';
import { type Engine, zeros } from './engine.js';
import { fanOf, type WeightsOperation } from './network.js';
import { hasPatches } from './operations/weights.js';
import { bandsOf, gather } from './patches.js';
import { type Contribution, factorsOf } from './structured.js';
import { placeOf } from './target.js';

/** Numbers of a Jacobian that are held at a time, of both sides together, unless there is room for more; and of a product of it. */
export const JACOBIAN_NUMBERS = 1 << 22;
const PANEL_NUMBERS = 1 << 20;

/** Some rows of a Jacobian: outputs `[first, first + count)` of every example, some units. */
interface Part {
  readonly output: number;
  readonly outputs: number;
  readonly unit: number;
  readonly units: number;
}

/** Signals of some units, summed over positions: the derivatives by their biases `[outputs, count, units]`. */
function biasJacobian(operation: WeightsOperation, { signal, count }: Meeting, part: Part, out: FloatArray): void {
  const positions = positionCount(operation.to.positions ?? []);
  const all = operation.to.channels;
  for (let row = 0; row < part.outputs * count; row++) {
    const from = (part.output * count + row) * positions * all + part.unit;
    for (let u = 0; u < part.units; u++) {
      let sum = 0;
      for (let p = 0; p < positions; p++) sum += signal[from + p * all + u];
      out[row * part.units + u] = sum;
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
  const bands = bandsOf(windows);
  const depth = bands.taps.count * from.channels;
  const room = zeros(engine, bands.read * depth);
  const at = (example: number) => {
    gather(bands.taps, input, { positions: bands.positions, channels: from.channels }, example, 1, room);
    return { data: room, offset: 0 };
  };
  return { outer: bands.outer, depth, at };
}

/** Derivatives of one example and output by the weights of some units: products of its signals with each band of what they read. */
function weightRow(
  { outer, depth }: Pick<ReturnType<typeof rowsOf>, 'outer' | 'depth'>,
  rows: Pick<Operand, 'data' | 'offset'>,
  signals: Pick<Operand, 'data' | 'offset' | 'depthStep'>,
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
      const left = { ...signals, offset: signals.offset + written * signals.depthStep, rowStep: 1 };
      const right = { data: rows.data, offset: rows.offset + read * depth, rowStep: 1, depthStep: depth };
      engine.product.multiply(left, right, units, depth, length, target, b > 0);
    }
  }
}

/** Derivatives by the weights of some units, but for w / sqrt(fan): sum over positions of g h', `[outputs, count, units, fan]`. */
function weightJacobian(
  operation: WeightsOperation,
  { signal, input, count }: Meeting,
  part: Part,
  engine: Engine,
  out: FloatArray,
): void {
  const positions = positionCount(operation.to.positions ?? []);
  const fan = fanOf(operation);
  const all = operation.to.channels;
  const rows = rowsOf(operation, input, engine);
  for (let e = 0; e < count; e++) {
    const right = rows.at(e);
    for (let a = 0; a < part.outputs; a++) {
      const from = ((part.output + a) * count + e) * positions * all + part.unit;
      const offset = (a * count + e) * part.units * fan;
      if (positions > 1) {
        const signals = { data: signal, offset: from, depthStep: all };
        weightRow(rows, right, signals, part.units, engine, { data: out, offset });
        continue;
      }
      for (let u = 0; u < part.units; u++) {
        const g = signal[from + u];
        for (let f = 0; f < fan; f++) out[offset + u * fan + f] = g * right.data[right.offset + f];
      }
    }
  }
}

/** Adds a panel: pairs of output a of some examples with outputs from b on of others, `[rows, outputs - b, z.count]`. */
function addPanel(
  { x, z, target }: Contribution,
  factor: number,
  panel: FloatArray,
  [first, rows]: readonly [number, number],
  [a, b, outputs]: readonly [number, number, number],
): void {
  const { data } = target;
  const width = (outputs - b) * z.count;
  for (let i = first; i < first + rows; i++) {
    for (let c = b; c < outputs; c++) {
      const from = (i - first) * width + (c - b) * z.count;
      // On the diagonal of a symmetric matrix (a, c) at (i, j) is (c, a) at (j, i), which is not computed again.
      const [begin, turned] = x === z ? [i, c > a ? i : -1] : [0, -1];
      for (let j = begin; j < z.count; j++) data[placeOf(target, i, j) + a * outputs + c] += factor * panel[from + j];
      for (let j = 0; j <= turned; j++) data[placeOf(target, j, i) + c * outputs + a] += factor * panel[from + j];
    }
  }
}

/** Adds factor times J_x J_z' of two Jacobians `[outputs, count, length]` to the kernel, for all pairs of outputs. */
function contractFull(
  contribution: Contribution,
  factor: number,
  [jx, jz]: readonly [FloatArray, FloatArray],
  outputs: number,
  length: number,
  engine: Engine,
): void {
  const { x, z } = contribution;
  const room = Math.max(1, Math.min(x.count, Math.floor(PANEL_NUMBERS / (outputs * z.count))));
  const panel = zeros(engine, room * outputs * z.count);
  for (let a = 0; a < outputs; a++) {
    const b = x === z ? a : 0;
    const columns = (outputs - b) * z.count;
    for (let first = 0; first < x.count; first += room) {
      const rows = Math.min(room, x.count - first);
      const left = { data: jx, offset: (a * x.count + first) * length, rowStep: length, depthStep: 1 };
      const right = { data: jz, offset: b * z.count * length, rowStep: length, depthStep: 1 };
      const target = { data: panel, offset: 0, rowStep: columns };
      engine.product.multiply(left, right, rows, columns, length, target, false);
      addPanel(contribution, factor, panel, [first, rows], [a, b, outputs]);
    }
  }
}

/** The same summed over the outputs, each with itself. */
function contractTrace(
  { x, z, target }: Contribution,
  factor: number,
  [jx, jz]: readonly [FloatArray, FloatArray],
  outputs: number,
  length: number,
  engine: Engine,
): void {
  const room = Math.max(1, Math.min(x.count, Math.floor(PANEL_NUMBERS / z.count)));
  const panel = zeros(engine, room * z.count);
  for (let first = 0; first < x.count; first += room) {
    const rows = Math.min(room, x.count - first);
    const from = x === z ? first : 0;
    const columns = z.count - from;
    for (let a = 0; a < outputs; a++) {
      const left = { data: jx, offset: (a * x.count + first) * length, rowStep: length, depthStep: 1 };
      const right = { data: jz, offset: (a * z.count + from) * length, rowStep: length, depthStep: 1 };
      const sum = { data: panel, offset: 0, rowStep: columns };
      engine.product.multiply(left, right, rows, columns, length, sum, a > 0);
    }
    for (let i = 0; i < rows; i++) {
      const place = placeOf(target, first + i, from);
      for (let j = 0; j < columns; j++) target.data[place + j] += factor * panel[i * columns + j];
    }
  }
}

/** Units whose Jacobian is held at a time, and outputs: all of both where there is room, else some outputs of a trace, else some units. */
export function jacobianPart({
  operation,
  x,
  z,
  outputs,
  contraction,
  room = JACOBIAN_NUMBERS,
}: Contribution): readonly [units: number, outputs: number] {
  const examples = x === z ? x.count : x.count + z.count;
  const unit = examples * fanOf(operation);
  const all = operation.to.channels;
  const copies = contraction === 'full' ? outputs : Math.max(1, Math.min(outputs, Math.floor(room / (unit * all))));
  return [Math.max(1, Math.min(all, Math.floor(room / (copies * unit)))), copies];
}

/**
 * Adds the share of one layer by its Jacobian, some units at a time: K += J_x J_z'.
 *
 * Cheaper than the structure where a layer has more positions than units. Of a symmetric block the pairs i <= j are filled, and some others.
 */
export async function addJacobian(
  contribution: Contribution,
  engine: Engine,
  pause: () => Promise<void>,
): Promise<void> {
  const { operation, x, z, outputs } = contribution;
  const [weight, bias] = factorsOf(contribution);
  const fan = fanOf(operation);
  const [step, copies] = jacobianPart(contribution);
  const jx = zeros(engine, copies * x.count * step * fan);
  const jz = x === z ? jx : zeros(engine, copies * z.count * step * fan);
  const sides =
    x === z
      ? [{ meeting: x, room: jx }]
      : [
          { meeting: x, room: jx },
          { meeting: z, room: jz },
        ];
  const contract = contribution.contraction === 'full' ? contractFull : contractTrace;
  for (let output = 0; output < outputs; output += copies) {
    const some = Math.min(copies, outputs - output);
    for (let unit = 0; unit < operation.to.channels; unit += step) {
      const part = { output, outputs: some, unit, units: Math.min(step, operation.to.channels - unit) };
      for (const { meeting, room } of sides) weightJacobian(operation, meeting, part, engine, room);
      contract(contribution, weight, [jx, jz], some, part.units * fan, engine);
      await pause();
      if (bias === 0) continue;
      for (const { meeting, room } of sides) biasJacobian(operation, meeting, part, room);
      contract(contribution, bias, [jx, jz], some, part.units, engine);
    }
  }
}
