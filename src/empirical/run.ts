import { allocate, type FloatArray, isShared } from '../data/array.js';
import type { Meeting } from '../network/backward.js';
import type { Engine } from '../network/engine.js';
import type { FiniteNetwork } from '../network/network.js';
import { sizeOf, type WeightsOperation, weightsOf } from '../vocabulary/operations.js';
import { addByProducts } from './check.js';
import type { EmpiricalMethod } from './methods/index.js';
import { partNumbers, partsOf } from './methods/jacobian.js';
import type { Contribution } from './methods/structured.js';
import type { PlannedEmpirical } from './plan.js';
import { type KernelTarget, mirror } from './target.js';
import type { WorkerAnswer, WorkerRequest } from './threads/pool-worker.js';
import type { WorkerPool } from './threads/worker-pool.js';
import type { EmpiricalOptions, EmpiricalPlan } from './types.js';

/** Examples of a block, from `at` on. */
interface Block {
  readonly at: number;
  readonly count: number;
}

/** Rows and columns of a pair of blocks: the same object on the diagonal of a symmetric matrix. */
type Blocks = readonly [Block, Block];

type Buffers = readonly [FloatArray, FloatArray];

/** A trained layer that the workers have reached on the way back of some outputs of a pair of blocks. */
interface LayerOfBlocks {
  readonly path: string;
  /** `[copies, units]`, where the cotangents of all outputs are one but for these. */
  readonly factors: FloatArray | null;
  readonly blocks: Blocks;
  readonly outputs: number;
}

/** A contribution without what meets: that lies with the workers of the pool. */
type LayerContribution = Omit<Contribution, 'x' | 'z'>;

const NOTHING = new Float64Array(0);

/** How many layers all pairs of blocks reach, some outputs at a time. */
function layersOfBlocks({ shape: [n, m], symmetric, examples, outputs, outputsAtOnce, layers }: EmpiricalPlan): number {
  const blocks = Math.ceil(n / examples);
  const pairs = symmetric ? (blocks * (blocks + 1)) / 2 : blocks * Math.ceil(m / examples);
  return Math.max(1, pairs * Math.ceil(outputs / outputsAtOnce) * layers.length);
}

/** A run of one kernel: blocks of examples, and for each pair of them the way back with every layer's contribution. */
export class EmpiricalRun {
  readonly #plan: EmpiricalPlan;
  readonly #network: FiniteNetwork;
  readonly #engine: Engine;
  readonly #options: EmpiricalOptions;
  readonly #pool: WorkerPool;
  readonly #trained: ReadonlyMap<string, WeightsOperation>;
  readonly #methods: ReadonlyMap<string, EmpiricalMethod>;
  readonly #pair: number;
  readonly #jacobian: number;
  readonly #buffers = new Map<string, FloatArray>();
  readonly #started = performance.now();
  readonly #steps: number;
  #done = 0;
  /** The kernel. */
  readonly ntk: FloatArray;
  /** Contributions of the layers, which the kernel then lacks; null unless asked for. */
  readonly contributions: ReadonlyMap<string, FloatArray> | null;
  /** Outputs of the network `[n, outputs]`. */
  readonly outputs: FloatArray;

  constructor({ plan, network, room }: PlannedEmpirical, engine: Engine, pool: WorkerPool, options: EmpiricalOptions) {
    this.#plan = plan;
    this.#network = network;
    this.#engine = engine;
    this.#options = options;
    this.#pool = pool;
    this.#jacobian = room;
    this.#trained = new Map(weightsOf(network.operations).map((operation) => [operation.path, operation]));
    this.#methods = new Map(plan.layers.map(({ path, method }) => [path, method]));
    this.#pair = plan.shape.length === 4 ? plan.outputs ** 2 : 1;
    const length = plan.shape.reduce((a, b) => a * b, 1);
    this.ntk = allocate(length, plan.precision);
    const { contributions = false } = options;
    this.contributions = contributions
      ? new Map(plan.layers.map(({ path }) => [path, allocate(length, plan.precision)]))
      : null;
    this.outputs = allocate(plan.shape[0] * plan.outputs, plan.precision);
    this.#steps = layersOfBlocks(plan);
  }

