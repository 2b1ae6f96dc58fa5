import type { Precision } from '../../../src/data/array.js';
import { type Grid, onTwoAxes } from '../../../src/programme/images/grids.js';
import { type ImagePlan, storedPositionPairs } from '../../../src/programme/images/plan.js';
import { positionPairCount, readsBeyond, windowsHolding } from '../../../src/programme/images/position-pairs.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { ANGLE_DEGREE } from '../polynomials.js';
import { tapCount } from './code.js';

/** Bytes that static data of the module may take, as in layout.ts. */
const STATIC_BYTES = 65_536;

/** Addresses in the memory of a worker that computes kernels of images. */
export interface ImageLayout {
  readonly rule: number;
  readonly angles: number;
  readonly sines: number;
  /** Of each grid: [count, address of p, address of p'], the lists behind it. */
  readonly grids: readonly number[];
  /** Table of the position pairs and halves that each window step reads; equal windows share one. */
  readonly windows: ReadonlyMap<ValueId, number>;
  /** The same with halves counted as outside; the same table where there are none. */
  readonly whole: ReadonlyMap<ValueId, number>;
  /**
   * Of each window step: its segments, [count, -], then [first position pair, position pairs, rows of taps, byte
   * offsets of three rows] each.
   */
  readonly segments: ReadonlyMap<ValueId, number>;
  /** Of each window step: [count of halves, p and q of each], beside its table. */
  readonly halves: ReadonlyMap<ValueId, number>;
  /**
   * Of each pool: address of the number of its links, and of their table (0: everything goes into one position pair).
   */
  readonly links: ReadonlyMap<ValueId, { readonly count: number; readonly table: number }>;
  /** Of `grid:grid of a stored value`: table of the numbers of position pairs in the store. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Place of each stored value in the store of a pair, in bytes of one lane, and the bytes of the whole. */
  readonly stored: ReadonlyMap<ValueId, number>;
  readonly storeBytes: number;
  readonly constants: number;
  readonly code: number;
  readonly slots: number;
  readonly slotBytes: number;
}

/** Most pairs of positions of each grid in one component. */
function mostPositionPairs({ components, places }: ImagePlan): number[] {
  const most = places.grids.map(() => 0);
  for (const stage of components) {
    for (const component of stage) {
      for (const [grid, ids] of component)
        most[grid] = Math.max(most[grid], positionPairCount(places.grids[grid], ids));
    }
  }
  return most;
}

/** Gives out addresses, each a multiple of 64. */
class Buffer {
  end = STATIC_BYTES;

  take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / 64) * 64;
    return at;
  }
}

type WindowTables = Pick<ImageLayout, 'windows' | 'whole' | 'halves' | 'segments'>;

function windowTables(plan: ImagePlan, most: readonly number[], room: Buffer): WindowTables {
  const windows = new Map<ValueId, number>();
  const whole = new Map<ValueId, number>();
  const halves = new Map<ValueId, number>();
  const segments = new Map<ValueId, number>();
  const known = new Map<string, ValueId>();
  plan.programme.steps.forEach((step, v) => {
    if (step.op !== 'window' && step.op !== 'pixel') return;
    const { grid } = plan.places.of[v];
    const reads = JSON.stringify(step.op === 'pixel' ? step.at : step.windows);
    const name = `${plan.places.of[step.of].grid}:${grid}:${reads}`;
    const first = known.get(name) ?? v;
    known.set(name, first);
    const bytes = most[grid] * tapCount(step) * 4;
    segments.set(v, segments.get(first) ?? room.take(8 + 24 * mostSegments(plan.places.grids[grid])));
    const hasHalves = step.op === 'window' && readsBeyond(step.windows);
    windows.set(v, windows.get(first) ?? room.take(bytes));
    whole.set(v, whole.get(first) ?? (hasHalves ? room.take(bytes) : (windows.get(v) ?? 0)));
    halves.set(v, halves.get(first) ?? room.take(hasHalves ? 8 + 16 * positionCount(step.windows.from) : 8));
  });
  return { windows, whole, halves, segments };
}

/** Segments that a window table may have; one that has more is run position pair by position pair. */
export function mostSegments({ height }: Grid): number {
  return 6 * height + 8;
}

function poolLinks(plan: ImagePlan, most: readonly number[], room: Buffer): ImageLayout['links'] {
  const links = new Map<ValueId, { count: number; table: number }>();
  plan.programme.steps.forEach((step, v) => {
    if (step.op !== 'pool') return;
    const count = room.take(4);
    const { from, to, filter } = onTwoAxes(step.windows);
    // One window may still leave the last rows and columns out.
    if (to.every((n) => n === 1) && filter.every((n, axis) => n === from[axis])) {
      links.set(v, { count, table: 0 });
      return;
    }
    const holding = windowsHolding(step.windows).reduce((most, list) => Math.max(most, list.length), 0);
    const positionPairs = most[plan.places.of[step.of].grid];
    links.set(v, { count, table: room.take(positionPairs * holding * holding * 8) });
  });
  return links;
}

/** Places everything but factors, stores and results, which lie behind the slots. */
export function layOutImages(plan: ImagePlan, precision: Precision): ImageLayout {
  const room = new Buffer();
  const most = mostPositionPairs(plan);
  const polynomials = (ANGLE_DEGREE[precision] + 1) * 16;
  const [rule, angles, sines] = [room.take(54 * 8), room.take(polynomials), room.take(polynomials)];
  const grids = most.map((positionPairs) => room.take(16 + 8 * positionPairs));
  const tables = windowTables(plan, most, room);
  const links = poolLinks(plan, most, room);
  const numbers = new Map<string, number>();
  const stored = new Map<ValueId, number>();
  let storeBytes = 0;
  for (const v of plan.body.stored) {
    const selfKernels = plan.places.of[v].grid;
    stored.set(v, storeBytes);
    storeBytes += storedPositionPairs(plan, v).count * 8;
    plan.places.grids.forEach((_, grid) => {
      const { height, width } = plan.places.grids[grid];
      const same = height === plan.places.grids[selfKernels].height && width === plan.places.grids[selfKernels].width;
      const name = `${grid}:${selfKernels}`;
      if (same && !numbers.has(name)) numbers.set(name, room.take(most[grid] * 4));
    });
  }
  const instructions = plan.body.stages.flat();
  const parts = instructions.reduce((n, i) => n + ('parts' in i ? 2 * i.parts.length : 0), 0);
  const constants = room.take(8 * (4 * instructions.length + parts + 8));
  const code = room.take(4 * (24 * instructions.length + parts + 32));
  const leaving = plan.programme.steps.map((step) =>
    step.op === 'window' && readsBeyond(step.windows) ? 2 * positionCount(step.windows.from) : 0,
  );
  const slotBytes = Math.ceil(((plan.mostPositionPairs + 1 + Math.max(0, ...leaving)) * 16) / 64) * 64;
  const slots = room.take(0);
  return {
    rule,
    angles,
    sines,
    grids,
    ...tables,
    links,
    numbers,
    stored,
    storeBytes,
    constants,
    code,
    slots,
    slotBytes,
  };
}
