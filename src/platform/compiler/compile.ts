import { type ChildProcess, spawn } from 'node:child_process';
import { CompilerError, InterruptedError } from '../../errors.js';
import { reasonOf } from '../../message.js';
import { onOneLine, withoutMiddle } from '../../printable.js';
import { COMPILER_REMEDY, type Compiler } from './find.js';

/** Longest time for one source, seconds. */
const PATIENCE = 60;

/** Most of what a compiler writes that is kept, in UTF-16 units. */
const KEPT = 65_536;

/** Longest part of it in a message. */
const SHOWN = 300;

/** The line of a compiler's words that tells what went wrong. */
function tellingLine(words: string): string {
  const lines = words.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((one) => /\berror\b/i.test(one)) ?? lines[0] ?? 'no word of it';
  return withoutMiddle(onOneLine(line.trim()), SHOWN);
}

/** Ends a compiler with the programs that it started. */
function end(child: ChildProcess | null): void {
  try {
    if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Signals that end this process, or that it answers by stopping its work. */
const STOPPING = ['SIGINT', 'SIGTERM'] as const;

/** Calls `stop` when this process is told to stop or ends; gives what undoes it. */
function whenStopped(stop: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    undo();
    stop();
    // Where nobody else listens, the signal has its usual effect.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const undo = (): void => {
    for (const signal of STOPPING) process.off(signal, onSignal);
    process.off('exit', stop);
  };
  for (const signal of STOPPING) process.on(signal, onSignal);
  process.on('exit', stop);
  return undo;
}

/** How a compiler ended. */
interface Ending {
  /** Null where it was ended. */
  readonly code: number | null;
  readonly words: string;
  readonly cause: 'itself' | 'time' | 'interruption';
}

function run(compiler: Compiler, flags: readonly string[], source: string, seconds: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let cause: Ending['cause'] = 'itself';
    let words = '';
    let child: ChildProcess | null = null;
    const stop = (why: Ending['cause']): void => {
      cause = why;
      end(child);
    };
    // Before the compiler runs: a signal between the two would leave it behind.
    const undo = whenStopped(() => stop('interruption'));
    // A group of its own, so that the programs that it starts end with it.
    const started = spawn(compiler.path, [...compiler.words, ...flags], {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    child = started;
    const timer = setTimeout(() => stop('time'), seconds * 1000);
    const done = (): void => {
      clearTimeout(timer);
      undo();
    };
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (words.length < KEPT) words += text;
    });
    started.on('error', (error) => {
      done();
      reject(error);
    });
    started.on('close', (code) => {
      done();
      resolve({ code, words, cause });
    });
    // One that ends before it has read all says why by itself.
    started.stdin.on('error', () => undefined);
    started.stdin.end(source);
  });
}

/**
 * Compiles C to a shared library at `path`.
 *
 * @throws CompilerError with one line of what the compiler says, or where it takes longer than `seconds`;
 * InterruptedError where this process is told to stop
 */
export async function compile(
  compiler: Compiler,
  flags: readonly string[],
  source: string,
  path: string,
  seconds = PATIENCE,
): Promise<void> {
  const fail = (rule: string, got: string): CompilerError =>
    new CompilerError(`${compiler.path}: ${rule}, got ${got}`, COMPILER_REMEDY);
  let ending: Ending;
  try {
    ending = await run(compiler, [...flags, '-o', path, '-x', 'c', '-', '-lm'], source, seconds);
  } catch (error) {
    throw fail('must be a C compiler that starts', reasonOf(error));
  }
  const { code, words, cause } = ending;
  if (cause === 'interruption') throw new InterruptedError();
  if (cause === 'time') throw fail(`must compile a kernel in ${seconds} s`, 'no end of it');
  if (code !== 0) throw fail('must compile the C of a kernel', tellingLine(words));
}
