import { InterruptedError } from '../errors.js';
import { nextTask } from '../platform/tasks.js';
import { startThread } from '../platform/thread.js';
import { Places } from './places.js';

/** Something that answers requests with what it keeps in its memory. */
export interface Engine<R, A> {
  readonly memory: WebAssembly.Memory;
  answer(request: R): A;
}

/** An engine, on a thread or on the calling one. */
export interface Executor<R, A> {
  readonly memory: WebAssembly.Memory;
  run(request: R): Promise<A>;
  close(): Promise<void>;
}

/** Runs an engine on the calling thread. */
export function localExecutor<R, A>(engine: Engine<R, A>): Executor<R, A> {
  const run = async (request: R): Promise<A> => {
    // Lets signals and progress through between tiles.
    await nextTask();
    return engine.answer(request);
  };
  return { memory: engine.memory, run, close: async () => undefined };
}

/**
 * Runs an engine on a thread of its own: the program at `url`, which is started with `start` and answers messages in
 * order.
 */
export function threadExecutor<R, A>(url: URL, memory: WebAssembly.Memory, start: object): Executor<R, A> {
  const { ask, close } = startThread<R, A>(url, { ...start, memory });
  return { memory, run: ask, close };
}

/** A place to compute a tile: one of the two result sets of one engine. */
export interface Slot<R, A> {
  readonly executor: Executor<R, A>;
  readonly set: number;
}

/** The places of some executors, two each, so that one result is stored while the next is computed. */
export class Slots<R, A> {
  readonly count: number;
  readonly #executors: readonly Executor<R, A>[];
  readonly #places: Places<Slot<R, A>>;

  constructor(executors: readonly Executor<R, A>[]) {
    this.#executors = executors;
    const slots = [0, 1].flatMap((set) => executors.map((executor) => ({ executor, set })));
    this.#places = new Places(slots);
    this.count = slots.length;
  }

  /** A free place, the next one when all are taken. */
  take(): Promise<Slot<R, A>> {
    return this.#places.take();
  }

  give(slot: Slot<R, A>): void {
    this.#places.give(slot);
  }

  /** What gives a place back, once: later calls do nothing. */
  release(slot: Slot<R, A>): () => void {
    let held = true;
    return () => {
      if (held) this.give(slot);
      held = false;
    };
  }

  /** Stops all executors; who waits for a place is told so. */
  async close(): Promise<void> {
    this.#places.refuse(new InterruptedError());
    await Promise.all(this.#executors.map((s) => s.close()));
  }
}
