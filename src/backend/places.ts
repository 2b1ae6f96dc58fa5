/** Places for tiles in work or not yet released: whoever asks while all are taken waits for its turn. */
export class Places<P extends NonNullable<unknown>> {
  readonly #free: P[];
  readonly #queue: { resolve: (place: P) => void; reject: (reason: Error) => void }[] = [];

  constructor(places: readonly P[]) {
    this.#free = [...places];
  }

  /** A free place, the next one when all are taken. */
  async take(): Promise<P> {
    return this.#free.shift() ?? new Promise((resolve, reject) => this.#queue.push({ resolve, reject }));
  }

  /** Gives a place back, to the one who has waited longest. */
  give(place: P): void {
    const next = this.#queue.shift();
    if (next) next.resolve(place);
    else this.#free.push(place);
  }

  /** Turns away those who wait. */
  refuse(reason: Error): void {
    for (const { reject } of this.#queue.splice(0)) reject(reason);
  }
}
