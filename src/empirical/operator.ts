import type { FloatArray, NdArray, Precision } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { InterruptedError, MemoryError, UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { libraryIn } from '../linalg/algebra.js';
import { backward, type Meeting, startCotangent } from '../network/backward.js';
import { type Engine, zeros } from '../network/engine.js';
import { forward } from '../network/forward.js';
import { cotangentNumbers, parameterCount, patchNumbers, savedNumbers } from '../network/memory.js';
import type { FiniteNetwork } from '../network/network.js';
import { DenseOperator, type SymmetricOperator } from '../operators/operator.js';
import { defaultMemory } from '../platform/limits.js';
import { residentBytes } from '../platform/memory.js';
import { nextTask } from '../platform/tasks.js';
import { fanOf, sizeOf, type WeightsOperation, weightsOf } from '../vocabulary/operations.js';
import { empiricalKernel, engineOf, inPrecision } from './kernel.js';
import { addStructured } from './methods/structured.js';
import { planEmpirical } from './plan.js';
import { addProduct } from './products.js';
import type { EmpiricalOptions } from './types.js';

/** What one trained layer keeps for products: the numbers that it took in, and the cotangents behind it. */
interface Feature {
  readonly operation: WeightsOperation;
  readonly meeting: Meeting;
}

/** What the memory of an operator depends on beside its network. */
interface OperatorSizes {
  /** Examples. */
  readonly count: number;
  readonly precision: Precision;
  /** Bytes of the memory budget. */
  readonly limit: number;
}

/** Takes all examples through the network and back once, and keeps what meets at each trained layer. */
function featuresOf(network: FiniteNetwork, engine: Engine, x: FloatArray): readonly Feature[] {
  const count = x.length / sizeOf(network.input);
  const { saved } = forward(network.operations, x, count, engine);
  const cotangent = startCotangent(engine, network.outputs, 0, network.outputs, count);
  const layers = backward(network.operations, [{ count, saved, cotangent }], engine, { keeps: true });
  return Array.from(layers, ({ operation, meetings: [meeting] }) => ({ operation, meeting }));
}

/** Numbers of the rooms that a product works in beside its batch: a gradient, and patches of some examples. */
const BUFFER_NUMBERS = 2 ** 22;

/** Throws MemoryError where the budget does not hold what products need: the matrix is no part of it. */
function checkMemory({ operations, input, outputs }: FiniteNetwork, { count, precision, limit }: OperatorSizes): void {
  const trained = weightsOf(operations).filter(({ fields }) => Number(fields.train) > 0);
  const kept = outputs * trained.reduce((sum, { to }) => sum + sizeOf(to), 0);
  const making = savedNumbers(operations) + outputs * cotangentNumbers(operations);
  // One unit's gradient, and the two Gram matrices of one example on the diagonal.
  const least = trained.map((op) => Math.max(fanOf(op), 2 * (sizeOf(op.to) / op.to.channels) ** 2));
  const numbers =
    2 * parameterCount(operations) +
    count * (sizeOf(input) + kept + making) +
    patchNumbers(operations, count * outputs) +
    Math.max(0, ...least) +
    BUFFER_NUMBERS;
  const bytes = residentBytes() + (precision === 'f32' ? 4 : 8) * numbers;
  if (bytes <= limit) return;
  throw new MemoryError(
    `--memory: products with an empirical kernel need about ${readableBytes(bytes)}, got a promise of ` +
      `${readableBytes(limit)}. Raise --memory, lower --width, or choose fewer --rows.`,
  );
}

/** The mean over the outputs of the kernel of a network, as products with vectors. */
class EmpiricalOperator implements SymmetricOperator {
  readonly size: number;
  readonly description = 'empirical';
  readonly backend = 'host';
  readonly roundoff: number;
  readonly native: string | null;
  readonly #engine: Engine;
  readonly #features: readonly Feature[];
  readonly #outputs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #entries: () => Promise<Float64Array | null>;

  constructor(
    size: number,
    engine: Engine,
    features: readonly Feature[],
    outputs: number,
    signal: AbortSignal | undefined,
    entries: () => Promise<Float64Array | null>,
  ) {
    this.size = size;
    this.#entries = entries;
    this.roundoff = roundoffIn(engine.precision);
    this.native = libraryIn(engine.product.name);
    this.#engine = engine;
    this.#features = features;
    this.#outputs = outputs;
    this.#signal = signal;
  }

  async apply(x: Float64Array, columns: number): Promise<Float64Array> {
    const n = this.size;
    const y = new Float64Array(columns * n);
    for (let c = 0; c < columns; c++) {
      const v = x.subarray(c * n, (c + 1) * n).map((value) => value / this.#outputs);
      const target = y.subarray(c * n, (c + 1) * n);
      for (const { operation, meeting } of this.#features) {
        for (let output = 0; output < this.#outputs; output++) {
          addProduct({ operation, x: meeting, z: meeting, output, outputs: 1 }, v, target, this.#engine);
        }
        if (this.#signal?.aborted) throw new InterruptedError();
        await nextTask();
      }
    }
    return y;
  }

  async diagonal(): Promise<Float64Array> {
    const diagonal = new Float64Array(this.size);
    for (const { operation, meeting } of this.#features) {
      const [inputs, cotangents] = [sizeOf(operation.from), sizeOf(operation.to)];
      const cotangent = zeros(this.#engine, this.#outputs * cotangents);
      for (let i = 0; i < this.size; i++) {
        for (let a = 0; a < this.#outputs; a++) {
          const at = (a * this.size + i) * cotangents;
          cotangent.set(meeting.cotangent.subarray(at, at + cotangents), a * cotangents);
        }
        const own = { count: 1, input: meeting.input.subarray(i * inputs, (i + 1) * inputs), cotangent };
        const target = { data: diagonal, columns: 1, row: i, column: 0, pair: 1 };
        const [outputs, allOutputs] = [this.#outputs, this.#outputs];
        const share = { operation, x: own, z: own, outputs, allOutputs, contraction: 'trace', target } as const;
        await addStructured(share, this.#engine, async () => undefined);
      }
    }
    return diagonal;
  }

  async entries(): Promise<Float64Array | null> {
    return this.#entries();
  }

  async close(): Promise<void> {}
}

/** The matrix in double precision, where the budget holds it; else null. */
async function entriesOf(x: NdArray, options: EmpiricalOptions, limit: number): Promise<Float64Array | null> {
  const isDouble = options.precision !== 'f32';
  const later = isDouble ? 0 : 8 * x.shape[0] ** 2;
  try {
    const { ntk } = await empiricalKernel(x, { ...options, memory: Math.max(1, limit - later) });
    return ntk.data instanceof Float64Array ? ntk.data : Float64Array.from(ntk.data);
  } catch (error) {
    if (error instanceof MemoryError) return null;
    throw error;
  }
}

/** The matrix that a device makes: products with one that is never formed are the host's. */
async function matrixOnDevice(x: NdArray, options: EmpiricalOptions, limit: number): Promise<SymmetricOperator> {
  const n = x.shape[0];
  // In single precision the matrix in double precision stands beside it.
  const later = options.precision === 'f32' ? 8 * n * n : 0;
  const { ntk, plan } = await empiricalKernel(x, { ...options, memory: Math.max(1, limit - later) });
  const matrix = new DenseOperator(ntk.data instanceof Float64Array ? ntk.data : Float64Array.from(ntk.data), n);
  return {
    size: n,
    description: 'empirical',
    roundoff: roundoffIn(plan.precision),
    backend: plan.backend,
    native: libraryIn(plan.algebra),
    apply: (vectors, columns) => matrix.apply(vectors, columns),
    diagonal: () => matrix.diagonal(),
    entries: () => matrix.entries(),
    close: () => matrix.close(),
  };
}

const roundoffIn = (precision: Precision): number => (precision === 'f64' ? 2 ** -53 : 2 ** -24);

/**
 * The empirical NTK of x with itself `[n, n]` (the mean over the outputs) as an operator, for `eigenpairs`: K v = J (J'
 * v), the matrix is never formed, unless a backend is named that is not the host: that makes the matrix.
 *
 * Inputs and cotangents of every trained layer are kept; a product with one vector costs about as much as one pass of
 * training. Source: Novak, Sohl-Dickstein, Schoenholz 2022 (2206.08720), section 3.2.
 *
 * @throws as `empiricalKernel` does; UsageError for a second set of inputs or `contract: 'full'`
 */
export async function empiricalOperator(x: NdArray, options: EmpiricalOptions): Promise<SymmetricOperator> {
  if (options.z !== undefined || options.contract === 'full') {
    const got = options.z === undefined ? 'contract: full' : 'z';
    throw new UsageError(
      `x: must be the only inputs of an operator, and its outputs averaged, got ${got}. Leave it out.`,
    );
  }
  const { backend = COMPUTE_DEFAULTS.backend } = options;
  const limit = options.memory ?? defaultMemory();
  if (backend !== 'auto' && backend !== 'host') return matrixOnDevice(x, options, limit);
  // Of the plan of a matrix only what computes is wanted.
  const planned = await planEmpirical(x, { ...options, backend: 'host', memory: Number.MAX_VALUE });
  const { plan, network } = planned;
  checkMemory(network, { count: x.shape[0], precision: plan.precision, limit });
  const engine = await engineOf(planned, options);
  const features = featuresOf(network, engine, inPrecision(x, engine));
  const entries = () => entriesOf(x, { ...options, weights: engine.weights }, limit);
  return new EmpiricalOperator(x.shape[0], engine, features, network.outputs, options.signal, entries);
}
