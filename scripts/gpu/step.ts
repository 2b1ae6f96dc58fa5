import { spawn } from 'node:child_process';

/** Ways in which a step is made to fail on purpose. */
export const FAULTS = ['error', 'crash', 'hang'] as const;

/** A way in which a step is made to fail on purpose. */
export type Fault = (typeof FAULTS)[number];

/** A program that a part ran, as it went. */
export interface Step {
  readonly name: string;
  readonly command: string;
  /** Its exit code; null where it was ended. */
  readonly exit: number | null;
  readonly seconds: number;
  readonly limitSeconds: number;
  /** What it printed: as JSON where it is that. */
  readonly output: unknown;
  readonly stderr?: string;
  /** Why it counts as failed; left out where it went well. */
  readonly error?: string;
}

/** Programs of this check that run now. */
const running = new Set<number>();

/** Bytes of stderr that are kept: its end, where the reason stands. */
const MOST_STDERR = 20_000;
const MOST_OUTPUT = 20_000_000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Ends a program with all that it has started. */
function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Ends every program that runs now, as the check itself is ended. */
export function endAll(): void {
  for (const pid of running) end(pid, 'SIGKILL');
}

const ON_PURPOSE = 'made to fail on purpose by NTK_GPU_CHECK_FAIL';
const FAULTY: Readonly<Record<Fault, string>> = {
  error: `echo '${ON_PURPOSE}' >&2; exit 1`,
  crash: `echo '${ON_PURPOSE}' >&2; kill -SEGV $$`,
  hang: `echo '${ON_PURPOSE}' >&2; sleep 1000`,
};

/** The last lines of an error message that say something. */
function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/XDG_RUNTIME_DIR/.test(line));
  const told = lines.findLast((line) => /error|must|cannot|not /i.test(line)) ?? lines.at(-1);
  return (told ?? '').trim().slice(0, 300);
}

/** What a step runs. */
export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly limitSeconds: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. [0] */
  readonly fine?: readonly number[];
  readonly fault?: Fault | undefined;
}

/** Runs a program for at most so many seconds, then ends it with all that it started. Never throws. */
export async function runStep({ name, argv, limitSeconds, env = {}, fine = [0], fault }: Command): Promise<Step> {
  const [program, ...args] = fault === undefined ? argv : ['sh', '-c', FAULTY[fault]];
  const start = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (part) => {
    if (texts.stdout.length < MOST_OUTPUT) texts.stdout += String(part);
  });
  child.stderr.on('data', (part) => {
    texts.stderr = (texts.stderr + String(part)).slice(-MOST_STDERR);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (pid !== undefined) end(pid, 'SIGKILL');
  }, 1000 * limitSeconds);
  const [exit, signal, broken] = await new Promise<[number | null, string | null, string | null]>((resolve) => {
    child.once('error', (error) => resolve([null, null, error.message]));
    child.once('close', (code, ended) => resolve([code, ended, null]));
  });
  clearTimeout(timer);
  if (pid !== undefined) running.delete(pid);
  const seconds = (performance.now() - start) / 1000;
  const told = reasonOf(texts.stderr);
  const because = told === '' ? '' : `: ${told}`;
  const error =
    broken ??
    (late
      ? `not done after its ${limitSeconds.toFixed(0)} s${because}`
      : signal !== null
        ? `ended by ${signal}${because}`
        : exit !== null && fine.includes(exit)
          ? null
          : `exit code ${exit}${because}`);
  return {
    ...{ name, command: argv.join(' '), exit, seconds: Number(seconds.toFixed(3)), limitSeconds },
    output: parsed(texts.stdout),
    ...(texts.stderr === '' ? {} : { stderr: texts.stderr }),
    ...(error === null ? {} : { error }),
  };
}
