import { allocate, type FloatArray, type NdArray } from '../data/array.js';
import { InternalError, InterruptedError, NumericalError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { matrixProduct } from '../linalg/product.js';
import type { Engine } from '../network/engine.js';
import { drawWeights, givenWeights } from '../network/weights.js';
import { nextTask } from '../platform/tasks.js';
import { checkBlock } from './check.js';
import { DeviceRun, type EmpiricalTotals, openNetwork } from './device.js';
import { type PlannedEmpirical, planEmpirical } from './plan.js';
import { EmpiricalRun } from './run.js';
import { localPool, threadPool, type WorkerPool } from './threads/worker-pool.js';
import type { EmpiricalKernel, EmpiricalOptions, EmpiricalPlan } from './types.js';

/**
 * Memory that a run adds, bytes, up to which its threads may wait for the next: they hold its weights until they work
 * again.
 */
const SMALL_MEMORY = 2 ** 29;

/** Inputs in the precision of the engine. */
export function inPrecision({ data }: NdArray, engine: Engine): FloatArray {
  const isDouble = data instanceof Float64Array;
  if (isDouble === (engine.precision === 'f64')) return data;
  const copy = allocate(data.length, engine.precision);
  copy.set(data);
  return copy;
}

/** Lets signals through, and throws where the work was interrupted. */
function pauseOf({ signal }: EmpiricalOptions): () => Promise<void> {
  return async () => {
    await nextTask();
    if (signal?.aborted) throw new InterruptedError();
  };
}

/** The workers that compute a kernel: threads where there is work for them. */
async function teamOf(
  { network, workers }: PlannedEmpirical,
  engine: Engine,
  options: EmpiricalOptions,
): Promise<WorkerPool> {
  const pause = pauseOf(options);
  if (workers === 1) return localPool(network.operations, engine, pause);
  return threadPool(network.operations, engine, options.native ?? COMPUTE_DEFAULTS.native, workers, pause);
}

/**
 * What computes a planned kernel, with the weights that were given, or drawn ones. Throws UsageError for weights of
 * another network.
 */
export async function engineOf(
  { plan, network, product }: Pick<PlannedEmpirical, 'plan' | 'network' | 'product'>,
  { weights, native = COMPUTE_DEFAULTS.native, seed = COMPUTE_DEFAULTS.seed }: EmpiricalOptions,
): Promise<Engine> {
  const { precision, threads } = plan;
  if (weights !== undefined) return { precision, product, weights: givenWeights(network, weights, precision) };
  const double = precision === 'f64' ? product : await matrixProduct(native, 'f64', threads);
  return { precision, product, weights: drawWeights(network, { seed, precision }, double) };
}

type Inputs = readonly [x: FloatArray, z: FloatArray];

/** Computes in this process, and its threads. */
async function runHere(
  planned: PlannedEmpirical,
  engine: Engine,
  inputs: Inputs,
  options: EmpiricalOptions,
): Promise<EmpiricalTotals> {
  const pool = await teamOf(planned, engine, options);
  const run = new EmpiricalRun(planned, engine, pool, options);
  // A layer of many examples takes minutes, in which its threads hear nothing.
  const stop = (): void => void pool.close(false);
  options.signal?.addEventListener('abort', stop, { once: true });
  let isDone = false;
  try {
    await run.compute(...inputs);
    isDone = true;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    // Threads that wait still hold what they worked on until they work again.
    await pool.close(isDone && planned.added < SMALL_MEMORY);
  }
  return run;
}

/** Computes on the device of the plan. */
async function runOnDevice(
  { device, network, plan }: PlannedEmpirical,
  { weights }: Engine,
  inputs: Inputs,
  options: EmpiricalOptions,
): Promise<EmpiricalTotals> {
  if (device === null) throw new InternalError('a run on a device that was not planned');
  const job = await openNetwork(device, network, plan, options, weights);
  try {
    const run = new DeviceRun(job, network, plan, options);
    await run.compute(...inputs);
    return run;
  } finally {
    await job.close();
  }
}

/** Adds the contributions of all layers: they went to arrays of their own. */
function addContributions(ntk: FloatArray, contributions: ReadonlyMap<string, FloatArray> | null): void {
  for (const share of contributions?.values() ?? []) for (let k = 0; k < ntk.length; k++) ntk[k] += share[k];
}

/**
 * NTK of one finite network: K (x, z) = sum over trained parameters of df(x) df(z), each layer's contribution times its
 * `train`.
 *
 * `[n, m]`, the mean over the outputs, which estimates the analytic kernel; or `[n, m, o, o]` for `contract: 'full'`
 * and several outputs. Images `[n, h, w, c]` stay what they are for a network with a layer of positions. The
 * parameterisation is that of the file: w / sqrt(fan) stands outside W. Source: Jacot, Gabriel, Hongler 2018
 * (1806.07572); methods: Novak, Sohl-Dickstein, Schoenholz 2022 (2206.08720).
 *
 * @throws ArchitectureError, UsageError, MemoryError before it starts; InterruptedError when the signal fires;
 * NumericalError for an entry that is not finite
 */
export async function empiricalKernel(x: NdArray, options: EmpiricalOptions): Promise<EmpiricalKernel> {
  const started = performance.now();
  const planned = await planEmpirical(x, options);
  const compile = (performance.now() - started) / 1000;
  const kernel = await plannedEmpirical(x, options, planned);
  return { ...kernel, stages: { ...kernel.stages, compile } };
}

/** Throws NumericalError at the first entry that the precision does not hold. */
function checkFinite(ntk: FloatArray, { shape, precision }: EmpiricalPlan): void {
  let bad = 0;
  while (bad < ntk.length && ntk[bad] - ntk[bad] === 0) bad++;
  if (bad === ntk.length) return;
  const pair = Math.floor(bad / shape.slice(2).reduce((a, b) => a * b, 1));
  const [i, j] = [Math.floor(pair / shape[1]), pair % shape[1]];
  const remedy = precision === 'f32' ? 'Use --precision f64, or scale' : 'Look for NaN in inputs and weights, or scale';
  throw new NumericalError(
    `NTK: every entry must be finite, got ${ntk[bad]} in row ${i}, column ${j} (counted from 0) in ${precision}. ` +
      `${remedy} the inputs (--scale unit-rows).`,
  );
}

/**
 * The same as it was planned, whatever else the process has taken since: for many networks of one plan. Throws
 * InterruptedError when the signal fires, NumericalError for an entry that is not finite.
 */
export async function plannedEmpirical(
  x: NdArray,
  options: EmpiricalOptions,
  planned: PlannedEmpirical,
): Promise<EmpiricalKernel> {
  const started = performance.now();
  const { plan } = planned;
  const engine = await engineOf(planned, options);
  const drawn = performance.now();
  const rows = inPrecision(x, engine);
  const inputs = [rows, plan.symmetric ? rows : inPrecision(options.z ?? x, engine)] as const;
  const run = await (planned.device === null ? runHere : runOnDevice)(planned, engine, inputs, options);
  addContributions(run.ntk, run.contributions);
  checkFinite(run.ntk, plan);
  const computed = performance.now();
  const check = await checkBlock(planned, engine, inputs, run.ntk, pauseOf(options));
  if (!Number.isFinite(check.difference))
    throw new InternalError(`the check of an empirical kernel gave ${check.difference}`);
  const { shape } = plan;
  return {
    ntk: { data: run.ntk, shape },
    outputs: { data: run.outputs, shape: [shape[0], plan.outputs] },
    contributions: run.contributions && new Map([...run.contributions].map(([path, data]) => [path, { data, shape }])),
    weights: engine.weights,
    plan,
    check,
    stages: {
      compile: 0,
      initialise: (drawn - started) / 1000,
      compute: (computed - drawn) / 1000,
      check: (performance.now() - computed) / 1000,
    },
  };
}
