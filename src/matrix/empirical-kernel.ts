import { allocate, type FloatArray, type NdArray } from '../data/array.js';
import { InternalError, InterruptedError } from '../errors.js';
import { backward, type Meeting, type Side, type Visit } from '../finite/backward.js';
import { type Engine, zeros } from '../finite/engine.js';
import { forward, type Passed } from '../finite/forward.js';
import { addJacobian } from '../finite/jacobian.js';
import type { EmpiricalMethod } from '../finite/methods.js';
import { type FiniteNetwork, sizeOf, type WeightsOperation } from '../finite/network.js';
import { addStructured, type Contribution } from '../finite/structured.js';
import { type KernelTarget, mirror } from '../finite/target.js';
import { drawWeights } from '../finite/weights.js';
import { matrixProduct } from '../linalg/product.js';
import { addByProducts, checkBlock } from './empirical-check.js';
import { type PlannedEmpirical, planEmpirical } from './empirical-plan.js';
import type { EmpiricalKernel, EmpiricalOptions, EmpiricalPlan } from './empirical-types.js';

/** Examples of one side that pass the network together. */
interface Block {
  readonly at: number;
  readonly count: number;
  readonly passed: Passed;
}

/** Derivatives of outputs `[first, first + some)` by all outputs: rows of the identity, for each example. */
export function startSignal(engine: Engine, outputs: number, first: number, some: number, count: number): FloatArray {
  const signal = zeros(engine, some * count * outputs);
  for (let a = 0; a < some; a++) {
    for (let i = 0; i < count; i++) signal[(a * count + i) * outputs + first + a] = 1;
  }
  return signal;
}

/** Inputs in the precision of the engine. */
export function inPrecision({ data }: NdArray, engine: Engine): FloatArray {
  const isDouble = data instanceof Float64Array;
  if (isDouble === (engine.precision === 'f64')) return data;
  const copy = zeros(engine, data.length);
  copy.set(data);
  return copy;
}

/** A run of one kernel: blocks of examples, and for each pair of them the way back with every layer's share. */
class Run {
  readonly #plan: EmpiricalPlan;
  readonly #network: FiniteNetwork;
  readonly #engine: Engine;
  readonly #options: EmpiricalOptions;
  readonly #methods: ReadonlyMap<string, EmpiricalMethod>;
  readonly #pair: number;
  readonly #room: number;
  readonly #started = performance.now();
  #done = 0;
  #steps = 1;
  readonly ntk: FloatArray;
  readonly shares: ReadonlyMap<string, FloatArray> | null;
  readonly outputs: FloatArray;

  constructor({ plan, network, room }: PlannedEmpirical, engine: Engine, options: EmpiricalOptions) {
    this.#plan = plan;
    this.#network = network;
    this.#engine = engine;
    this.#room = room;
    this.#options = options;
    this.#methods = new Map(plan.layers.map(({ path, method }) => [path, method]));
    this.#pair = plan.shape.length === 4 ? plan.outputs ** 2 : 1;
    const length = plan.shape.reduce((a, b) => a * b, 1);
    this.ntk = allocate(length, plan.precision);
    const { contributions = false } = options;
    this.shares = contributions
      ? new Map(plan.layers.map(({ path }) => [path, allocate(length, plan.precision)]))
      : null;
    this.outputs = allocate(plan.shape[0] * plan.outputs, plan.precision);
  }

