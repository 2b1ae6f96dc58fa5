import type { AxisRule } from './axis-rule.js';
import type { GridNode } from './grid-nodes.js';

/** A grid of angles: the rule of every axis, the first `sliced` of which are taken one node at a time. */
export interface Grid {
  readonly axes: readonly AxisRule[];
  readonly sliced: number;
}

/** Where the values of the nodes stand during a strip. */
export interface GridRooms {
  /** Pairs of each room. */
  readonly sizes: readonly number[];
  /** The room of each node. */
  readonly out: readonly number[];
  /** Rooms where operands of a node are spread out that depend on fewer axes. */
  readonly extra: readonly (readonly number[])[];
}

/** The innermost sliced axis that a node depends on, from 1: with it the node has to be computed anew; 0 for none. */
export function levelOf({ axes }: GridNode, { sliced }: Grid): number {
  return Math.max(0, ...axes.filter((axis) => axis < sliced).map((axis) => axis + 1));
}

/** Points of a strip that a node has values for. */
export function pointsOf({ axes }: GridNode, { axes: rules, sliced }: Grid): number {
  return axes.reduce((size, axis) => (axis < sliced ? size : size * rules[axis].weights.length), 1);
}

/** Bytes of the rooms. */
export function roomBytes({ sizes }: GridRooms): number {
  return sizes.reduce((sum, size) => sum + 16 * size, 0);
}

/**
 * Gives every node a room: those that change with every strip take rooms that nobody reads any more, the others keep
 * their own.
 */
export function gridRooms(nodes: readonly GridNode[], grid: Grid): GridRooms {
  const last = new Int32Array(nodes.length).fill(nodes.length);
  nodes.forEach(({ reads }, i) => {
    for (const r of reads) last[r] = i;
  });
  const sizes: number[] = [];
  const free = new Map<number, number[]>();
  const release = (room: number): void => {
    free.set(sizes[room], [...(free.get(sizes[room]) ?? []), room]);
  };
  const take = (size: number, reusable: boolean): number => {
    const found = reusable ? free.get(size)?.pop() : undefined;
    return found ?? sizes.push(size) - 1;
  };
  const passes = (i: number): boolean => levelOf(nodes[i], grid) === grid.sliced;
  const out: number[] = [];
  const extra = nodes.map((node, i) => {
    const size = pointsOf(node, grid);
    out.push(take(size, passes(i)));
    const narrow = node.isMean ? [] : node.reads.filter((r) => pointsOf(nodes[r], grid) !== size);
    const rooms = narrow.map(() => take(size, passes(i)));
    if (passes(i)) for (const room of rooms) release(room);
    for (const r of new Set(node.reads)) if (last[r] === i && passes(r)) release(out[r]);
    return rooms;
  });
  return { sizes, out, extra };
}
