import type { FloatArray } from '../../data/array.js';
import { InternalError } from '../../errors.js';
import {
  backward,
  expanded,
  type Meeting,
  type ReachedLayer,
  type Side,
  startFactors,
} from '../../network/backward.js';
import type { Engine } from '../../network/engine.js';
import { forward, type Passed } from '../../network/forward.js';
import { type Operation, sizeOf, type WeightsOperation } from '../../vocabulary/operations.js';
import { fillJacobian, type Part } from '../methods/jacobian.js';
import { contractJacobian } from '../methods/jacobian-products.js';
import { addStructured, type Contribution } from '../methods/structured.js';
import type { Partition } from './partition.js';

/** Arrays of both sides; the same one twice on the diagonal of a symmetric matrix. */
type Buffers = readonly [FloatArray, FloatArray];

/**
 * What a worker of a pool is asked to do; `Contribution`s come without their operation, which each worker has.
 *
 * In this order (`EmpiricalRun` asks): `pass` for each side, `back`, then at every trained layer either `fill` and
 * `contract` for each part of its Jacobian, or `give` and `add`, and `next`, until `back` or `next` answers that there
 * is no further layer.
 */
export type WorkerRequest =
  /** Take examples of a side through the network: `count` of `all`, from `at` on. */
  | {
      readonly do: 'pass';
      readonly side: 0 | 1;
      readonly data: FloatArray;
      readonly count: number;
      readonly at: number;
      readonly all: number;
    }
  /** Begin the way back of some outputs, of one side or of both, and go to the last trained layer. */
  | {
      readonly do: 'back';
      readonly sides: 1 | 2;
      readonly first: number;
      readonly some: number;
      readonly outputs: number;
    }
  /** Go on to the trained layer before. */
  | { readonly do: 'next' }
  /** Write rows of the Jacobian of this layer. */
  | { readonly do: 'fill'; readonly part: Part; readonly buffers: Buffers }
  /** Add panels of products of the whole Jacobian. */
  | {
      readonly do: 'contract';
      readonly share: Omit<Contribution, 'operation'>;
      readonly part: Part;
      readonly buffers: Buffers;
    }
  /** Write what meets at this layer among that of all workers; without buffers it is given as it is. */
  | { readonly do: 'give'; readonly inputs: Buffers | null; readonly cotangents: Buffers | null }
  /** Add panels of Gram matrices of what meets at this layer. */
  | { readonly do: 'add'; readonly share: Omit<Contribution, 'operation'> };

/** What comes back. */
export interface WorkerAnswer {
  /** `[count, outputs]`, of `pass`. */
  readonly output?: FloatArray;
  /** The trained layer that was reached, null at the end of the way; of `back` and `next`. */
  readonly path?: string | null;
  /**
   * `[copies, units]`, where the cotangents of all outputs at that layer are one but for these; of `back` and `next`.
   */
  readonly factors?: FloatArray | null;
  /** Of `give` without buffers. */
  readonly meetings?: readonly Meeting[];
}

/** Examples of a side, on their way. */
interface Company {
  readonly passed: Passed;
  readonly count: number;
  readonly at: number;
  readonly all: number;
}

/**
 * One worker of a pool: it takes its examples through the network and back, layer by layer as it is asked, and does its
 * panels of the products.
 */
export class PoolWorker {
  readonly #operations: readonly Operation[];
  readonly #engine: Engine;
  readonly #partition: Partition;
  readonly #pause: () => Promise<void>;
  readonly #company: (Company | null)[] = [null, null];
  /** The way back of the outputs that were begun last. */
  #way: Iterator<ReachedLayer, void> | null = null;
  /** The trained layer that it has reached. */
  #here: ReachedLayer | null = null;

  constructor(operations: readonly Operation[], engine: Engine, partition: Partition, pause: () => Promise<void>) {
    this.#operations = operations;
    this.#engine = engine;
    this.#partition = partition;
    this.#pause = pause;
  }

