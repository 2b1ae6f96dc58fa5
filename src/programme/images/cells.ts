import type { Windows } from '../../vocabulary/steps.js';
import type { Component } from './components.js';
import { type Grid, onTwoAxes } from './grids.js';
import { offsetOf } from './offsets.js';

/** Pairs of positions (p, p') of one grid that are visited together, ordered by p. */
export interface Cells {
  readonly count: number;
  /** p of each pair, `[count]`. */
  readonly p: Int32Array;
  /** p' of each pair, `[count]`. */
  readonly q: Int32Array;
}

/** Number of pairs of positions of some offsets of a grid. */
export function cellCount(grid: Grid, offsets: readonly number[]): number {
  return offsets.reduce((sum, id) => {
    const [dy, dx] = offsetOf(grid, id);
    return sum + (grid.height - Math.abs(dy)) * (grid.width - Math.abs(dx));
  }, 0);
}

/** The pairs of positions of some offsets of a grid, given in ascending order. Written without lists of pairs: a job has thousands of components. */
export function cellsOf(grid: Grid, offsets: readonly number[]): Cells {
  const { height, width } = grid;
  const count = cellCount(grid, offsets);
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

/** Finds the number of a pair of positions among some cells. */
export class CellIndex {
  readonly #start: Int32Array;
  readonly #cells: Cells;

  constructor(grid: Grid, cells: Cells) {
    this.#cells = cells;
    this.#start = new Int32Array(grid.height * grid.width + 1);
    for (let c = 0; c < cells.count; c++) this.#start[cells.p[c] + 1] += 1;
    for (let p = 1; p < this.#start.length; p++) this.#start[p] += this.#start[p - 1];
  }

  /** Number of the cell (p, p'), or -1 where it is none. */
  find(p: number, q: number): number {
    const end = this.#start[p + 1];
    for (let c = this.#start[p]; c < end; c++) if (this.#cells.q[c] === q) return c;
    return -1;
  }
}

/** Positions on one axis that output `j` reads, -1 outside. */
function taps(j: number, axis: number, w: Windows): Int32Array {
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
  const rows = Array.from({ length: w.to[0] }, (_, j) => taps(j, 0, w));
  const columns = Array.from({ length: w.to[1] }, (_, j) => taps(j, 1, w));
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

/** Cells and halves that the windows of a step read, `[cells, taps]`. */
export interface CellsRead {
  /** Number of a cell; `count` for what lies outside both images, `count + 1 + h` for half h. */
  readonly cells: Int32Array;
  readonly halves: Halves;
}

/**
 * What each window of a step reads: `read` are the positions of each window (`positionsRead`), `index` finds the cells of the grid that is read.
 *
 * A half counts as 0 in a mean of covariances, and as half a square in a mean of squared differences.
 */
export function cellsRead(to: Cells, from: Cells, read: Int32Array, taps: number, index: CellIndex): CellsRead {
  const cells = new Int32Array(to.count * taps);
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
      cells[c * taps + k] = inside ? index.find(p, q) : p < 0 && q < 0 ? from.count : half(p, q);
    }
  }
  return { cells, halves };
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
 * What the cells of a component add to a pool: [cell that is read, cell of the pool] one after the other, by the first.
 *
 * `holding` are the windows of each position (`windowsHolding`), `pool` finds the cells of the pool.
 */
export function cellsPooled(from: Cells, holding: readonly (readonly number[])[], pool: CellIndex): Int32Array {
  const list: number[] = [];
  for (let c = 0; c < from.count; c++) {
    for (const p of holding[from.p[c]]) {
      for (const q of holding[from.q[c]]) {
        const cell = pool.find(p, q);
        if (cell >= 0) list.push(c, cell);
      }
    }
  }
  return Int32Array.from(list);
}

/** Cells of every grid that a component visits. */
export function componentCells(grids: readonly Grid[], component: Component): ReadonlyMap<number, Cells> {
  return new Map(Array.from(component, ([grid, offsets]) => [grid, cellsOf(grids[grid], offsets)]));
}
