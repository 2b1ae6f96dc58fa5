import { allocate, type FloatArray } from '../data/array.js';
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
import type { MemberAnswer, MemberRequest } from './threads/member.js';
import type { Team } from './threads/team.js';
import type { EmpiricalOptions, EmpiricalPlan } from './types.js';

/** Examples of a block, from `at` on. */
interface Block {
  readonly at: number;
  readonly count: number;
}

/** Rows and columns of a pair of blocks: the same object on the diagonal of a symmetric matrix. */
type Blocks = readonly [Block, Block];

type Rooms = readonly [FloatArray, FloatArray];

/** A contribution without what meets: that lies with the members of the team. */
type Share = Omit<Contribution, 'x' | 'z'>;

const NOTHING = new Float64Array(0);

/** A run of one kernel: blocks of examples, and for each pair of them the way back with every layer's share. */
export class EmpiricalRun {
  readonly #plan: EmpiricalPlan;
  readonly #network: FiniteNetwork;
  readonly #engine: Engine;
  readonly #options: EmpiricalOptions;
  readonly #team: Team;
  readonly #trained: ReadonlyMap<string, WeightsOperation>;
  readonly #methods: ReadonlyMap<string, EmpiricalMethod>;
  readonly #pair: number;
  readonly #jacobian: number;
  readonly #rooms = new Map<string, FloatArray>();
  readonly #started = performance.now();
  #done = 0;
  #steps = 1;
  /** The kernel. */
  readonly ntk: FloatArray;
  /** Shares of the layers, which the kernel then lacks; null unless asked for. */
  readonly shares: ReadonlyMap<string, FloatArray> | null;
  /** Outputs of the network `[n, outputs]`. */
  readonly outputs: FloatArray;

  constructor({ plan, network, room }: PlannedEmpirical, engine: Engine, team: Team, options: EmpiricalOptions) {
    this.#plan = plan;
    this.#network = network;
    this.#engine = engine;
    this.#options = options;
    this.#team = team;
    this.#jacobian = room;
    this.#trained = new Map(weightsOf(network.operations).map((operation) => [operation.path, operation]));
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
      const rows = { at: r, count: Math.min(examples, n - r) };
      await this.#pass(x, rows, 0);
      for (let c = symmetric ? r : 0; c < m; c += examples) {
        const isDiagonal = symmetric && c === r;
        const columns = isDiagonal ? rows : { at: c, count: Math.min(examples, m - c) };
        if (!isDiagonal) await this.#pass(z, columns, 1);
        await this.#pairOfBlocks([rows, columns]);
      }
    }
    if (!symmetric) return;
    const o = Math.sqrt(this.#pair);
    for (const data of [this.ntk, ...(this.shares?.values() ?? [])]) mirror(data, n, o);
  }

