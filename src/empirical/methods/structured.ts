import type { FloatArray } from '../../data/array.js';
import type { Meeting } from '../../network/backward.js';
import { type Engine, zeros } from '../../network/engine.js';
import { patchExamples, patchRows } from '../../network/operations/weights.js';
import { fanOf, type WeightsOperation, weightScale } from '../../vocabulary/operations.js';
import { positionCount } from '../../vocabulary/windows.js';
import { type Contraction, type KernelTarget, placeOf } from '../target.js';
import { ALONE, myPanels, type Partition } from '../threads/partition.js';

/** Numbers of a Gram matrix that is held at a time: it stays in cache between the products and their sum. */
const GRAM_NUMBERS = 1 << 19;
/** Fewest rows of a product worth a call. */
const FEWEST = 32;
/** Panels of a large symmetric matrix. */
const PANELS = 8;

/** One contribution to a kernel: what the layer is, where its contribution goes, and how outputs are joined. */
export interface Contribution {
  readonly operation: WeightsOperation;
  readonly x: Meeting;
  /** x itself on the diagonal of a symmetric matrix: then only the upper half is filled. */
  readonly z: Meeting;
  readonly outputs: number;
  /** Outputs of the whole network, over which a trace is a mean. */
  readonly allOutputs: number;
  readonly contraction: Contraction;
  readonly target: KernelTarget;
  /**
   * `[outputs, units]`, where the cotangents of all outputs are one but for these, and a Jacobian is made of that one;
   * else null.
   */
  readonly factors?: FloatArray | null;
  /** Numbers that a Jacobian may take; absent: few. */
  readonly room?: number;
}

/**
 * The factors of a layer's contribution: train times weightStd^2 / fan, train times biasStd^2, of a trace over the
 * outputs.
 */
export function factorsOf({
  operation,
  contraction,
  allOutputs,
}: Contribution): readonly [weight: number, bias: number] {
  const { train, biasStd } = operation.fields;
  const factor = Number(train) / (contraction === 'trace' ? allOutputs : 1);
  return [factor * weightScale(operation) ** 2, factor * biasStd ** 2];
}

/** Examples of both sides whose Gram matrices, and patches, are held at a time. */
function gramBlock(
  { operation, x, z, outputs, contraction }: Contribution,
  { workers }: Partition,
): readonly [number, number] {
  const positions = positionCount(operation.to.positions ?? []);
  const copies = contraction === 'full' ? outputs : 1;
  const pairs = Math.max(1, Math.floor(GRAM_NUMBERS / (positions ** 2 * copies)));
  const columns = Math.min(
    patchExamples(operation, z.count),
    Math.max(1, Math.floor(pairs / Math.min(FEWEST, x.count, pairs))),
  );
  // Panels of a symmetric matrix are flat, so that little of their squares on the diagonal is in vain.
  const panels = x === z ? PANELS : workers === 1 ? 1 : 2 * workers;
  const most = Math.max(FEWEST, Math.ceil(x.count / panels));
  return [Math.max(1, Math.min(most, patchExamples(operation, x.count), Math.floor(pairs / columns))), columns];
}

/** A rectangle of a Gram matrix: examples from `at` on. */
interface Range {
  readonly at: number;
  readonly count: number;
}

/** Buffers of one contribution. */
interface Buffers {
  readonly inputs: FloatArray;
  readonly cotangents: FloatArray;
}

/** G (p, q) = sum over units of the cotangents of output a at (i, p) and of b at (j, q), for i, j of two ranges. */
function cotangentGram(
  { operation, x, z }: Contribution,
  engine: Engine,
  [i, a]: readonly [Range, number],
  [j, b]: readonly [Range, number],
  to: { readonly data: FloatArray; readonly offset: number; readonly add: boolean },
): void {
  const positions = positionCount(operation.to.positions ?? []);
  const units = operation.to.channels;
  const operand = ({ cotangent, count }: Meeting, { at }: Range, output: number) => ({
    data: cotangent,
    offset: (output * count + at) * positions * units,
    rowStep: units,
    depthStep: 1,
  });
  const [rows, columns] = [i.count * positions, j.count * positions];
  const target = { data: to.data, offset: to.offset, rowStep: columns };
  engine.product.multiply(operand(x, i, a), operand(z, j, b), rows, columns, units, target, to.add);
}

