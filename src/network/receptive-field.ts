import { readAt } from '../architecture/read-at.js';
import type { KernelDefinition } from '../architecture/types.js';
import { readableBytes } from '../data/budget.js';
import { InterruptedError, MemoryError, UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { fieldShape } from '../kernel/receptive-field/spread.js';
import { type ReceptiveField, receptiveField } from '../kernel/receptive-field.js';
import type { Progress } from '../kernel/types.js';
import { matrixProduct } from '../linalg/product.js';
import { RandomSource } from '../linalg/random.js';
import { defaultMemory } from '../platform/limits.js';
import { residentBytes } from '../platform/memory.js';
import { nextTask } from '../platform/tasks.js';
import { inputCotangents, startCotangent } from './backward.js';
import { DEFAULT_WIDTH, FIELD_SEEDS } from './defaults.js';
import type { Engine } from './engine.js';
import { forward } from './forward.js';
import { cotangentNumbers, parameterCount, patchNumbers, savedNumbers } from './memory.js';
import { type FiniteNetwork, finiteNetwork } from './network.js';
import { drawWeights } from './weights.js';

/** What to measure. */
export interface FiniteFieldOptions {
  /** Shape of one input: `[h, w, c]` of images, `[w, c]` of sequences. */
  readonly shape: readonly number[];
  /** Units or channels of hidden layers that give none. [512] */
  readonly width?: number;
  /** Networks, each with an input of its own. [10] */
  readonly seeds?: number;
  /** Seed of the first of them; the next ones count on. [0] */
  readonly seed?: number;
  /** Law of all weights, whatever the file says. [as the file says] */
  readonly init?: 'gaussian' | 'orthogonal';
  /** The position that is read, as of `receptiveField`. */
  readonly at?: readonly number[];
  /** BLAS library of the system: auto, off or a path. [auto] */
  readonly native?: string;
  /** Told of every network that is done. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** Which pixels finite networks look at, beside the field that they tend to. */
export interface FiniteField {
  /** Units or channels of hidden layers that give none. */
  readonly width: number;
  /** Networks that were drawn. */
  readonly seeds: number;
  /** Mean square gradient by each pixel as a share of all, in C order. */
  readonly field: readonly number[];
  /** Standard errors of these shares; null for one network. */
  readonly errors: readonly number[] | null;
  /** Standard deviation of the field on each axis, in pixels, about its mean. */
  readonly spread: readonly number[];
  /** Largest share. */
  readonly peak: number;
  /** Half the sum of |differences| from the field of the NNGP: what would have to move, from 0 to 1. */
  readonly distance: number;
  /** What chance alone would give for that; null for one network. */
  readonly expected: number | null;
}

/** Both. */
export interface FiniteFieldResult {
  /** What was measured. */
  readonly finite: FiniteField;
  /** Field of the NNGP, the limit of infinite width. */
  readonly nngp: ReceptiveField;
  /** What a reader should know of the measurement. */
  readonly warnings: readonly string[];
}

/** E|g| of a standard normal. */
const MEAN_SIZE = Math.sqrt(2 / Math.PI);

/** An input of unit pixels. */
function unitPixels(count: number, channels: number, seed: number): Float64Array {
  const x = new RandomSource(seed, 'pixels').normals(count * channels);
  for (let p = 0; p < count; p++) {
    const pixel = x.subarray(p * channels, (p + 1) * channels);
    const norm = Math.hypot(...pixel);
    for (let c = 0; c < channels; c++) pixel[c] /= norm;
  }
  return x;
}

/**
 * Square of the gradient by each pixel along its sphere; of one channel, whose sphere is two points, by the number
 * itself.
 */
function squares(x: Float64Array, gradient: ArrayLike<number>, channels: number): Float64Array {
  return Float64Array.from({ length: x.length / channels }, (_, p) => {
    let [all, radial] = [0, 0];
    for (let c = p * channels; c < (p + 1) * channels; c++) {
      all += gradient[c] ** 2;
      radial += gradient[c] * x[c];
    }
    return channels === 1 ? all : Math.max(0, all - radial ** 2);
  });
}

function measure(network: FiniteNetwork, engine: Engine, x: Float64Array, channels: number): Float64Array {
  const { operations, outputs } = network;
  const { saved } = forward(operations, x, 1, engine);
  const cotangent = startCotangent(engine, outputs, 0, 1, 1);
  const [gradient] = inputCotangents(operations, [{ count: 1, saved, cotangent }], engine);
  return squares(x, gradient, channels);
}

/** Shares of the sums over all networks, and their standard errors to first order. */
function sharesOf(rows: readonly Float64Array[]): Pick<FiniteField, 'field' | 'errors'> {
  const n = rows.length;
  const sums = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0));
  const totals = rows.map((row) => row.reduce((a, b) => a + b, 0));
  const total = totals.reduce((a, b) => a + b, 0);
  const field = Array.from(sums, (v) => v / total);
  if (n < 2) return { field, errors: null };
  const errors = field.map((share, i) => {
    const rest = rows.reduce((sum, row, s) => sum + (row[i] - share * totals[s]) ** 2, 0);
    return (Math.sqrt(rest / (n - 1)) * Math.sqrt(n)) / total;
  });
  return { field, errors };
}

