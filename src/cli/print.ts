import { onOneLine, printable } from '../printable.js';

/** Code of the error of a pipe whose reader is gone. */
const CLOSED = 'EPIPE';

const isClosed = (error: Error): boolean => 'code' in error && error.code === CLOSED;

/**
 * Writes a result to stdout and waits until it is taken, so that nothing is lost when the process ends.
 *
 * @throws OutputError when stdout does not take it; a reader that is gone ends the process quietly
 */
export async function print(text: string | Uint8Array): Promise<void> {
  const failure = await new Promise<Error | null>((resolve) => {
    // Names in it come from files of others; in JSON the escapes are those of JSON.
    process.stdout.write(typeof text === 'string' ? printable(text) : text, (error) => {
      if (error === null || error === undefined || !isClosed(error)) resolve(error ?? null);
    });
  });
  if (failure === null) return;
  const { writeFailure } = await import('../data/write/failure.js');
  throw writeFailure('stdout', failure, 'the result is not whole');
}

/** Writes a line for people to stderr. */
export function say(line: string): void {
  process.stderr.write(`${onOneLine(line)}\n`);
}

/** Says what a user should know although it is no error: a line each on stderr. */
export function warn(warnings: Iterable<string>): void {
  for (const warning of warnings) say(`ntk: warning: ${warning}`);
}

/**
 * Ends quietly when the reader of stdout is gone (`ntk ... | head`). Who prints hears of other errors; of those of
 * stderr nobody can be told.
 */
export function endQuietlyOnClosedPipe(): void {
  const end = (error: Error): void => {
    if (isClosed(error)) process.exit(0);
  };
  process.stdout.on('error', end);
  process.stderr.on('error', end);
}
