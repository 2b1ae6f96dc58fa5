import type { Backend, Pace } from '../backend/contract.js';
import { hasGpu } from '../backend/gpu.js';
import { defaultMemory, defaultThreads } from '../backend/limits.js';
import { nativeLibrary } from '../backend/native.js';
import type { NativeLibrary } from '../backend/native-library.js';
import { selectBackend } from '../backend/select.js';
import type { NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { MemoryError, UsageError } from '../errors.js';
import { TABLE_RULES } from '../programme/table.js';
import { tablePays } from '../programme/zonal.js';
import { type Outline, outline } from './prepare.js';
import { chooseTile, type Extent, tileCount } from './tiles.js';
import type { KernelOptions, KernelPlan } from './types.js';

/** A plan with what it was made from. */
export interface Planned {
  readonly plan: KernelPlan;
  readonly outline: Outline;
  readonly backend: Backend;
  /** BLAS that computes inner products; null: the backend itself. */
  readonly native: NativeLibrary | null;
  /** Bytes of the process at its peak with the smallest tiles. */
  readonly least: number;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
}

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
    const shared = x.data.buffer instanceof SharedArrayBuffer ? 0 : x.data.byteLength;
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

function checkOptions({ threads, memory }: KernelOptions): void {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new UsageError(
      `threads: must be a whole number of at least 1, got ${threads}. Leave it out to use what the machine offers.`,
    );
  }
  if (memory !== undefined && !(memory > 0))
    throw new UsageError(`memory: must be a positive number of bytes, got ${memory}.`);
}

/** Multiply-adds of a product for which looking for a library pays. */
const NATIVE_PAYS = 5e8;

/** The library for a product of so many multiply-adds. A path is checked whether or not the backend uses it. */
async function libraryFor(native: string, backend: Backend, work: number): Promise<NativeLibrary | null> {
  if (native === 'auto' && (!backend.usesNative || work < NATIVE_PAYS)) return null;
  const library = await nativeLibrary(native);
  if (!backend.usesNative || library === null) return null;
  // Another BLAS that is merely found may be the reference one, which is slower than the engine.
  return native === 'auto' && !library.isOpenBlas ? null : library;
}

/** What decides the memory beside the size of tiles; `kept`: bytes of the result when it is kept in memory. */
interface Needs {
  readonly backend: Backend;
  readonly threads: number;
  readonly table: boolean;
  readonly native: boolean;
  readonly kept: number;
}

/** Bytes that the process needs at its peak for tiles of side `size`. */
function peakBytes(o: Outline, { backend, threads, table, native, kept }: Needs, size: number): number {
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
  return process.memoryUsage.rss() + rowBytes(o, columnCount(o)) + tableBytes + work + kept;
}

function tooLittle(needed: number, limit: number): MemoryError {
  return new MemoryError(
    `--memory: the computation needs about ${readableBytes(needed)}, got a promise of ${readableBytes(limit)}. Raise --memory, lower --threads or --precision, or choose fewer --rows.`,
  );
}

/**
 * Plans a computation: backend, tiles, memory, expected time. `keep` counts the result as held in memory.
 *
 * Throws MemoryError when no tile fits into the promise, UsageError and BackendError for options that cannot be.
 */
export async function makePlan(inputs: NdArray, options: KernelOptions, keep: boolean): Promise<Planned> {
  checkOptions(options);
  const o = outline(inputs, options);
  const { backend, availability } = await selectBackend(options.backend ?? 'auto', o.precision);
  const threads = backend.usesThreads ? (options.threads ?? defaultThreads()) : 1;
  const limit = options.memory ?? defaultMemory();
  const extent: Extent = { rows: o.x.shape[0], columns: o.z.shape[0], symmetric: o.symmetric };
  const outputBytes = extent.rows * extent.columns * (o.precision === 'f64' ? 8 : 4) * o.outputs.length;
  const entries = extent.symmetric ? (extent.rows * (extent.rows + 1)) / 2 : extent.rows * extent.columns;
  const table = likelyTable(o, entries) && backend.name !== 'reference';
  const native = await libraryFor(options.native ?? 'auto', backend, entries * o.x.shape[1]);
  const needs: Needs = { backend, threads, table, native: native !== null, kept: keep ? outputBytes : 0 };
  const need = (size: number): number => peakBytes(o, needs, size);
  const size = chooseTile(extent, backend.tileSizes, threads, limit, need);
  const least = need(backend.tileSizes.at(-1) ?? 1);
  if (size === null) throw tooLittle(least, limit);
  const plan: KernelPlan = {
    shape: [extent.rows, extent.columns],
    symmetric: extent.symmetric,
    backend: backend.name,
    device: availability.device?.name ?? null,
    native: native?.name ?? null,
    precision: o.precision,
    threads,
    tile: [size, size],
    tiles: tileCount(extent, size),
    shortcut: table
      ? `table: ${o.zonal.reason}`
      : `no table: ${o.zonal.applies ? 'too few pairs for it to pay' : o.zonal.reason}`,
    memoryBytes: need(size),
    memoryLimit: limit,
    outputBytes,
    seconds: estimateSeconds(o, backend.pace(o.precision, native !== null), entries, threads, table),
  };
  return { plan, outline: o, backend, native, least, warnings: fasterBackend(options, plan) };
}

/** Seconds of work from which a faster backend is worth a word. */
const LONG = 5;

/** Says when single precision would let a GPU do the work; the GPU is not opened for that. */
function fasterBackend({ backend = 'auto' }: KernelOptions, plan: KernelPlan): string[] {
  if (backend !== 'auto' || plan.precision === 'f32' || plan.seconds < LONG || !hasGpu()) return [];
  return ['--precision f32 may allow a faster backend on the GPU of this machine (ntk backends)'];
}

/** What computing and writing this kernel would take; writes and computes nothing. */
export async function planKernel(x: NdArray, options: KernelOptions): Promise<KernelPlan> {
  return (await makePlan(x, options, false)).plan;
}

/** Bytes that the process needs at least while it computes this kernel without keeping it: those with the smallest tiles. */
export async function leastMemory(x: NdArray, options: KernelOptions): Promise<number> {
  return (await makePlan(x, { ...options, memory: Number.MAX_VALUE }, false)).least;
}
