import { InternalError } from '../../../src/errors.js';
import {
  CellIndex,
  type Cells,
  cellsOf,
  cellsPooled,
  cellsRead,
  componentCells,
  positionsRead,
  windowsHolding,
} from '../../../src/programme/images/cells.js';
import { gridAt, onTwoAxes } from '../../../src/programme/images/grids.js';
import { type ImagePlan, storedCells } from '../../../src/programme/images/plan.js';
import type { Step, ValueId, Windows } from '../../../src/vocabulary/steps.js';
import { valueShapes } from '../../../src/vocabulary/windows.js';
import { type Pooling, poolingOf, type Rectangle, readsLike, rectangleOf } from './pooling.js';

/** The pairs of positions of one grid in a component. */
export interface GridCells {
  readonly cells: Cells;
  /** Where the first positions form a rectangle, each with one second position: then cells are pixels. */
  readonly rectangle: Rectangle | null;
}

/** What a window step reads in a component. */
export interface WindowCells {
  readonly from: GridCells;
  readonly to: GridCells;
  /** Position that each tap of each window reads, -1 outside: `[windows, taps]`. */
  readonly read: Int32Array;
  readonly taps: number;
  /** A pooling of pixels that reads the same cells; null where there is none. */
  readonly pooling: Pooling | null;
  /** Number of the cell that each tap reads, the count of them where it is none: `[cells, taps]`. */
  readonly table: Int32Array;
}

/** What the cells of a component add to a pool. */
export interface PoolCells {
  /** Whether the pool has one cell, which takes all of them. */
  readonly whole: boolean;
  /** [cell, cell of the pool] one after the other; empty where `whole`. */
  readonly links: Int32Array;
}

/** Positions that a step reads, and which component is visited. */
interface Joined {
  readonly read: Int32Array;
  readonly taps: number;
}

/** The lists of cells of one component: who is visited, and who reads whom. */
export class ComponentCells {
  readonly #tables: ImageTables;
  readonly #stage: number;
  readonly #grids: ReadonlyMap<number, GridCells>;
  readonly #windows = new Map<string, WindowCells>();
  readonly #pools = new Map<ValueId, PoolCells>();
  readonly #numbers = new Map<ValueId, Int32Array>();

  constructor(tables: ImageTables, stage: number, component: number) {
    this.#tables = tables;
    this.#stage = stage;
    const { grids } = tables.plan.places;
    const all = componentCells(grids, tables.plan.components[stage][component]);
    const list = Array.from(all, ([grid, cells]) => {
      return [grid, { cells, rectangle: rectangleOf(cells, grids[grid].width) }] as const;
    });
    this.#grids = new Map(list);
  }

  /** Pairs of positions of all grids: what its lists take. */
  get size(): number {
    return [...this.#grids.values()].reduce((sum, { cells }) => sum + cells.count, 0);
  }

  /** Cells of the grid of a value in this stage; null where it has none here. */
  of(value: ValueId): GridCells | null {
    return this.#grids.get(gridAt(this.#tables.plan.places, value, this.#stage)) ?? null;
  }

  #at(value: ValueId): GridCells {
    const found = this.of(value);
    if (found === null) throw new InternalError(`value ${value} has no cells here`);
    return found;
  }

