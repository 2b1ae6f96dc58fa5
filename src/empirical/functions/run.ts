import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  disposeJacobian,
  type Jacobian,
  jacobian,
  type Pause,
  pauseOf,
} from '../../../kernels/tfjs/functions/gradients.js';
import { gram } from '../../../kernels/tfjs/rows/product.js';
import { tfjsTensors } from '../../../kernels/tfjs/tfjs-tensors.js';
import type { TensorEngine } from '../../backend/tensor-device.js';
import { allocate, type FloatArray } from '../../data/array.js';
import { NumericalError } from '../../errors.js';
import type { MatrixProduct } from '../../linalg/product.js';
import { mirror } from '../target.js';
import type { EmpiricalPlan } from '../types.js';
import { checkFunction } from './check.js';
import { checkGradients } from './function-slopes.js';
import { type Chunk, PANEL_NUMBERS, type PlannedFunction, planFunction } from './plan.js';
import type { FunctionKernel, FunctionOf, FunctionOptions } from './types.js';

/** Examples of one side whose gradients are held. */
interface Block {
  readonly at: number;
  readonly count: number;
  readonly rows: Jacobian;
}

/** Products of the gradients of some examples with all of another block. */
interface Panel {
  readonly values: ArrayLike<number>;
  readonly first: number;
  readonly rows: number;
}

/**
 * A run of one kernel: for each chunk of variables, some outputs and each pair of blocks of examples their gradients
 * and the products of these.
 */
class Run {
  readonly #engine: TensorEngine;
  readonly #source: FunctionOf;
  readonly #inputs: readonly [Tensor, Tensor];
  /** Where the gradients of either side lie on the host. */
  readonly #rooms: readonly [Float32Array, Float32Array];
  readonly #plan: EmpiricalPlan;
  readonly #chunks: readonly Chunk[];
  readonly #options: FunctionOptions;
  readonly #pause: Pause;
  readonly #product: MatrixProduct | null;
  readonly #started = performance.now();
  readonly #pair: number;
  #done = 0;
  #steps = 1;
  readonly ntk: FloatArray;
  readonly contributions: ReadonlyMap<string, FloatArray> | null;
  readonly outputs: FloatArray;

