import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNpy } from '../data/write/npy.js';
import { InternalError } from '../errors.js';
import { type BenchLine, linesText } from './lines.js';
import type { BenchOutcome } from './outcome.js';

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const ROUNDS = 7;

/** Seconds from the start of a process to its end. */
function seconds(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new InternalError(`a benchmarked process failed: ${stderr}`);
  return (performance.now() - start) / 1000;
}

/** Least of some runs of each command, taken in turn. */
function least(commands: readonly (readonly string[])[]): number[] {
  const best = commands.map(() => Infinity);
  for (let r = 0; r < ROUNDS; r++) {
    commands.forEach((args, k) => {
      best[k] = Math.min(best[k], seconds(args));
    });
  }
  return best;
}

/** Measures how long a process takes all in: Node alone, `ntk --help`, and `ntk kernel` on 100 rows of 64 features. */
export async function benchStart(): Promise<BenchOutcome<'start'>> {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-bench-'));
  try {
    const [input, out] = [join(folder, 'x.npy'), join(folder, 'K.npy')];
    await writeNpy(input, { data: Float64Array.from({ length: 6400 }, (_, i) => Math.sin(i)), shape: [100, 64] });
    const kernel = [MAIN, 'kernel', input, '--arch', 'resntk', '--out', out, '--force'];
    const [node, help, whole] = least([['--eval', '0'], [MAIN, '--help'], kernel]);
    const lines: BenchLine[] = [
      { name: 'node alone', value: node, unit: 's', limit: '' },
      { name: 'ntk --help', value: help, unit: 's', limit: '< 0.2' },
      { name: 'ntk kernel, 100 rows of 64 features', value: whole, unit: 's', limit: '< 1' },
    ];
    const machine = `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
    return { result: { machine, lines }, text: linesText(lines, machine) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
