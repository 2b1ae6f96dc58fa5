import { ARCHITECTURE_FILE } from '../architecture/read.js';
import { namesFile } from '../architecture/resolve.js';
import { FileSource } from '../data/source/file.js';
import { isPipe, isStdin } from '../data/source/place.js';
import { UsageError } from '../errors.js';
import type { ParsedArguments } from './options/parsed.js';

/** Flags whose files may be pipes. */
const INPUT_FLAGS = ['arch', 'kernel', 'cross', 'labels', 'test-labels'];

/** Something that is read, and the word of the command line that asks for it. */
interface Asked {
  readonly path: string;
  readonly by: string;
}

/** A pipe under one name, whatever it is called; null for what is none. */
function pipeOf(path: string): string | null {
  const file = path.replace(/^-:.*$/s, '-');
  if (isStdin(file)) return '-';
  return isPipe(file) ? file : null;
}

/** Pipes can be read once: refuses those that are asked for twice, before anything waits for them. */
function checkOnce(asked: readonly Asked[]): void {
  const seen = new Map<string, string>();
  for (const { path, by } of asked) {
    const pipe = pipeOf(path);
    if (pipe === null) continue;
    const before = seen.get(pipe);
    if (before !== undefined) {
      const what = pipe === '-' ? 'standard input' : 'a pipe';
      throw new UsageError(
        `${path}: ${what} can be read once, got it for ${before} and for ${by}. Write it to a file and name that.`,
      );
    }
    seen.set(pipe, by);
  }
}

/**
 * The arguments with the bytes of architectures that come through pipes: options are read at once, and pipes take their
 * time.
 *
 * @throws UsageError for a pipe that is asked for twice; DataError or MemoryError where an architecture cannot be read
 */
export async function withPipes(args: ParsedArguments, command: string, signal: AbortSignal): Promise<ParsedArguments> {
  const words = args.positionals.map((path, k) => ({ path, by: `word ${k + 1}` }));
  const flags = INPUT_FLAGS.flatMap((flag) => (args.values.get(flag) ?? []).map((path) => ({ path, by: `--${flag}` })));
  const isArchitecture = ({ by }: Asked): boolean => by === '--arch' || command === 'arch';
  const asked = [...words, ...flags].filter((one) => !isArchitecture(one) || namesFile(one.path));
  checkOnce(asked);
  const pipes = new Map<string, Uint8Array>();
  for (const { path } of asked.filter(isArchitecture)) {
    if (pipeOf(path) === null) continue;
    const source = await FileSource.open(path, { signal, memoryLimit: ARCHITECTURE_FILE.most, hash: false });
    pipes.set(path, await source.at(0, source.size));
    await source.close();
  }
  return pipes.size === 0 ? args : { ...args, pipes };
}
