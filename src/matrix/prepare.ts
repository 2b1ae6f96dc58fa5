import { lower } from '../architecture/lower.js';
import { checkKind } from '../architecture/parse.js';
import type { KernelTask, Output, RowSet } from '../backend/contract.js';
import { rowNorms, unitRows } from '../backend/rows.js';
import type { NdArray, Precision } from '../data/array.js';
import { UsageError } from '../errors.js';
import { keepNeeded } from '../programme/needs.js';
import { type RowFactors, rowFactors } from '../programme/own.js';
import { requireRange } from '../programme/range.js';
import type { Programme } from '../programme/steps.js';
import { decideZonal, outputScales, type ZonalDecision, zonalTable } from '../programme/zonal.js';
import type { KernelKind, KernelOptions } from './types.js';

/** What is known before any large work: the programme, the norms, whether the zonal shortcut applies. */
export interface Outline {
  readonly programme: Programme;
  readonly outputs: readonly Output[];
  readonly precision: Precision;
  readonly x: NdArray;
  readonly z: NdArray;
  readonly symmetric: boolean;
  readonly normsX: Float64Array;
  readonly normsZ: Float64Array;
  readonly zonal: ZonalDecision;
  readonly normalized: boolean;
}

/** The kernels of a kind, in the order in which tiles hold them. */
export function outputsOf(kind: KernelKind): Output[] {
  return kind === 'both' ? ['ntk', 'nngp'] : [kind];
}

/** Rows `[n, d]`: images are flattened. */
function rowsOf(array: NdArray, where: string): NdArray {
  const [n, ...rest] = array.shape;
  const d = rest.reduce((a, b) => a * b, 1);
  if (array.shape.length < 2 || !(n > 0) || !(d > 0) || array.data.length !== n * d) {
    throw new UsageError(
      `${where}: must have rows and features [n, d], got shape [${array.shape.join(', ')}] with ${array.data.length} numbers.`,
    );
  }
  return { data: array.data, shape: [n, d] };
}

/** Looks at a computation without starting it. */
export function outline(inputs: NdArray, options: KernelOptions): Outline {
  const { architecture, kind = 'ntk', precision = 'f64', normalized = false } = options;
  const x = rowsOf(inputs, 'x');
  const z = options.z === undefined ? x : rowsOf(options.z, 'z');
  if (x.shape[1] !== z.shape[1]) {
    throw new UsageError(`z: must have as many features as x, got ${z.shape[1]} and ${x.shape[1]}.`);
  }
  if (architecture.format === 'ntk-architecture/1') checkKind(architecture, kind);
  const programme = keepNeeded(lower(architecture, x.shape[1], kind));
  const normsX = rowNorms(x);
  const normsZ = z === x ? normsX : rowNorms(z);
  const zonal: ZonalDecision =
    options.zonal === false
      ? { applies: false, reason: 'switched off' }
      : decideZonal(programme, { x: normsX, z: normsZ });
  return {
    programme,
    outputs: outputsOf(kind),
    precision,
    x,
    z,
    symmetric: z === x,
    normsX,
    normsZ,
    zonal,
    normalized,
  };
}

function rowSet(o: Outline, x: NdArray, norms: Float64Array, factors: RowFactors, homogeneous: boolean): RowSet {
  const [rows, features] = x.shape;
  const scales = outputScales(o.programme, factors, norms, homogeneous, o.normalized);
  checkScales(scales, o);
  return { data: x.data, unit: unitRows(x, norms, o.precision), rows, features, norms, factors, scales };
}

/** Refuses a computation whose diagonal the precision cannot hold. */
function checkScales(scales: RowSet['scales'], { precision }: Outline): void {
  for (const output of ['ntk', 'nngp'] as const) {
    scales[output]?.forEach((scale, i) => {
      requireRange(scale, precision, `row ${i}`, output);
    });
  }
}

/** A task with how its shortcut turned out. */
export interface Prepared {
  readonly task: KernelTask;
  readonly shortcut: string;
}

/** Does the work that comes before the tiles: table or factors, unit rows. */
export function prepareTask(o: Outline, useTable: boolean): Prepared {
  const pairs = (o.x.shape[0] * o.z.shape[0]) / (o.symmetric ? 2 : 1);
  const { table, reason } = useTable
    ? zonalTable(o.programme, o.zonal, o.precision, pairs)
    : { table: null, reason: `no table: ${o.zonal.reason}` };
  const common = o.zonal.applies ? o.zonal : null;
  const factors = (norms: Float64Array): RowFactors => common?.own ?? rowFactors(o.programme, norms);
  const x = rowSet(o, o.x, o.normsX, factors(o.normsX), common?.homogeneous ?? false);
  const z = o.symmetric ? x : rowSet(o, o.z, o.normsZ, factors(o.normsZ), common?.homogeneous ?? false);
  const { programme, precision, outputs, symmetric } = o;
  return { task: { programme, precision, outputs, x, z, symmetric, table }, shortcut: reason };
}