  async compute(x: FloatArray, z: FloatArray): Promise<void> {
    const [n, m] = this.#plan.shape;
    const { symmetric, examples, outputs, outputsAtOnce, layers } = this.#plan;
    const blocks = Math.ceil(n / examples);
    const pairs = symmetric ? (blocks * (blocks + 1)) / 2 : blocks * Math.ceil(m / examples);
    this.#steps = Math.max(1, pairs * Math.ceil(outputs / outputsAtOnce) * layers.length);
    for (let r = 0; r < n; r += examples) {
      const rows = this.#pass(x, r, n);
      this.outputs.set(rows.passed.output, r * outputs);
      for (let c = symmetric ? r : 0; c < m; c += examples) {
        const columns = symmetric && c === r ? rows : this.#pass(z, c, m);
        await this.#pairOfBlocks(rows, columns);
      }
    }
    if (!symmetric) return;
    const o = Math.sqrt(this.#pair);
    for (const data of [this.ntk, ...(this.shares?.values() ?? [])]) mirror(data, n, o);
  }

  #pass(data: FloatArray, at: number, all: number): Block {
    const count = Math.min(this.#plan.examples, all - at);
    const size = sizeOf(this.#network.input);
    const h = data.subarray(at * size, (at + count) * size);
    return { at, count, passed: forward(this.#network.operations, h, count, this.#engine) };
  }

  async #pairOfBlocks(x: Block, z: Block): Promise<void> {
    const { outputs, outputsAtOnce } = this.#plan;
    for (let first = 0; first < outputs; first += outputsAtOnce) {
      const some = Math.min(outputsAtOnce, outputs - first);
      const sides = (x === z ? [x] : [x, z]).map(({ count, passed }): Side => {
        const signal = startSignal(this.#engine, outputs, first, some, count);
        return { count, traces: passed.traces, signal };
      });
      const visit: Visit = (operation, meetings) => this.#share(operation, meetings, some, [x.at, z.at]);
      await backward(this.#network.operations, sides, false, this.#engine, visit);
    }
  }

  async #share(
    operation: WeightsOperation,
    [x, z = x]: readonly Meeting[],
    outputs: number,
    [row, column]: readonly [number, number],
  ): Promise<void> {
    const method = this.#methods.get(operation.path) ?? 'structured';
    const share = this.shares?.get(operation.path);
    const whole: KernelTarget = { data: this.ntk, columns: this.#plan.shape[1], row, column, pair: this.#pair };
    const contribution: Contribution = {
      operation,
      x,
      z,
      outputs,
      allOutputs: this.#plan.outputs,
      room: this.#room,
      contraction: this.#plan.shape.length === 4 ? 'full' : 'trace',
      target: share === undefined ? whole : { ...whole, data: share },
    };
    const pause = (): Promise<void> => this.#pause();
    if (method === 'structured') await addStructured(contribution, this.#engine, pause);
    else if (method === 'jacobian') await addJacobian(contribution, this.#engine, pause);
    else await addByProducts(contribution, this.#engine, pause);
    this.#done += 1;
    this.#tell();
  }

  #tell(): void {
    const total = this.ntk.length / this.#pair;
    const done = Math.round((total * this.#done) / this.#steps);
    const rate = done / Math.max(1e-9, (performance.now() - this.#started) / 1000);
    this.#options.onProgress?.({ done, total, rate, remaining: (total - done) / Math.max(1e-9, rate) });
  }

  async #pause(): Promise<void> {
    if (this.#options.signal?.aborted) throw new InterruptedError();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Adds the shares of all layers: they went to arrays of their own. */
function addShares(ntk: FloatArray, shares: ReadonlyMap<string, FloatArray> | null): void {
  for (const share of shares?.values() ?? []) for (let k = 0; k < ntk.length; k++) ntk[k] += share[k];
}

/**
 * NTK of one finite network: K (x, z) = sum over trained parameters of df(x) df(z), each layer's share times its `train`.
 *
 * `[n, m]`, the mean over the outputs, which estimates the analytic kernel; or `[n, m, o, o]` for `contract: 'full'` and several outputs.
 * Images `[n, h, w, c]` stay what they are for a network with a layer of positions. The parameterisation is that of the file: w / sqrt(fan) stands outside W.
 * Source: Jacot, Gabriel, Hongler 2018 (1806.07572); methods: Novak, Sohl-Dickstein, Schoenholz 2022 (2206.08720).
 *
 * @throws ArchitectureError, UsageError, MemoryError before it starts; InterruptedError when the signal fires
 */
export async function empiricalKernel(x: NdArray, options: EmpiricalOptions): Promise<EmpiricalKernel> {
  const started = performance.now();
  const planned = await planEmpirical(x, options);
  const { plan, network, product } = planned;
  const { precision } = plan;
  const double = precision === 'f64' ? product : await matrixProduct(options.native ?? 'auto', 'f64', plan.threads);
  const compiled = performance.now();
  const weights = options.weights ?? drawWeights(network, { seed: options.seed ?? 0, precision }, double);
  const engine: Engine = { precision, product, weights };
  const drawn = performance.now();
  const [ownX, ownZ] = [inPrecision(x, engine), inPrecision(options.z ?? x, engine)];
  const run = new Run(planned, engine, options);
  await run.compute(ownX, ownZ);
  addShares(run.ntk, run.shares);
  const computed = performance.now();
  const check = await checkBlock(planned, engine, [ownX, ownZ], run.ntk);
  if (!Number.isFinite(check.difference))
    throw new InternalError(`the check of an empirical kernel gave ${check.difference}`);
  const { shape } = plan;
  return {
    ntk: { data: run.ntk, shape },
    outputs: { data: run.outputs, shape: [shape[0], plan.outputs] },
    contributions: run.shares && new Map([...run.shares].map(([path, data]) => [path, { data, shape }])),
    weights,
    plan,
    check,
    stages: {
      compile: (compiled - started) / 1000,
      initialise: (drawn - compiled) / 1000,
      compute: (computed - drawn) / 1000,
      check: (performance.now() - computed) / 1000,
    },
  };
}
