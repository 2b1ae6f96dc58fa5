import type { Backend, Pace } from '../backend/contract.js';
import { isShared, type NdArray } from '../data/array.js';
import { TABLE_RULES } from '../programme/table.js';
import { tablePays } from '../programme/zonal.js';
import type { Outline } from './prepare.js';
import { chooseTile, type Extent, fittingSizes } from './tiles.js';
import { type Demand, entryCount, type Workload } from './workload.js';

/** Factor columns that the programme needs when it is not tabulated. */
function columnCount({ programme }: Outline): number {
  return programme.steps.reduce((n, step) => {
    if (step.op === 'sum') return n + step.terms.length + (step.constant > 0 ? 1 : 0);
    if (step.op === 'dual' || step.op === 'dualDerivative') return n + (step.phi.map === 'piecewiseLinear' ? 0 : 4);
    return n + (step.op === 'radial' ? 1 : 0);
  }, 2);
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

function estimateSeconds(
  o: Outline,
  { product, step }: Pace,
  entries: number,
  threads: number,
  table: boolean,
): number {
  const steps = table ? 1 : o.programme.steps.length;
  return (entries * (o.x.shape[1] / product + steps * step)) / threads;
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
  const work = backend.memory({
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

/** What a plan has to know of a kernel of vectors. */
export function rowWorkload(o: Outline): Workload {
  const extent: Extent = { rows: o.x.shape[0], columns: o.z.shape[0], symmetric: o.symmetric };
  const entries = entryCount(extent);
  const on = (backend: Backend, threads: number, native: boolean): Demand => {
    const table = likelyTable(o, entries) && backend.name !== 'reference';
    const without = o.zonal.applies ? 'too few pairs for it to pay' : o.zonal.reason;
    return {
      shortcut: table ? `table: ${o.zonal.reason}` : `no table: ${without}`,
      seconds: estimateSeconds(o, backend.pace(o.precision, native), entries, threads, table),
      bytes: (size) => demandBytes(o, { backend, threads, table, native }, size),
      tile: (room, need) => chooseTile(extent, fittingSizes(backend.tileSizes, room, need), threads),
      smallest: backend.tileSizes.at(-1) ?? 1,
    };
  };
  return { extent, outputs: o.outputs, precision: o.precision, products: entries * o.x.shape[1], on };
}
