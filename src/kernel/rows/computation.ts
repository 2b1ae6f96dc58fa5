import type { Backend } from '../../backend/contract.js';
import { isShared, type NdArray } from '../../data/array.js';
import { someExamples } from '../../data/examples.js';
import { rulesOf } from '../../programme/steps/index.js';
import { TABLE_RULES } from '../../programme/table.js';
import { tablePays } from '../../programme/zonal.js';
import { type Again, type Computation, type Demand, entryCount, type Prepared } from '../computation.js';
import type { Place } from '../samples.js';
import { chooseTile, type Extent, fittingSizes } from '../tiles.js';
import { type Outline, outline, prepareTask } from './prepare.js';

/** Factor columns that the programme needs when it is not tabulated. */
function columnCount({ programme }: Outline): number {
  return programme.steps.reduce((n, step) => n + (rulesOf(step).columnBound?.(step) ?? 0), 2);
}

/** Bytes of prepared rows and their factors, beside the rows as they were read. */
function rowBytes(o: Outline, columns: number): number {
  const element = o.precision === 'f64' ? 8 : 4;
  const one = (x: NdArray): number => {
    const shared = isShared(x.data) ? 0 : x.data.byteLength;
    const own = o.zonal.applies ? 0 : x.shape[0] * (o.programme.steps.length * 12 + columns * 8);
    return shared + x.data.length * element + x.shape[0] * (columns * element + 32) + own;
  };
  return one(o.x) + (o.symmetric ? 0 : one(o.z));
}

/** Whether a table is likely to be built: it pays and is allowed. */
function likelyTable(o: Outline, entries: number): boolean {
  return o.zonal.applies && tablePays(entries);
}

/** What computes, and how. */
interface Means {
  readonly backend: Backend;
  readonly threads: number;
  readonly table: boolean;
  /** Whether a BLAS library computes the products. */
  readonly native: boolean;
}

/** Bytes of tiles of side `size`, prepared rows and tables. */
function demandBytes(o: Outline, { backend, threads, table, native }: Means, size: number): number {
  const columns = table ? o.outputs.length : columnCount(o);
  const { degree, most } = TABLE_RULES[o.precision];
  const tableBytes = table ? o.outputs.length * 2 * most * (degree + 1) * 8 * 4 : 0;
  const work = backend.tasks.rows.memory({
    precision: o.precision,
    steps: o.programme.steps.length,
    columnCount: columns,
    outputs: o.outputs.length,
    size,
    threads,
    table,
    native,
  });
  return rowBytes(o, columnCount(o)) + tableBytes + work;
}

/** What a kernel of vectors takes on a backend. */
function demandOf(o: Outline, extent: Extent, means: Omit<Means, 'table'>): Demand {
  const { backend, threads, native } = means;
  const door = backend.tasks.rows;
  const entries = entryCount(extent);
  const table = likelyTable(o, entries) && usesTable(backend);
  const without = o.zonal.applies ? 'too few pairs for it to pay' : o.zonal.reason;
  const steps = table ? 1 : o.programme.steps.length;
  const entry = door.pace({ precision: o.precision, features: o.x.shape[1], steps, native });
  return {
    shortcut: table ? `table: ${o.zonal.reason}` : `no table: ${without}`,
    seconds: (entries * entry) / threads,
    bytes: (size) => demandBytes(o, { ...means, table }, size),
    tile: (room, need) => chooseTile(extent, fittingSizes(door.tileSizes, room, need), threads),
    smallest: door.tileSizes.at(-1) ?? 1,
  };
}

/** The truth that others are tested against takes no shortcut. */
function usesTable({ name }: Backend): boolean {
  return name !== 'reference';
}

function prepare(o: Outline, backend: Backend): Prepared {
  const { task, shortcut } = prepareTask(o, usesTable(backend));
  const [output] = task.outputs;
  const size =
    ({ scales }: typeof task.x) =>
    (i: number) =>
      scales[output]?.[i] ?? 0;
  return {
    shortcut,
    tableError: task.table?.error ?? null,
    sizes: { x: size(task.x), z: size(task.z) },
    selfKernels: () => task.x.scales[output]?.map((s) => s * s) ?? new Float64Array(task.x.rows),
    open: (options) => backend.tasks.rows.open(task, options),
  };
}

/** The rows of some places in f64: row k of x and of z is that of place k. */
function outlineOf({ architecture, outputs, normalized, x, z }: Outline, places: readonly Place[]): Outline {
  const [rows, columns] = [places.map(({ row }) => row), places.map(({ column }) => column)];
  const kind = outputs.length > 1 ? 'both' : outputs[0];
  const options = { architecture, kind, normalized, precision: 'f64', zonal: false } as const;
  return outline(someExamples(x, rows), { ...options, z: someExamples(z, columns) });
}

function againOf(o: Outline): Again {
  // With the body on both rows, whose factors it needs.
  const entry = {
    precision: 'f64',
    features: o.x.shape[1],
    steps: 3 * o.programme.steps.length,
    native: false,
  } as const;
  return {
    seconds: ({ tasks }) => tasks.rows.pace(entry),
    bytes: () => 0,
    open: ({ tasks }, places) =>
      tasks.rows.open(prepareTask(outlineOf(o, places), false).task, { threads: 1, tile: [1, 1] }),
  };
}

/** What a backend compiles for depends on the programme; a table takes its place. */
function workOf(o: Outline, entries: number): string {
  const { precision, outputs, normalized, programme } = o;
  return JSON.stringify(['rows', precision, outputs, normalized, likelyTable(o, entries) ? 'table' : programme]);
}

/** A kernel of vectors, looked at before. */
export interface RowComputation extends Computation {
  readonly kind: 'rows';
  readonly outline: Outline;
}

/** The computation of a kernel of vectors. */
export function rowComputation(o: Outline): RowComputation {
  const extent: Extent = { rows: o.x.shape[0], columns: o.z.shape[0], symmetric: o.symmetric };
  return {
    kind: 'rows',
    input: 'row',
    outline: o,
    extent,
    outputs: o.outputs,
    precision: o.precision,
    products: entryCount(extent) * o.x.shape[1],
    hintsAtGpu: true,
    on: (backend, threads, native) => demandOf(o, extent, { backend, threads, native }),
    prepare: (backend) => prepare(o, backend),
    again: againOf(o),
    work: () => workOf(o, entryCount(extent)),
    shader: ({ tasks }) => tasks.rows.shader?.(prepareTask(o, false).task) ?? null,
  };
}
