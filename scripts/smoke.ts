/**
 * Small kernel jobs on two releases of Node: `node dist/scripts/smoke.js OTHER_NODE`.
 *
 * Fused multiply-adds are left to the machine code that each release makes, so the results agree to rounding, not to
 * the bit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Largest difference that rounding explains, relative to the largest entry. */
const TOLERANCE = { f64: 1e-12, f32: 2e-6 } as const;

const JOBS = [
  { name: 'fc', flags: ['--arch', 'fc', '--depth', '3', '--scale', 'unit-rows'] },
  { name: 'resntk', flags: ['--arch', 'resntk', '--depth', '20', '--alpha', '0.5', '--scale', 'unit-rows'] },
  { name: 'fc with bias, raw rows', flags: ['--arch', 'fc', '--bias', '0.5', '--bias-init', 'normal'] },
] as const;

const CLI = new URL('../src/cli/main.js', import.meta.url).pathname;
const DATA = new URL('../../data/digits/train.csv', import.meta.url).pathname;

/** Entries of a C-order `.npy` file of little-endian floats. */
function readNpy(path: string): Float32Array | Float64Array {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const body = new Uint8Array(bytes.subarray(start)).buffer;
  return header.includes("'<f8'") ? new Float64Array(body) : new Float32Array(body);
}

function kernel(node: string, flags: readonly string[], out: string): Float32Array | Float64Array {
  const args = ['kernel', DATA, '--label-column', '64', '--rows', '0:400', ...flags, '--no-progress', '--out', out];
  execFileSync(node, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  return readNpy(out);
}

/** max |a - b| / max |a|; NaN when the sizes differ or an entry is not finite. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) return Number.NaN;
  let largest = 0;
  let scale = 0;
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(a[i]) || !Number.isFinite(b[i])) return Number.NaN;
    largest = Math.max(largest, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(a[i]));
  }
  return largest / scale;
}

function run(other: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-smoke-'));
  try {
    console.log(`smoke: ntk ${execFileSync(other, [CLI, '--version'], { encoding: 'utf8' }).trim()}`);
    console.log(
      `smoke: Node ${process.version} against ${execFileSync(other, ['--version'], { encoding: 'utf8' }).trim()}`,
    );
    let good = true;
    for (const precision of ['f64', 'f32'] as const) {
      for (const { name, flags } of JOBS) {
        const all = [...flags, '--precision', precision];
        const [here, there] = [process.execPath, other].map((node, i) =>
          kernel(node, all, join(folder, `${i}-${precision}-${name}.npy`)),
        );
        const error = difference(here, there);
        const ok = error <= TOLERANCE[precision];
        good &&= ok;
        console.log(`smoke: ${precision} ${name}: difference ${error.toExponential(1)} ${ok ? 'ok' : 'FAILED'}`);
      }
    }
    return good;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [other] = process.argv.slice(2);
if (other === undefined) {
  console.error('usage: node dist/scripts/smoke.js OTHER_NODE');
  process.exitCode = 2;
} else if (!run(other)) process.exitCode = 1;
