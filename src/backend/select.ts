import type { Precision } from '../data/array.js';
import { BackendError, CompilerError, MemoryError } from '../errors.js';
import { hasGpu } from '../platform/gpu.js';
import type { Rounding } from '../programme/rounding.js';
import type { Backend } from './contract.js';
import type { Availability } from './device.js';
import type { TaskKind } from './tasks.js';
import type { TensorDevice, TensorEngine } from './tensor-device.js';

/** How a backend is loaded, and what it offers before it is. */
interface Entry {
  readonly load: () => Promise<Backend>;
  readonly precisions: readonly Precision[];
  /** Whether another may compute in its place, with a word, where it is asked for and not here. */
  readonly isReplaceable?: boolean;
}

/** Backends by name, in the order in which `auto` prefers them. */
const BACKENDS = {
  webgpu: { load: async () => (await import('../../kernels/webgpu/backend.js')).webgpu, precisions: ['f32'] },
  tensorflow: {
    load: async () => (await import('../../kernels/tfjs/backend.js')).tensorflow,
    precisions: ['f64', 'f32'],
  },
  compiled: {
    load: async () => (await import('../../kernels/compiled/backend.js')).compiled,
    precisions: ['f64', 'f32'],
    isReplaceable: true,
  },
  host: { load: async () => (await import('../../kernels/host/backend.js')).host, precisions: ['f64', 'f32'] },
  tfjs: { load: async () => (await import('../../kernels/tfjs/backend.js')).tfjs, precisions: ['f32'] },
  reference: {
    load: async () => (await import('../../kernels/reference/backend.js')).reference,
    precisions: ['f64'],
  },
} satisfies Record<string, Entry>;

/** Names of backends that may be asked for. */
export type BackendId = keyof typeof BACKENDS;

/** The same names, in that order. */
export const BACKEND_IDS = Object.keys(BACKENDS) as readonly BackendId[];

/** Backends that may have a device of their own. */
const ACCELERATED: readonly BackendId[] = ['webgpu', 'tensorflow'];

/**
 * Seconds of work on the processor from which a device is taken unasked: in double precision only TensorFlow has one,
 * which takes seconds to start.
 */
const WORTH_A_DEVICE = { f64: 30, f32: 0 } satisfies Record<Precision, number>;

/**
 * Seconds of work that compiling must save before it is begun unasked: as long as compilers take for long programmes,
 * and for those that were compiled before, what loading takes.
 */
const WORTH_COMPILING = { new: 1.5, kept: 0.2 } as const;

/** What is known of a job before a backend is chosen, for `auto`. */
export interface Forecast {
  /** Seconds that it would take on a backend of the processor. */
  seconds(backend: Backend): number | Promise<number>;
  /** All that what is compiled for it depends on: whether that was compiled here before. */
  work(): string;
}

/** A job of unknown length, which counts as short. */
const UNKNOWN: Forecast = { seconds: () => 0, work: () => '' };

/** Whether a job of so many seconds on the processor is taken to a device unasked. */
export function isWorthADevice(precision: Precision, seconds: number): boolean {
  return seconds >= WORTH_A_DEVICE[precision];
}

/** One line of `ntk backends`. */
export interface BackendReport extends Availability {
  /** As `backend` takes it. */
  readonly name: string;
  /** Number formats that it offers. */
  readonly precisions: readonly Precision[];
  /** Measured speed of a matrix product, GFLOP/s, where it is known. */
  readonly gflops?: Partial<Record<Precision, number>>;
}

/** A backend that was looked for, and what was found. */
export interface Found {
  /** What computes. */
  readonly backend: Backend;
  /** What is known of its device. */
  readonly availability: Availability;
}

/** Devices do not come and go: each backend is looked for once. */
const probed = new Map<BackendId, Promise<Found>>();

function probe(name: BackendId): Promise<Found> {
  const known = probed.get(name);
  if (known !== undefined) return known;
  const look = async (): Promise<Found> => {
    const backend = await BACKENDS[name].load();
    return { backend, availability: await backend.probe() };
  };
  const found = look();
  probed.set(name, found);
  return found;
}

