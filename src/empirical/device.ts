import type { Backend } from '../backend/contract.js';
import { doorOf } from '../backend/door.js';
import type { NetworkBatch, NetworkContribution, NetworkJob, NetworkTask } from '../backend/network.js';
import { allocate, bytesOf, type FloatArray, type Precision } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { InternalError, InterruptedError, MemoryError, UsageError } from '../errors.js';
import type { FiniteNetwork } from '../network/network.js';
import type { Weights } from '../network/weights.js';
import { sizeOf } from '../vocabulary/operations.js';
import { halves } from './halves.js';
import type { Sizes } from './methods/index.js';
import { mirror } from './target.js';
import type { EmpiricalOptions, EmpiricalPlan, LayerPlan, MemoryBudget } from './types.js';

/** What a run computes. */
export interface EmpiricalTotals {
  /** The kernel, without the contributions of layers where these are apart. */
  readonly ntk: FloatArray;
  /** LayerContribution of each layer by its path; null unless asked for. */
  readonly contributions: ReadonlyMap<string, FloatArray> | null;
  /** Outputs of the network `[n, outputs]`. */
  readonly outputs: FloatArray;
}

/** What goes together on a device. */
export interface DeviceContribution {
  readonly examples: number;
  readonly atOnce: number;
  readonly bytes: number;
}

type TaskWithoutWeights = Omit<NetworkTask, 'weights'>;

/** A network as a task of a backend. */
function taskOf(
  { operations, input, outputs }: FiniteNetwork,
  layers: readonly LayerPlan[],
  contraction: NetworkTask['contraction'],
  precision: Precision,
  { contributions = false }: EmpiricalOptions,
): TaskWithoutWeights {
  const methods = layers.map(({ path, method }) => {
    if (method !== 'products') return [path, method] as const;
    throw new UsageError('method: must be structured or jacobian on a device, got products. Leave it out.');
  });
  const how = { methods: new Map(methods), contraction, apart: contributions };
  return { kind: 'network', precision, operations, input, outputs, ...how };
}

/**
 * Examples and outputs that go together on a backend: outputs are split first. Throws MemoryError when nothing fits the
 * budget.
 */
export function chooseOnDevice(
  backend: Backend,
  network: FiniteNetwork,
  sizes: Sizes,
  layers: readonly LayerPlan[],
  precision: Precision,
  options: EmpiricalOptions,
  { base, limit }: MemoryBudget,
): DeviceContribution {
  const { rows, columns, symmetric, contraction } = sizes;
  const task = taskOf(network, layers, contraction, precision, options);
  const most = Math.min(options.examples ?? Number.POSITIVE_INFINITY, Math.max(rows, columns));
  const together = Math.min(options.outputsAtOnce ?? network.outputs, network.outputs);
  const splits = contraction === 'full' ? [network.outputs] : halves(together);
  const least = splits[splits.length - 1];
  const tries = [...splits.map((a) => [most, a] as const), ...halves(most).map((b) => [b, least] as const)];
  const pair = contraction === 'full' ? network.outputs ** 2 : 1;
  const results = 1 + (task.apart ? layers.length : 0);
  const kept =
    base +
    bytesOf(precision) *
      (results * rows * columns * pair + rows * network.outputs + (rows + columns) * sizeOf(network.input));
  let bytes = 0;
  for (const [examples, atOnce] of tries) {
    const sides = symmetric && examples >= rows ? 1 : 2;
    bytes = kept + doorOf(backend, 'network').memory({ task, examples, sides, atOnce });
    if (bytes <= limit) return { examples, atOnce, bytes };
  }
  throw new MemoryError(
    `--memory: the computation needs about ${readableBytes(bytes)} with --backend ${backend.name}, got a promise ` +
      `of ${readableBytes(limit)}. Raise --memory, lower --width, choose fewer --rows, or use --backend host.`,
  );
}

/** The same numbers in a precision. */
function inPrecision(data: FloatArray, precision: Precision): FloatArray {
  const kind = precision === 'f64' ? Float64Array : Float32Array;
  return data instanceof kind ? data : kind.from(data);
}

/** Opens a planned network on a backend that was chosen for it. */
export function openNetwork(
  backend: Backend,
  network: FiniteNetwork,
  { layers, shape, precision }: EmpiricalPlan,
  options: EmpiricalOptions,
  weights: Weights,
): Promise<NetworkJob> {
  const converted = (data: FloatArray): FloatArray => inPrecision(data, precision);
  const onDevice = [...weights].map(
    ([path, { matrix, bias }]) =>
      [path, { matrix: converted(matrix), bias: bias === null ? null : converted(bias) }] as const,
  );
  const contraction = shape.length === 4 ? 'full' : 'trace';
  return doorOf(backend, 'network').open({
    ...taskOf(network, layers, contraction, precision, options),
    weights: new Map(onDevice),
  });
}