/** Adds sum over positions of (weight H + bias) G, for one pair of outputs, to every pair of examples. */
function addPairs(
  { operation, target }: Contribution,
  [weight, bias]: readonly [number, number],
  [i, j]: readonly [Range, Range],
  { inputs, cotangents }: Buffers,
  outputs: number,
  first: number,
): void {
  const positions = positionCount(operation.to.positions ?? []);
  const width = j.count * positions;
  const size = i.count * positions * width;
  for (let r = 0; r < i.count; r++) {
    for (let c = 0; c < j.count; c++) {
      const place = placeOf(target, i.at + r, j.at + c) + first;
      for (let b = 0; b < outputs; b++) {
        let sum = 0;
        for (let p = 0; p < positions; p++) {
          const at = (r * positions + p) * width + c * positions;
          for (let q = at; q < at + positions; q++) sum += (weight * inputs[q] + bias) * cotangents[b * size + q];
        }
        target.data[place + b] += sum;
      }
    }
  }
}

/** The same on vectors, which have one position: every pair of examples is one number of each Gram matrix. */
function addVectors(
  { target }: Contribution,
  [weight, bias]: readonly [number, number],
  [i, j]: readonly [Range, Range],
  { inputs, cotangents }: Buffers,
  outputs: number,
  first: number,
): void {
  const { data, pair } = target;
  const size = i.count * j.count;
  for (let r = 0; r < i.count; r++) {
    const place = placeOf(target, i.at + r, j.at) + first;
    for (let c = 0; c < j.count; c++) {
      const q = r * j.count + c;
      const factor = weight * inputs[q] + bias;
      for (let b = 0; b < outputs; b++) data[place + c * pair + b] += factor * cotangents[b * size + q];
    }
  }
}

function addBlock(
  contribution: Contribution,
  factors: readonly [number, number],
  [i, j]: readonly [Range, Range],
  buffers: Buffers,
  engine: Engine,
): void {
  const { outputs, contraction, operation } = contribution;
  const positions = positionCount(operation.to.positions ?? []);
  const add = positions === 1 ? addVectors : addPairs;
  const size = i.count * j.count * positions ** 2;
  if (contraction === 'trace') {
    for (let a = 0; a < outputs; a++) {
      cotangentGram(contribution, engine, [i, a], [j, a], { data: buffers.cotangents, offset: 0, add: a > 0 });
    }
    add(contribution, factors, [i, j], buffers, 1, 0);
    return;
  }
  for (let a = 0; a < outputs; a++) {
    for (let b = 0; b < outputs; b++) {
      cotangentGram(contribution, engine, [i, a], [j, b], { data: buffers.cotangents, offset: b * size, add: false });
    }
    add(contribution, factors, [i, j], buffers, outputs, a * outputs);
  }
}

/**
 * Adds the contribution of one layer by its structure: sum over positions p, q of (w^2 / fan h_p . h'_q + b^2) (g_p .
 * g'_q), with inputs h and cotangents g.
 *
 * On vectors that is a Hadamard product of two Gram matrices. Of a symmetric block the pairs i <= j are filled, and
 * some others; only the panels whose `partition` it is. Source: Novak, Sohl-Dickstein, Schoenholz 2022 (2206.08720),
 * section 3.3 (structured derivatives).
 */
export async function addStructured(
  contribution: Contribution,
  engine: Engine,
  pause: () => Promise<void>,
  partition = ALONE,
): Promise<void> {
  const { operation, x, z, outputs, contraction } = contribution;
  const positions = positionCount(operation.to.positions ?? []);
  const fan = fanOf(operation);
  const factors = factorsOf(contribution);
  const [rows, columns] = gramBlock(contribution, partition);
  const size = rows * columns * positions ** 2;
  const buffers = {
    inputs: zeros(engine, size),
    cotangents: zeros(engine, size * (contraction === 'full' ? outputs : 1)),
  };
  for (const [r, count] of myPanels(x.count, rows, partition)) {
    const i = { at: r, count };
    const left = patchRows(operation, x.input, i.at, i.count, engine);
    for (let c = x === z ? r : 0; c < z.count; c += columns) {
      const j = { at: c, count: Math.min(columns, z.count - c) };
      const right = patchRows(operation, z.input, j.at, j.count, engine);
      const target = { data: buffers.inputs, offset: 0, rowStep: j.count * positions };
      const [m, n] = [i.count * positions, j.count * positions];
      engine.product.multiply(
        { ...left, rowStep: fan, depthStep: 1 },
        { ...right, rowStep: fan, depthStep: 1 },
        m,
        n,
        fan,
        target,
        false,
      );
      addBlock(contribution, factors, [i, j], buffers, engine);
      await pause();
    }
  }
}