/** A backend by its name, whether or not its device is here. */
export function loadBackend(name: BackendId): Promise<Backend> {
  return BACKENDS[name].load();
}

/** Backend `reference` with what every step gives rounded, to find what a precision cannot hold. */
export async function loadRoundingReference(rounding: Rounding): Promise<Backend> {
  return (await import('../../kernels/reference/backend.js')).roundingReference(rounding);
}

/** The engine's kernels as those of tfjs on the GPU device. Throws BackendError where that cannot be. */
export async function openTensors(): Promise<TensorDevice> {
  return (await import('../../kernels/webgpu/tensors.js')).tensorDevice();
}

/** The tfjs of this package with the backend that its user has chosen. */
export async function currentTensors(): Promise<TensorEngine> {
  return (await import('../../kernels/tfjs/engine.js')).currentEngine();
}

/**
 * The tfjs of a backend; for `auto` that of TensorFlow where it has a GPU, else tfjs's own. @throws BackendError where
 * there is none
 */
export async function openTensorEngine(name: 'auto' | 'tfjs' | 'tensorflow'): Promise<TensorEngine> {
  const { openEngine } = await import('../../kernels/tfjs/backend.js');
  if (name !== 'auto') return openEngine(name);
  return openEngine((await isAccelerator('tensorflow')) ? 'tensorflow' : 'tfjs');
}

/** Whether a backend is a device of its own and faster than the processor: only such are taken unasked. */
function accelerates({ availability }: Found): boolean {
  return availability.available && availability.device !== undefined && !availability.device.software;
}

/** Whether a backend has a GPU here. Without one nothing is loaded to find out. */
export async function isAccelerator(name: BackendId): Promise<boolean> {
  return hasGpu() && accelerates(await probe(name));
}

/** What a backend that lacks a kind of task is refused with; all have rows. */
const LACKING: Readonly<Record<Exclude<TaskKind, 'rows'>, (name: BackendId) => string>> = {
  images: (name) =>
    `--backend ${name}: must compute networks of images, got one for vectors only. Leave --backend out.`,
  network: (name) =>
    `--backend ${name}: must be host, tfjs or tensorflow for finite networks, got ${name}. Leave it out.`,
};

/** @throws BackendError for a backend without a door for that kind of task */
function requireKind({ tasks }: Backend, name: BackendId, kind: TaskKind): void {
  if (kind !== 'rows' && tasks[kind] === undefined) throw new BackendError(LACKING[kind](name));
}

function offers(name: BackendId, precision: Precision): boolean {
  return BACKENDS[name].precisions.some((p) => p === precision);
}

/**
 * The backend of that name, or for `auto` the first accelerator that offers the precision where the job is long enough
 * for it, else the first on the processor. A job of unknown length counts as short.
 *
 * Throws BackendError when it is not available here, lacks the precision, or the kind of task; CompilerError when
 * another may take its place.
 */
export async function selectBackend(
  name: BackendId | 'auto',
  precision: Precision,
  kind: TaskKind = 'rows',
  forecast: Forecast = UNKNOWN,
): Promise<Found> {
  if (name === 'auto') return chooseBackend(precision, kind, forecast);
  if (!offers(name, precision)) {
    const { precisions } = BACKENDS[name];
    const remedy = `Use --precision ${precisions[0]}, or --backend host.`;
    throw new BackendError(`--backend ${name}: computes in ${precisions.join(', ')}, got ${precision}. ${remedy}`);
  }
  const found = await probe(name);
  const { availability } = found;
  requireKind(found.backend, name, kind);
  if (availability.available) return found;
  const { reason = 'nothing found', remedy = 'Use --backend host' } = availability;
  if (isReplaceable(name)) throw new CompilerError(reason, remedy);
  throw new BackendError(`--backend ${name}: must be available here, got: ${reason}. ${remedy}.`);
}

function isReplaceable(name: BackendId): boolean {
  const entry: Entry = BACKENDS[name];
  return entry.isReplaceable === true;
}

