import { InterruptedError } from '../../src/errors.js';

/** Places for tiles in work or unreleased; whoever asks for more waits for its turn. */
export class Slots {
  readonly #queue: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #free: number;
  #closed = false;

  constructor(count: number) {
    this.#free = count;
  }

  /** Whether no more are given out. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Waits for a place. @throws InterruptedError once they are closed */
  async take(): Promise<void> {
    if (this.#closed) throw new InterruptedError();
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve, reject) => this.#queue.push({ resolve, reject }));
  }

  /** Gives a place back. */
  give(): void {
    const waiting = this.#queue.shift();
    if (waiting === undefined) this.#free += 1;
    else waiting.resolve();
  }

  /** Turns away those who wait, and who will come. */
  close(): void {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new InterruptedError());
  }
}
