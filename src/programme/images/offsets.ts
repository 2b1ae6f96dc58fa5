import type { Programme, ValueId } from '../../vocabulary/steps.js';
import { pairOperands } from '../needs.js';
import { type Grid, onTwoAxes, type Places } from './grids.js';

/** Number of offsets p' - p between positions of a grid. */
export function offsetCount({ height, width }: Grid): number {
  return (2 * height - 1) * (2 * width - 1);
}

/** Number of the offset (dy, dx) among those of a grid. */
export function offsetId({ height, width }: Grid, dy: number, dx: number): number {
  return (dy + height - 1) * (2 * width - 1) + dx + width - 1;
}

/** The offset (dy, dx) of a number. */
export function offsetOf({ height, width }: Grid, id: number): readonly [number, number] {
  return [Math.floor(id / (2 * width - 1)) - height + 1, (id % (2 * width - 1)) - width + 1];
}

/** Offsets on one axis that output offset `d` of a window reads: d stride, and round the end where windows wrap. */
function read(d: number, stride: number, n: number, wraps: boolean): number[] {
  const offset = d * stride;
  if (!wraps) return Math.abs(offset) < n ? [offset] : [];
  const inside = ((offset % n) + n) % n;
  return inside === 0 ? [0] : [inside, inside - n];
}

/** Offsets on one axis that output offset `d` of a pool reads: d stride + k' - k. */
function readPool(d: number, stride: number, filter: number, n: number): number[] {
  const all = Array.from({ length: 2 * filter - 1 }, (_, k) => d * stride + k - filter + 1);
  return all.filter((offset) => Math.abs(offset) < n);
}

/** Offsets of the grid it reads that one output offset of a step needs. */
export type ReadOffsets = (id: number) => readonly number[];

/** What a step that joins positions reads; null for the others, which read their own offset. */
export function offsetsRead(step: Programme['steps'][number], from: Grid, to: Grid): ReadOffsets | null {
  if (step.op !== 'window' && step.op !== 'pool' && step.op !== 'pixel') return null;
  if (step.op === 'pixel') return () => [offsetId(from, 0, 0)];
  const { filter, stride, wraps } = onTwoAxes(step.windows);
  const sizes = [from.height, from.width];
  const axis = (d: number, a: number): number[] =>
    step.op === 'pool' ? readPool(d, stride[a], filter[a], sizes[a]) : read(d, stride[a], sizes[a], wraps);
  return (id) => {
    const [dy, dx] = offsetOf(to, id);
    const columns = axis(dx, 1);
    return axis(dy, 0).flatMap((y) => columns.map((x) => offsetId(from, y, x)));
  };
}

/**
 * The pass *needs* on images: which offsets of each grid the outputs rest on, walked back from them; `[grids][offsets]`, 1 for needed.
 *
 * Offset 0 alone for `flatten` and `pixel`, all of them for global pooling. `wanted` are the values that are read at the end.
 */
export function neededOffsets(programme: Programme, places: Places, wanted: readonly ValueId[]): readonly Uint8Array[] {
  const { steps } = programme;
  const needed = places.grids.map((grid) => new Uint8Array(offsetCount(grid)));
  const used = new Uint8Array(steps.length);
  for (const v of wanted) {
    const { grid } = places.of[v];
    used[v] = 1;
    needed[grid][offsetId(places.grids[grid], 0, 0)] = 1;
  }
  for (let v = steps.length - 1; v >= 0; v--) {
    const step = steps[v];
    if (used[v] === 0) continue;
    const selfKernels = places.of[v].grid;
    for (const operand of pairOperands(step)) {
      used[operand] = 1;
      const { grid } = places.of[operand];
      const reads = offsetsRead(step, places.grids[grid], places.grids[selfKernels]);
      needed[selfKernels].forEach((is, id) => {
        if (is === 1) for (const r of reads === null ? [id] : reads(id)) needed[grid][r] = 1;
      });
    }
  }
  return needed;
}
