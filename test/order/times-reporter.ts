import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { FAST } from './fast.js';
import type { Took } from './suites.js';

/** Ticks of the kernel's clock a second, in which it counts times of processors. */
const TICKS = 100;

/**
 * Seconds of processors that this process and those that it started and saw end have had (proc(5), fields 14 to 17).
 */
function processors(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

const now = () => ({ seconds: performance.now() / 1000, cpu: processors() });

/** The file with the times of a suite put into it, a suite a line. */
function put(path: string, name: string, took: Took): void {
  const before: Record<string, Took> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const all = Object.entries({ ...before, [name]: { ...before[name], ...took } }).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = all.map(([suite, times]) => `  ${JSON.stringify(suite)}: ${JSON.stringify(times)}`);
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`);
}

/**
 * Prints what each suite takes, and puts it into $NTK_TEST_TIMES (`scripts/test-times`).
 *
 * With one worker alone, whose suites run in jest's own process.
 */
export default class TimesReporter {
  #start = now();
  #all = { seconds: 0, cpu: 0 };

  onTestFileStart(): void {
    this.#start = now();
  }

  onTestFileResult(
    { path }: { readonly path: string },
    { numPassingTests, numFailingTests }: { readonly numPassingTests: number; readonly numFailingTests: number },
  ): void {
    const end = now();
    const [seconds, cpu] = [end.seconds - this.#start.seconds, end.cpu - this.#start.cpu].map((v) =>
      Number(v.toFixed(1)),
    );
    this.#all = { seconds: this.#all.seconds + seconds, cpu: this.#all.cpu + cpu };
    // A path of another checkout too.
    const name = path.replace(/^.*\/dist\/test\//, '').replace(/\.test\.js$/, '');
    this.#say(seconds, cpu, `${name}: ${numPassingTests} passed, ${numFailingTests} failed`);
    const out = process.env.NTK_TEST_TIMES ?? '';
    if (out !== '') put(out, name, FAST ? { fast: cpu } : { seconds, cpu });
  }

  onRunComplete(): void {
    this.#say(this.#all.seconds, this.#all.cpu, 'all');
  }

  #say(seconds: number, cpu: number, what: string): void {
    process.stdout.write(`${seconds.toFixed(1).padStart(8)} ${cpu.toFixed(1).padStart(8)}  ${what}\n`);
  }
}
