import type { Step } from './step.js';

/** A backend in one of its precisions that is to be tried. */
export interface Subject {
  readonly backend: 'webgpu' | 'tensorflow';
  readonly precision: 'f64' | 'f32';
  /** The device behind it. */
  readonly device: string;
  /** Whether that is a GPU, and not a processor that plays one or computes itself. */
  readonly gpu: boolean;
  /** GFLOP/s of its product, where that was measured. */
  readonly gflops: number | null;
}

/** A backend that is not here. */
export interface Missing {
  readonly backend: Subject['backend'];
  readonly why: string;
}

/** What `ntk backends` found of backends for GPUs. */
export interface Devices {
  readonly subjects: readonly Subject[];
  readonly missing: readonly Missing[];
}

/** One backend in the record of `ntk backends`. */
interface Told {
  readonly name: string;
  readonly available: boolean;
  readonly precisions: readonly ('f64' | 'f32')[];
  readonly reason?: string;
  readonly remedy?: string;
  readonly version?: string;
  readonly device?: { readonly name: string; readonly software: boolean };
  readonly gflops?: Readonly<Record<string, number>>;
}

/** What helps where the binding is here and its libraries are not. */
const LIBRARIES = ' NTK_TENSORFLOW_LIBRARIES names the folder of a TensorFlow that the machine has.';

const BACKENDS = ['webgpu', 'tensorflow'] as const;

/** Every backend for GPUs, taken to be there: what is tried where `ntk backends` itself has failed. */
const UNKNOWN: readonly Subject[] = BACKENDS.map((backend) => ({
  ...{ backend, precision: 'f32', device: 'unknown', gpu: false, gflops: null },
}));

/** Reads the record of `ntk backends --json`. */
export function devicesOf({ output, error }: Step): Devices {
  if (error !== undefined || typeof output !== 'object' || output === null) return { subjects: UNKNOWN, missing: [] };
  const told = (output as { readonly backends: readonly Told[] }).backends;
  const subjects: Subject[] = [];
  const missing: Missing[] = [];
  for (const backend of BACKENDS) {
    const one = told.find(({ name }) => name === backend);
    if (one === undefined) continue;
    if (!one.available) {
      const remedy = /libtensorflow/.test(one.reason ?? '')
        ? LIBRARIES
        : one.remedy === undefined
          ? ''
          : ` ${one.remedy}.`;
      missing.push({ backend, why: `${one.reason ?? 'not available'}.${remedy}` });
      continue;
    }
    const device = one.device?.name ?? one.version ?? 'the processor';
    const gpu = one.device !== undefined && !one.device.software;
    for (const precision of one.precisions) {
      subjects.push({ backend, precision, device, gpu, gflops: one.gflops?.[precision] ?? null });
    }
  }
  return { subjects, missing };
}
