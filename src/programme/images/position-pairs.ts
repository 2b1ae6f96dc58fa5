import type { Windows } from '../../vocabulary/steps.js';
import { type Grid, onTwoAxes } from './grids.js';
import { offsetOf } from './offsets.js';

/** Pairs of positions (p, p') of one grid that are visited together, ordered by p. */
export interface PositionPairs {
  readonly count: number;
  /** p of each pair, `[count]`. */
  readonly p: Int32Array;
  /** p' of each pair, `[count]`. */
  readonly q: Int32Array;
}

/** Number of pairs of positions of some offsets of a grid. */
export function positionPairCount(grid: Grid, offsets: readonly number[]): number {
  return offsets.reduce((sum, id) => {
    const [dy, dx] = offsetOf(grid, id);
    return sum + (grid.height - Math.abs(dy)) * (grid.width - Math.abs(dx));
  }, 0);
}

/**
 * The pairs of positions of some offsets of a grid, given in ascending order. Written without lists of pairs: a job has
 * thousands of components.
 */
export function positionPairsOf(grid: Grid, offsets: readonly number[]): PositionPairs {
  const { height, width } = grid;
  const count = positionPairCount(grid, offsets);
  const [p, q] = [new Int32Array(count), new Int32Array(count)];
  const steps = offsets.map((id) => offsetOf(grid, id));
  let c = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [dy, dx] of steps) {
        if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
        p[c] = y * width + x;
        q[c] = (y + dy) * width + x + dx;
        c += 1;
      }
    }
  }
  return { count, p, q };
}

/** Finds the number of a pair of positions among some position pairs. */
export class PositionPairIndex {
  readonly #start: Int32Array;
  readonly #positionPairs: PositionPairs;

  constructor(grid: Grid, positionPairs: PositionPairs) {
    this.#positionPairs = positionPairs;
    this.#start = new Int32Array(grid.height * grid.width + 1);
    for (let c = 0; c < positionPairs.count; c++) this.#start[positionPairs.p[c] + 1] += 1;
    for (let p = 1; p < this.#start.length; p++) this.#start[p] += this.#start[p - 1];
  }

  /** Number of the position pair (p, p'), or -1 where it is none. */
  find(p: number, q: number): number {
    const end = this.#start[p + 1];
    for (let c = this.#start[p]; c < end; c++) if (this.#positionPairs.q[c] === q) return c;
    return -1;
  }
}

/** Positions on one axis of windows on two that output `j` reads, -1 outside. */
export function tapsOfAxis(j: number, axis: number, w: Windows): Int32Array {
  const n = w.from[axis];
  return Int32Array.from({ length: w.filter[axis] }, (_, k) => {
    const at = j * w.stride[axis] - w.before[axis] + k;
    if (w.wraps) return ((at % n) + n) % n;
    return at >= 0 && at < n ? at : -1;
  });
}

/** Positions of a grid that each window reads, `[outputs, taps]`, -1 outside. */
export function positionsRead(windows: Windows): Int32Array {
  const w = onTwoAxes(windows);
  const rows = Array.from({ length: w.to[0] }, (_, j) => tapsOfAxis(j, 0, w));
  const columns = Array.from({ length: w.to[1] }, (_, j) => tapsOfAxis(j, 1, w));
  const result = new Int32Array(w.to[0] * w.to[1] * w.filter[0] * w.filter[1]);
  let at = 0;
  for (const ys of rows) {
    for (const xs of columns) {
      for (const y of ys) for (const x of xs) result[at++] = y < 0 || x < 0 ? -1 : y * w.from[1] + x;
    }
  }
  return result;
}

/** Taps that lie inside one image and outside the other: a position of the one each, -1 for the other. */
export interface Halves {
  readonly p: readonly number[];
  readonly q: readonly number[];
}

/** PositionPairs and halves that the windows of a step read, `[position pairs, taps]`. */
export interface PositionPairsRead {
  /** Number of a position pair; `count` for what lies outside both images, `count + 1 + h` for half h. */
  readonly positionPairs: Int32Array;
  readonly halves: Halves;
}

/**
 * What each window of a step reads: `read` are the positions of each window (`positionsRead`), `index` finds the
 * position pairs of the grid that is read.
 *
 * A half counts as 0 in a mean of covariances, and as half a square in a mean of squared differences.
 */
export function positionPairsRead(
  to: PositionPairs,
  from: PositionPairs,
  read: Int32Array,
  taps: number,
  index: PositionPairIndex,
): PositionPairsRead {
  const positionPairs = new Int32Array(to.count * taps);
  const halves = { p: [] as number[], q: [] as number[] };
  // By p where p' lies outside, by -1 - p' where p does.
  const known = new Map<number, number>();
  const half = (p: number, q: number): number => {
    const name = q < 0 ? p : -1 - q;
    const number = known.get(name) ?? known.size;
    if (number === known.size) {
      known.set(name, number);
      halves.p.push(p);
      halves.q.push(q);
    }
    return from.count + 1 + number;
  };
  for (let c = 0; c < to.count; c++) {
    for (let k = 0; k < taps; k++) {
      const [p, q] = [read[to.p[c] * taps + k], read[to.q[c] * taps + k]];
      const inside = p >= 0 && q >= 0;
      positionPairs[c * taps + k] = inside ? index.find(p, q) : p < 0 && q < 0 ? from.count : half(p, q);
    }
  }
  return { positionPairs, halves };
}

/** For each position of the grid that is read, the windows that hold it. */
export function windowsHolding(windows: Windows): readonly (readonly number[])[] {
  const { from, to, filter } = onTwoAxes(windows);
  const read = positionsRead(windows);
  const taps = filter[0] * filter[1];
  const holding = Array.from({ length: from[0] * from[1] }, (): number[] => []);
  for (let w = 0; w < to[0] * to[1]; w++) {
    for (let k = 0; k < taps; k++) holding[read[w * taps + k]].push(w);
  }
  return holding;
}

/**
 * What the position pairs of a component add to a pool: [position pair that is read, position pair of the pool] one
 * after the other, by the first.
 *
 * `holding` are the windows of each position (`windowsHolding`), `pool` finds the position pairs of the pool.
 */
export function positionPairsPooled(
  from: PositionPairs,
  holding: readonly (readonly number[])[],
  pool: PositionPairIndex,
): Int32Array {
  const list: number[] = [];
  for (let c = 0; c < from.count; c++) {
    for (const p of holding[from.p[c]]) {
      for (const q of holding[from.q[c]]) {
        const positionPair = pool.find(p, q);
        if (positionPair >= 0) list.push(c, positionPair);
      }
    }
  }
  return Int32Array.from(list);
}

/** Position pairs of every grid that a component visits; a component names the offsets of each grid. */
export function componentPositionPairs(
  grids: readonly Grid[],
  component: ReadonlyMap<number, readonly number[]>,
): ReadonlyMap<number, PositionPairs> {
  return new Map(Array.from(component, ([grid, offsets]) => [grid, positionPairsOf(grids[grid], offsets)]));
}
