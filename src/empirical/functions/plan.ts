import type { Tensor } from '@tensorflow/tfjs-core';
import { outputsOf, prepareGradients, weightedGradients } from '../../../kernels/tfjs/functions/gradients.js';
import type { TensorEngine } from '../../backend/tensor-device.js';
import { readableBytes } from '../../data/budget.js';
import { MemoryError, UsageError } from '../../errors.js';
import { type MatrixProduct, matrixProduct } from '../../linalg/product.js';
import { defaultMemory } from '../../platform/limits.js';
import { residentBytes } from '../../platform/memory.js';
import { DEFAULT_CONTRACT } from '../defaults.js';
import { halves } from '../halves.js';
import type { EmpiricalPlan } from '../types.js';
import type { FunctionOf, FunctionOptions } from './types.js';

/** Variables whose part of the Jacobian is held together, for so many examples of each side. */
export interface Chunk {
  /** Places in the list of variables. */
  readonly variables: readonly number[];
  readonly examples: number;
}

/** A plan with what it was made from. */
export interface PlannedFunction {
  readonly plan: EmpiricalPlan;
  readonly chunks: readonly Chunk[];
  /** What multiplies gradients in the memory of the process; null: the device that holds them. */
  readonly product: MatrixProduct | null;
  /** Numbers of the Jacobians of x and of z on the host; none without a product. */
  readonly rooms: readonly [number, number];
}

/** Numbers of a panel of the kernel that is added at once; a sum of products holds several of its size. */
export const PANEL_NUMBERS = 2 ** 22;
const PANEL_COPIES = 8;
/** Arrays that were read and are not collected yet. */
const LOOSE_BYTES = 2 ** 26;
/** Most numbers of a Jacobian: memory of WebAssembly ends at a few GiB. */
const MOST_NUMBERS = 2 ** 28;
/** Passes whose fastest counts: the first ones also compile. */
const TIMED = 3;
/** Rows of gradients that the check holds on the host. */
const CHECK_ROWS = 8;
/** Multiplications and additions a second of a product of tensors. */
const SPEED = 3e10;
/** Backends of tfjs whose tensors lie in the memory of the process. */
const IN_MEMORY = ['wasm', 'cpu'];

function checkInputs(x: Tensor, z: Tensor, { variables }: FunctionOf): void {
  for (const [where, { rank, shape, size, dtype }] of [
    ['x', x],
    ['z', z],
  ] as const) {
    if (rank >= 2 && size > 0 && dtype === 'float32') continue;
    const got = `[${shape.join(', ')}] of ${dtype}`;
    throw new UsageError(`${where}: must be examples [n, ...] of float32, got ${got}. Reshape or cast it.`);
  }
  const [ofX, ofZ] = [x, z].map(({ shape }) => shape.slice(1).join(', '));
  if (ofX !== ofZ) {
    throw new UsageError(`z: must have examples like those of x, [${ofX}], got [${ofZ}]. Give both one shape.`);
  }
  if (variables.length === 0) {
    throw new UsageError('variables: must be at least one, got none. Give what f is to be differentiated by.');
  }
  const twice = variables.find((variable, k) => variables.indexOf(variable) < k);
  if (twice !== undefined) {
    throw new UsageError(`variables: must differ, got ${twice.name} twice. Leave one of the two out.`);
  }
  const other = variables.find(({ dtype, isDisposed }) => dtype !== 'float32' || isDisposed);
  if (other === undefined) return;
  const got = other.isDisposed ? 'one that is disposed' : other.dtype;
  throw new UsageError(`variables: must be of float32, got ${got} for ${other.name}. Leave it out.`);
}