/** A run of one kernel on a device: blocks of examples, and the way back for each pair of them. */
export class DeviceRun {
  readonly #job: NetworkJob;
  readonly #plan: EmpiricalPlan;
  readonly #size: number;
  readonly #options: EmpiricalOptions;
  readonly #started = performance.now();
  /** The kernel. */
  readonly ntk: FloatArray;
  /** Contributions of the layers, which the kernel then lacks; null unless asked for. */
  readonly contributions: ReadonlyMap<string, FloatArray> | null;
  /** Outputs of the network `[n, outputs]`. */
  readonly outputs: FloatArray;

  constructor(job: NetworkJob, network: FiniteNetwork, plan: EmpiricalPlan, options: EmpiricalOptions) {
    this.#job = job;
    this.#plan = plan;
    this.#size = sizeOf(network.input);
    this.#options = options;
    const room = (): FloatArray =>
      allocate(
        plan.shape.reduce((a, b) => a * b, 1),
        plan.precision,
      );
    this.ntk = room();
    this.contributions = options.contributions === true ? new Map(plan.layers.map(({ path }) => [path, room()])) : null;
    this.outputs = allocate(plan.shape[0] * plan.outputs, plan.precision);
  }

  async compute(x: FloatArray, z: FloatArray): Promise<void> {
    const [n, m] = this.#plan.shape;
    const { symmetric, examples, outputs } = this.#plan;
    for (let r = 0; r < n; r += examples) {
      const rows = await this.#pass(x, r, Math.min(examples, n - r));
      this.outputs.set(rows.outputs, r * outputs);
      for (let c = symmetric ? r : 0; c < m; c += examples) {
        const isDiagonal = symmetric && c === r;
        const columns = isDiagonal ? rows : await this.#pass(z, c, Math.min(examples, m - c));
        await this.#block(rows, r, columns, c);
        this.#tell(r, c + columns.count);
        if (!isDiagonal) columns.release();
      }
      rows.release();
    }
    if (!symmetric) return;
    const o = this.#plan.shape.length === 4 ? outputs : 1;
    for (const data of [this.ntk, ...(this.contributions?.values() ?? [])]) mirror(data, n, o);
  }

  #pass(data: FloatArray, at: number, count: number): Promise<NetworkBatch> {
    const examples = data.subarray(at * this.#size, (at + count) * this.#size);
    return this.#job.pass(inPrecision(examples, this.#plan.precision), count);
  }

  async #block(rows: NetworkBatch, r: number, columns: NetworkBatch, c: number): Promise<void> {
    const { outputs, outputsAtOnce } = this.#plan;
    for (let first = 0; first < outputs; first += outputsAtOnce) {
      if (this.#options.signal?.aborted) throw new InterruptedError();
      const some = Math.min(outputsAtOnce, outputs - first);
      for (const share of await this.#job.kernel(rows, columns, first, some)) this.#put(share, r, c, columns.count);
    }
  }

  /** Entries that are there; of a symmetric matrix those of the upper half count for both. */
  #tell(r: number, c: number): void {
    const [n, m] = this.#plan.shape;
    const { symmetric, examples } = this.#plan;
    const total = n * m;
    const rows = Math.min(examples, n - r);
    const before = symmetric ? total - (n - r) ** 2 : r * m;
    const here = symmetric ? 2 * rows * (c - r) - rows ** 2 : rows * c;
    const done = Math.min(total, before + here);
    const rate = done / Math.max(1e-9, (performance.now() - this.#started) / 1000);
    this.#options.onProgress?.({ done, total, rate, remaining: (total - done) / Math.max(1e-9, rate) });
  }

  /** Adds a block; a trace is the mean over the outputs. */
  #put({ path, values }: NetworkContribution, r: number, c: number, columns: number): void {
    const { shape, outputs } = this.#plan;
    const pair = shape.length === 4 ? outputs ** 2 : 1;
    const factor = shape.length === 4 ? 1 : 1 / outputs;
    const target = path === null ? this.ntk : this.contributions?.get(path);
    if (target === undefined) throw new InternalError(`a share of ${path} was not asked for`);
    const row = columns * pair;
    for (let k = 0; k < values.length; k++) {
      target[((r + Math.floor(k / row)) * shape[1] + c) * pair + (k % row)] += factor * values[k];
    }
  }
}