/** Refuses a network that does not fit into memory: its weights, drawn in two orders, and one example there and back. */
function checkMemory({ operations }: FiniteNetwork): void {
  const ways = savedNumbers(operations) + cotangentNumbers(operations) + patchNumbers(operations, 1);
  const bytes = residentBytes() + 8 * (2 * parameterCount(operations) + ways);
  const limit = defaultMemory();
  if (bytes <= limit) return;
  throw new MemoryError(
    `width: the network needs about ${readableBytes(bytes)}, got ${readableBytes(limit)} of memory. Choose a ` +
      'smaller width or input.',
  );
}

function wholeFrom(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${name}: must be a whole number of at least ${least}, got ${value}. For example ${name} 10.`);
}

/**
 * The receptive field of networks of finite width: the mean over seeds of the squared gradient of the output by each
 * pixel, along the sphere of unit pixels, at random inputs of unit pixels.
 *
 * Its expectation in the limit of infinite width is (c - 1) d NNGP / d t_i for c channels: it tends to the field of the
 * NNGP, not to that of the NTK.
 *
 * @throws as `receptiveField` does; UsageError for a network without slopes (step)
 * @throws ArchitectureError for widths that contradict each other
 */
export async function finiteReceptiveField(
  definition: KernelDefinition,
  options: FiniteFieldOptions,
): Promise<FiniteFieldResult> {
  const { shape, at, signal, onProgress, init, native = COMPUTE_DEFAULTS.native } = options;
  const width = wholeFrom('width', options.width ?? DEFAULT_WIDTH, 1);
  const seeds = wholeFrom('seeds', options.seeds ?? FIELD_SEEDS, 1);
  const seed = options.seed ?? COMPUTE_DEFAULTS.seed;
  const one = { shape, kind: 'nngp', ...(signal && { signal }), ...(at && { at }) } as const;
  const nngp = receptiveField(definition, one);
  if (nngp.derivative === 'leading' || definition.format !== 'ntk-architecture/1') {
    throw new UsageError(
      `width: must come with activations that have a slope, got ${definition.name || 'a network'} with step, whose ` +
        'gradient is 0. Leave --width out.',
    );
  }
  const channels = shape[shape.length - 1];
  const read = readAt(definition, at ?? null).definition;
  const network = finiteNetwork(read, [1, ...shape], { width, ...(init && { init }) });
  checkMemory(network);
  const product = await matrixProduct(native, 'f64');
  const started = performance.now();
  const rows: Float64Array[] = [];
  for (let s = 0; s < seeds; s++) {
    if (signal?.aborted) throw new InterruptedError();
    const weights = drawWeights(network, { seed: seed + s, precision: 'f64' }, product);
    const x = unitPixels(nngp.field.length, channels, seed + s);
    rows.push(measure(network, { precision: 'f64', product, weights }, x, channels));
    tell(onProgress, s + 1, seeds, started);
    // Between networks others may be heard: a signal, a bar.
    await nextTask();
  }
  return summary(rows, nngp, { width, seeds, channels });
}

function tell(onProgress: FiniteFieldOptions['onProgress'], done: number, total: number, started: number): void {
  const seconds = (performance.now() - started) / 1000;
  const rate = done / Math.max(1e-9, seconds);
  onProgress?.({ done, total, rate, remaining: (total - done) / rate });
}

function summary(
  rows: readonly Float64Array[],
  nngp: ReceptiveField,
  { width, seeds, channels }: { readonly width: number; readonly seeds: number; readonly channels: number },
): FiniteFieldResult {
  const { field, errors } = sharesOf(rows);
  const { spread } = fieldShape(field, nngp.shape, nngp.at, nngp.circular);
  const finite: FiniteField = {
    width,
    seeds,
    field,
    errors,
    spread,
    peak: field.reduce((a, b) => Math.max(a, b)),
    distance: field.reduce((sum, v, i) => sum + Math.abs(v - nngp.field[i]), 0) / 2,
    expected: errors && (MEAN_SIZE * errors.reduce((a, b) => a + b, 0)) / 2,
  };
  const warnings =
    channels > 1
      ? []
      : [
          'Pixels of one channel have no direction along their sphere: their gradient is taken by the number itself, ' +
            'which tends to the field of the NNGP for relu and its kind alone. Give 2 channels or more for others.',
        ];
  return { finite, nngp, warnings };
}
