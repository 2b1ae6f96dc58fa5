import { CompilerError } from '../../../src/errors.js';
import { type Grid, onTwoAxes } from '../../../src/programme/images/grids.js';
import { offsetOf } from '../../../src/programme/images/offsets.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';

/** A step that reads positions of another grid, or several: a window, or a pixel, which is one of one tap. */
export interface WindowReads {
  readonly from: number;
  readonly to: number;
  readonly filter: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Positions before the first that the first window reads; below 0 where it begins inside. */
  readonly before: readonly [number, number];
  readonly wraps: boolean;
  /** Whether windows reach beyond the image. */
  readonly leaves: boolean;
}

const two = (list: readonly number[]): readonly [number, number] => [list[0], list[1]];

/** How far the last window of an axis reaches beyond the image. */
function beyond(reads: Pick<WindowReads, 'filter' | 'stride' | 'before'>, to: Grid, from: Grid): [number, number] {
  const axis = (n: number, m: number, k: number): number =>
    (m - 1) * reads.stride[k] - reads.before[k] + reads.filter[k] - n;
  return [axis(from.height, to.height, 0), axis(from.width, to.width, 1)];
}

/** What the windows of a step read; null for a step that reads its own position alone. */
export function windowReads({ places, programme }: ImagePlan, v: ValueId): WindowReads | null {
  const step: Step = programme.steps[v];
  if (step.op !== 'window' && step.op !== 'pixel') return null;
  const [from, to] = [places.of[step.of].grid, places.of[v].grid];
  if (step.op === 'pixel') {
    const at = step.at.length === 2 ? two(step.at) : ([0, step.at[0] ?? 0] as const);
    return { from, to, filter: [1, 1], stride: [1, 1], before: [-at[0], -at[1]], wraps: false, leaves: false };
  }
  const { filter, stride, before, wraps } = onTwoAxes(step.windows);
  const reads = { filter: two(filter), stride: two(stride), before: two(before) };
  const leaves = [...reads.before, ...beyond(reads, places.grids[to], places.grids[from])].some((n) => n > 0);
  return { from, to, ...reads, wraps, leaves };
}

/** A grid with the rows and columns around it that windows read. */
export interface Frame extends Grid {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  /** Cells of a row. */
  readonly pitch: number;
}

/** The frame of each grid: as wide as the windows that read it reach. */
export function gridFrames(plan: ImagePlan): readonly Frame[] {
  const { grids } = plan.places;
  const around = grids.map(() => [0, 0, 0, 0]);
  plan.programme.steps.forEach((_, v) => {
    const reads = windowReads(plan, v);
    if (reads === null) return;
    const after = beyond(reads, grids[reads.to], grids[reads.from]);
    const wanted = [...reads.before, ...after];
    around[reads.from] = around[reads.from].map((n, k) => Math.max(n, wanted[k]));
  });
  return grids.map((grid, g) => {
    const [top, left, bottom, right] = around[g];
    return { ...grid, top, left, rows: grid.height + top + bottom, pitch: grid.width + left + right };
  });
}

/** Offset of a grid on one axis in a component: one number, or that and the one which a whole turn makes of it. */
interface AxisOffset {
  readonly offset: number;
  readonly turns: boolean;
}

function axisOffset(offsets: readonly number[], n: number): AxisOffset | null {
  const list = [...new Set(offsets)].sort((a, b) => a - b);
  if (list.length === 1) return { offset: list[0], turns: false };
  if (list.length === 2 && list[1] - list[0] === n) return { offset: list[1], turns: true };
  return null;
}

/** Offsets of the grids of a component, `[rows, columns]`; null for a grid that it does not visit. */
type Offsets = readonly (readonly [AxisOffset, AxisOffset] | null)[];

/** The error for pairs of positions that are visited together and are no rectangle or torus. */
function irregular(): CompilerError {
  return new CompilerError(
    'images: what is compiled has windows that all wrap or all do not, by strides that divide the grid, got others',
    '',
  );
}

