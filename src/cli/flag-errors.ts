import { MemoryError, UsageError } from '../errors.js';
import type { FlagTable } from './command.js';

/**
 * The library names its options plainly (`rows: must be ...`); on the command line they are flags (`--rows: must be ...`).
 */
export function underFlags(error: unknown, flags: FlagTable): unknown {
  if (!(error instanceof UsageError || error instanceof MemoryError)) return error;
  const option = /^([a-z-]+):/.exec(error.message)?.[1];
  if (option === undefined || !Object.hasOwn(flags, option)) return error;
  const Kind = error instanceof UsageError ? UsageError : MemoryError;
  return new Kind(`--${error.message}`, { cause: error });
}
