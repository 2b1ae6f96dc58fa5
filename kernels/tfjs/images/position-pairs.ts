import { InternalError } from '../../../src/errors.js';
import { gridAt, onTwoAxes } from '../../../src/programme/images/grids.js';
import { type ImagePlan, storedPositionPairs } from '../../../src/programme/images/plan.js';
import {
  componentPositionPairs,
  PositionPairIndex,
  type PositionPairs,
  positionPairsOf,
  positionPairsPooled,
  positionPairsRead,
  positionsRead,
  windowsHolding,
} from '../../../src/programme/images/position-pairs.js';
import { valueShapes } from '../../../src/programme/shapes.js';
import type { Step, ValueId, Windows } from '../../../src/vocabulary/steps.js';
import { type Pooling, poolingOf, type Rectangle, readsLike, rectangleOf } from './pooling.js';

/** The pairs of positions of one grid in a component. */
export interface GridPositionPairs {
  readonly positionPairs: PositionPairs;
  /** Where the first positions form a rectangle, each with one second position: then position pairs are pixels. */
  readonly rectangle: Rectangle | null;
}

/** What a window step reads in a component. */
export interface WindowPositionPairs {
  readonly from: GridPositionPairs;
  readonly to: GridPositionPairs;
  /** Position that each tap of each window reads, -1 outside: `[windows, taps]`. */
  readonly read: Int32Array;
  readonly taps: number;
  /** A pooling of pixels that reads the same position pairs; null where there is none. */
  readonly pooling: Pooling | null;
  /** Number of the position pair that each tap reads, the count of them where it is none: `[position pairs, taps]`. */
  readonly table: Int32Array;
}

/** What the position pairs of a component add to a pool. */
export interface PoolPositionPairs {
  /** Whether the pool has one position pair, which takes all of them. */
  readonly whole: boolean;
  /** [position pair, position pair of the pool] one after the other; empty where `whole`. */
  readonly links: Int32Array;
}

/** Positions that a step reads, and which component is visited. */
interface Joined {
  readonly read: Int32Array;
  readonly taps: number;
}

/** The lists of position pairs of one component: who is visited, and who reads whom. */
export class ComponentPositionPairs {
  readonly #tables: ImageTables;
  readonly #stage: number;
  readonly #grids: ReadonlyMap<number, GridPositionPairs>;
  readonly #windows = new Map<string, WindowPositionPairs>();
  readonly #pools = new Map<ValueId, PoolPositionPairs>();
  readonly #numbers = new Map<ValueId, Int32Array>();

  constructor(tables: ImageTables, stage: number, component: number) {
    this.#tables = tables;
    this.#stage = stage;
    const { grids } = tables.plan.places;
    const all = componentPositionPairs(grids, tables.plan.components[stage][component]);
    const list = Array.from(all, ([grid, positionPairs]) => {
      return [grid, { positionPairs, rectangle: rectangleOf(positionPairs, grids[grid].width) }] as const;
    });
    this.#grids = new Map(list);
  }

  /** Pairs of positions of all grids: what its lists take. */
  get size(): number {
    return [...this.#grids.values()].reduce((sum, { positionPairs }) => sum + positionPairs.count, 0);
  }

  /** Position pairs of the grid of a value in this stage; null where it has none here. */
  of(value: ValueId): GridPositionPairs | null {
    return this.#grids.get(gridAt(this.#tables.plan.places, value, this.#stage)) ?? null;
  }

  #at(value: ValueId): GridPositionPairs {
    const found = this.of(value);
    if (found === null) throw new InternalError(`value ${value} has no cells here`);
    return found;
  }

  /** What window or pixel step `value` reads. */
  window(value: ValueId): WindowPositionPairs {
    const name = this.#tables.nameOf(value);
    const known = this.#windows.get(name);
    if (known !== undefined) return known;
    const step = this.#tables.plan.programme.steps[value];
    if (step.op !== 'window' && step.op !== 'pixel') throw new InternalError(`value ${value} is no window`);
    const [from, to] = [this.#at(step.of), this.#at(value)];
    const { read, taps } = this.#tables.joined(value);
    const grid = this.#tables.plan.places.grids[this.#tables.plan.places.of[step.of].grid];
    const { positionPairs } = positionPairsRead(
      to.positionPairs,
      from.positionPairs,
      read,
      taps,
      new PositionPairIndex(grid, from.positionPairs),
    );
    const table = positionPairs.map((positionPair) => Math.min(positionPair, from.positionPairs.count));
    const pooling = step.op === 'window' && taps > 1 ? matching(step.windows, from, to, table) : null;
    const made = { from, to, read, taps, pooling, table };
    this.#windows.set(name, made);
    return made;
  }

  /** What the position pairs of the value that pool `value` reads add to it. */
  pool(value: ValueId): PoolPositionPairs {
    const known = this.#pools.get(value);
    if (known !== undefined) return known;
    const made = this.#tables.pooled(value, (of) => this.#at(of).positionPairs);
    this.#pools.set(value, made);
    return made;
  }

  /** Number of each position pair of the grid of `value` in what is stored of it. */
  numbers(value: ValueId): Int32Array {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const index = this.#tables.stored(value);
    const { count, p, q } = this.#at(value).positionPairs;
    const made = Int32Array.from({ length: count }, (_, c) => index.find(p[c], q[c]));
    this.#numbers.set(value, made);
    return made;
  }
}

function matching(windows: Windows, from: GridPositionPairs, to: GridPositionPairs, table: Int32Array): Pooling | null {
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
  readonly #stored = new Map<ValueId, PositionPairIndex>();
  readonly #kept = new Map<string, ComponentPositionPairs>();
  #size = 0;

  constructor(plan: ImagePlan) {
    this.plan = plan;
    this.#shapes = valueShapes(plan.programme);
  }

  /** The position pairs of a component of a stage. */
  component(stage: number, index: number): ComponentPositionPairs {
    const name = `${stage}:${index}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const made = new ComponentPositionPairs(this, stage, index);
    if (this.#size + made.size <= KEPT) {
      this.#size += made.size;
      this.#kept.set(name, made);
    }
    return made;
  }

  /** A name that steps which read the same position pairs share. */
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

  /** What position pairs add to pool `value`. */
  pooled(value: ValueId, positionPairsAt: (of: ValueId) => PositionPairs): PoolPositionPairs {
    const step = this.plan.programme.steps[value];
    if (step.op !== 'pool') throw new InternalError(`value ${value} is no pool`);
    const { from, to, filter } = onTwoAxes(step.windows);
    const whole = to.every((n) => n === 1) && filter.every((n, axis) => n === from[axis]);
    if (whole) return { whole, links: new Int32Array(0) };
    return {
      whole,
      links: positionPairsPooled(positionPairsAt(step.of), windowsHolding(step.windows), this.stored(value)),
    };
  }

  /** Finds the position pairs of a stored value. */
  stored(value: ValueId): PositionPairIndex {
    const known = this.#stored.get(value);
    if (known !== undefined) return known;
    const { grids, of } = this.plan.places;
    const made = new PositionPairIndex(grids[of[value].grid], storedPositionPairs(this.plan, value));
    this.#stored.set(value, made);
    return made;
  }
}

/** Taps of a window. */
export function tapsOf(windows: Windows): number {
  const { filter } = onTwoAxes(windows);
  return filter[0] * filter[1];
}

/** Position pairs of a stored value. */
export function storedCount(plan: ImagePlan, value: ValueId): number {
  const { places, offsets } = plan;
  return positionPairsOf(places.grids[places.of[value].grid], offsets[places.of[value].grid]).count;
}
