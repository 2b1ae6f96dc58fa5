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
  let count = 0;
  for (const id of offsets) {
    const [dy, dx] = offsetOf(grid, id);
    count += (grid.height - Math.abs(dy)) * (grid.width - Math.abs(dx));
  }
  return count;
}

/**
 * The pairs of positions of some offsets of a grid, given in ascending order. Written without lists of pairs: a job has
 * thousands of components.
 */
export function positionPairsOf(grid: Grid, offsets: readonly number[]): PositionPairs {
  const { height, width } = grid;
  const count = positionPairCount(grid, offsets);
  const [p, q] = [new Int32Array(count), new Int32Array(count)];
  const down = Int32Array.from(offsets, (id) => offsetOf(grid, id)[0]);
  const right = Int32Array.from(offsets, (id) => offsetOf(grid, id)[1]);
  let c = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < down.length; k++) {
        const [py, px] = [y + down[k], x + right[k]];
        if (py < 0 || py >= height || px < 0 || px >= width) continue;
        p[c] = y * width + x;
        q[c] = py * width + px;
        c += 1;
      }
    }
  }
  return { count, p, q };
}

/** Finds the number of a pair of positions among some position pairs. */
export class PositionPairIndex {
  /** Number of the first pair of each position p, and of the one behind the last. */
  readonly start: Int32Array;
  /** p' of each pair. */
  readonly other: Int32Array;

  constructor(grid: Grid, { count, p, q }: PositionPairs) {
    const start = new Int32Array(grid.height * grid.width + 1);
    for (let c = 0; c < count; c++) start[p[c] + 1] += 1;
    for (let at = 1; at < start.length; at++) start[at] += start[at - 1];
    this.start = start;
    this.other = q;
  }

  /** Number of the position pair (p, p'), or -1 where it is none. */
  find(p: number, q: number): number {
    const { start, other } = this;
    const end = start[p + 1];
    for (let c = start[p]; c < end; c++) if (other[c] === q) return c;
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

/** Positions on each axis that each output of it reads, `[axes][outputs]`. */
function tapsOfAxes(windows: Windows): readonly (readonly Int32Array[])[] {
  const w = onTwoAxes(windows);
  return [0, 1].map((axis) => Array.from({ length: w.to[axis] }, (_, j) => tapsOfAxis(j, axis, w)));
}

/** Whether a window reads a position beyond the grid. */
export function readsBeyond(windows: Windows): boolean {
  return tapsOfAxes(windows).some((outputs) => outputs.some((taps) => taps.includes(-1)));
}

/** Whether every window reads a position of the grid. */
export function readsWithin(windows: Windows): boolean {
  return tapsOfAxes(windows).every((outputs) => outputs.every((taps) => taps.some((at) => at >= 0)));
}

/** Positions of a grid that each window reads, `[outputs, taps]`, -1 outside. */
export function positionsRead(windows: Windows): Int32Array {
  const w = onTwoAxes(windows);
  const [rows, columns] = tapsOfAxes(windows);
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
  const { start, other } = index;
  for (let c = 0, at = 0; c < to.count; c++) {
    const [left, right] = [to.p[c] * taps, to.q[c] * taps];
    for (let k = 0; k < taps; k++, at++) {
      const [p, q] = [read[left + k], read[right + k]];
      if (p < 0 || q < 0) {
        positionPairs[at] = p < 0 && q < 0 ? from.count : half(p, q);
        continue;
      }
      // Written out: a job asks this of some ten million taps.
      const end = start[p + 1];
      let found = start[p];
      while (found < end && other[found] !== q) found += 1;
      positionPairs[at] = found < end ? found : -1;
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