/** What `auto` takes. */
async function chooseBackend(precision: Precision, kind: TaskKind, forecast: Forecast): Promise<Found> {
  // In single precision a GPU is taken for any job, and nothing else is asked.
  const first = isWorthADevice(precision, 0) ? await accelerator(precision, kind, 0) : null;
  if (first !== null) return first;
  const here = await onProcessor(precision, kind);
  const seconds = await forecast.seconds(here.backend);
  return (await accelerator(precision, kind, seconds)) ?? (await compiledFor(kind, seconds, forecast)) ?? here;
}

/** The compiled backend, where what it saves of so many seconds is worth compiling, and it is here; else null. */
async function compiledFor(kind: TaskKind, seconds: number, forecast: Forecast): Promise<Found | null> {
  // Nothing is loaded and no program started for a short job.
  if (seconds < WORTH_COMPILING.kept) return null;
  const { tasks, compiling } = await loadBackend('compiled');
  if (tasks[kind] === undefined || compiling === undefined) return null;
  const saved = seconds - (await forecast.seconds(await loadBackend('compiled')));
  if (saved < WORTH_COMPILING.kept) return null;
  if (saved < WORTH_COMPILING.new && !(await compiling.has(forecast.work()))) return null;
  const found = await probe('compiled');
  return found.availability.available ? found : null;
}

/**
 * The backend that computes a finite network, or null for `host`, which has an engine of its own for them: for `auto`
 * that unless there is an accelerator of the precision, and the job takes `host` long enough for it.
 *
 * Throws BackendError as `selectBackend` does, and for one that knows no finite networks.
 */
export async function selectNetworkBackend(
  name: BackendId | 'auto',
  precision: Precision,
  seconds = 0,
): Promise<Backend | null> {
  if (name === 'host') return null;
  if (name === 'auto') return (await accelerator(precision, 'network', seconds))?.backend ?? null;
  requireKind(await loadBackend(name), name, 'network');
  return (await selectBackend(name, precision, 'network')).backend;
}

/**
 * The first backend with an accelerator for that precision and kind; null when there is none, or a job of so many
 * seconds on the processor is too short. Without a GPU nothing is loaded to find out.
 */
async function accelerator(precision: Precision, kind: TaskKind, seconds: number): Promise<Found | null> {
  if (!hasGpu() || !isWorthADevice(precision, seconds)) return null;
  for (const name of ACCELERATED) {
    if (!offers(name, precision) || (await loadBackend(name)).tasks[kind] === undefined) continue;
    const found = await probe(name);
    if (accelerates(found)) return found;
  }
  return null;
}

/** Backends on the processor, the fastest first. */
const ON_PROCESSOR: readonly BackendId[] = ['host', 'tfjs', 'reference'];

/** The first backend on the processor that computes such tasks in that precision. */
async function onProcessor(precision: Precision, kind: TaskKind): Promise<Found> {
  for (const name of ON_PROCESSOR) {
    if (!offers(name, precision)) continue;
    const found = await probe(name);
    if (found.availability.available && found.backend.tasks[kind] !== undefined) return found;
  }
  throw new BackendError(
    `--precision: must be one in which a backend here computes on ${kind}, got ${precision}. Use --precision f64.`,
  );
}

/** What was found of a backend, with its speed; one that has no room to measure it cannot be used. */
async function measured({ backend, availability }: Found): Promise<Omit<BackendReport, 'name' | 'precisions'>> {
  if (!availability.available) return availability;
  try {
    const gflops = await backend.speed?.();
    return { ...availability, ...(gflops === undefined ? {} : { gflops }) };
  } catch (error) {
    if (error instanceof CompilerError) return { available: false, reason: error.reason, remedy: error.remedy };
    if (!(error instanceof MemoryError)) throw error;
    return { available: false, reason: error.message, remedy: 'Give the process more memory' };
  }
}

/** What each backend is on this machine, and for those missing why and what to do. */
export async function listBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  // One after the other: a speed measured beside another measurement would be wrong.
  for (const name of BACKEND_IDS) {
    const { precisions } = BACKENDS[name];
    reports.push({ name, precisions, ...(await measured(await probe(name))) });
  }
  return reports;
}
