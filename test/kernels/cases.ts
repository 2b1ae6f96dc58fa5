/** Golden kernels of networks, from `test/fixtures/vectors` and, where it is there, `shared/vectors`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NdArray, Precision } from '../../src/index.js';

type Matrix = readonly (readonly number[])[];
type Kind = 'nngp' | 'ntk';

/** A file of golden kernels. */
export interface GoldenCase {
  readonly name: string;
  readonly architecture: unknown;
  /** Null where it is x. */
  readonly z: unknown;
  readonly nngp: Matrix | null;
  readonly ntk: Matrix | null;
  readonly nngpDiagonals?: readonly [readonly number[], readonly number[]];
  readonly ntkDiagonals?: readonly [readonly number[], readonly number[]];
  readonly normalized?: boolean;
  readonly floor?: Readonly<Record<Precision, Readonly<Partial<Record<Kind, number | null>>>>>;
}

/** A file of golden kernels on vectors. */
export interface VectorCase extends GoldenCase {
  readonly x: Matrix;
  readonly z: Matrix | null;
}

/** A file of golden kernels on images, or on sequences. */
export interface ImageCase extends GoldenCase {
  readonly x: NdArray;
  readonly z: NdArray | null;
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

function parse(folder: string, file: string) {
  return { ...JSON.parse(readFileSync(join(folder, file), 'utf8')), name: file.replace(/\.json$/, '') };
}

function readVectors(folder: string, file: string): VectorCase | null {
  const json = parse(folder, file);
  return json.architecture !== undefined && typeof json.x?.[0]?.[0] === 'number' ? json : null;
}

function readImages(folder: string, file: string): ImageCase | null {
  const json = parse(folder, file);
  if (json.architecture === undefined || !Array.isArray(json.x?.[0]?.[0])) return null;
  return { ...json, x: images(json.x), z: json.z === null ? null : images(json.z) };
}

/** Nested lists `[n][w][c]` or `[n][h][w][c]` as an array. */
function images(nested: readonly unknown[]): NdArray {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  return { data: Float64Array.from(nested.flat(shape.length - 1).map(Number)), shape };
}

/** Files of golden values in a folder. */
export function caseFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
}

/** What `read` makes of every file, the committed ones first; each once. */
function cases<T>(read: (folder: string, file: string) => T | null): readonly T[] {
  const shared = sharedVectors();
  const fixtures = caseFiles(FIXTURES);
  const further = shared === null ? [] : caseFiles(shared).filter((file) => !fixtures.includes(file));
  const found = [...fixtures.map((f) => read(FIXTURES, f)), ...further.map((f) => read(shared ?? '', f))];
  return found.filter((c) => c !== null);
}

/** Every case on vectors. */
export function vectorCases(): readonly VectorCase[] {
  return cases(readVectors);
}

/** Every case on images and sequences. */
export function imageCases(): readonly ImageCase[] {
  return cases(readImages);
}

/** Rows as the library takes them. */
export function rows(matrix: Matrix): NdArray {
  return { data: Float64Array.from(matrix.flat()), shape: [matrix.length, matrix[0].length] };
}

/** The two diagonals that an error is relative to. */
export function diagonals(c: GoldenCase, kind: Kind): readonly [readonly number[], readonly number[]] {
  const matrix = c[kind] ?? [];
  const selfKernels = matrix.map((row, i) => row[i]);
  return c.z === null ? [selfKernels, selfKernels] : (c[`${kind}Diagonals`] ?? [[], []]);
}

/** Largest |K - golden| / sqrt(K(x,x) K(z,z)); Infinity where that root is 0 and the entry is not, or for a NaN. */
export function worstError(c: GoldenCase, kind: Kind, k: NdArray): number {
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
