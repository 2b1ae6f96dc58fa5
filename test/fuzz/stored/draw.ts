import { RandomSource } from '../../../src/linalg/random.js';
import { LAYOUTS, type LayoutName } from './files.js';
import { type DrawnMatrix, drawMatrix, MATRIX_KINDS } from './matrices.js';

/** A command on stored matrices. */
export interface StoredCase {
  readonly command: 'eigs' | 'regress';
  readonly matrix: DrawnMatrix;
  /** Entries as they are read. */
  readonly entries: Float64Array;
  readonly layout: LayoutName;
  /** Flags beside the files. */
  readonly flags: readonly string[];
  /** K(test, train) `[m, columns]`. */
  readonly cross: Float64Array;
  /** Its columns: n, or a wrong number. */
  readonly columns: number;
  /** Labels: n of them, or a wrong number. */
  readonly labels: Float64Array;
}

const oneOf = <T>(random: RandomSource, list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)];

/** Powers of two as scales: of a double 2^-1000 to 2^1000 (1e-301 to 1e301), of a single less. */
function scaleFor(layout: LayoutName, random: RandomSource): number {
  if (layout === 'integers' || random.uniform() < 0.4) return 1;
  const most = layout === 'singles' ? 110 : 1000;
  return 2 ** Math.round(most * (2 * random.uniform() - 1));
}

function eigsFlags(n: number, random: RandomSource): string[] {
  const flags = ['--json', '--method', oneOf(random, ['auto', 'auto', 'dense', 'lanczos', 'power'])];
  if (random.uniform() < 0.7) flags.push('-k', String(1 + Math.floor(random.uniform() * (n + 2))));
  if (random.uniform() < 0.4) flags.push('--which', 'smallest');
  if (random.uniform() < 0.3) flags.push('--native', 'off');
  if (random.uniform() < 0.2) flags.push('--density');
  return flags;
}

function regressFlags(scale: number, random: RandomSource): string[] {
  const flags = ['--json', '--task', 'regress', '--ridge'];
  flags.push(oneOf(random, ['0', '0', '1e-300', '1e-20', '1e-12', '1e-6', '1e-3', '1', '100', 'auto']));
  const times = ['0', String(1e-3 / scale), String(1 / scale), String(1e6 / scale), '1e300', '0,1,1e10'];
  const iterates = random.uniform() < 0.25;
  if (random.uniform() < 0.5) flags.push('--time', oneOf(random, times));
  else if (iterates && !flags.includes('auto')) flags.push('--solver', 'cg');
  if (random.uniform() < 0.3) flags.push('--native', 'off');
  return flags;
}

/** K(test, train) in the span of K's rows: what a null vector of K does to test rows is nothing. */
function crossOf(entries: Float64Array, n: number, columns: number, random: RandomSource): Float64Array {
  const m = 2;
  const mix = random.normals(m * n);
  const cross = new Float64Array(m * columns);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < Math.min(n, columns); j++) {
        cross[i * columns + j] += (mix[i * n + k] * entries[k * n + j]) / n;
      }
    }
  }
  return cross;
}

/** Case `index` of a seed. */
export function drawStored(seed: number, index: number): StoredCase {
  const random = new RandomSource(seed, `stored ${index}`);
  const matrix = drawMatrix(MATRIX_KINDS[index % MATRIX_KINDS.length], random);
  const { n } = matrix;
  const layouts = [...(Object.keys(LAYOUTS) as LayoutName[]), 'npz' as const];
  const layout =
    matrix.kind === 'integers'
      ? 'integers'
      : oneOf(
          random,
          layouts.filter((name) => name !== 'integers'),
        );
  const scale = scaleFor(layout, random);
  const rounded = layout === 'npz' ? (v: number) => v : LAYOUTS[layout].rounded;
  const entries = matrix.entries.map((v) => rounded(v * scale));
  const command = random.uniform() < 0.5 ? 'eigs' : 'regress';
  const wrong = random.uniform() < 0.1;
  const columns = wrong && random.uniform() < 0.5 ? n + 1 : n;
  const count = wrong && columns === n ? n + 1 : n;
  const finite = entries.map((v) => (Number.isFinite(v) ? v : 0));
  const flags = command === 'eigs' ? eigsFlags(n, random) : regressFlags(scale, random);
  const cross = crossOf(finite, n, columns, random);
  return { command, matrix, entries, layout, flags, cross, columns, labels: random.normals(count) };
}