  constructor(
    engine: TensorEngine,
    source: FunctionOf,
    inputs: readonly [Tensor, Tensor],
    { plan, chunks, product, rooms }: PlannedFunction,
    options: FunctionOptions,
  ) {
    this.#engine = engine;
    this.#source = source;
    this.#inputs = inputs;
    this.#plan = plan;
    this.#chunks = chunks;
    this.#product = product;
    this.#rooms = [new Float32Array(rooms[0]), new Float32Array(rooms[1])];
    this.#options = options;
    const pause = pauseOf(options.signal);
    this.#pause = async () => {
      await pause();
      this.#tell();
    };
    this.#pair = plan.shape.length === 4 ? plan.outputs ** 2 : 1;
    const length = plan.shape.reduce((a, b) => a * b, 1);
    this.ntk = allocate(length, 'f32');
    this.contributions =
      options.contributions === true ? new Map(plan.layers.map(({ path }) => [path, allocate(length, 'f32')])) : null;
    this.outputs = allocate(plan.shape[0] * plan.outputs, 'f32');
  }

  async compute(): Promise<void> {
    const { outputs, outputsAtOnce, shape, symmetric } = this.#plan;
    this.#steps = Math.ceil(outputs / outputsAtOnce) * this.#chunks.reduce((sum, c) => sum + this.#passes(c), 0);
    for (const [k, chunk] of this.#chunks.entries()) {
      for (let first = 0; first < outputs; first += outputsAtOnce) {
        await this.#chunk(chunk, first, k === 0 && first === 0);
      }
    }
    if (!symmetric) return;
    for (const data of [this.ntk, ...(this.contributions?.values() ?? [])])
      mirror(data, shape[0], Math.sqrt(this.#pair));
  }

  /** Examples that pass for some outputs of a chunk. */
  #passes({ examples }: Chunk): number {
    const [n, m] = this.#plan.shape;
    let passes = 0;
    for (let r = 0; r < n; r += examples) {
      const [own, first] = this.#plan.symmetric ? [Math.min(examples, n - r), r + examples] : [0, 0];
      passes += this.#plan.symmetric ? own + Math.max(0, m - first) : Math.min(examples, n - r) + m;
    }
    return passes * this.#plan.outputsAtOnce;
  }

  async #chunk(chunk: Chunk, first: number, keeps: boolean): Promise<void> {
    const { shape, symmetric, outputs } = this.#plan;
    const [n, m] = shape;
    const { examples } = chunk;
    for (let r = 0; r < n; r += examples) {
      const rows = await this.#block(chunk, 0, { at: r, count: Math.min(examples, n - r) }, first);
      try {
        if (keeps) this.outputs.set(await rows.rows.values.data(), r * outputs);
        for (let c = symmetric ? r : 0; c < m; c += examples) {
          if (symmetric && c === r) {
            await this.#add(chunk, rows, rows);
            continue;
          }
          const columns = await this.#block(chunk, 1, { at: c, count: Math.min(examples, m - c) }, first);
          try {
            await this.#add(chunk, rows, columns);
          } finally {
            disposeJacobian(columns.rows);
          }
        }
      } finally {
        disposeJacobian(rows.rows);
      }
    }
  }

  async #block(chunk: Chunk, side: 0 | 1, { at, count }: Omit<Block, 'rows'>, first: number): Promise<Block> {
    const { f, variables, where } = this.#source;
    const data = this.#inputs[side];
    const { outputs, outputsAtOnce } = this.#plan;
    const derived = { f, where, outputs, variables: chunk.variables.map((k) => variables[k]) };
    const wanted = {
      examples: { first: at, count },
      outputs: { first, count: Math.min(outputsAtOnce, outputs - first) },
      room: this.#product === null ? null : this.#rooms[side],
    };
    const rows = await jacobian(this.#engine, derived, data, wanted, async () => {
      this.#done += 1;
      await this.#pause();
    });
    return { at, count, rows };
  }

  /** Adds the products of the gradients of two blocks, variable by variable and some rows at a time. */
  async #add(chunk: Chunk, x: Block, z: Block): Promise<void> {
    for (const [place, k] of chunk.variables.entries()) {
      const target = this.contributions?.get(this.#plan.layers[k].path) ?? this.ntk;
      const panels = this.#product === null ? this.#onDevice(x, z, place) : this.#onHost(x, z, place, this.#product);
      for await (const { values, first, rows } of panels) {
        this.#put(target, values, x.at + first, rows, z);
        await this.#pause();
      }
    }
  }

  /** Ranges of the examples of a block whose products with all of another are held at once. */
  #ranges(x: Block, z: Block): readonly { readonly first: number; readonly rows: number }[] {
    const step = Math.max(1, Math.floor(PANEL_NUMBERS / (z.count * this.#pair)));
    return Array.from({ length: Math.ceil(x.count / step) }, (_, k) => ({
      first: k * step,
      rows: Math.min(step, x.count - k * step),
    }));
  }

  async *#onDevice(x: Block, z: Block, place: number): AsyncGenerator<Panel> {
    const { tf, use } = this.#engine;
    const copies = this.#pair > 1 ? this.#plan.outputs : 1;
    for (const { first, rows } of this.#ranges(x, z)) {
      use();
      const operations = tfjsTensors(tf);
      const panel = tf.tidy(() => {
        const left: Tensor2D = tf.reshape(x.rows.blocks[place], [x.count * copies, -1]);
        const right: Tensor2D = tf.reshape(z.rows.blocks[place], [z.count * copies, -1]);
        const some = rows === x.count ? left : tf.slice(left, [first * copies], [rows * copies]);
        return gram(operations, some, right) as Tensor2D;
      });
      const values = await panel.data();
      panel.dispose();
      yield { values, first, rows };
    }
  }

  /**
   * The same where tensors live in the memory of the process: to cut pieces of them takes tfjs long there, and so does
   * a product.
   */
  *#onHost(x: Block, z: Block, place: number, product: MatrixProduct): Generator<Panel> {
    const copies = this.#pair > 1 ? this.#plan.outputs : 1;
    const [jx, jz] = [x.rows.arrays[place], z.rows.arrays[place]];
    const [length, columns] = [jx.length / (x.count * copies), z.count * copies];
    for (const { first, rows } of this.#ranges(x, z)) {
      const values = new Float32Array(rows * copies * columns);
      const left = { data: jx, offset: first * copies * length, rowStep: length, depthStep: 1 };
      const right = { data: jz, offset: 0, rowStep: length, depthStep: 1 };
      const target = { data: values, offset: 0, rowStep: columns };
      product.multiply(left, right, rows * copies, columns, length, target, false);
      yield { values, first, rows };
    }
  }

  /** Adds a panel `[rows, columns]`, or `[rows, o, columns, o]`, to its place. */
  #put(target: FloatArray, values: ArrayLike<number>, row: number, rows: number, { at, count }: Block): void {
    const { shape, outputs } = this.#plan;
    const m = shape[1];
    if (this.#pair === 1) {
      for (let i = 0; i < rows; i++) {
        const to = (row + i) * m + at;
        for (let j = 0; j < count; j++) target[to + j] += values[i * count + j] / outputs;
      }
      return;
    }
    for (let i = 0; i < rows * outputs; i++) {
      const [example, a] = [Math.floor(i / outputs), i % outputs];
      for (let j = 0; j < count; j++) {
        const to = ((row + example) * m + at + j) * this.#pair + a * outputs;
        for (let b = 0; b < outputs; b++) target[to + b] += values[(i * count + j) * outputs + b];
      }
    }
  }

  #tell(): void {
    const total = this.ntk.length / this.#pair;
    const done = Math.min(total, Math.floor((total * this.#done) / this.#steps));
    const rate = done / Math.max(1e-9, (performance.now() - this.#started) / 1000);
    this.#options.onProgress?.({ done, total, rate, remaining: (total - done) / Math.max(1e-9, rate) });
  }
}

/** Adds the contributions of all variables: they went to arrays of their own. */
function addContributions(ntk: FloatArray, contributions: ReadonlyMap<string, FloatArray> | null): void {
  for (const share of contributions?.values() ?? []) for (let k = 0; k < ntk.length; k++) ntk[k] += share[k];
}

/** The kernel of a function on an engine; `known` where it was planned before. */
export async function runFunction(
  engine: TensorEngine,
  source: FunctionOf,
  x: Tensor,
  options: FunctionOptions,
  known?: PlannedFunction,
): Promise<FunctionKernel> {
  const started = performance.now();
  const planned = known ?? (await planFunction(engine, source, x, options));
  const { plan } = planned;
  const compiled = performance.now();
  const z = options.z ?? x;
  const slopes = await checkGradients(engine, source, planned, [x, z], pauseOf(options.signal));
  const checked = performance.now();
  const run = new Run(engine, source, [x, z], planned, options);
  await run.compute();
  addContributions(run.ntk, run.contributions);
  const wrong = run.ntk.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    throw new NumericalError(
      `${source.where}: must have gradients that f32 holds, got ${wrong} in the kernel. Scale the inputs.`,
    );
  }
  const computed = performance.now();
  const block = await checkFunction(engine, source, planned, [x, z], run.ntk);
  const { shape } = plan;
  return {
    ntk: { data: run.ntk, shape },
    outputs: { data: run.outputs, shape: [shape[0], plan.outputs] },
    contributions: run.contributions && new Map([...run.contributions].map(([path, data]) => [path, { data, shape }])),
    plan,
    check: { ...block, slopes },
    stages: {
      compile: (compiled - started) / 1000,
      initialise: 0,
      compute: (computed - checked) / 1000,
      check: (checked - compiled + performance.now() - computed) / 1000,
    },
  };
}
