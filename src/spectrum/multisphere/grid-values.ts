import { type CosineDistances, distances, keepSmaller } from '../../programme/correlations.js';
import { pairOperands } from '../../programme/needs.js';
import { rulesOf } from '../../programme/steps/index.js';
import type { Columns, GridNode, GridNodes } from './grid-nodes.js';
import { type Grid, type GridRooms, gridRooms, levelOf } from './grid-rooms.js';
import { addSpread } from './spread.js';

/**
 * Evaluates the nodes of an output strip by strip: all points of the axes that are not sliced at a time. What depends
 * on fewer axes than the output is computed on those alone, and once for all strips that share it.
 */
export class GridValues {
  readonly #grid: Grid;
  readonly #columns: Columns;
  readonly #nodes: readonly GridNode[];
  readonly #rooms: GridRooms;
  readonly #memory: readonly CosineDistances[];
  readonly #levels: readonly (readonly number[])[];
  readonly #sizes: readonly number[];

  constructor({ nodes }: GridNodes, columns: Columns, grid: Grid) {
    this.#grid = grid;
    this.#columns = columns;
    this.#nodes = nodes;
    this.#rooms = gridRooms(nodes, grid);
    this.#memory = this.#rooms.sizes.map(distances);
    this.#sizes = grid.axes.map(({ weights }) => weights.length);
    this.#levels = Array.from({ length: grid.sliced + 1 }, (_, level) =>
      nodes.flatMap((node, i) => (levelOf(node, grid) === level ? [i] : [])),
    );
  }

  /**
   * Computes what changes with axis `level - 1` (0: what depends on no sliced axis), given the nodes at which the
   * sliced axes stand.
   */
  run(level: number, at: readonly number[]): void {
    for (const i of this.#levels[level]) this.#run(i, at);
  }

  /** The correlations of the output over all axes of a strip. */
  get output(): CosineDistances {
    return this.#value(this.#nodes.length - 1);
  }

  #value(i: number): CosineDistances {
    return this.#memory[this.#rooms.out[i]];
  }

  /** Axes of a node that are not sliced. */
  #axes(i: number): readonly number[] {
    return this.#nodes[i].axes.filter((axis) => axis >= this.#grid.sliced);
  }

  #run(i: number, at: readonly number[]): void {
    const { step, isMean, value, position } = this.#nodes[i];
    if (step.op === 'inner') this.#source(i, at);
    else if (isMean) this.#mean(i);
    else {
      const columns = [this.#columns[value].map((c) => c.subarray(position, position + 1))];
      const factors = { rows: 1, columns };
      const strip = { x: factors, rowX: 0, z: factors, firstZ: 0 };
      const read = this.#operands(i);
      rulesOf(step).evaluate(step, { index: 0, read, source: null, at: strip, rounding: null }, this.#value(i));
    }
  }

  #source(i: number, at: readonly number[]): void {
    const [axis] = this.#nodes[i].axes;
    const { below, above } = this.#grid.axes[axis];
    const out = this.#value(i);
    const [from, to] = axis < this.#grid.sliced ? [at[axis], at[axis] + 1] : [0, below.length];
    out.below.set(below.subarray(from, to));
    out.above.set(above.subarray(from, to));
  }

  /** Mean over a window or of terms: pixels of one norm have the same shares on both sides. */
  #mean(i: number): void {
    const out = this.#value(i);
    const { reads, shares, constant } = this.#nodes[i];
    out.below.fill(0);
    out.above.fill(2 * constant);
    reads.forEach((r, k) => {
      this.#add(r, i, out, shares[k]);
    });
    for (let p = 0; p < out.below.length; p++) keepSmaller(out.below[p], out.above[p], out, p);
  }

  #add(from: number, to: number, out: CosineDistances, share: number): void {
    const of = this.#value(from);
    const [axes, all] = [this.#axes(from), this.#axes(to)];
    addSpread(of.below, axes, out.below, all, this.#sizes, share);
    addSpread(of.above, axes, out.above, all, this.#sizes, share);
  }

  /** The operands of a node, each over all axes of the node. */
  #operands(i: number): (value: number) => CosineDistances {
    const { step, reads } = this.#nodes[i];
    const size = this.#value(i).below.length;
    const rooms = [...this.#rooms.extra[i]];
    const found = reads.map((r) => {
      const value = this.#value(r);
      const room = value.below.length === size ? undefined : rooms.shift();
      if (room === undefined) return value;
      const wide = this.#memory[room];
      wide.below.fill(0);
      wide.above.fill(0);
      this.#add(r, i, wide, 1);
      return wide;
    });
    const operands = pairOperands(step);
    return (value) => found[operands.indexOf(value)];
  }
}
