import type { FloatArray } from '../../data/array.js';
import type { Operand } from '../../linalg/built-in/product.js';
import { type Engine, zeros } from '../../network/engine.js';
import { fanOf } from '../../vocabulary/operations.js';
import { placeOf } from '../target.js';
import { myPanels, type Partition } from '../threads/partition.js';
import type { Part } from './jacobian.js';
import { type Contribution, factorsOf } from './structured.js';

/** Numbers of a product of Jacobians that are held at a time. */
const PANEL_NUMBERS = 1 << 20;
/** Fewest rows of a panel worth a product. */
const FEWEST_ROWS = 16;

/**
 * Adds a panel: pairs of output a of some examples with outputs from b on of others, `[rows, outputs - b, z.count]`.
 */
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

/** Rows of a panel of products, whose columns are given: few enough that all workers have some. */
function panelRows(count: number, columns: number, { workers }: Partition): number {
  const fair = workers === 1 ? count : Math.max(FEWEST_ROWS, Math.ceil(count / (2 * workers)));
  return Math.max(1, Math.min(count, fair, Math.floor(PANEL_NUMBERS / columns)));
}

/** The rows of a Jacobian `[outputs, count, length]` from one output and example on, as an operand of a product. */
function rowsOf(data: FloatArray, count: number, length: number, output: number, example: number): Operand {
  return { data, offset: (output * count + example) * length, rowStep: length, depthStep: 1 };
}

/** Adds factor times J_x J_z' of two Jacobians `[outputs, count, length]` to the kernel, for all pairs of outputs. */
function contractFull(
  contribution: Contribution,
  factor: number,
  [jx, jz]: readonly [FloatArray, FloatArray],
  outputs: number,
  length: number,
  engine: Engine,
  partition: Partition,
): void {
  const { x, z } = contribution;
  const room = panelRows(x.count, outputs * z.count, partition);
  const panel = zeros(engine, room * outputs * z.count);
  const panels = Math.ceil(x.count / room);
  for (let a = 0; a < outputs; a++) {
    const b = x === z ? a : 0;
    const columns = (outputs - b) * z.count;
    for (const [first, rows] of myPanels(x.count, room, partition, a * panels)) {
      const left = rowsOf(jx, x.count, length, a, first);
      const right = rowsOf(jz, z.count, length, b, 0);
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
  partition: Partition,
): void {
  const room = panelRows(x.count, z.count, partition);
  const panel = zeros(engine, room * z.count);
  for (const [first, rows] of myPanels(x.count, room, partition)) {
    const from = x === z ? first : 0;
    const columns = z.count - from;
    for (let a = 0; a < outputs; a++) {
      const left = rowsOf(jx, x.count, length, a, first);
      const right = rowsOf(jz, z.count, length, a, from);
      const sum = { data: panel, offset: 0, rowStep: columns };
      engine.product.multiply(left, right, rows, columns, length, sum, a > 0);
    }
    for (let i = 0; i < rows; i++) {
      const place = placeOf(target, first + i, from);
      for (let j = 0; j < columns; j++) target.data[place + j] += factor * panel[i * columns + j];
    }
  }
}

/**
 * Products of the factors of each unit, of every pair of outputs `[outputs^2, units]`, or summed over each output with
 * itself `[1, units]`.
 */
function factorPairs(
  { outputs, contraction }: Contribution,
  factors: FloatArray,
  all: number,
  part: Part,
  engine: Engine,
) {
  const pairs = zeros(engine, (contraction === 'full' ? outputs ** 2 : 1) * part.units);
  for (let u = 0; u < part.units; u++) {
    for (let a = 0; a < outputs; a++) {
      const one = factors[a * all + part.unit + u];
      if (contraction === 'trace') pairs[u] += one * one;
      else
        for (let b = 0; b < outputs; b++)
          pairs[(a * outputs + b) * part.units + u] = one * factors[b * all + part.unit + u];
    }
  }
  return pairs;
}

/**
 * Adds the contribution of a part of a Jacobian that all outputs have in common but for factors f of the units: sum
 * over u of f_au f_bu J_u J_u'.
 *
 * The Jacobian and its Gram matrices, one for each unit, are then made once and not for each output.
 */
function contractFactored(
  contribution: Contribution,
  factor: number,
  [jx, jz]: readonly [FloatArray, FloatArray],
  { pairs, units }: { readonly pairs: FloatArray; readonly units: number },
  numbers: number,
  engine: Engine,
  partition: Partition,
): void {
  const { x, z, target } = contribution;
  const count = pairs.length / units;
  const room = panelRows(x.count, z.count * Math.max(units, count), partition);
  const grams = zeros(engine, units * room * z.count);
  const sums = zeros(engine, count * room * z.count);
  for (const [first, rows] of myPanels(x.count, room, partition)) {
    const begin = x === z ? first : 0;
    const columns = z.count - begin;
    const size = rows * columns;
    const length = units * numbers;
    for (let u = 0; u < units; u++) {
      const left = { data: jx, offset: first * length + u * numbers, rowStep: length, depthStep: 1 };
      const right = { data: jz, offset: begin * length + u * numbers, rowStep: length, depthStep: 1 };
      const gram = { data: grams, offset: u * size, rowStep: columns };
      engine.product.multiply(left, right, rows, columns, numbers, gram, false);
    }
    const left = { data: pairs, offset: 0, rowStep: units, depthStep: 1 };
    const right = { data: grams, offset: 0, rowStep: 1, depthStep: size };
    engine.product.multiply(left, right, count, size, units, { data: sums, offset: 0, rowStep: size }, false);
    for (let k = 0; k < size; k++) {
      const place = placeOf(target, first + Math.floor(k / columns), begin + (k % columns));
      for (let pair = 0; pair < count; pair++) target.data[place + pair] += factor * sums[pair * size + k];
    }
  }
}

/**
 * Adds the contribution of a part of the Jacobian of both sides: factor times J_x J_z', those panels of it whose turn
 * it is.
 */
export function contractJacobian(
  contribution: Contribution,
  part: Part,
  buffers: readonly [FloatArray, FloatArray],
  engine: Engine,
  partition: Partition,
): void {
  const [weight, bias] = factorsOf(contribution);
  const { operation, factors } = contribution;
  const contract = contribution.contraction === 'full' ? contractFull : contractTrace;
  const [factor, numbers] = part.of === 'weights' ? [weight, fanOf(operation)] : [bias, 1];
  if (factors) {
    const pairs = factorPairs(contribution, factors, operation.to.channels, part, engine);
    contractFactored(contribution, factor, buffers, { pairs, units: part.units }, numbers, engine, partition);
    return;
  }
  contract(contribution, factor, buffers, part.outputs, part.units * numbers, engine, partition);
}
