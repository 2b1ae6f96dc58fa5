import { type FloatArray, type Precision, zeros } from '../data/array.js';
import type { Instruction, Instructions } from '../programme/instructions.js';
import type { SmoothDual } from '../programme/maps/dual.js';
import { SMOOTH_DUALS, type SmoothMap } from '../programme/maps/index.js';
import { perfectCorrelationFeatures, varianceRange } from '../programme/perfect-correlation.js';
import { requireVariances } from '../programme/range.js';
import { instructionsOf } from '../programme/translate.js';
import type { RowSet, RowTask } from './tasks.js';

/**
 * A task for devices: its body and the factor columns that this reads, in the precision of the device.
 *
 * The columns of an instruction follow each other: of a `sum` the mixing weights of its parts; of `smooth` and
 * `smoothSlope` the variance, its root, the root of E phi^2 (E phi'^2), what rounding left of the first root, then of
 * `smooth` in single precision its features (`perfect-correlation.ts`), in double precision its curvature (`pair.ts`);
 * of `radial` the norm and what rounding left of it.
 */
export interface DeviceTask<A extends FloatArray = FloatArray> {
  readonly body: Instructions;
  /** First column of each instruction; of a table there is none. */
  readonly first: readonly number[];
  /**
   * Features of each `smooth`; null where devices need none, as waves have a closed form, or too many: then its cosine
   * distance is 1 - E[phi phi] / scale, by subtraction.
   */
  readonly features: readonly (number | null)[];
  /** Factors that all rows share, by column; null when rows have their own. */
  readonly shared: Float64Array | null;
  /** Columns of the rows: the scales of the outputs in their order, then the factors unless shared. */
  readonly columns: number;
  /** `[columns, n]` */
  readonly x: A;
  readonly z: A;
}

/** For devices that compute in single precision. */
export type SingleTask = DeviceTask<Float32Array>;

/** The columns of one instruction for both row sets, and how many features they end in. */
interface Columns {
  readonly x: readonly Float64Array[];
  readonly z: readonly Float64Array[];
  readonly features: number | null;
}

/** What rounding leaves of each number. */
function rounded(values: Float64Array, precision: Precision): Float64Array {
  return precision === 'f64' ? new Float64Array(values.length) : values.map((v) => v - Math.fround(v));
}

/** Variance, its root, the root of the self-kernel, what rounding leaves of the first root. */
function selfKernelColumns(columns: readonly Float64Array[], precision: Precision): Float64Array[] {
  return [...columns.slice(0, 3), rounded(columns[1], precision)];
}

/** Refuses rows whose variances leave the range of the formulas of a map in the precision; 0 does not. */
function checkVariances(map: SmoothMap, step: number, { x, z }: RowTask, precision: Precision): void {
  for (const rows of x === z ? [x] : [x, z]) {
    requireVariances(map, rows.factors.columns[step][0], precision, (i) => `row ${i}`);
  }
}

/** Features of lists of variances; none where all are the same, null of waves, of which a closed form does for less. */
function featuresOf(dual: SmoothDual, lists: readonly Float64Array[]): Float64Array[][] | null {
  const [least, most] = varianceRange(dual, lists);
  return dual.isWave && least < most ? null : perfectCorrelationFeatures(dual, lists);
}

function columnsOf(instruction: Instruction, task: RowTask, precision: Precision): Columns {
  const { x, z } = task;
  const both = (pick: (rows: RowSet) => Float64Array[]): Columns => ({ x: pick(x), z: pick(z), features: 0 });
  switch (instruction.op) {
    case 'sum':
      return both((rows) => instruction.parts.map(({ column }) => rows.factors.columns[column.step][column.place]));
    case 'radial':
      return both(({ factors }) => {
        const [norms] = factors.columns[instruction.step];
        return [norms, rounded(norms, precision)];
      });
    case 'smoothSlope':
      checkVariances(instruction.map, instruction.step, task, precision);
      return both(({ factors }) => selfKernelColumns(factors.columns[instruction.step], precision));
    case 'smooth': {
      checkVariances(instruction.map, instruction.step, task, precision);
      const [a, b] = [x.factors.columns[instruction.step], z.factors.columns[instruction.step]];
      const own = (columns: readonly Float64Array[]): Float64Array[] => selfKernelColumns(columns, precision);
      if (precision === 'f64') return { x: [...own(a), a[3]], z: [...own(b), b[3]], features: 1 };
      const found = featuresOf(SMOOTH_DUALS[instruction.map], a === b ? [a[0]] : [a[0], b[0]]);
      const features = found ?? [[], []];
      const last = features.at(-1) ?? [];
      return {
        x: [...own(a), ...features[0]],
        z: [...own(b), ...last],
        features: found === null ? null : last.length,
      };
    }
    default:
      return both(() => []);
  }
}

function table(columns: readonly Float64Array[], rows: number, precision: Precision): FloatArray {
  const result = zeros(Math.max(1, columns.length * rows), precision);
  columns.forEach((column, c) => {
    if (column.length === 1) result.fill(column[0], c * rows, (c + 1) * rows);
    else result.set(column, c * rows);
  });
  return result;
}

function scalesOf(task: RowTask, rows: RowSet): Float64Array[] {
  return task.outputs.map((output) => rows.scales[output] ?? new Float64Array(1));
}

/**
 * Prepares a task for single precision.
 *
 * @throws NumericalError where a variance before a smooth map leaves the range of its formulas
 */
export function singleTask(task: RowTask): SingleTask {
  return deviceTask(task, 'f32') as SingleTask;
}

/**
 * Prepares a task for a device.
 *
 * @throws NumericalError where a variance before a smooth map leaves the range of its formulas
 */
export function deviceTask(task: RowTask, precision: Precision): DeviceTask {
  const body = instructionsOf(task.programme, [task.x.factors, task.z.factors]);
  const all = task.table === null ? body.instructions.map((i) => columnsOf(i, task, precision)) : [];
  const isShared = task.x.factors.rows === 1 && task.z.factors.rows === 1;
  const outputs = task.outputs.length;
  let next = isShared ? 0 : outputs;
  const first = all.map((columns) => {
    next += columns.x.length;
    return next - columns.x.length;
  });
  const rowColumns = (rows: RowSet, side: 'x' | 'z'): FloatArray => {
    const factors = isShared ? [] : all.flatMap((c) => c[side]);
    return table([...scalesOf(task, rows), ...factors], rows.rows, precision);
  };
  const x = rowColumns(task.x, 'x');
  return {
    body,
    first,
    features: all.map((c) => c.features),
    shared: isShared ? Float64Array.from(all.flatMap((c) => c.x.map(([v]) => v))) : null,
    columns: isShared ? outputs : next,
    x,
    z: task.z === task.x ? x : rowColumns(task.z, 'z'),
  };
}
