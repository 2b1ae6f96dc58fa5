import { uniforms } from '../reference/monte-carlo.js';

/** Draws from a seed: everything that the fuzzer makes comes from one of these. */
export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = uniforms(seed);
    // Seeds that follow each other start alike.
    for (let i = 0; i < 4; i++) this.#next();
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.#next();
  }

  /** A whole number from `min` to `max`, both of them too. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.#next() * (max - min + 1));
  }

  /** Round numbers from `min` to `max`: they shrink and read better than all 53 bits. */
  number(min: number, max: number): number {
    return this.integer(Math.round(min * 64), Math.round(max * 64)) / 64;
  }

  /** True with this probability. */
  holds(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of a list. */
  of<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)];
  }

  /** A normal number (Box, Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#next())) * Math.cos(2 * Math.PI * this.#next());
  }
}
