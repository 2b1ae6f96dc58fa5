import type { FloatArray } from '../data/array.js';
import { positionCount } from '../programme/windows.js';
import type { Meeting } from './backward.js';
import { type Engine, zeros } from './engine.js';
import { fanOf, type WeightsOperation } from './network.js';
import { patchExamples, patchRows } from './operations/weights.js';
import { type Contribution, factorsOf } from './structured.js';
import { placeOf } from './target.js';

/** Numbers of a Jacobian that are held at a time, of both sides together, and of a product of it. */
const JACOBIAN_NUMBERS = 1 << 22;
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
  const step = patchExamples(operation, count);
  for (let first = 0; first < count; first += step) {
    const some = Math.min(step, count - first);
    const patches = patchRows(operation, input, first, some, engine);
    for (let e = 0; e < some; e++) {
      const right = { data: patches.data, offset: patches.offset + e * positions * fan, rowStep: 1, depthStep: fan };
      for (let a = 0; a < part.outputs; a++) {
        const from = ((part.output + a) * count + first + e) * positions * all + part.unit;
        const offset = (a * count + first + e) * part.units * fan;
        if (positions > 1) {
          const left = { data: signal, offset: from, rowStep: 1, depthStep: all };
          engine.product.multiply(left, right, part.units, fan, positions, { data: out, offset, rowStep: fan }, false);
          continue;
        }
        for (let u = 0; u < part.units; u++) {
          const g = signal[from + u];
          for (let f = 0; f < fan; f++) out[offset + u * fan + f] = g * right.data[right.offset + f];
        }
      }
    }
  }
}

/** Adds factor times J_x J_z' of two Jacobians `[outputs, count, length]` to the kernel: all pairs of outputs of a part, or each with itself. */
function contract(
  contribution: Contribution,
  factor: number,
  [jx, jz]: readonly [FloatArray, FloatArray],
  outputs: number,
  length: number,
  engine: Engine,
): void {
  const { x, z, contraction, target } = contribution;
  const room = Math.max(1, Math.floor(PANEL_NUMBERS / z.count));
  const panel = zeros(engine, Math.min(room, x.count) * z.count);
  for (let a = 0; a < outputs; a++) {
    for (let b = contraction === 'full' ? 0 : a; b < (contraction === 'full' ? outputs : a + 1); b++) {
      const place = contraction === 'full' ? a * outputs + b : 0;
      for (let first = 0; first < x.count; first += room) {
        const rows = Math.min(room, x.count - first);
        const from = x === z ? first : 0;
        const columns = z.count - from;
        const left = { data: jx, offset: (a * x.count + first) * length, rowStep: length, depthStep: 1 };
        const right = { data: jz, offset: (b * z.count + from) * length, rowStep: length, depthStep: 1 };
        engine.product.multiply(
          left,
          right,
          rows,
          columns,
          length,
          { data: panel, offset: 0, rowStep: columns },
          false,
        );
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            target.data[placeOf(target, first + i, from + j) + place] += factor * panel[i * columns + j];
          }
        }
      }
    }
  }
}

/** Units whose Jacobian is held at a time, and outputs. */
export function jacobianPart({
  operation,
  x,
  z,
  outputs,
  contraction,
}: Contribution): readonly [units: number, outputs: number] {
  const copies = contraction === 'full' ? outputs : 1;
  const rows = copies * (x === z ? x.count : x.count + z.count);
  const units = Math.floor(JACOBIAN_NUMBERS / (rows * fanOf(operation)));
  return [Math.max(1, Math.min(operation.to.channels, units)), copies];
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
  for (let output = 0; output < outputs; output += copies) {
    for (let unit = 0; unit < operation.to.channels; unit += step) {
      const part = { output, outputs: copies, unit, units: Math.min(step, operation.to.channels - unit) };
      for (const { meeting, room } of sides) weightJacobian(operation, meeting, part, engine, room);
      contract(contribution, weight, [jx, jz], copies, part.units * fan, engine);
      await pause();
      if (bias === 0) continue;
      for (const { meeting, room } of sides) biasJacobian(operation, meeting, part, room);
      contract(contribution, bias, [jx, jz], copies, part.units, engine);
    }
  }
}
