import { MemoryError, UsageError } from '../errors.js';
import type { FlagTable } from './command.js';

/**
 * A message of the library under the name of a flag: its options are named plainly (`rows: must be ...`), on the
 * command line they are flags (`--rows: must be ...`, `-k: must be ...`).
 */
export function flagged(message: string, flags: FlagTable): string {
  const option = /^([a-z-]+):/.exec(message)?.[1];
  if (option === undefined || !Object.hasOwn(flags, option)) return message;
  return `${option.length === 1 ? '-' : '--'}${message}`;
}

/** An error of the library under the name of a flag. */
export function underFlags(error: unknown, flags: FlagTable): unknown {
  if (!(error instanceof UsageError || error instanceof MemoryError)) return error;
  const message = flagged(error.message, flags);
  if (message === error.message) return error;
  const Kind = error instanceof UsageError ? UsageError : MemoryError;
  return new Kind(message, { cause: error });
}