  async answer(request: WorkerRequest): Promise<WorkerAnswer> {
    switch (request.do) {
      case 'pass':
        return this.#pass(request);
      case 'back':
        this.#way = this.#wayBack(request);
        return this.#next();
      case 'next':
        return this.#next();
      case 'fill':
        this.#fill(request);
        return {};
      case 'contract': {
        const { share, part, buffers } = request;
        contractJacobian(this.#contribution(share), part, buffers, this.#engine, this.#partition);
        return {};
      }
      case 'give':
        return this.#give(request);
      case 'add':
        await addStructured(this.#contribution(request.share), this.#engine, this.#pause, this.#partition);
        return {};
    }
  }

  #pass({ side, data, count, at, all }: Extract<WorkerRequest, { do: 'pass' }>): WorkerAnswer {
    // What was there is let go before its successor is made.
    this.#company[side] = null;
    this.#way = null;
    this.#here = null;
    const passed = forward(this.#operations, data, count, this.#engine);
    this.#company[side] = { passed, count, at, all };
    return { output: passed.output };
  }

  #wayBack({ sides, first, some, outputs }: Extract<WorkerRequest, { do: 'back' }>): Iterator<ReachedLayer, void> {
    const companies = this.#company.slice(0, sides).map((one): Side => {
      if (one === null) throw new InternalError('a way back of examples that did not pass');
      const { count, passed } = one;
      return { count, saved: passed.saved, ...startFactors(this.#engine, outputs, first, some, count) };
    });
    return backward(this.#operations, companies, this.#engine);
  }

  /** Goes on to the next trained layer. */
  #next(): WorkerAnswer {
    // What met at the layer before is let go, as the way back writes over it.
    this.#here = null;
    const step = this.#way?.next();
    if (step === undefined || step.done === true) this.#way = null;
    else this.#here = step.value;
    return { path: this.#here?.operation.path ?? null, factors: this.#here?.meetings[0].factors ?? null };
  }

  /** What meets at this layer, side by side with the places of its examples. */
  #slices() {
    const { operation, meetings } = this.#layer();
    const slices = meetings.map((meeting, side) => {
      const { at = 0, all = 0 } = this.#company[side] ?? {};
      return { meeting, at, all };
    });
    return { operation, slices };
  }

  #layer() {
    if (this.#here === null) throw new InternalError('a worker of a pool is at no layer');
    return this.#here;
  }

  #contribution(share: Omit<Contribution, 'operation'>): Contribution {
    return { ...share, operation: this.#layer().operation };
  }

  #fill({ part, buffers }: Extract<WorkerRequest, { do: 'fill' }>): void {
    const { operation, slices } = this.#slices();
    for (const [side, slice] of slices.entries()) fillJacobian(operation, slice, part, this.#engine, buffers[side]);
  }

  /** The same with a cotangent for each output. */
  #whole({ to }: WeightsOperation, meeting: Meeting): Meeting {
    if (!meeting.factors) return meeting;
    const cotangent = expanded(this.#engine, meeting.cotangent, meeting.factors, to.channels);
    return { ...meeting, cotangent, factors: null };
  }

  #give({ inputs, cotangents }: Extract<WorkerRequest, { do: 'give' }>): WorkerAnswer {
    const { operation, slices } = this.#slices();
    const whole = slices.map(({ meeting }) => this.#whole(operation, meeting));
    if (inputs === null || cotangents === null) return { meetings: whole };
    const [from, to] = [sizeOf(operation.from), sizeOf(operation.to)];
    for (const [side, { at, all }] of slices.entries()) {
      const { count, input, cotangent } = whole[side];
      inputs[side].set(input, at * from);
      const size = count * to;
      for (let a = 0; a * size < cotangent.length; a++) {
        cotangents[side].set(cotangent.subarray(a * size, (a + 1) * size), (a * all + at) * to);
      }
    }
    return {};
  }
}
