/** Writes a result to stdout and waits until it is taken, so that nothing is lost when the process ends. */
export async function print(text: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

/** Writes a line for people to stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ends quietly when the reader of stdout is gone (`ntk ... | head`). */
export function endQuietlyOnClosedPipe(): void {
  const end = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  };
  process.stdout.on('error', end);
  process.stderr.on('error', end);
}
