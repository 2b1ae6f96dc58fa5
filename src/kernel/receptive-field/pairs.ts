import type { Room } from './room.js';

/** Bytes of a pair in a plane. */
const PAIR_BYTES = 33;

/** What is known of the pairs (p, p + offset) of one value, `[positions]`. */
export interface Plane {
  readonly offset: number;
  /** 1 where the output rests on the pair. */
  readonly needed: Uint8Array;
  /** 1 - u at t = 1. */
  readonly below: Float64Array;
  /** nu of u(1) - u(1 - eps) ~ c eps^nu; Infinity where u does not change. */
  readonly power: Float64Array;
  /** ln c; -Infinity where u does not change. */
  readonly logFactor: Float64Array;
  /** Share of the output's change that comes from this pair. */
  readonly flow: Float64Array;
}

function emptyPlane(offset: number, positions: number): Plane {
  return {
    offset,
    needed: new Uint8Array(positions),
    below: new Float64Array(positions),
    power: new Float64Array(positions).fill(Infinity),
    logFactor: new Float64Array(positions).fill(-Infinity),
    flow: new Float64Array(positions),
  };
}

/** The pairs of positions of one value that the output rests on: without pools those of a position with itself. */
export class Pairs {
  readonly #positions: number;
  readonly #planes = new Map<number, Plane>();
  readonly #room: Room;

  constructor(positions: number, room: Room) {
    this.#positions = positions;
    this.#room = room;
  }

  /** The plane of pair (p, q), which stands there at p; made when it is first asked for. */
  plane(p: number, q: number): Plane {
    const known = this.#planes.get(q - p);
    if (known !== undefined) return known;
    this.#room.take(PAIR_BYTES * this.#positions);
    const plane = emptyPlane(q - p, this.#positions);
    this.#planes.set(q - p, plane);
    return plane;
  }

  /** Notes that (p, q) is needed, and with it the self-kernels of both positions. */
  need(p: number, q: number): void {
    this.plane(p, q).needed[p] = 1;
    if (p === q) return;
    const own = this.plane(0, 0);
    own.needed[p] = 1;
    own.needed[q] = 1;
  }

  /** Calls back for every needed pair. */
  each(visit: (p: number, q: number, plane: Plane) => void): void {
    for (const plane of this.#planes.values()) {
      for (let p = 0; p < this.#positions; p++) if (plane.needed[p] === 1) visit(p, p + plane.offset, plane);
    }
  }
}
