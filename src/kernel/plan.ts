import type { Backend } from '../backend/contract.js';
import { insteadWarning } from '../backend/instead.js';
import { type Found, selectBackend } from '../backend/select.js';
import { bytesOf, type NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import { CompilerError, MemoryError, UsageError } from '../errors.js';
import { hasGpu } from '../platform/gpu.js';
import { defaultMemory, defaultThreads } from '../platform/limits.js';
import { residentBytes } from '../platform/memory.js';
import { nativeDoubt } from '../platform/native.js';
import type { NativeLibrary } from '../platform/native-library.js';
import { waitingBytes } from '../store/whole-rows.js';
import type { Computation } from './computation.js';
import { COMPUTE_DEFAULTS } from './defaults.js';
import { computationOf } from './kinds.js';
import { libraryFor } from './library.js';
import { type RowComputation, rowComputation } from './rows/computation.js';
import { outline } from './rows/prepare.js';
import { tileCount } from './tiles.js';
import type { KernelOptions, KernelPlan } from './types.js';

/** A plan with what it was made from. */
export interface Planned<C extends Computation = Computation> {
  readonly plan: KernelPlan;
  readonly backend: Backend;
  readonly computation: C;
  /** BLAS that computes inner products; null: the backend itself. */
  readonly native: NativeLibrary | null;
  /** Bytes of the process at its peak with the smallest tiles. */
  readonly least: number;
  /** Bytes in which tiles wait until whole rows can go to a file; counted by the plan. */
  readonly waiting: number;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
  /** The same on `host`, which computes in the place of what cannot be compiled. */
  instead(error: CompilerError): Promise<Planned<C>>;
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

function tooLittle(needed: number, limit: number): MemoryError {
  return new MemoryError(
    `--memory: the computation needs about ${readableBytes(needed)}, got a promise of ${readableBytes(limit)}. ` +
      'Raise --memory, lower --threads or --precision, or choose fewer --rows.',
  );
}

/** What could not be compiled in this process: it is not tried again. */
const failed = new Map<string, CompilerError>();

/** The backend that was asked for, or chosen. @throws CompilerError where that could not compile such work before */
async function chosenBackend(
  work: Computation,
  options: KernelOptions,
  threadsOn: (on: Backend) => number,
): Promise<Found> {
  const { backend = COMPUTE_DEFAULTS.backend, native = COMPUTE_DEFAULTS.native } = options;
  const found = await selectBackend(backend, work.precision, work.kind, {
    seconds: async (on) => work.on(on, threadsOn(on), (await libraryFor(native, on, work)) !== null).seconds,
    work: () => work.work(),
  });
  const error = found.backend.compiling === undefined ? undefined : failed.get(work.work());
  if (error !== undefined) throw error;
  return found;
}

/** The plan of a computation on `host` in the place of what cannot be compiled, with a word that says why. */
async function hostInstead<C extends Computation>(
  error: CompilerError,
  work: C,
  options: KernelOptions,
  keep: boolean,
): Promise<Planned<C>> {
  const planned = await planOf(work, { ...options, backend: 'host' }, keep);
  return { ...planned, warnings: [insteadWarning(error), ...planned.warnings] };
}

/** The plan of a computation on the backend that was asked for, or chosen. */
async function planOf<C extends Computation>(work: C, options: KernelOptions, keep: boolean): Promise<Planned<C>> {
  try {
    return await planOn(work, options, keep);
  } catch (error) {
    if (error instanceof CompilerError) return hostInstead(error, work, options, keep);
    throw error;
  }
}

async function planOn<C extends Computation>(work: C, options: KernelOptions, keep: boolean): Promise<Planned<C>> {
  const { extent, precision, outputs } = work;
  const threadsOn = ({ usesThreads }: Backend): number => (usesThreads ? (options.threads ?? defaultThreads()) : 1);
  const { backend, availability } = await chosenBackend(work, options, threadsOn);
  const threads = threadsOn(backend);
  const limit = options.memory ?? defaultMemory();
  const outputBytes = extent.rows * extent.columns * bytesOf(precision) * outputs.length;
  const asked = options.native ?? COMPUTE_DEFAULTS.native;
  const native = await libraryFor(asked, backend, work);
  const demand = work.on(backend, threads, native !== null);
  const need = (size: number): number => residentBytes() + demand.bytes(size) + (keep ? outputBytes : 0);
  const size = demand.tile(limit, need);
  const least = need(demand.smallest);
  if (size === null) throw tooLittle(least, limit);
  const plan: KernelPlan = {
    shape: [extent.rows, extent.columns],
    symmetric: extent.symmetric,
    backend: backend.name,
    device: availability.device?.name ?? null,
    native: native?.name ?? null,
    compiler: backend.compiling === undefined ? null : (availability.version ?? null),
    precision,
    threads,
    tile: [size, size],
    tiles: tileCount(extent, size),
    shortcut: demand.shortcut,
    memoryBytes: need(size),
    memoryLimit: limit,
    outputBytes,
    seconds: demand.seconds,
  };
  const warnings = [...(work.hintsAtGpu ? fasterBackend(options, plan) : []), ...(await slowLibrary(asked, plan))];
  const instead = (error: CompilerError): Promise<Planned<C>> => {
    failed.set(work.work(), error);
    return hostInstead(error, work, options, keep);
  };
  return { plan, backend, computation: work, native, least, waiting: 0, warnings, instead };
}

/**
 * Plans a kernel of vectors: backend, tiles, memory, expected time. `keep` counts the result as held in memory.
 *
 * Throws as `makePlan` does, and ArchitectureError for a network of images.
 */
export async function planRows(
  inputs: NdArray,
  options: KernelOptions,
  keep: boolean,
): Promise<Planned<RowComputation>> {
  checkOptions(options);
  return planOf(rowComputation(outline(inputs, options)), options, keep);
}

/**
 * Plans a computation: backend, tiles, memory, expected time. `keep` counts the result as held in memory.
 *
 * Throws MemoryError when no tile fits into the budget, UsageError and BackendError for options that cannot be,
 * ArchitectureError for inputs that the network does not fit.
 */
export async function makePlan(inputs: NdArray, options: KernelOptions, keep: boolean): Promise<Planned> {
  checkOptions(options);
  return planOf(computationOf(inputs, options), options, keep);
}

/** Seconds of work from which a faster backend is worth a word. */
const LONG = 5;

/** Says when single precision would let a GPU do the work; the GPU is not opened for that. */
function fasterBackend({ backend = COMPUTE_DEFAULTS.backend }: KernelOptions, plan: KernelPlan): string[] {
  if (backend !== 'auto' || plan.device !== null || plan.precision === 'f32') return [];
  if (plan.seconds < LONG || !hasGpu()) return [];
  return ['--precision f32 may allow a faster backend on the GPU of this machine (ntk backends)'];
}

/** Plans a computation whose result goes to a file: what memory is left holds tiles until they are whole rows. */
export async function planForFile(inputs: NdArray, options: KernelOptions): Promise<Planned> {
  const planned = await makePlan(inputs, options, false);
  const { plan, computation } = planned;
  const { outputs } = computation;
  const waiting = waitingBytes({ ...plan, outputs }, plan.memoryLimit - plan.memoryBytes);
  return { ...planned, waiting, plan: { ...plan, memoryBytes: plan.memoryBytes + waiting } };
}

/** Says that the library which makes the products takes kernels of older processors, where that costs time. */
async function slowLibrary(asked: string, { native, seconds }: KernelPlan): Promise<string[]> {
  const doubt = native === null || seconds < LONG ? null : await nativeDoubt(asked);
  return doubt === null ? [] : [doubt];
}

/** What computing and writing this kernel would take; writes and computes nothing. */
export async function planKernel(x: NdArray, options: KernelOptions): Promise<KernelPlan> {
  return (await planForFile(x, options)).plan;
}

/**
 * Bytes that the process needs at least while it computes this kernel without keeping it: those with the smallest
 * tiles.
 */
export async function leastMemory(x: NdArray, options: KernelOptions): Promise<number> {
  return (await makePlan(x, { ...options, memory: Number.MAX_VALUE }, false)).least;
}