  async compute(x: FloatArray, z: FloatArray): Promise<void> {
    for await (const layer of this.#layers(x, z)) {
      await this.#contribute(layer);
      this.#tell();
    }
    const [n] = this.#plan.shape;
    const o = Math.sqrt(this.#pair);
    if (!this.#plan.symmetric) return;
    for (const data of [this.ntk, ...(this.contributions?.values() ?? [])]) mirror(data, n, o);
  }

  /**
   * The schedule, as all workers go through it in step: every pair of blocks, some outputs at a time, and the trained
   * layers on their way back.
   *
   * A layer is valid until the next one is asked for: then the workers go on, and write over what met there.
   */
  async *#layers(x: FloatArray, z: FloatArray): AsyncGenerator<LayerOfBlocks, void> {
    const [n, m] = this.#plan.shape;
    const { symmetric, examples, outputs, outputsAtOnce } = this.#plan;
    for (let r = 0; r < n; r += examples) {
      const rows = { at: r, count: Math.min(examples, n - r) };
      await this.#pass(x, rows, 0);
      for (let c = symmetric ? r : 0; c < m; c += examples) {
        const isDiagonal = symmetric && c === r;
        const columns = isDiagonal ? rows : { at: c, count: Math.min(examples, m - c) };
        if (!isDiagonal) await this.#pass(z, columns, 1);
        for (let first = 0; first < outputs; first += outputsAtOnce) {
          const some = Math.min(outputsAtOnce, outputs - first);
          let [{ path, factors }] = await this.#all({ do: 'back', sides: isDiagonal ? 1 : 2, first, some, outputs });
          while (path) {
            yield { path, factors: factors ?? null, blocks: [rows, columns], outputs: some };
            [{ path, factors }] = await this.#all({ do: 'next' });
          }
        }
      }
    }
  }

  /** Takes a block through the network: each worker some examples. */
  async #pass(data: FloatArray, { at, count }: Block, side: 0 | 1): Promise<void> {
    const size = sizeOf(this.#network.input);
    const { workers } = this.#pool;
    const begin = (worker: number): number => Math.floor((worker * count) / workers);
    const answers = await this.#pool.all((worker) => {
      const [first, end] = [begin(worker), begin(worker + 1)];
      const range = [(at + first) * size, (at + end) * size] as const;
      // A part of a shared array reaches a thread as it is, one of another array with all the rest.
      const part = isShared(data) ? data.subarray(...range) : data.slice(...range);
      return { do: 'pass', side, data: part, count: end - first, at: first, all: count };
    });
    if (side === 1) return;
    const { outputs } = this.#plan;
    for (const [worker, { output }] of answers.entries()) {
      if (output !== undefined) this.outputs.set(output, (at + begin(worker)) * outputs);
    }
  }

  #all(request: WorkerRequest): Promise<readonly WorkerAnswer[]> {
    return this.#pool.all(() => request);
  }

  /** Has all workers add what a layer contributes. */
  async #contribute({ path, factors, blocks: [x, z], outputs }: LayerOfBlocks): Promise<void> {
    const method = this.#methods.get(path) ?? 'structured';
    const share = this.contributions?.get(path);
    const [, columns] = this.#plan.shape;
    const whole: KernelTarget = { data: this.ntk, columns, row: x.at, column: z.at, pair: this.#pair };
    const contribution: LayerContribution = {
      operation: this.#trained.get(path) as WeightsOperation,
      outputs,
      allOutputs: this.#plan.outputs,
      room: this.#jacobian,
      contraction: this.#plan.shape.length === 4 ? 'full' : 'trace',
      target: share === undefined ? whole : { ...whole, data: share },
    };
    if (method === 'jacobian') await this.#byJacobian({ ...contribution, factors }, [x, z]);
    else await this.#byMeetings(contribution, [x, z], method);
  }

  /** Every worker writes rows of the Jacobian, then adds panels of its product. */
  async #byJacobian(share: LayerContribution, blocks: Blocks): Promise<void> {
    const { operation, ...rest } = share;
    const [x, z] = this.#sides(blocks, [NOTHING, NOTHING], [NOTHING, NOTHING]);
    const contribution = { ...share, x, z };
    const [ofX, ofZ] = partNumbers(contribution);
    const jx = this.#room('jacobian', 0, ofX);
    const buffers = [jx, x === z ? jx : this.#room('jacobian', 1, ofZ)] as const;
    for (const part of partsOf(contribution)) {
      await this.#all({ do: 'fill', part, buffers });
      await this.#all({ do: 'contract', share: { ...rest, x, z }, part, buffers });
    }
  }

  /** What meets at the layer is brought together, where it is not, and every worker adds panels of its products. */
  async #byMeetings(share: LayerContribution, blocks: Blocks, method: EmpiricalMethod): Promise<void> {
    const { operation, ...rest } = share;
    const [x, z] = await this.#meetings(share, blocks);
    if (method === 'structured') await this.#all({ do: 'add', share: { ...rest, x, z } });
    else await addByProducts({ ...share, x, z }, this.#engine, () => this.#pool.pause());
  }

  async #meetings({ operation, outputs }: LayerContribution, blocks: Blocks): Promise<readonly [Meeting, Meeting]> {
    if (this.#pool.workers === 1) {
      const [{ meetings = [] }] = await this.#all({ do: 'give', inputs: null, cotangents: null });
      return [meetings[0], meetings[meetings.length - 1]];
    }
    const buffers = (name: string, size: number): readonly [FloatArray, FloatArray] => {
      const [x, z] = blocks;
      const one = this.#room(name, 0, x.count * size);
      return [one, x === z ? one : this.#room(name, 1, z.count * size)];
    };
    const inputs = buffers('inputs', sizeOf(operation.from));
    const cotangents = buffers('signals', outputs * sizeOf(operation.to));
    await this.#all({ do: 'give', inputs, cotangents });
    return this.#sides(blocks, inputs, cotangents);
  }

  /** What meets on both sides: one and the same on the diagonal. */
  #sides([x, z]: Blocks, inputs: Buffers, cotangents: Buffers): readonly [Meeting, Meeting] {
    const one = { count: x.count, input: inputs[0], cotangent: cotangents[0] };
    return [one, x === z ? one : { count: z.count, input: inputs[1], cotangent: cotangents[1] }];
  }

  /** An array of all workers, kept for the next layer. */
  #room(name: string, side: 0 | 1, length: number): FloatArray {
    const key = `${name} ${side}`;
    const there = this.#buffers.get(key);
    const room = there !== undefined && there.length >= length ? there : this.#pool.room(length);
    this.#buffers.set(key, room);
    return room.subarray(0, length);
  }

  #tell(): void {
    this.#done += 1;
    const total = this.ntk.length / this.#pair;
    const done = Math.round((total * this.#done) / this.#steps);
    const rate = done / Math.max(1e-9, (performance.now() - this.#started) / 1000);
    this.#options.onProgress?.({ done, total, rate, remaining: (total - done) / Math.max(1e-9, rate) });
  }
}
