import { layout } from '../../programme/layout.js';
import { pairOperands } from '../../programme/needs.js';
import { rulesOf } from '../../programme/steps/index.js';
import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';

/** One value of a programme at one position, as a function of the cosines of the pixels that it rests on. */
export interface GridNode {
  readonly step: Step;
  /** The value. */
  readonly value: ValueId;
  /** The position. */
  readonly position: number;
  /** Numbers of the nodes that it is made of, earlier ones. */
  readonly reads: readonly number[];
  /** Whether it is a mean of what it reads. */
  readonly isMean: boolean;
  /** Of a window or a sum the share of each in K(x,x), with that of the constant they add up to 1; else none. */
  readonly shares: readonly number[];
  /** Share of the constant of a sum. */
  readonly constant: number;
  /** Axes that it depends on, ascending. */
  readonly axes: readonly number[];
}

/** The values that an output rests on, in order, the output last. */
export interface GridNodes {
  readonly nodes: readonly GridNode[];
  /** Places in a frequency of the positions that the output depends on, one an axis, ascending. */
  readonly axes: readonly number[];
}

/** Factor columns `[positions]` of each step, as `imageFactors` makes them. */
export type Columns = readonly (readonly Float64Array[])[];

/** Sets of numbers joined, ascending. */
function union(lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** What one value at one position reads: values at positions, with shares where it is a mean. */
interface Reading {
  readonly value: ValueId;
  readonly position: number;
  readonly share: number;
}

class NodeBuilder {
  readonly nodes: GridNode[] = [];
  readonly #programme: Programme;
  readonly #columns: Columns;
  readonly #taps;
  readonly #axisOf: ReadonlyMap<number, number>;
  readonly #known = new Map<string, number>();

  constructor(programme: Programme, columns: Columns, axisOf: ReadonlyMap<number, number>) {
    this.#programme = programme;
    this.#columns = columns;
    this.#taps = layout(programme).taps;
    this.#axisOf = axisOf;
  }

  /** What a value at a position reads. */
  readings(value: ValueId, position: number): readonly Reading[] {
    const step = this.#programme.steps[value];
    const taps = this.#taps[value];
    const operands = pairOperands(step);
    if (step.op === 'sum') {
      const terms = operands.map((of, k) => ({ value: of, position, share: this.#columns[value][k][position] ** 2 }));
      return terms.filter((reading) => reading.share > 0);
    }
    if (taps === null) return operands.map((of) => ({ value: of, position, share: 1 }));
    const [of] = operands;
    const from = position * taps.count;
    return Array.from({ length: taps.count }, (_, k) => ({
      value: of,
      position: taps.at[from + k],
      share: this.#columns[value][0][from + k] ** 2,
    })).filter((reading) => reading.position >= 0 && reading.share > 0);
  }

  /** The number of the node of a value, made with all that it rests on, without recursion over layers. */
  add(value: ValueId, position: number): number {
    const stack: (readonly [ValueId, number])[] = [[value, position]];
    while (stack.length > 0) {
      const [v, p] = stack[stack.length - 1];
      const missing = this.readings(v, p).filter((r) => !this.#known.has(`${r.value} ${r.position}`));
      if (missing.length > 0) {
        for (const r of missing) stack.push([r.value, r.position]);
        continue;
      }
      stack.pop();
      if (!this.#known.has(`${v} ${p}`)) this.#known.set(`${v} ${p}`, this.#make(v, p));
    }
    return this.#known.get(`${value} ${position}`) ?? 0;
  }

  #make(value: ValueId, position: number): number {
    const step = this.#programme.steps[value];
    const readings = this.readings(value, position);
    const reads = readings.map((r) => this.#known.get(`${r.value} ${r.position}`) ?? 0);
    const isMean = step.op === 'sum' || this.#taps[value] !== null;
    const constant =
      step.op === 'sum' && step.constant > 0 ? this.#columns[value][step.terms.length][position] ** 2 : 0;
    // What keeps the correlation is found under the name of what it reads.
    const renames = rulesOf(step).renames?.(step) ?? null;
    if (reads.length === 1 && constant === 0 && (isMean || renames !== null)) return reads[0];
    const own = step.op === 'inner' ? [this.#axisOf.get(position) ?? 0] : [];
    const axes = union([own, ...reads.map((r) => this.nodes[r].axes)]);
    const shares = isMean ? readings.map((r) => r.share) : [];
    this.nodes.push({ step, value, position, reads, shares, constant, isMean, axes });
    return this.nodes.length - 1;
  }
}

/**
 * The values that an output with one position rests on, each at the positions where it is read; frequencies
 * count from position `first` on, going round. A programme without pools.
 */
export function gridNodes(programme: Programme, columns: Columns, output: ValueId, first: number): GridNodes {
  const count = (programme.positions ?? [1]).reduce((a, b) => a * b, 1);
  const order = Array.from({ length: count }, (_, j) => (first + j) % count);
  const all = new NodeBuilder(programme, columns, new Map(order.map((p, j) => [p, j])));
  const top = all.nodes[all.add(output, 0)];
  const place = new Map(top.axes.map((axis, j) => [axis, j]));
  const needed = keep(all.nodes, all.nodes.indexOf(top));
  const nodes = needed.map((node) => ({ ...node, axes: node.axes.map((axis) => place.get(axis) ?? 0) }));
  return { nodes, axes: top.axes };
}

/** The nodes up to `last` that it rests on, renumbered. */
function keep(nodes: readonly GridNode[], last: number): readonly GridNode[] {
  const needed = new Uint8Array(nodes.length);
  needed[last] = 1;
  for (let i = last; i >= 0; i--) if (needed[i] === 1) for (const r of nodes[i].reads) needed[r] = 1;
  const place = new Int32Array(nodes.length);
  const kept: GridNode[] = [];
  nodes.forEach((node, i) => {
    if (needed[i] === 0) return;
    place[i] = kept.length;
    kept.push({ ...node, reads: node.reads.map((r) => place[r]) });
  });
  return kept;
}
