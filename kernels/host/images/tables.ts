import type { Component } from '../../../src/programme/images/components.js';
import { type ImagePlan, storedPositionPairs } from '../../../src/programme/images/plan.js';
import {
  PositionPairIndex,
  type PositionPairs,
  type PositionPairsRead,
  positionPairsOf,
  positionPairsPooled,
  positionPairsRead,
  positionsRead,
  windowsHolding,
} from '../../../src/programme/images/position-pairs.js';
import { valueShapes } from '../../../src/programme/shapes.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { tapCount } from './code.js';
import { type ImageLayout, mostSegments } from './layout.js';
import { segmentsOf } from './segments.js';

type Joining = Extract<Step, { op: 'window' | 'pool' | 'pixel' }>;

/** A step that joins positions, with the positions that each of its results reads. */
interface Join {
  readonly value: ValueId;
  readonly step: Joining;
  readonly from: number;
  readonly to: number;
  readonly read: Int32Array;
  readonly taps: number;
  /** Taps of a row of the filter. */
  readonly columns: number;
  /** Windows of each position, for pools. */
  readonly holding: readonly (readonly number[])[];
}

/**
 * Writes the lists of position pairs of a component into the memory of a worker: who is visited, and who reads whom.
 */
export class ComponentTables {
  readonly #plan: ImagePlan;
  readonly #layout: ImageLayout;
  readonly #words: Int32Array;
  readonly #joins: readonly Join[];
  /** All visited position pairs of each grid of a stored value. */
  readonly #stored = new Map<number, PositionPairIndex>();

  constructor(plan: ImagePlan, layout: ImageLayout, memory: WebAssembly.Memory) {
    this.#plan = plan;
    this.#layout = layout;
    this.#words = new Int32Array(memory.buffer);
    this.#joins = joinsOf(plan);
    for (const v of plan.body.stored) {
      const { grid } = plan.places.of[v];
      this.#stored.set(grid, new PositionPairIndex(plan.places.grids[grid], storedPositionPairs(plan, v)));
    }
  }

  /** Makes `component` of a stage the current one; every other grid has no position pairs then. */
  write(component: Component): void {
    const { grids } = this.#plan.places;
    const positionPairs = new Map<number, PositionPairs>();
    const index = new Map<number, PositionPairIndex>();
    grids.forEach((grid, g) => {
      const ids = component.get(g);
      if (ids !== undefined) {
        const selfKernels = positionPairsOf(grid, ids);
        positionPairs.set(g, selfKernels);
        index.set(g, new PositionPairIndex(grid, selfKernels));
      }
      this.#grid(this.#layout.grids[g], positionPairs.get(g));
    });
    for (const [name, table] of this.#layout.numbers) this.#number(name, table, positionPairs);
    for (const join of this.#joins) this.#join(join, positionPairs, index);
  }

  #grid(at: number, positionPairs: PositionPairs | undefined): void {
    const word = at >> 2;
    const count = positionPairs?.count ?? 0;
    this.#words[word] = count;
    this.#words[word + 1] = at + 16;
    this.#words[word + 2] = at + 16 + 4 * count;
    if (positionPairs === undefined) return;
    this.#words.set(positionPairs.p, word + 4);
    this.#words.set(positionPairs.q, word + 4 + count);
  }

  #number(name: string, table: number, all: ReadonlyMap<number, PositionPairs>): void {
    const [grid, selfKernels] = name.split(':').map(Number);
    const [positionPairs, stored] = [all.get(grid), this.#stored.get(selfKernels)];
    if (positionPairs === undefined || stored === undefined) return;
    const [words, { count, p, q }] = [this.#words, positionPairs];
    for (let c = 0; c < count; c++) words[(table >> 2) + c] = stored.find(p[c], q[c]);
  }

  #join(
    join: Join,
    positionPairs: ReadonlyMap<number, PositionPairs>,
    index: ReadonlyMap<number, PositionPairIndex>,
  ): void {
    const from = positionPairs.get(join.from);
    const found = index.get(join.from);
    if (from === undefined || found === undefined) return;
    if (join.step.op === 'pool') {
      const links = this.#layout.links.get(join.value);
      const pool = this.#stored.get(join.to);
      if (links === undefined || links.table === 0 || pool === undefined) return;
      const list = positionPairsPooled(from, join.holding, pool);
      this.#words[links.count >> 2] = list.length / 2;
      this.#words.set(list, links.table >> 2);
      return;
    }
    const to = positionPairs.get(join.to);
    if (to === undefined) return;
    this.#window(join, positionPairsRead(to, from, join.read, join.taps, found), from.count);
  }

  /** Byte offsets of the position pairs, a vector each; the halves; and the table without them. */
  #window(join: Join, { positionPairs, halves }: PositionPairsRead, outside: number): void {
    const { value } = join;
    const { windows, whole, halves: lists } = this.#layout;
    const [table, plain, list] = [windows, whole, lists].map((of) => (of.get(value) ?? 0) >> 2);
    const words = this.#words;
    for (let k = 0; k < positionPairs.length; k++) words[table + k] = 16 * positionPairs[k];
    if (plain !== table) {
      for (let k = 0; k < positionPairs.length; k++) words[plain + k] = 16 * Math.min(positionPairs[k], outside);
    }
    this.#segments(join, positionPairs, outside);
    this.#words[list] = halves.p.length;
    halves.p.forEach((p, h) => {
      this.#words[list + 2 + 2 * h] = p;
      this.#words[list + 3 + 2 * h] = halves.q[h];
    });
  }

  #segments({ value, taps, columns, to }: Join, positionPairs: Int32Array, outside: number): void {
    const at = (this.#layout.segments.get(value) ?? 0) >> 2;
    const found = segmentsOf(positionPairs, taps, columns, outside);
    const most = mostSegments(this.#plan.places.grids[to]);
    const list = found.length > most ? [{ first: 0, positionPairs: positionPairs.length / taps, rows: [] }] : found;
    this.#words[at] = list.length;
    list.forEach(({ first, positionPairs: count, rows }, k) => {
      this.#words.set([first, count, rows.length, ...rows.map((positionPair) => 16 * positionPair)], at + 2 + 6 * k);
    });
  }
}

function joinsOf(plan: ImagePlan): Join[] {
  const shapes = valueShapes(plan.programme);
  const tables = new Set<string>();
  const joins: Join[] = [];
  plan.programme.steps.forEach((step, value) => {
    if (step.op !== 'window' && step.op !== 'pool' && step.op !== 'pixel') return;
    const [from, to] = [plan.places.of[step.of].grid, plan.places.of[value].grid];
    const name = `${from}:${to}:${JSON.stringify(step.op === 'pixel' ? step.at : step.windows)}`;
    // Equal windows share a table; pools have one each.
    if (step.op !== 'pool' && tables.has(name)) return;
    tables.add(name);
    const read =
      step.op === 'pixel' ? Int32Array.of(positionAt(step.at, shapes[step.of])) : positionsRead(step.windows);
    const holding = step.op === 'pool' ? windowsHolding(step.windows) : [];
    joins.push({
      value,
      step,
      from,
      to,
      read,
      taps: tapCount(step),
      columns: step.op === 'pixel' ? 1 : (step.windows.filter.at(-1) ?? 1),
      holding,
    });
  });
  return joins;
}

function positionAt(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((index, i, axis) => index * shape[axis] + i, 0);
}
