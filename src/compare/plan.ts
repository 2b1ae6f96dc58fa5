import type { NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { type PlannedEmpirical, planEmpirical } from '../empirical/plan.js';
import type { EmpiricalOptions } from '../empirical/types.js';
import { ArchitectureError, MemoryError, UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { planKernel } from '../kernel/plan.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { linearAlgebra } from '../linalg/index.js';
import { parameterCount } from '../network/memory.js';
import { finiteNetwork } from '../network/network.js';
import { defaultMemory } from '../platform/limits.js';
import { residentBytes } from '../platform/memory.js';
import { DEFAULT_LEADING, DEFAULT_SEEDS } from './defaults.js';
import { partsSeconds } from './parts.js';
import { PairStore } from './store.js';
import type { CompareOptions, ComparePlan, WidthPlan } from './types.js';

/** Matrices `[n, n]` in float64 that a comparison holds beside an empirical kernel: K, mean, squares, one in double. */
const HELD_MATRICES = 4;
/**
 * Rows up to which a decomposition finds the eigenpairs, beyond which an iteration does, and the matrices that each
 * holds.
 */
const DENSE = { rows: 300, iterationCopies: 3 } as const;
/** Seconds of a network that no count of operations shows: planning, waiting, the check. */
const OVERHEAD = 0.003;
/** Networks of a width at most: their numbers are held in lists. */
const MOST_SEEDS = 1e6;
/** Seconds of one random normal number. */
const NORMAL = 3.5e-8;

/** A plan with what it was made from. */
export interface PlannedComparison {
  /** The plan itself. */
  readonly plan: ComparePlan;
  /** Paths of the trained layers. */
  readonly paths: readonly string[];
  /** Outputs of the networks. */
  readonly outputs: number;
  /** Networks of each width. */
  readonly seeds: number;
  /** First seed. */
  readonly seed: number;
  /** Leading eigenvalues. */
  readonly k: number;
  /** Finished networks in a folder; null: none are kept. */
  readonly store: PairStore | null;
  /** Eigenpairs of the kernels. */
  readonly algebra: LinearAlgebra;
  /** Bytes that the analytic kernels, and eigenpairs, may take. */
  readonly memory: number;
  /** One network of each width. */
  readonly networks: readonly PlannedEmpirical[];
  /** Bytes of the process when it was planned. */
  readonly base: number;
}

/** Name of a finished network in its folder. */
export function pairName(width: number, s: number): string {
  return `w${width}-s${s}`;
}

/**
 * Seed of network s of a width: `seed + s + 2^32 width`, so that networks of different widths are independent as well.
 */
export function networkSeed(seed: number, s: number, width: number): number {
  return seed + s + 2 ** 32 * width;
}

function checkOptions({ widths, seeds = DEFAULT_SEEDS, seed = COMPUTE_DEFAULTS.seed, k = 1 }: CompareOptions): void {
  const bad = widths.find((width, i) => !Number.isSafeInteger(width) || width < 1 || (i > 0 && width <= widths[i - 1]));
  if (widths.length === 0 || bad !== undefined) {
    throw new UsageError(
      `widths: must be whole numbers of at least 1, ascending and each once, got ${widths.join(',') || 'none'}. ` +
        'For example 64,128,256.',
    );
  }
  for (const [name, value] of Object.entries({ seeds, k })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new UsageError(`${name}: must be a whole number of at least 1, got ${value}. Leave it out for the default.`);
  }
  if (seeds > MOST_SEEDS) {
    throw new UsageError(`seeds: must be at most ${MOST_SEEDS}, got ${seeds}. A hundred networks of a width are many.`);
  }
  const last = networkSeed(seed, seeds, widths[widths.length - 1]);
  if (Number.isSafeInteger(seed) && seed >= 0 && Number.isSafeInteger(last)) return;
  throw new UsageError(
    `seed: must be a whole number of at least 0, and seed + seeds + 2^32 times the width below 2^53, got ${seed}. ` +
      'For example 0.',
  );
}

/** Refuses a network that is the same at every width. */
function checkOpen({ architecture, widths, outputs, init }: CompareOptions, shape: readonly number[]): void {
  const sizes = { ...(outputs && { outputs }), ...(init && { init }) };
  const count = (width: number): number =>
    parameterCount(finiteNetwork(architecture, shape, { ...sizes, width }).operations);
  const [first] = widths;
  try {
    if (count(first) !== count(first + 1)) return;
  } catch (error) {
    // The next width alone may contradict a width that the file gives.
    if (!(error instanceof ArchitectureError)) throw error;
    count(first);
    return;
  }
  throw new UsageError(
    `widths: must change the network, got ${architecture.name || 'one'}, in which no hidden layer leaves its width ` +
      'open. Take "width" out of its hidden layers, or give one with a hidden layer.',
  );
}

/** The options of one empirical kernel. */
export function empiricalOptions(options: CompareOptions, width: number, memory: number): EmpiricalOptions {
  const { architecture, outputs, init, precision, backend, native, threads, signal } = options;
  return {
    ...{ architecture, width, memory, contributions: true },
    ...(outputs && { outputs }),
    ...(init && { init }),
    ...(precision && { precision }),
    ...(backend && { backend }),
    ...(native && { native }),
    ...(threads && { threads }),
    ...(signal && { signal }),
  };
}

/** The plan of one network beside what is held; where it does not fit, the message names the whole. */
async function planNetwork(
  x: NdArray,
  options: CompareOptions,
  width: number,
  { held, limit }: { readonly held: number; readonly limit: number },
): Promise<PlannedEmpirical> {
  try {
    return await planEmpirical(x, empiricalOptions(options, width, limit - held));
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    const least = { ...empiricalOptions(options, width, Number.MAX_VALUE), examples: 1, outputsAtOnce: 1 };
    const needed = held + (await planEmpirical(x, least)).plan.memoryBytes;
    throw new MemoryError(
      `--memory: the comparison needs about ${readableBytes(needed)} at width ${width}, got a promise of ` +
        `${readableBytes(limit)}. Raise --memory, lower --widths or --precision, or choose fewer --rows.`,
    );
  }
}

/** Bytes that a comparison of n rows holds beside one empirical kernel. */
function heldBytes(n: number, k: number, { eigenCopies }: LinearAlgebra): number {
  const eigen = n <= DENSE.rows ? 1 + eigenCopies : DENSE.iterationCopies;
  return 8 * (n * n * (HELD_MATRICES + eigen) + 20 * k * n);
}

function openStore(x: NdArray, options: CompareOptions, seed: number, outputs: number): PairStore | null {
  const {
    folder,
    architecture,
    source = 'x',
    init = null,
    precision = COMPUTE_DEFAULTS.precision,
    force = false,
  } = options;
  return folder === undefined
    ? null
    : new PairStore(folder, { architecture, x, source, seed, init, outputs, precision }, force);
}

/**
 * Plans a comparison: networks, memory, expected time; computes and writes nothing.
 *
 * @throws UsageError for options that cannot be, ArchitectureError for a network that does not fit, MemoryError when
 * the budget is too small, OutputError for a folder that cannot be used or holds networks of something else
 */
export async function planCompare(x: NdArray, options: CompareOptions): Promise<PlannedComparison> {
  checkOptions(options);
  checkOpen(options, x.shape);
  const {
    widths,
    seeds = DEFAULT_SEEDS,
    seed = COMPUTE_DEFAULTS.seed,
    native = COMPUTE_DEFAULTS.native,
    threads,
  } = options;
  const n = x.shape[0];
  const k = Math.min(n, options.k ?? DEFAULT_LEADING);
  const algebra = await linearAlgebra(native, threads);
  const limit = options.memory ?? defaultMemory();
  const held = heldBytes(n, k, algebra);
  const memory = limit - held;
  const base = residentBytes();
  const planned = [];
  for (const width of widths) planned.push(await planNetwork(x, options, width, { held, limit }));
  const plans = planned.map((one) => one.plan);
  const [first] = plans;
  const store = openStore(x, options, seed, first.outputs);
  const numbers = Array.from({ length: seeds }, (_, s) => s);
  const byWidth = plans.map(({ parameters, seconds, memoryBytes }, i): WidthPlan => {
    const networks = numbers.filter((s) => store?.has(pairName(widths[i], s)) !== true).length;
    const each = OVERHEAD + NORMAL * parameters + seconds;
    return { width: widths[i], parameters, networks, seconds: each, memoryBytes: memoryBytes + held };
  });
  const networks = byWidth.reduce((sum, one) => sum + one.networks, 0);
  const paths = first.layers.map(({ path }) => path);
  const isKnown = store?.has('analytic') === true;
  const { architecture } = options;
  const one = await planKernel(x, { architecture, backend: 'host', memory: limit, ...(threads && { threads }) });
  const analyticSeconds = isKnown ? 0 : one.seconds + partsSeconds({ architecture, x, paths });
  const plan: ComparePlan = {
    shape: [n, n],
    widths: byWidth,
    networks,
    reused: widths.length * seeds - networks,
    analyticSeconds,
    backend: first.backend,
    algebra: first.algebra,
    precision: first.precision,
    threads: first.threads,
    memoryBytes: Math.max(...byWidth.map(({ memoryBytes }) => memoryBytes)),
    memoryLimit: limit,
    seconds: byWidth.reduce((sum, w) => sum + w.networks * w.seconds, analyticSeconds),
  };
  return { plan, paths, outputs: first.outputs, seeds, seed, k, store, algebra, memory, networks: planned, base };
}
