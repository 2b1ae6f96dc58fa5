/**
 * `node dist/test/fuzz/faults-main.js [BACKEND]`: puts each fault of `faults.ts` into a copy of the compiled engine and
 * lets the fuzzer look for it.
 *
 * Prints after how many of at most 200 networks it was found; the exit code is 1 if one was not.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAULTS, type Fault } from './faults.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MOST = 200;

/** A copy of what the engine needs to run, and to compile its WebAssembly. */
function copyOfEngine(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-faults-'));
  for (const name of ['dist', 'kernels/host/assembly', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  for (const name of ['node_modules', '.tensorflow', '.swiftshader']) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** Writes the text of a fault; returns what it replaced. */
function put(folder: string, { file, from, to }: Fault): () => void {
  const compiled = file.endsWith('.js');
  const path = join(folder, compiled ? 'dist' : '', file);
  const before = readFileSync(path, 'utf8');
  if (!before.includes(from)) throw new Error(`${file} must hold ${from}`);
  const compile = (text: string): void => {
    writeFileSync(path, text);
    if (!compiled) execFileSync('bash', [join(folder, 'kernels/host/assembly/build')], { stdio: 'ignore' });
  };
  compile(before.replaceAll(from, to));
  return () => compile(before);
}

/** After how many networks a fault is found; null if it is not. */
function search(folder: string, { backend }: Fault, seed: number): number | null {
  const main = join(folder, 'dist/test/fuzz/main.js');
  const run = spawnSync(process.execPath, [
    main,
    '--backend',
    backend,
    '--seed',
    String(seed),
    '--count',
    String(MOST),
    '--most',
    '1',
    '--no-shrink',
  ]);
  const found = /cases 0 to (\d+): [1-9]\d* wrong/.exec(run.stdout.toString());
  if (found === null && !run.stdout.toString().includes(': 0 wrong')) throw new Error(run.stderr.toString());
  return found === null ? null : Number(found[1]);
}

const wanted = process.argv[2];
const folder = copyOfEngine();
let missed = 0;
try {
  for (const fault of FAULTS.filter(({ backend }) => wanted === undefined || backend === wanted)) {
    const restore = put(folder, fault);
    const after = search(folder, fault, 1);
    restore();
    missed += after === null ? 1 : 0;
    console.log(
      `${fault.backend}: ` +
        `${after === null ? `not found within ${MOST} networks` : `found after ${after} networks`}: ${fault.what}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = missed > 0 ? 1 : 0;
