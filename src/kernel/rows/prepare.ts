import { lower } from '../../architecture/lower.js';
import { checkKind } from '../../architecture/parse.js';
import type { KernelDefinition } from '../../architecture/types.js';
import type { Output, RowSet, RowTask } from '../../backend/tasks.js';
import { rowNorms, unitRows } from '../../backend/unit-rows.js';
import type { NdArray, Precision } from '../../data/array.js';
import { UsageError } from '../../errors.js';
import type { Extended } from '../../programme/extended-exponent.js';
import { keepNeeded } from '../../programme/needs.js';
import { balancedRows } from '../../programme/norms.js';
import { balanceRadial, type RadialStep, radialStep } from '../../programme/radial.js';
import { requireRange } from '../../programme/range.js';
import { type RowFactors, rowFactors } from '../../programme/self-kernels.js';
import { decideZonal, type Norms, outputScales, type ZonalDecision, zonalTable } from '../../programme/zonal.js';
import type { Programme } from '../../vocabulary/steps.js';
import { COMPUTE_DEFAULTS } from '../defaults.js';
import { outputsOf } from '../outputs.js';
import type { KernelOptions } from '../types.js';

/** What is known before any large work: the programme, the norms, whether the zonal shortcut applies. */
export interface Outline {
  readonly architecture: KernelDefinition;
  readonly programme: Programme;
  readonly outputs: readonly Output[];
  readonly precision: Precision;
  readonly x: NdArray;
  readonly z: NdArray;
  readonly symmetric: boolean;
  /** Norms of the rows. */
  readonly norms: Norms;
  /** The radial kernel in the units of the rows; null for a network. */
  readonly radial: RadialStep | null;
  /** Norms as the programme takes them: of a radial kernel in a unit that suits the precision. */
  readonly sizes: Norms;
  readonly zonal: ZonalDecision;
  readonly normalized: boolean;
}

/** Rows `[n, d]`: images are flattened. */
function rowsOf(array: NdArray, where: string): NdArray {
  const [n, ...rest] = array.shape;
  const d = rest.reduce((a, b) => a * b, 1);
  if (array.shape.length < 2 || !(n > 0) || !(d > 0) || array.data.length !== n * d) {
    throw new UsageError(
      `${where}: must have rows and features [n, d], got shape [${array.shape.join(', ')}] with ` +
        `${array.data.length} numbers.`,
    );
  }
  return { data: array.data, shape: [n, d] };
}

/** Looks at a computation without starting it. */
export function outline(inputs: NdArray, options: KernelOptions): Outline {
  const {
    architecture,
    kind = COMPUTE_DEFAULTS.kind,
    precision = COMPUTE_DEFAULTS.precision,
    normalized = false,
  } = options;
  const x = rowsOf(inputs, 'x');
  const z = options.z === undefined ? x : rowsOf(options.z, 'z');
  if (x.shape[1] !== z.shape[1]) {
    throw new UsageError(`z: must have as many features as x, got ${z.shape[1]} and ${x.shape[1]}.`);
  }
  if (architecture.format === 'ntk-architecture/1') checkKind(architecture, kind);
  const lowered = keepNeeded(lower(architecture, x.shape[1], kind));
  const lengths = rowNorms(x);
  const norms = { x: lengths, z: z === x ? lengths : rowNorms(z) };
  const { programme, norms: sizes } = balanceRadial(lowered, norms, precision);
  const zonal: ZonalDecision =
    options.zonal === false ? { applies: false, reason: 'switched off' } : decideZonal(programme, sizes);
  return {
    architecture,
    programme,
    outputs: outputsOf(kind),
    precision,
    x,
    z,
    symmetric: z === x,
    norms,
    radial: radialStep(lowered),
    sizes,
    zonal,
    normalized,
  };
}

/** The rows of one operand; `side` says whose norms are theirs. */
function rowSet(o: Outline, side: 'x' | 'z', factors: RowFactors, homogeneous: boolean): RowSet {
  const x = o[side];
  const norms = o.norms[side];
  const [rows, features] = x.shape;
  const scales = outputScales(o.programme, factors, o.sizes[side], homogeneous, o.normalized);
  checkScales(scales, o);
  const data = o.radial === null ? balancedRows(x.data, features, norms) : x.data;
  return { data, unit: unitRows(x, norms, o.precision), rows, features, norms: norms.mantissa, factors, scales };
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
export interface PreparedRows {
  readonly task: RowTask;
  readonly shortcut: string;
}

/** Does the work that comes before the tiles: table or factors, unit rows. */
export function prepareTask(o: Outline, useTable: boolean): PreparedRows {
  const pairs = (o.x.shape[0] * o.z.shape[0]) / (o.symmetric ? 2 : 1);
  const { table, reason } = useTable
    ? zonalTable(o.programme, o.zonal, o.precision, pairs)
    : { table: null, reason: `no table: ${o.zonal.reason}` };
  const common = o.zonal.applies ? o.zonal : null;
  const factors = (norms: Extended): RowFactors => common?.selfKernels ?? rowFactors(o.programme, norms);
  const homogeneous = common?.homogeneous ?? false;
  const x = rowSet(o, 'x', factors(o.sizes.x), homogeneous);
  const z = o.symmetric ? x : rowSet(o, 'z', factors(o.sizes.z), homogeneous);
  const { programme, radial, precision, outputs, symmetric } = o;
  return { task: { kind: 'rows', programme, radial, precision, outputs, x, z, symmetric, table }, shortcut: reason };
}