  /** What window or pixel step `value` reads. */
  window(value: ValueId): WindowCells {
    const name = this.#tables.nameOf(value);
    const known = this.#windows.get(name);
    if (known !== undefined) return known;
    const step = this.#tables.plan.programme.steps[value];
    if (step.op !== 'window' && step.op !== 'pixel') throw new InternalError(`value ${value} is no window`);
    const [from, to] = [this.#at(step.of), this.#at(value)];
    const { read, taps } = this.#tables.joined(value);
    const grid = this.#tables.plan.places.grids[this.#tables.plan.places.of[step.of].grid];
    const { cells } = cellsRead(to.cells, from.cells, read, taps, new CellIndex(grid, from.cells));
    const table = cells.map((cell) => Math.min(cell, from.cells.count));
    const pooling = step.op === 'window' && taps > 1 ? matching(step.windows, from, to, table) : null;
    const made = { from, to, read, taps, pooling, table };
    this.#windows.set(name, made);
    return made;
  }

  /** What the cells of the value that pool `value` reads add to it. */
  pool(value: ValueId): PoolCells {
    const known = this.#pools.get(value);
    if (known !== undefined) return known;
    const made = this.#tables.pooled(value, (of) => this.#at(of).cells);
    this.#pools.set(value, made);
    return made;
  }

  /** Number of each cell of the grid of `value` in what is stored of it. */
  numbers(value: ValueId): Int32Array {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const index = this.#tables.stored(value);
    const { count, p, q } = this.#at(value).cells;
    const made = Int32Array.from({ length: count }, (_, c) => index.find(p[c], q[c]));
    this.#numbers.set(value, made);
    return made;
  }
}

function matching(windows: Windows, from: GridCells, to: GridCells, table: Int32Array): Pooling | null {
  if (from.rectangle === null || to.rectangle === null) return null;
  const pooling = poolingOf(onTwoAxes(windows), from.rectangle, to.rectangle);
  return readsLike(pooling, from.rectangle, to.rectangle, table) ? pooling : null;
}

/** Entries of lists that are kept from one tile to the next; larger ones are made again. */
const KEPT = 2 ** 18;

/** The lists of all components of a plan. */
export class ImageTables {
  readonly plan: ImagePlan;
  readonly #shapes: readonly (readonly number[])[];
  readonly #joined = new Map<string, Joined>();
  readonly #stored = new Map<ValueId, CellIndex>();
  readonly #kept = new Map<string, ComponentCells>();
  #size = 0;

  constructor(plan: ImagePlan) {
    this.plan = plan;
    this.#shapes = valueShapes(plan.programme);
  }

  /** The cells of a component of a stage. */
  component(stage: number, index: number): ComponentCells {
    const name = `${stage}:${index}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const made = new ComponentCells(this, stage, index);
    if (this.#size + made.size <= KEPT) {
      this.#size += made.size;
      this.#kept.set(name, made);
    }
    return made;
  }

  /** A name that steps which read the same cells share. */
  nameOf(value: ValueId): string {
    const step = this.#joining(value);
    const { of } = this.plan.places;
    return `${of[step.of].grid}:${of[value].grid}:${JSON.stringify(step.op === 'pixel' ? step.at : step.windows)}`;
  }

  /** Positions that a window or pixel step reads. */
  joined(value: ValueId): Joined {
    const name = this.nameOf(value);
    const known = this.#joined.get(name);
    if (known !== undefined) return known;
    const step = this.#joining(value);
    const made =
      step.op === 'pixel' ? this.#pixel(step) : { read: positionsRead(step.windows), taps: tapsOf(step.windows) };
    this.#joined.set(name, made);
    return made;
  }

  #pixel({ at, of }: Extract<Step, { op: 'pixel' }>): Joined {
    const shape = this.#shapes[of];
    return { read: Int32Array.of(at.reduce((index, i, axis) => index * shape[axis] + i, 0)), taps: 1 };
  }

  #joining(value: ValueId): Extract<Step, { op: 'window' | 'pool' | 'pixel' }> {
    const step = this.plan.programme.steps[value];
    if (step.op === 'window' || step.op === 'pool' || step.op === 'pixel') return step;
    throw new InternalError(`the step ${step.op} joins no positions`);
  }

  /** What cells add to pool `value`. */
  pooled(value: ValueId, cellsAt: (of: ValueId) => Cells): PoolCells {
    const step = this.plan.programme.steps[value];
    if (step.op !== 'pool') throw new InternalError(`value ${value} is no pool`);
    const { from, to, filter } = onTwoAxes(step.windows);
    const whole = to.every((n) => n === 1) && filter.every((n, axis) => n === from[axis]);
    if (whole) return { whole, links: new Int32Array(0) };
    return { whole, links: cellsPooled(cellsAt(step.of), windowsHolding(step.windows), this.stored(value)) };
  }

  /** Finds the cells of a stored value. */
  stored(value: ValueId): CellIndex {
    const known = this.#stored.get(value);
    if (known !== undefined) return known;
    const { grids, of } = this.plan.places;
    const made = new CellIndex(grids[of[value].grid], storedCells(this.plan, value));
    this.#stored.set(value, made);
    return made;
  }
}

/** Taps of a window. */
export function tapsOf(windows: Windows): number {
  const { filter } = onTwoAxes(windows);
  return filter[0] * filter[1];
}

/** Cells of a stored value. */
export function storedCount(plan: ImagePlan, value: ValueId): number {
  const { places, offsets } = plan;
  return cellsOf(places.grids[places.of[value].grid], offsets[places.of[value].grid]).count;
}
