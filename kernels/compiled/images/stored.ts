import { InternalError } from '../../../src/errors.js';
import { onTwoAxes } from '../../../src/programme/images/grids.js';
import { offsetCount, offsetOf } from '../../../src/programme/images/offsets.js';
import type { PositionPairInstruction } from '../../../src/programme/images/phases.js';
import { type ImagePlan, storedPositionPairs } from '../../../src/programme/images/plan.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { PrintContext } from './instructions.js';
import type { Loop } from './loop.js';

type Of<K extends PositionPairInstruction['op']> = Extract<PositionPairInstruction, { op: K }>;

/** What stages hand on: numbers in double precision, `[position pair][lane]`. */
export interface StoredPlaces {
  /** First number of each value, of one lane. */
  readonly first: ReadonlyMap<ValueId, number>;
  /** Numbers of one lane in all. */
  readonly count: number;
  /** Where `starts` of each grid of a stored value begin. */
  readonly startsAt: ReadonlyMap<number, number>;
  /** Of each such grid and offset: number of its first pair of positions among all that are visited, -1 for none. */
  readonly starts: Int32Array;
}

/** Whether a pool is one mean over all pairs of positions: one window may still leave the last rows and columns out. */
function isWhole(step: Step): boolean {
  if (step.op !== 'pool') return false;
  const { from, to, filter } = onTwoAxes(step.windows);
  return to.every((n) => n === 1) && filter.every((n, axis) => n === from[axis]);
}

/** Places what the stages of a plan hand on. */
export function placeStored(plan: ImagePlan): StoredPlaces {
  const first = new Map<ValueId, number>();
  const startsAt = new Map<number, number>();
  const starts: number[] = [];
  let count = 0;
  for (const v of plan.body.stored) {
    const { grid } = plan.places.of[v];
    first.set(v, count);
    count += storedPositionPairs(plan, v).count;
    if (startsAt.has(grid)) continue;
    startsAt.set(grid, starts.length);
    starts.push(...startsOf(plan, grid));
  }
  return { first, count, startsAt, starts: Int32Array.from(starts) };
}

/** Pairs of positions of a grid are stored offset by offset. */
function startsOf({ places, offsets }: ImagePlan, g: number): Int32Array {
  const grid = places.grids[g];
  const starts = new Int32Array(offsetCount(grid)).fill(-1);
  let next = 0;
  for (const id of offsets[g]) {
    const [dy, dx] = offsetOf(grid, id);
    starts[id] = next;
    next += (grid.height - Math.abs(dy)) * (grid.width - Math.abs(dx));
  }
  return starts;
}

function firstOf({ stored }: PrintContext, v: ValueId): number {
  const first = stored.first.get(v);
  if (first === undefined) throw new InternalError(`value ${v} is not stored`);
  return first;
}

/** Pointer to the numbers of a value at the first cell of a row. */
function cellsOf(loop: Loop, context: PrintContext, v: ValueId): string {
  const { grid } = context.plan.places.of[v];
  const [place, starts] = [loop.word(firstOf(context, v)), loop.word(context.stored.startsAt.get(grid) ?? 0)];
  const { height, width } = loop.frame;
  const at = loop.name('d');
  const number = `storedAt(f->starts + ${starts}, ${height}, ${width}, y, x, qy, qx)`;
  loop.row.push(`double *const ${at} = f->stored + ((int64_t)${place} + ${number}) * LANES;`);
  return `${at} + i * LANES`;
}

/** Brings a stored value back; a pool stores sums, and its mean divides by the pairs of taps. */
function printLoad({ out, of }: Of<'load'>, loop: Loop, context: PrintContext): void {
  const step = context.plan.programme.steps[of];
  const { exponents } = context.job;
  const cells = `fromDoubles(${cellsOf(loop, context, of)}`;
  if (step.op !== 'pool') loop.define(out, `${cells}, 1)`);
  else {
    const mean = 4 ** (exponents[step.of] - exponents[of]) / positionCount(step.windows.filter) ** 2;
    loop.define(out, `${cells}, ${loop.number(mean)})`);
  }
}

