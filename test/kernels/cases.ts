/** Vector cases: golden kernels of networks, from `test/fixtures/vectors` and, where it is there, `shared/vectors`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NdArray, Precision } from '../../src/index.js';

type Matrix = readonly (readonly number[])[];
type Kind = 'nngp' | 'ntk';

/** A file of golden kernels on vectors. */
export interface VectorCase {
  readonly name: string;
  readonly architecture: unknown;
  readonly x: Matrix;
  readonly z: Matrix | null;
  readonly nngp: Matrix | null;
  readonly ntk: Matrix | null;
  readonly nngpDiagonals?: readonly [readonly number[], readonly number[]];
  readonly ntkDiagonals?: readonly [readonly number[], readonly number[]];
  readonly normalized?: boolean;
  readonly floor?: Readonly<Record<Precision, Readonly<Partial<Record<Kind, number | null>>>>>;
}

/** The committed cases (this file runs from `dist/test/kernels/`). */
export const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/vectors', import.meta.url));

/** The whole set, in a folder `shared/vectors` beside the repository or further up; null without it. */
export function sharedVectors(): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const candidate = join(folder, 'shared', 'vectors');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}

function read(folder: string, file: string): VectorCase | null {
  const json = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const vectors = json.architecture !== undefined && typeof json.x?.[0]?.[0] === 'number';
  return vectors ? { ...json, name: file.replace(/\.json$/, '') } : null;
}

/** Files of golden values in a folder. */
export function caseFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
}

/** Every case, the committed ones first; each once. */
export function vectorCases(): readonly VectorCase[] {
  const shared = sharedVectors();
  const fixtures = caseFiles(FIXTURES);
  const further = shared === null ? [] : caseFiles(shared).filter((file) => !fixtures.includes(file));
  const cases = [...fixtures.map((f) => read(FIXTURES, f)), ...further.map((f) => read(shared ?? '', f))];
  return cases.filter((c) => c !== null);
}

/** Rows as the library takes them. */
export function rows(matrix: Matrix): NdArray {
  return { data: Float64Array.from(matrix.flat()), shape: [matrix.length, matrix[0].length] };
}

/** The two diagonals that an error is relative to. */
export function diagonals(c: VectorCase, kind: Kind): readonly [readonly number[], readonly number[]] {
  const matrix = c[kind] ?? [];
  const own = matrix.map((row, i) => row[i]);
  return c.z === null ? [own, own] : (c[`${kind}Diagonals`] ?? [[], []]);
}

/** Largest |K - golden| / sqrt(K(x,x) K(z,z)); Infinity where that root is 0 and the entry is not, or for a NaN. */
export function worstError(c: VectorCase, kind: Kind, k: NdArray): number {
  const golden = c[kind] ?? [];
  const [dx, dz] = diagonals(c, kind);
  const m = k.shape[1];
  let worst = 0;
  golden.forEach((row, i) => {
    row.forEach((expected, j) => {
      const scale = Math.sqrt(dx[i]) * Math.sqrt(dz[j]);
      const value = k.data[i * m + j];
      const error = scale === 0 ? (value === 0 ? 0 : Infinity) : Math.abs(value - expected) / scale;
      if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
    });
  });
  return worst;
}
