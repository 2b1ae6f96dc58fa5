import { BackendError, DeviceFullError, isNtkError } from '../../src/errors.js';
import type { Engine } from './engine.js';

/** An error of a tfjs as one of this package. */
export function explained(error: unknown, { kind }: Engine): Error {
  if (isNtkError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const where = `--backend ${kind}`;
  if (/OOM|out of memory|allocat|exhausted/i.test(message)) {
    return new DeviceFullError(`${where}: a tile must fit the memory of the device, got: ${message}`, { cause: error });
  }
  return new BackendError(`${where}: tensor operations must succeed, got: ${message}. Use --backend host.`, {
    cause: error,
  });
}
