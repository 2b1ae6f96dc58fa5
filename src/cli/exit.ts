import { InterruptedError, isNtkError, NtkError, RecomputeError } from '../errors.js';
import { printable } from '../printable.js';

/** Exit codes of `ntk`; fixed, because scripts depend on them. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** A failure that no usage explains: a defect; an entry that `reference` computes differently is one too. */
  failure: 1,
  /** Bad usage or input. */
  usage: 2,
  /** Computed and written, but a stated tolerance was not met. */
  tolerance: 3,
  /** SIGINT, SIGTERM or SIGHUP. */
  interrupted: 130,
} as const;

/** Where defects are reported. */
const REPORT = 'Please report this with the command line and the output under NTK_DEBUG=1.';

/** Errors of the operating system that the user can mend. */
const SYSTEM_REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Check the permissions of the file and its folder',
  EPERM: 'Check the permissions of the file and its folder',
  ENOSPC: 'Free some space, or write to another disk',
  EDQUOT: 'Free some space, or write to another disk',
  EROFS: 'Write to another disk',
  EMFILE: 'Raise the limit of open files (ulimit -n)',
  EFBIG: 'Raise the limit of file sizes (ulimit -f), or write to another disk',
  EIO: 'Check the disk, or write to another one',
};

/** How Node says that the system gave it no memory, or no thread. */
const NO_MEMORY = new RegExp(
  'allocation failed|could not allocate memory|not enough memory|' +
    'ERR_WORKER_OUT_OF_MEMORY|ERR_WORKER_INIT_FAILED|\\bENOMEM\\b',
  'i',
);

/** The exit code and the message for whatever a command threw. */
export function explain(error: unknown, interrupted: boolean): { readonly code: number; readonly message: string } {
  if (interrupted || error instanceof InterruptedError) {
    const kept = error instanceof InterruptedError && error.message.startsWith('interrupted;');
    return { code: EXIT.interrupted, message: `ntk: ${kept ? error.message : 'interrupted; nothing was written'}` };
  }
  if (error instanceof RecomputeError) return { code: EXIT.failure, message: `${under(error.message)}\n${REPORT}` };
  if (isNtkError(error) && error.kind !== 'internal') return { code: EXIT.usage, message: under(error.message) };
  const system = systemMessage(error);
  if (system !== null) return { code: EXIT.usage, message: under(system) };
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) return { code: EXIT.usage, message: under(memoryMessage(message)) };
  return { code: EXIT.failure, message: `ntk: unexpected failure: ${message.split('\n')[0]}\n${REPORT}` };
}

function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof NtkError) return false;
  const code = 'code' in error ? String(error.code) : '';
  return NO_MEMORY.test(`${code} ${error.message}`);
}

function memoryMessage(got: string): string {
  const rule = '--memory: the system must give what was promised';
  return (
    `${rule}, got: ${got}. Promise less, take fewer --threads or rows, or raise the limit (ulimit -v, -d, the ` +
    `container's).`
  );
}

/** The message under the program's name, which some messages already start with. */
function under(message: string): string {
  return /^ntk\b/.test(message) ? message : `ntk: ${message}`;
}

function systemMessage(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof NtkError || !('code' in error)) return null;
  const remedy = SYSTEM_REMEDIES[String(error.code)];
  if (remedy === undefined) return null;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'files';
  return `${path}: must be readable and writable as the command needs, got ${String(error.code)}. ${remedy}.`;
}

/** Prints what went wrong to stderr (with the stack only under NTK_DEBUG=1) and returns the exit code. */
export function reportError(error: unknown, interrupted: boolean): number {
  const { code, message } = explain(error, interrupted);
  process.stderr.write(`${printable(message)}\n`);
  if (process.env.NTK_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return code;
}
