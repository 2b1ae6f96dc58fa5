import type { NetworkBatch, NetworkContribution, NetworkJob, NetworkTask } from '../../../src/backend/network.js';
import { type FloatArray, zeros } from '../../../src/data/array.js';
import { InternalError, InterruptedError } from '../../../src/errors.js';
import { nextTask } from '../../../src/platform/tasks.js';
import type { WeightsOperation } from '../../../src/vocabulary/operations.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { Engine } from '../engine.js';
import { explained } from '../explained.js';
import type { Tensor, Tensors } from '../tensors.js';
import { contributionOf } from './contributions.js';
import type { Device } from './operations.js';
import { backward, disposeActivations, forward, type Meeting, type SavedActivations } from './passes.js';

/** A batch with what it left on the device. */
interface TensorBatch extends NetworkBatch {
  readonly saved: readonly SavedActivations[];
}

/** The empirical NTK of one network as tensor operations. */
export class NetworkTensorJob implements NetworkJob {
  readonly #engine: Engine;
  readonly #tf: Tensors;
  readonly #task: NetworkTask;
  readonly #device: Device;
  readonly #batches = new Set<TensorBatch>();
  #isClosed = false;

  constructor(engine: Engine, task: NetworkTask) {
    this.#engine = engine;
    this.#task = task;
    this.#tf = engine.tensors(task.precision);
    this.#device = { tf: this.#tf, weights: task.weights };
  }

  async pass(examples: FloatArray, count: number): Promise<NetworkBatch> {
    return this.#explaining(async () => {
      await this.#pause();
      const tf = this.#tf;
      const { operations, input } = this.#task;
      const { output, saved } = tf.tidy(() => {
        const h = tf.tensor(examples, [count, positionCount(input.positions ?? []), input.channels]);
        return forward(this.#device, operations, h);
      });
      try {
        return this.#batch(count, await tf.read(output), saved);
      } catch (error) {
        disposeActivations(saved);
        throw error;
      } finally {
        output.dispose();
      }
    });
  }

  async kernel(x: NetworkBatch, z: NetworkBatch, first: number, some: number): Promise<readonly NetworkContribution[]> {
    return this.#explaining(async () => {
      const [left, right] = [this.#own(x), this.#own(z)];
      this.#engine.use();
      const sides = this.#tf.tidy(() =>
        (left === right ? [left] : [left, right]).map(({ saved, count }) => ({
          saved,
          cotangent: this.#start(count, first, some),
        })),
      );
      const { apart, operations } = this.#task;
      const found: { path: string | null; total: Tensor }[] = [];
      try {
        for (const { operation, meetings } of backward(this.#device, operations, sides)) {
          await this.#pause();
          const total = await this.#share(operation, meetings, some);
          if (apart || found.length === 0) found.push({ path: apart ? operation.path : null, total });
          else found[0] = { path: null, total: this.#joined(found[0].total, total) };
        }
        await this.#pause();
        return await Promise.all(found.map(async ({ path, total }) => ({ path, values: await this.#tf.read(total) })));
      } finally {
        for (const { total } of found) total.dispose();
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const batch of this.#batches) batch.release();
  }

  #share(operation: WeightsOperation, [x, z = x]: readonly Meeting[], outputs: number): Promise<Tensor> {
    const { methods, contraction } = this.#task;
    const share = { operation, x, z, outputs, contraction };
    return contributionOf(this.#device, share, methods.get(operation.path) ?? 'structured', () => this.#pause());
  }

  #joined(a: Tensor, b: Tensor): Tensor {
    try {
      return this.#tf.add(a, b);
    } finally {
      a.dispose();
      b.dispose();
    }
  }

  /** Derivatives of some outputs by all: rows of the identity, for each example. */
  #start(count: number, first: number, some: number): Tensor {
    const { outputs } = this.#task;
    const cotangent = zeros(some * count * outputs, this.#tf.precision);
    for (let a = 0; a < some; a++) {
      for (let i = 0; i < count; i++) cotangent[(a * count + i) * outputs + first + a] = 1;
    }
    return this.#tf.tensor(cotangent, [some * count, 1, outputs]);
  }

  #batch(count: number, outputs: FloatArray, saved: readonly SavedActivations[]): NetworkBatch {
    const batch: TensorBatch = {
      count,
      outputs,
      saved,
      release: () => {
        if (!this.#batches.delete(batch)) return;
        this.#engine.use();
        disposeActivations(saved);
      },
    };
    this.#batches.add(batch);
    return batch;
  }

  #own(batch: NetworkBatch): TensorBatch {
    for (const own of this.#batches) if (own === batch) return own;
    throw new InternalError('a batch is used after its release, or by another network');
  }

  /** Lets the event loop run, and makes sure that the job is still wanted and its tfjs backend the chosen one. */
  async #pause(): Promise<void> {
    await nextTask();
    if (this.#isClosed) throw new InterruptedError();
    this.#engine.use();
  }

  async #explaining<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explained(error, this.#engine);
    }
  }
}
