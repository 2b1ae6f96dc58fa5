import { Places } from '../../src/backend/places.js';
import type { Tile } from '../../src/backend/tile.js';
import { BackendError, InternalError, InterruptedError } from '../../src/errors.js';
import type { OpenDevice } from './device.js';

/** Tiles in work at once: one is computed, one read back, one written. */
const TILES_AT_ONCE = 3;

/** As many slots as fit, at most three. Throws DeviceFullError when not even one does. */
export async function makeSlots<S>(make: () => Promise<S>): Promise<S[]> {
  const slots = [await make()];
  while (slots.length < TILES_AT_ONCE) {
    const next = await make().catch(() => null);
    if (next === null) break;
    slots.push(next);
  }
  return slots;
}

/** The tiles of a job that are in work: they take slots in turns, and their callers learn what became of the device. */
export class TilesInWork<S extends object> {
  readonly #opened: OpenDevice;
  readonly #slots: readonly S[];
  readonly #places: Places<S>;
  readonly #working = new Set<Promise<Tile>>();
  #closed = false;

  constructor(opened: OpenDevice, slots: readonly S[]) {
    this.#opened = opened;
    this.#slots = slots;
    this.#places = new Places(slots);
  }

  /** Tiles that may be in work at once. */
  get count(): number {
    return this.#slots.length;
  }

  /** Throws InterruptedError where the job was closed meanwhile. */
  requireOpen(): void {
    if (this.#closed) throw new InterruptedError();
  }

  /** The slot of the next tile. Throws InterruptedError once the job is closed. */
  async slot(): Promise<S> {
    this.requireOpen();
    return this.#places.take();
  }

  /** What gives a slot to the next tile: its results, mapped in `read`, are the device's again. */
  release(slot: S, read: GPUBuffer): () => void {
    let held = true;
    return () => {
      if (!held || this.#closed) return;
      held = false;
      read.unmap();
      this.#places.give(slot);
    };
  }

  /** Turns what the device says when it is lost or closed into what a caller can act on. */
  async guarded(work: Promise<Tile>): Promise<Tile> {
    this.#working.add(work);
    try {
      const tile = await work;
      if (this.#opened.failure !== null) throw this.#opened.failure;
      return tile;
    } catch (error) {
      const reason = await this.#reason(error);
      // Its slot may be in any state, and those who wait for one must not wait for ever.
      this.#places.refuse(reason);
      throw reason;
    } finally {
      this.#working.delete(work);
    }
  }

  /** What a caller can act on: the device tells of its loss a moment after the calls that failed by it. */
  async #reason(error: unknown): Promise<Error> {
    const { device } = this.#opened;
    if (this.#closed) return new InterruptedError();
    if (this.#opened.failure === null && !(error instanceof BackendError)) {
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    return this.#opened.failure ?? (error instanceof Error ? error : new InternalError(String(error)));
  }

  /** Frees all slots, and waits until the tiles in work have noticed; false when that was done before. */
  async close(free: (slot: S) => void): Promise<boolean> {
    if (this.#closed) return false;
    this.#closed = true;
    this.#places.refuse(new InterruptedError());
    this.#slots.forEach(free);
    await Promise.allSettled(this.#working);
    return true;
  }
}
