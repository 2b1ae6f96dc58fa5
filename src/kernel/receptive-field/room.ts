import { readableBytes } from '../../data/budget.js';
import { MemoryError } from '../../errors.js';
import { defaultMemory } from '../../platform/limits.js';
import { residentBytes } from '../../platform/memory.js';

/** What may still be allocated, in bytes. */
export class Room {
  readonly #limit = defaultMemory();
  #taken = residentBytes();

  /** Takes some of it. @throws MemoryError where too little is left */
  take(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken <= this.#limit) return;
    throw new MemoryError(
      `input: the field needs more than ${readableBytes(this.#taken)}, got ${readableBytes(this.#limit)} of memory. ` +
        'Choose a smaller input: a field reaches no further than the windows of the layers.',
    );
  }
}
