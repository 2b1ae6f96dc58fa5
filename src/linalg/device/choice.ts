import { isAccelerator } from '../../backend/select.js';

/** What is known of a job when its linear algebra is chosen. */
export interface DeviceChoice {
  /** As `--backend`: `tensorflow` computes on its device, `auto` on a GPU for many rows, others on the processor. */
  readonly backend: string;
  /** Rows of the largest matrix. */
  readonly rows: number;
  /** Takes a line where the device fails and the processor takes over. */
  readonly warn?: (line: string) => void;
}

/**
 * Rows from which on a GPU is taken unasked, and from which on it is given matrices then.
 *
 * At 2,000 rows a decomposition takes LAPACK about a second, and TensorFlow needs as long to load and to reach its GPU.
 * Once it is there, what a matrix of 256 rows takes the processor, milliseconds, is about what calls and transfers
 * take.
 */
const UNASKED = { rows: 2000, least: 256 } as const;

/**
 * Rows that the device of TensorFlow is given at least, as `--native` and `--backend` say; null where the processor
 * computes.
 */
export async function leastOnDevice(
  native: string,
  { backend, rows }: DeviceChoice,
  hasGpu = () => isAccelerator('tensorflow'),
): Promise<number | null> {
  // A library that was named is meant.
  if (native !== 'auto' && native !== 'off') return null;
  if (backend === 'tensorflow') return 1;
  if (backend !== 'auto' || rows < UNASKED.rows) return null;
  return (await hasGpu()) ? UNASKED.least : null;
}