/** What one pass of one example takes. */
interface Pass {
  readonly outputs: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Runs one example forward and back: what f gives is checked by it, and what it costs is known. */
async function tryPass(engine: TensorEngine, { f, variables, where }: FunctionOf, x: Tensor): Promise<Pass> {
  const { tf } = engine;
  prepareGradients(engine);
  const first = tf.tidy(() => tf.slice(x, [0], [1]));
  try {
    const value = outputsOf(engine, { f, where }, first);
    const outputs = value.shape[1] ?? 0;
    value.dispose();
    const pass = (): void =>
      tf.tidy(() => {
        const { rows } = weightedGradients(engine, { f, variables, where }, first, tf.ones([1, outputs]));
        // Reading a number waits for the device.
        tf.slice(rows[0], [0, 0], [1, 1]).dataSync();
      });
    const { peakBytes, result } = await tf.profile(() => {
      pass();
      return tf.scalar(0);
    });
    tf.dispose(result);
    let seconds = Number.POSITIVE_INFINITY;
    engine.use();
    for (let k = 0; k < TIMED; k++) {
      const start = performance.now();
      pass();
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    return { outputs, bytes: peakBytes, seconds };
  } finally {
    first.dispose();
  }
}

/** Sizes that decide what is held together. */
export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly symmetric: boolean;
  readonly outputs: number;
  readonly full: boolean;
  /** Whether gradients are multiplied on the host. */
  readonly onHost: boolean;
}

/** Rows of gradients that are held of x and of z: those of z only where they are not those of x. */
function heldRows({ rows, columns, symmetric }: Sizes, examples: number, atOnce: number): readonly [number, number] {
  const ofZ = symmetric && examples >= rows ? 0 : Math.min(examples, columns);
  return [Math.min(examples, rows) * atOnce, ofZ * atOnce];
}

/**
 * Numbers of the Jacobian of some parameters; on a device the rows of one side are there twice while they are joined.
 */
function heldNumbers(sizes: Sizes, parameters: number, examples: number, atOnce: number): number {
  const [ofX, ofZ] = heldRows(sizes, examples, atOnce);
  return (ofX + ofZ + (sizes.onHost ? 0 : Math.max(ofX, ofZ)) + CHECK_ROWS) * parameters;
}

/**
 * Variables in groups that fit, and for one that does not fit alone fewer examples; null where one example is too much.
 */
function chunksOf(sizes: Sizes, lengths: readonly number[], atOnce: number, budget: number): readonly Chunk[] | null {
  const all = Math.max(sizes.rows, sizes.columns);
  const fits = (parameters: number, examples: number): boolean =>
    heldNumbers(sizes, parameters, examples, atOnce) <= budget;
  const chunks: Chunk[] = [];
  let [group, held]: [number[], number] = [[], 0];
  const close = (): void => {
    if (group.length > 0) chunks.push({ variables: group, examples: all });
    [group, held] = [[], 0];
  };
  for (const [k, length] of lengths.entries()) {
    if (!fits(held + length, all)) close();
    if (fits(length, all)) {
      group.push(k);
      held += length;
      continue;
    }
    const examples = halves(all).find((some) => fits(length, some));
    if (examples === undefined) return null;
    chunks.push({ variables: [k], examples });
  }
  close();
  return chunks;
}

/**
 * Outputs that go together, and chunks: outputs are split first, which costs nothing; more chunks cost more passes;
 * null where one example is too much.
 */
export function choose(sizes: Sizes, lengths: readonly number[], budget: number) {
  const splits = sizes.full ? [sizes.outputs] : halves(sizes.outputs);
  const whole = splits.find((atOnce) => chunksOf(sizes, lengths, atOnce, budget)?.length === 1);
  const atOnce = whole ?? splits[splits.length - 1];
  const chunks = chunksOf(sizes, lengths, atOnce, budget);
  return chunks === null ? null : { atOnce, chunks };
}

/** Passes through the function, of one example and one output each. */
function passesOf({ rows, columns, symmetric, outputs }: Sizes, chunks: readonly Chunk[]): number {
  const examples = chunks.map((chunk) => {
    const blocks = Math.ceil(rows / chunk.examples);
    return rows + (symmetric ? (rows * (blocks - 1)) / 2 : blocks * columns);
  });
  return outputs * examples.reduce((a, b) => a + b, 0);
}

/**
 * Plans the kernel of a function of tensors: what is held at once, memory, expected time. One example is passed forward
 * and back for it.
 *
 * @throws UsageError for a function or tensors that cannot be, MemoryError when the budget is too small, BackendError
 * for what tfjs cannot derive
 */
export async function planFunction(
  engine: TensorEngine,
  source: FunctionOf,
  x: Tensor,
  options: FunctionOptions,
): Promise<PlannedFunction> {
  const { z = x, contract = DEFAULT_CONTRACT, contributions = false, memory: limit = defaultMemory() } = options;
  checkInputs(x, z, source);
  const { outputs, bytes, seconds } = await tryPass(engine, source, x);
  const [rows, columns] = [x.shape[0] ?? 0, z.shape[0] ?? 0];
  const full = contract === 'full' && outputs > 1;
  const onHost = IN_MEMORY.includes(engine.tf.getBackend());
  const sizes: Sizes = { rows, columns, symmetric: z === x, outputs, full, onHost };
  const shape = [rows, columns, ...(full ? [outputs, outputs] : [])];
  const length = shape.reduce((a, b) => a * b, 1);
  const lengths = source.variables.map(({ size }) => size);
  const results = length * (1 + (contributions ? lengths.length : 0)) + rows * outputs;
  const panels = PANEL_COPIES * Math.min(length, Math.max(PANEL_NUMBERS, columns * (full ? outputs ** 2 : 1)));
  const base = residentBytes() + LOOSE_BYTES + 4 * bytes + 4 * (results + panels);
  const budget = Math.min(MOST_NUMBERS, (limit - base) / 4);
  const chosen = choose(sizes, lengths, budget);
  if (chosen === null) {
    const need = base + 4 * heldNumbers(sizes, Math.max(...lengths), 1, full ? outputs : 1);
    throw new MemoryError(
      `--memory: the computation needs about ${readableBytes(need)}, got a promise of ${readableBytes(limit)}. ` +
        'Raise --memory, or choose fewer --rows.',
    );
  }
  const { atOnce, chunks } = chosen;
  const parametersOf = ({ variables }: Chunk): number => variables.reduce((sum, k) => sum + lengths[k], 0);
  const held = chunks.map((chunk) => heldNumbers(sizes, parametersOf(chunk), chunk.examples, atOnce));
  const trained = lengths.reduce((a, b) => a + b, 0);
  const plan: EmpiricalPlan = {
    shape,
    symmetric: sizes.symmetric,
    backend: engine.kind,
    algebra: engine.version,
    precision: 'f32',
    threads: 1,
    outputs,
    parameters: source.parameters,
    layers: source.variables.map(({ name, size }) => ({ path: name, method: 'jacobian', parameters: size })),
    examples: Math.min(...chunks.map((chunk) => chunk.examples)),
    outputsAtOnce: atOnce,
    rowsAtOnce: rows,
    memoryBytes: base + 4 * Math.max(...held),
    memoryLimit: limit,
    outputBytes: 4 * length,
    seconds:
      passesOf(sizes, chunks) * seconds + (2 * rows * columns * outputs * (full ? outputs : 1) * trained) / SPEED,
  };
  const product = onHost ? await matrixProduct('off', 'f32', 1) : null;
  const rooms = [0, 1].map((side) =>
    onHost
      ? Math.max(...chunks.map((chunk) => parametersOf(chunk) * heldRows(sizes, chunk.examples, atOnce)[side]))
      : 0,
  );
  return { plan, chunks, product, rooms: [rooms[0], rooms[1]] };
}