  /** Takes a block through the network: each member some examples. */
  async #pass(data: FloatArray, { at, count }: Block, side: 0 | 1): Promise<void> {
    const size = sizeOf(this.#network.input);
    const { members } = this.#team;
    const begin = (member: number): number => Math.floor((member * count) / members);
    const answers = await this.#team.all((member) => {
      const [first, end] = [begin(member), begin(member + 1)];
      const range = [(at + first) * size, (at + end) * size] as const;
      // A part of a shared array reaches a thread as it is, one of another array with all the rest.
      const part = data.buffer instanceof SharedArrayBuffer ? data.subarray(...range) : data.slice(...range);
      return { do: 'pass', side, data: part, count: end - first, at: first, all: count };
    });
    if (side === 1) return;
    const { outputs } = this.#plan;
    for (const [member, { output }] of answers.entries()) {
      if (output !== undefined) this.outputs.set(output, (at + begin(member)) * outputs);
    }
  }

  async #pairOfBlocks([x, z]: Blocks): Promise<void> {
    const { outputs, outputsAtOnce } = this.#plan;
    const sides = x === z ? 1 : 2;
    for (let first = 0; first < outputs; first += outputsAtOnce) {
      const some = Math.min(outputsAtOnce, outputs - first);
      let [{ path, factors }] = await this.#all({ do: 'back', sides, first, some, outputs });
      while (path) {
        await this.#share(path, [x, z], some, factors ?? null);
        this.#done += 1;
        this.#tell();
        [{ path, factors }] = await this.#all({ do: 'next' });
      }
    }
  }

  #all(request: MemberRequest): Promise<readonly MemberAnswer[]> {
    return this.#team.all(() => request);
  }

  async #share(path: string, [x, z]: Blocks, outputs: number, factors: FloatArray | null): Promise<void> {
    const method = this.#methods.get(path) ?? 'structured';
    const share = this.shares?.get(path);
    const [, columns] = this.#plan.shape;
    const whole: KernelTarget = { data: this.ntk, columns, row: x.at, column: z.at, pair: this.#pair };
    const contribution: Share = {
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

  /** Every member writes rows of the Jacobian, then adds panels of its product. */
  async #byJacobian(share: Share, blocks: Blocks): Promise<void> {
    const { operation, ...rest } = share;
    const [x, z] = this.#sides(blocks, [NOTHING, NOTHING], [NOTHING, NOTHING]);
    const contribution = { ...share, x, z };
    const [ofX, ofZ] = partNumbers(contribution);
    const jx = this.#room('jacobian', 0, ofX);
    const rooms = [jx, x === z ? jx : this.#room('jacobian', 1, ofZ)] as const;
    for (const part of partsOf(contribution)) {
      await this.#all({ do: 'fill', part, rooms });
      await this.#all({ do: 'contract', share: { ...rest, x, z }, part, rooms });
    }
  }

  /** What meets at the layer is brought together, where it is not, and every member adds panels of its products. */
  async #byMeetings(share: Share, blocks: Blocks, method: EmpiricalMethod): Promise<void> {
    const { operation, ...rest } = share;
    const [x, z] = await this.#meetings(share, blocks);
    if (method === 'structured') await this.#all({ do: 'add', share: { ...rest, x, z } });
    else await addByProducts({ ...share, x, z }, this.#engine, () => this.#team.pause());
  }

  async #meetings({ operation, outputs }: Share, blocks: Blocks): Promise<readonly [Meeting, Meeting]> {
    if (this.#team.members === 1) {
      const [{ meetings = [] }] = await this.#all({ do: 'give', inputs: null, signals: null });
      return [meetings[0], meetings[meetings.length - 1]];
    }
    const rooms = (name: string, size: number): readonly [FloatArray, FloatArray] => {
      const [x, z] = blocks;
      const one = this.#room(name, 0, x.count * size);
      return [one, x === z ? one : this.#room(name, 1, z.count * size)];
    };
    const inputs = rooms('inputs', sizeOf(operation.from));
    const signals = rooms('signals', outputs * sizeOf(operation.to));
    await this.#all({ do: 'give', inputs, signals });
    return this.#sides(blocks, inputs, signals);
  }

  /** What meets on both sides: one and the same on the diagonal. */
  #sides([x, z]: Blocks, inputs: Rooms, signals: Rooms): readonly [Meeting, Meeting] {
    const one = { count: x.count, input: inputs[0], signal: signals[0] };
    return [one, x === z ? one : { count: z.count, input: inputs[1], signal: signals[1] }];
  }

  /** An array of all members, kept for the next layer. */
  #room(name: string, side: 0 | 1, length: number): FloatArray {
    const key = `${name} ${side}`;
    const there = this.#rooms.get(key);
    const room = there !== undefined && there.length >= length ? there : this.#team.room(length);
    this.#rooms.set(key, room);
    return room.subarray(0, length);
  }

  #tell(): void {
    const total = this.ntk.length / this.#pair;
    const done = Math.round((total * this.#done) / this.#steps);
    const rate = done / Math.max(1e-9, (performance.now() - this.#started) / 1000);
    this.#options.onProgress?.({ done, total, rate, remaining: (total - done) / Math.max(1e-9, rate) });
  }
}
