import { messageText, withoutMiddle } from './printable.js';

/**
 * One class for each situation that a caller can act on.
 *
 * Every message follows one pattern: `<where>: <rule>, got <value>. <remedy>`.
 */
export abstract class NtkError extends Error {
  /** Tag to narrow by, stable across versions. */
  abstract readonly kind: string;
  constructor(message: string, options?: ErrorOptions) {
    // Names and values come from files of others.
    super(messageText(message), options);
  }
}

/** One problem of an architecture: where it is, what the rule says and how to mend it. */
export interface ArchitectureProblem {
  /** JSON path, e.g. `layers[2].branch[1]`. */
  readonly path: string;
  /** Rule, offending value and remedy in one sentence. */
  readonly message: string;
}

/** Problems that the message of an error names. */
const NAMED_PROBLEMS = 20;

/** Problems after which nobody goes on looking for more. */
export const MOST_PROBLEMS = 1000;

/** Longest path of a problem in a message. */
const LONGEST_PATH = 200;

function problemsText(problems: readonly ArchitectureProblem[]): string {
  const named = problems.slice(0, NAMED_PROBLEMS);
  const more = problems.length - named.length;
  const least = problems.length >= MOST_PROBLEMS ? 'at least ' : '';
  const lines = named.map(({ path, message }) => `${withoutMiddle(path, LONGEST_PATH)}: ${message}`);
  return [...lines, ...(more > 0 ? [`and ${least}${more} more ${more === 1 ? 'problem' : 'problems'}.`] : [])].join(
    '\n',
  );
}

/** Thrown when an architecture is not valid; it holds every problem found, not just the first. The message names 20. */
export class ArchitectureError extends NtkError {
  readonly kind = 'architecture';
  /** Every problem found, in the order of the file; of files with thousands the first 1,000. */
  readonly problems: readonly ArchitectureProblem[];
  constructor(problems: readonly ArchitectureProblem[]) {
    super(problemsText(problems));
    this.name = 'ArchitectureError';
    this.problems = problems;
  }
}

/**
 * Thrown when an input file or array cannot be used: missing, truncated, foreign, ragged, not finite, of the wrong
 * shape.
 */
export class DataError extends NtkError {
  readonly kind = 'data';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataError';
  }
}

/** Thrown when an option is out of its range or options contradict each other. */
export class UsageError extends NtkError {
  readonly kind = 'usage';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** Thrown when the output cannot be written: folder missing, file existing, disk full. */
export class OutputError extends NtkError {
  readonly kind = 'output';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutputError';
  }
}

/** Thrown before the work starts when it would need more memory than was promised, or than the system gives. */
export class MemoryError extends NtkError {
  readonly kind = 'memory';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MemoryError';
  }
}

/** Thrown when a backend is not available here or does not offer what is asked of it. */
export class BackendError extends NtkError {
  readonly kind = 'backend';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackendError';
  }
}

/**
 * Thrown when a kernel cannot be compiled for this processor: no compiler, a failing one, no folder to keep its library
 * in. Another backend computes it.
 */
export class CompilerError extends BackendError {
  /** Why not: where, the rule, and what was got. */
  readonly reason: string;
  /** What helps; empty where nothing does. */
  readonly remedy: string;
  constructor(reason: string, remedy: string) {
    super(remedy === '' ? `${reason}.` : `${reason}. ${remedy}.`);
    this.name = 'CompilerError';
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** Thrown when a device has no room for what was asked of it: smaller tiles may fit. */
export class DeviceFullError extends BackendError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeviceFullError';
  }
}

/** Thrown when the precision cannot hold a result (overflow or underflow of a kernel entry). */
export class NumericalError extends NtkError {
  readonly kind = 'numerical';
  constructor(message: string) {
    super(message);
    this.name = 'NumericalError';
  }
}

/**
 * Thrown when an entry that was computed is not the one that backend `reference` computes: a defect of the engine or
 * the machine; nothing was written.
 */
export class RecomputeError extends NtkError {
  readonly kind = 'recompute';
  constructor(message: string) {
    super(message);
    this.name = 'RecomputeError';
  }
}

/** Thrown when the caller aborted the work through its `AbortSignal`. */
export class InterruptedError extends NtkError {
  readonly kind = 'interrupted';
  constructor(message = 'interrupted') {
    super(message);
    this.name = 'InterruptedError';
  }
}

/** Thrown for a state that no caller can cause: a defect of the engine itself. */
export class InternalError extends NtkError {
  readonly kind = 'internal';
  constructor(message: string) {
    super(`internal: ${message}`);
    this.name = 'InternalError';
  }
}

/** Whether `error` is one of the engine's own errors. */
export function isNtkError(error: unknown): error is NtkError {
  return error instanceof NtkError;
}
