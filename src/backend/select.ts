import type { Precision } from '../data/array.js';
import { BackendError } from '../errors.js';
import type { Availability, Backend } from './contract.js';

/** How a backend is loaded, or why it is not part of this version. */
interface Entry {
  readonly load: (() => Promise<Backend>) | null;
  readonly precisions: readonly Precision[];
  readonly missing?: Availability;
}

const LATER = (what: string): Availability => ({
  available: false,
  reason: `${what} is not part of this version`,
  remedy: 'Use --backend host',
});

/** Backends by name, in the order in which `auto` prefers them. */
const BACKENDS = {
  webgpu: { load: null, precisions: ['f32'], missing: LATER('WebGPU') },
  tensorflow: { load: null, precisions: ['f32'], missing: LATER('TensorFlow') },
  host: { load: async () => (await import('../../kernels/host/backend.js')).host, precisions: ['f64', 'f32'] },
  tfjs: { load: null, precisions: ['f32'], missing: LATER('TensorFlow.js') },
  reference: {
    load: async () => (await import('../../kernels/reference/backend.js')).reference,
    precisions: ['f64'],
  },
} satisfies Record<string, Entry>;

/** Names of backends that may be asked for. */
export type BackendId = keyof typeof BACKENDS;

/** Backends that `auto` never takes: slow ones, for tests. */
const NEVER_AUTOMATIC: readonly BackendId[] = ['reference', 'tfjs'];

/** One line of `ntk backends`. */
export interface BackendReport extends Availability {
  /** As `backend` takes it. */
  readonly name: string;
  /** Number formats that it offers. */
  readonly precisions: readonly Precision[];
  /** Measured speed of a matrix product, GFLOP/s, where it is known. */
  readonly gflops?: Partial<Record<Precision, number>>;
}

async function load(name: BackendId): Promise<{ backend: Backend | null; availability: Availability }> {
  const entry: Entry = BACKENDS[name];
  if (entry.load === null) return { backend: null, availability: entry.missing ?? { available: false } };
  const backend = await entry.load();
  return { backend, availability: await backend.probe() };
}

/**
 * The backend of that name, or the best one that offers the precision for `auto`.
 *
 * Throws BackendError when it is not available here or lacks the precision.
 */
export async function selectBackend(name: BackendId | 'auto', precision: Precision): Promise<Backend> {
  const candidates = name === 'auto' ? automatic(precision) : [name];
  let last: Availability = { available: false };
  for (const candidate of candidates) {
    const { precisions } = BACKENDS[candidate];
    if (!precisions.some((p) => p === precision)) {
      const remedy = `Use --precision ${precisions[0]}, or --backend host.`;
      throw new BackendError(
        `--backend ${candidate}: computes in ${precisions.join(', ')}, got ${precision}. ${remedy}`,
      );
    }
    const { backend, availability } = await load(candidate);
    if (backend !== null && availability.available) return backend;
    last = availability;
  }
  throw new BackendError(
    `--backend ${name}: must be available here, got: ${last.reason ?? 'nothing found'}. ${last.remedy ?? 'Use --backend host'}.`,
  );
}

function automatic(precision: Precision): BackendId[] {
  const names = Object.keys(BACKENDS) as BackendId[];
  return names.filter((n) => !NEVER_AUTOMATIC.includes(n) && BACKENDS[n].precisions.some((p) => p === precision));
}

/** What each backend is on this machine, and for those missing why and what to do. */
export async function listBackends(): Promise<BackendReport[]> {
  const names = Object.keys(BACKENDS) as BackendId[];
  return Promise.all(
    names.map(async (name) => {
      const { availability } = await load(name);
      const gflops = name === 'host' ? await hostSpeed() : undefined;
      return {
        name,
        precisions: BACKENDS[name].precisions,
        ...availability,
        ...(gflops === undefined ? {} : { gflops }),
      };
    }),
  );
}

/** Speed of the host's matrix product on one thread, measured for a quarter of a second. */
async function hostSpeed(): Promise<Partial<Record<Precision, number>>> {
  const { productSpeed } = await import('../../kernels/host/speed.js');
  return { f64: productSpeed('f64', 120), f32: productSpeed('f32', 120) };
}
