import type { Backend } from '../backend/contract.js';
import { selectBackend } from '../backend/select.js';
import type { TaskKind } from '../backend/tasks.js';
import { BackendError } from '../errors.js';

/** Backends on the processor whose kernels are measured. */
export const MEASURED_BACKENDS = ['host', 'compiled'] as const;

/** The name of one. */
export type MeasuredBackend = (typeof MEASURED_BACKENDS)[number];

/**
 * The backend that is measured: the one asked for, else `compiled` where it is there, else `host`.
 *
 * @throws BackendError where the one asked for is not there
 */
export async function backendMeasured(asked: MeasuredBackend | undefined, kind: TaskKind): Promise<Backend> {
  if (asked !== undefined) return (await selectBackend(asked, 'f32', kind)).backend;
  try {
    return (await selectBackend('compiled', 'f32', kind)).backend;
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return (await selectBackend('host', 'f32', kind)).backend;
  }
}