function componentOffsets(plan: ImagePlan, component: ReadonlyMap<number, readonly number[]>): Offsets {
  return plan.places.grids.map((grid, g) => {
    const ids = component.get(g);
    if (ids === undefined) return null;
    const offsets = ids.map((id) => offsetOf(grid, id));
    const [dy, dx] = [0, 1].map((k) =>
      axisOffset(
        offsets.map((o) => o[k]),
        k === 0 ? grid.height : grid.width,
      ),
    );
    if (dy === null || dx === null) throw irregular();
    if (ids.length !== (dy.turns ? 2 : 1) * (dx.turns ? 2 : 1)) throw irregular();
    return [dy, dx];
  });
}

/** Whether an axis of the grid that a window reads is visited as the window needs it. */
function suits(from: AxisOffset, to: AxisOffset, stride: number, n: number, m: number, wraps: boolean): boolean {
  const read = to.offset * stride;
  if (!wraps) return !from.turns && !to.turns && from.offset === read;
  const around = ((read - from.offset) % n) + 0;
  if (around !== 0 || (to.turns && stride * m !== n)) return false;
  return from.turns ? true : from.offset === 0;
}

function requireRegular(plan: ImagePlan, offsets: Offsets, windows: readonly WindowReads[]): void {
  const { grids } = plan.places;
  for (const { from, to, stride, wraps } of windows) {
    const [a, b] = [offsets[from], offsets[to]];
    if (b === null) continue;
    const [f, t] = [grids[from], grids[to]];
    const fits =
      a !== null &&
      suits(a[0], b[0], stride[0], f.height, t.height, wraps) &&
      suits(a[1], b[1], stride[1], f.width, t.width, wraps);
    if (!fits) throw irregular();
  }
}

/** Words of a rectangle in the table: `Rect` in the printed C. */
export const RECT_WORDS = 12;

/**
 * First and last row, then what lies side by side on each row: [first column, column behind the last, what is added
 * for that of z].
 */
function putRect(table: Int32Array, at: number, { height, width }: Grid, [dy, dx]: readonly [AxisOffset, AxisOffset]) {
  const rows = dy.turns ? [0, height] : [Math.max(0, -dy.offset), height - Math.max(0, dy.offset)];
  const parts = dx.turns
    ? [
        [0, width - dx.offset, dx.offset],
        [width - dx.offset, width, dx.offset - width],
      ]
    : [[Math.max(0, -dx.offset), width - Math.max(0, dx.offset), dx.offset]];
  table.set([...rows, dy.offset, dx.offset, parts.length, ...parts.flat()], at);
}

/** Where the components of each stage are visited: rectangles of pairs (p, p + offset), all of a row side by side. */
export interface Components {
  /** First component and number of components of each stage. */
  readonly stages: readonly (readonly [number, number])[];
  /** A rectangle for each component and grid. */
  readonly rects: Int32Array;
}

/**
 * The components of a plan.
 *
 * @throws CompilerError where pairs of positions that are visited together are no rectangle or torus
 */
export function componentRects(plan: ImagePlan): Components {
  const { grids } = plan.places;
  const windows = plan.programme.steps.map((_, v) => windowReads(plan, v)).filter((w) => w !== null);
  requireOneKind(windows);
  const count = plan.components.reduce((n, stage) => n + stage.length, 0);
  const rects = new Int32Array(new SharedArrayBuffer(4 * RECT_WORDS * Math.max(1, count * grids.length)));
  const stages: (readonly [number, number])[] = [];
  let next = 0;
  for (const stage of plan.components) {
    stages.push([next, stage.length]);
    for (const component of stage) {
      const offsets = componentOffsets(plan, component);
      requireRegular(plan, offsets, windows);
      offsets.forEach((offset, g) => {
        if (offset !== null) putRect(rects, RECT_WORDS * (next * grids.length + g), grids[g], offset);
      });
      next += 1;
    }
  }
  return { stages, rects };
}

/** What lies around a grid is either a copy of the other end or outside. */
function requireOneKind(windows: readonly WindowReads[]): void {
  const kinds = new Map<number, boolean>();
  for (const { from, wraps, leaves } of windows) {
    if (!leaves) continue;
    if ((kinds.get(from) ?? wraps) !== wraps) throw irregular();
    kinds.set(from, wraps);
  }
}