/** Adds cells to a pool: those of a row in short sums where all go to one place. */
function printPool({ of, step: value }: Of<'pool'>, loop: Loop, context: PrintContext): void {
  const step = context.plan.programme.steps[value];
  if (step.op !== 'pool') throw new InternalError(`value ${value} is no pool`);
  const place = loop.word(firstOf(context, value));
  if (isWhole(step)) {
    const sum = loop.name('sum');
    loop.row.push(`V ${sum} = ZERO;`);
    loop.body.push(`${sum} += ${loop.value(of)};`);
    const add = `addDoubles(f->stored + (int64_t)${place} * LANES, ${sum});`;
    if (loop.frame.width > 32) loop.body.push(`if (i % 32 == 31) { ${add} ${sum} = ZERO; }`);
    loop.end.push(add);
    return;
  }
  const { to, filter, stride } = onTwoAxes(step.windows);
  const starts = loop.word(context.stored.startsAt.get(context.plan.places.of[value].grid) ?? 0);
  const numbers = [to, filter, stride].flatMap((pair) => [...pair]).join(', ');
  const into = `f->stored + (int64_t)${place} * LANES, f->starts + ${starts}`;
  loop.body.push(`pool(${into}, ${numbers}, y, x + i, qy, qx + i, ${loop.value(of)});`);
}

/** Prints what hands values from stage to stage. */
export function printStoring(i: Of<'store' | 'load' | 'pool'>, loop: Loop, context: PrintContext): void {
  if (i.op === 'load') printLoad(i, loop, context);
  else if (i.op === 'pool') printPool(i, loop, context);
  else loop.body.push(`toDoubles(${cellsOf(loop, context, i.of.value)}, ${loop.value(i.of)});`);
}

/** What the printed C needs for values that stages hand on, in either precision. */
export const STORED_FUNCTIONS = `// Values that stages hand on, in double precision.
INLINE int storedAt(const int32_t *starts, int height, int width, int y, int x, int qy, int qx) {
  const int dy = qy - y, dx = qx - x;
  const int start = starts[(dy + height - 1) * (2 * width - 1) + dx + width - 1];
  return start < 0 ? -1 : start + (y + (dy < 0 ? dy : 0)) * (width - (dx < 0 ? -dx : dx)) + x + (dx < 0 ? dx : 0);
}

INLINE void toDoubles(double *at, V v) {
  T lanes[LANES];
  store(lanes, v);
  for (int k = 0; k < LANES; k++) at[k] = lanes[k];
}

INLINE V fromDoubles(const double *at, double factor) {
  T lanes[LANES];
  for (int k = 0; k < LANES; k++) lanes[k] = (T)(factor * at[k]);
  return load(lanes);
}

INLINE void addDoubles(double *at, V v) {
  T lanes[LANES];
  store(lanes, v);
  for (int k = 0; k < LANES; k++) at[k] += lanes[k];
}

// Adds a value to all windows of a pool that hold its two positions.
static NOINLINE void pool(double *to, const int32_t *starts, int height, int width, int rows, int columns, int down,
                          int right, int y, int x, int qy, int qx, V v) {
  const int y0 = y < rows ? 0 : (y - rows) / down + 1, q0 = qy < rows ? 0 : (qy - rows) / down + 1;
  const int x0 = x < columns ? 0 : (x - columns) / right + 1, k0 = qx < columns ? 0 : (qx - columns) / right + 1;
  for (int a = y0; a * down <= y && a < height; a++) {
    for (int b = x0; b * right <= x && b < width; b++) {
      for (int c = q0; c * down <= qy && c < height; c++) {
        for (int d = k0; d * right <= qx && d < width; d++) {
          const int at = storedAt(starts, height, width, a, b, c, d);
          if (at >= 0) addDoubles(to + (int64_t)at * LANES, v);
        }
      }
    }
  }
}`;
