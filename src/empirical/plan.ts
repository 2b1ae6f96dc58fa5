import type { Backend } from '../backend/contract.js';
import { doorOf } from '../backend/door.js';
import { selectNetworkBackend } from '../backend/select.js';
import type { NdArray, Precision } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { MemoryError, UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { type MatrixProduct, matrixProduct } from '../linalg/product.js';
import {
  backwardWork,
  cotangentNumbers,
  forwardWork,
  parameterCount,
  patchNumbers,
  savedNumbers,
} from '../network/memory.js';
import { type FiniteNetwork, finiteNetwork } from '../network/network.js';
import { defaultMemory, defaultThreads } from '../platform/limits.js';
import { residentBytes } from '../platform/memory.js';
import { fanOf, sizeOf, type WeightsOperation, weightsOf } from '../vocabulary/operations.js';
import { DEFAULT_CONTRACT } from './defaults.js';
import { chooseOnDevice } from './device.js';
import { halves } from './halves.js';
import { cheapest, layerWork, NUMBER_COST, type Sizes } from './methods/index.js';
import { JACOBIAN_NUMBERS } from './methods/jacobian.js';
import type { EmpiricalOptions, EmpiricalPlan, LayerPlan, MemoryBudget } from './types.js';

/** A plan with what it was made from. */
export interface PlannedEmpirical {
  readonly plan: EmpiricalPlan;
  readonly network: FiniteNetwork;
  readonly product: MatrixProduct;
  /** Numbers that the Jacobian of a layer may take. */
  readonly room: number;
  /**
   * Threads that share the work, each with products on one thread; 1: the calling one, whose products use all threads.
   */
  readonly workers: number;
  /** What computes instead of this process; null: its own code. */
  readonly device: Backend | null;
  /** Bytes that the run needs beside what the process held before. */
  readonly added: number;
}

/**
 * Multiplications and additions a second of a matrix product, one thread, in double precision; single precision has
 * twice as many.
 */
const SPEED = { native: 3.3e10, own: 1.2e10 } as const;
/** Numbers of the buffers that contractions work in: Gram matrices, a small Jacobian, products of it, gradients. */
const BUFFER_NUMBERS = 2 ** 24;
/** Numbers of a Jacobian, where the budget allows for them: its patches are then gathered once. */
const JACOBIAN_BUFFERS = [2 ** 25, JACOBIAN_NUMBERS] as const;

/** Seconds of one thread below which others are not worth their start. */
const SMALL_RUN = 0.25;
/** Bytes of a thread before it holds any numbers. */
const THREAD_BYTES = 48 * 2 ** 20;
/** Numbers of the buffers of each thread beside the first. */
const THREAD_NUMBERS = 2 ** 22;

const COUNTS = ['width', 'outputs', 'threads', 'examples', 'outputsAtOnce'] as const;

function checkInputs(x: NdArray, z: NdArray): void {
  for (const [where, { data, shape }] of [
    ['x', x],
    ['z', z],
  ] as const) {
    if (shape.length >= 2 && data.length > 0 && data.length === shape.reduce((a, b) => a * b, 1)) continue;
    throw new UsageError(
      `${where}: must have examples and features [n, ...], got shape [${shape.join(', ')}] with ${data.length} ` +
        'numbers. Give an array whose numbers fill its shape.',
    );
  }
  if (x.shape.slice(1).join() === z.shape.slice(1).join()) return;
  throw new UsageError(
    `z: must have examples like those of x, [${x.shape.slice(1).join(', ')}], got ` +
      `[${z.shape.slice(1).join(', ')}]. Give both one shape.`,
  );
}

/** Throws UsageError for a count that is given and is none. */
export function checkCount(key: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new UsageError(`${key}: must be a whole number of at least 1, got ${value}. Leave it out for the default.`);
}

/** What is done at a time: examples of each side, outputs, and numbers of a Jacobian. */
interface Batching {
  readonly examples: number;
  readonly atOnce: number;
  readonly room: number;
  readonly workers: number;
}

/** The same with the bytes of the process at its peak. */
interface Chosen extends Batching {
  readonly bytes: number;
}

/** Bytes of inputs that are copied, being of the other precision than the run. */
function copiedBytes(inputs: readonly NdArray[], precision: Precision): number {
  const copied = inputs.filter(({ data }) => data instanceof Float64Array !== (precision === 'f64'));
  return (precision === 'f32' ? 4 : 8) * copied.reduce((sum, { data }) => sum + data.length, 0);
}

/** Bytes beside the process as it is, for so many examples of each side and outputs at once. */
function bytesOf(
  network: FiniteNetwork,
  sizes: Sizes,
  options: EmpiricalOptions,
  { examples, atOnce, room: jacobian, workers }: Batching,
): number {
  const { operations, input, outputs } = network;
  const { rows, columns, symmetric, contraction } = sizes;
  const e = options.precision === 'f32' ? 4 : 8;
  const sides = symmetric && examples >= rows ? 1 : 2;
  const trained = weightsOf(operations).filter(({ fields }) => Number(fields.train) > 0);
  const perExample = savedNumbers(operations) + sizeOf(input) + atOnce * cotangentNumbers(operations);
  const pair = contraction === 'full' ? outputs ** 2 : 1;
  const results = 1 + (options.contributions === true ? trained.length : 0);
  // The least Jacobian that is held is that of one unit, the least Gram matrix that of one pair of examples.
  const copies = contraction === 'full' ? outputs : 1;
  const least = trained.map((op) => {
    const positions = sizeOf(op.to) / op.to.channels;
    return Math.max(copies * 2 * examples * fanOf(op), (copies + 1) * positions ** 2, 2 * positions * fanOf(op));
  });
  const isJacobian = (op: WeightsOperation): boolean => (options.method ?? cheapest(op, sizes)) === 'jacobian';
  // A larger one is made only where it is used; other layers bring together what threads have.
  const large = trained.map((op) => {
    if (isJacobian(op))
      return Math.min(jacobian, atOnce * sides * examples * op.to.channels * fanOf(op)) - JACOBIAN_NUMBERS;
    return workers === 1 ? 0 : sides * examples * (sizeOf(op.from) + atOnce * sizeOf(op.to));
  });
  const numbers =
    2 * parameterCount(operations) +
    sides * examples * perExample +
    workers * patchNumbers(operations, examples * atOnce) +
    BUFFER_NUMBERS +
    (workers - 1) * THREAD_NUMBERS +
    Math.max(0, ...least, ...large) +
    rows * outputs +
    results * rows * columns * pair;
  return e * numbers + (workers > 1 ? workers * THREAD_BYTES : 0);
}

function layersOf(network: FiniteNetwork, sizes: Sizes, { method }: EmpiricalOptions): LayerPlan[] {
  return weightsOf(network.operations)
    .filter(({ fields }) => Number(fields.train) > 0)
    .map((op) => ({
      path: op.path,
      method: method ?? cheapest(op, sizes),
      parameters: op.to.channels * (fanOf(op) + (op.fields.biasStd > 0 ? 1 : 0)),
    }));
}

/** Examples that pass the network and come back, those of a block anew for each block that it meets. */
function passesOf({ rows, columns, symmetric }: Sizes, examples: number): readonly [forth: number, back: number] {
  const [r, c] = [Math.ceil(rows / examples), Math.ceil(columns / examples)];
  if (!symmetric) return [rows + r * columns, c * rows + r * columns];
  return [(rows * (r + 1)) / 2, rows * r];
}

/** Seconds of one thread. */
function secondsOf(
  network: FiniteNetwork,
  sizes: Sizes,
  layers: readonly LayerPlan[],
  speed: number,
  examples: number,
): number {
  const { operations } = network;
  const [forth, back] = passesOf(sizes, examples);
  const loops = NUMBER_COST * savedNumbers(operations);
  let work = forth * (forwardWork(operations) + loops) + back * sizes.outputs * (backwardWork(operations) + loops);
  const methods = new Map(layers.map(({ path, method }) => [path, method]));
  for (const op of weightsOf(operations)) {
    const method = methods.get(op.path);
    if (method !== undefined) work += layerWork(op, sizes)[method];
  }
  return work / speed;
}

/**
 * Examples and outputs that go together: outputs are split first, which costs nothing, then examples, whose cotangents
 * are then made again.
 */
function choose(
  network: FiniteNetwork,
  sizes: Sizes,
  options: EmpiricalOptions,
  { base, limit }: MemoryBudget,
  threads: number,
): Chosen {
  const most = Math.min(options.examples ?? Number.POSITIVE_INFINITY, Math.max(sizes.rows, sizes.columns));
  const together = Math.min(options.outputsAtOnce ?? network.outputs, network.outputs);
  const splits = sizes.contraction === 'full' ? [network.outputs] : halves(together);
  const least = splits[splits.length - 1];
  // Threads copy what meets at a layer: without them the same fits into less.
  const teams = [...new Set([Math.min(threads, most), 1])];
  const tries = [
    ...teams.flatMap((workers) =>
      splits.flatMap((atOnce) => JACOBIAN_BUFFERS.map((room) => ({ examples: most, atOnce, room, workers }))),
    ),
    ...halves(most).flatMap((examples) =>
      teams.map((workers) => ({ examples, atOnce: least, room: JACOBIAN_NUMBERS, workers })),
    ),
  ];
  let bytes = 0;
  for (const share of tries) {
    bytes = base + bytesOf(network, sizes, options, share);
    if (bytes <= limit) return { ...share, bytes };
  }
  throw new MemoryError(
    `--memory: the computation needs about ${readableBytes(bytes)}, got a promise of ${readableBytes(limit)}. ` +
      'Raise --memory, lower --width or --precision, or choose fewer --rows.',
  );
}

/**
 * Plans an empirical kernel: network, methods, memory, expected time; `reserve` bytes of the budget are for what the
 * caller holds beside it.
 *
 * @throws ArchitectureError for a network that does not fit, MemoryError when the budget is too small, UsageError for
 * options that cannot be
 */
export async function planEmpirical(x: NdArray, options: EmpiricalOptions, reserve = 0): Promise<PlannedEmpirical> {
  const { z = x, contract = DEFAULT_CONTRACT, native = COMPUTE_DEFAULTS.native, threads = defaultThreads() } = options;
  const precision: Precision = options.precision ?? COMPUTE_DEFAULTS.precision;
  checkInputs(x, z);
  for (const key of COUNTS) checkCount(key, options[key]);
  const network = finiteNetwork(options.architecture, x.shape, options);
  const product = await matrixProduct(native, precision, threads);
  const { outputs } = network;
  const contraction = outputs === 1 ? 'trace' : contract;
  const sizes: Sizes = { rows: x.shape[0], columns: z.shape[0], symmetric: z === x, outputs, contraction };
  const layers = layersOf(network, sizes, options);
  const limit = options.memory ?? defaultMemory();
  const memory = { base: residentBytes() + reserve, limit };
  const withInputs = { limit, base: memory.base + copiedBytes(z === x ? [x] : [x, z], precision) };
  const speed = (product.isNative ? SPEED.native : SPEED.own) * (precision === 'f32' ? 2 : 1);
  const alone = (examples: number): number => secondsOf(network, sizes, layers, speed, examples);
  const most = alone(Math.max(sizes.rows, sizes.columns)) < SMALL_RUN ? 1 : threads;
  const seconds = alone(Math.max(sizes.rows, sizes.columns)) / threads;
  const device = await selectNetworkBackend(options.backend ?? COMPUTE_DEFAULTS.backend, precision, seconds);
  const onDevice = (backend: Backend): Chosen => {
    const { examples, atOnce, bytes } = chooseOnDevice(backend, network, sizes, layers, precision, options, memory);
    return { examples, atOnce, bytes, room: JACOBIAN_NUMBERS, workers: 1 };
  };
  const chosen = device === null ? choose(network, sizes, options, withInputs, most) : onDevice(device);
  const { examples, atOnce, room, bytes, workers } = chosen;
  const threadsUsed = product.isNative ? threads : workers;
  // A device computes both halves of a symmetric block.
  const onDeviceSeconds = (backend: Backend): number =>
    secondsOf(
      network,
      { ...sizes, symmetric: false },
      layers,
      2 * doorOf(backend, 'network').pace(precision),
      examples,
    );
  const shape = [sizes.rows, sizes.columns, ...(contraction === 'full' ? [outputs, outputs] : [])];
  const plan: EmpiricalPlan = {
    shape,
    symmetric: sizes.symmetric,
    backend: device?.name ?? 'host',
    algebra: device === null ? product.name : `TensorFlow.js, ${device.name}`,
    precision,
    threads: device === null ? threadsUsed : 1,
    outputs,
    parameters: parameterCount(network.operations),
    layers,
    examples,
    outputsAtOnce: atOnce,
    rowsAtOnce: sizes.rows,
    memoryBytes: bytes,
    memoryLimit: limit,
    outputBytes: shape.reduce((a, b) => a * b, 1) * (precision === 'f32' ? 4 : 8),
    seconds: device === null ? alone(examples) / threadsUsed : onDeviceSeconds(device),
  };
  return { plan, network, product, room, workers, added: bytes - memory.base, device };
}
