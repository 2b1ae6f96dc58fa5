import { Places } from '../../src/backend/places.js';
import { InterruptedError } from '../../src/errors.js';

/** Places for tiles in work or unreleased; whoever asks for more waits for its turn. */
export class Slots {
  readonly #places: Places<true>;
  #closed = false;

  constructor(count: number) {
    this.#places = new Places(new Array<true>(count).fill(true));
  }

  /** Whether no more are given out. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Waits for a place. @throws InterruptedError once they are closed */
  async take(): Promise<void> {
    if (this.#closed) throw new InterruptedError();
    await this.#places.take();
  }

  /** Gives a place back. */
  give(): void {
    this.#places.give(true);
  }

  /** Turns away those who wait, and who will come. */
  close(): void {
    this.#closed = true;
    this.#places.refuse(new InterruptedError());
  }
}
