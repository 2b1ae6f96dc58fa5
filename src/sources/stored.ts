import { DataError, UsageError } from '../errors.js';
import {
  checkFiniteFile,
  crossFile,
  type MatrixFile,
  type MatrixLimits,
  openMatrixFile,
  symmetricFile,
} from '../operators/matrix-file.js';
import { leadingOperator, type SymmetricOperator } from '../operators/operator.js';
import { residentBytes } from '../platform/memory.js';
import { openNpyPanels } from '../store/npy-panels.js';
import { type KernelSource, NOTHING_RECOMPUTED } from './source.js';

/** Bytes of the panels of two files, and of the next ones that are read meanwhile. */
const PANELS = 4 * 8 * 2 ** 20;

/** Files of kernels, and what is said of those that cannot be used. */
export interface StoredOptions extends MatrixLimits {
  /** File of K(test, x) `[m, n]`; absent: no test rows. */
  readonly cross?: string;
  /** What helps where the first file is not square. */
  readonly remedy?: string;
}

/** A kernel whose entries are in files, with these. */
export interface StoredSource extends KernelSource {
  /** K(x, x). */
  readonly kernel: MatrixFile;
  /** K(test, x); null without. */
  readonly crossKernel: MatrixFile | null;
}

const REMEDY = 'Store K(x, x), without test rows.';

/** All entries in memory that the caller may write to: the first `size` rows and columns. */
async function corner(kernel: MatrixFile, operator: SymmetricOperator, size: number): Promise<Float64Array> {
  try {
    const all = (await operator.entries()) ?? new Float64Array(0);
    const copied = all === kernel.values ? all.slice() : all;
    for (let i = 1; i < size; i++) copied.copyWithin(i * size, i * operator.size, i * operator.size + size);
    return copied.subarray(0, size * size);
  } finally {
    await operator.close();
  }
}

/** Rows of a stored matrix, their first `size` numbers: `[numbers, size]`. */
async function rowsOf(
  { path, values, shape }: MatrixFile,
  numbers: readonly number[],
  size: number,
): Promise<Float64Array> {
  const n = shape[1];
  const result = new Float64Array(numbers.length * size);
  if (values !== null) {
    for (const [k, row] of numbers.entries()) result.set(values.subarray(row * n, row * n + size), k * size);
    return result;
  }
  const panels = await openNpyPanels(path);
  const buffer = new ArrayBuffer(8 * n);
  try {
    for (const [k, row] of numbers.entries()) {
      result.set((await panels.read(row, 1, buffer)).subarray(0, size), k * size);
    }
  } finally {
    await panels.close();
  }
  return result;
}

/** @throws DataError where K(test, x) does not fit K(x, x). */
function checkCrossShape(cross: MatrixFile, n: number): void {
  if (cross.shape.length !== 2 || cross.shape[1] !== n || cross.shape[0] === 0) {
    throw new DataError(
      `${cross.path}: must be [m, ${n}], test rows against the ${n} training rows, got ` +
        `[${cross.shape.join(', ')}]. Compute it as ntk kernel TEST TRAIN.`,
    );
  }
}

/**
 * A kernel whose entries are stored: K(x, x) `[n, n]` in `path`, and K(test, x) `[m, n]` in `options.cross`, each
 * `.npy` (read panel by panel), `file.npz:name` or csv.
 *
 * With a second file both are looked at before anything is solved: shapes, numbers that are not finite, symmetry.
 * Alone, symmetry is looked at where entries are used.
 * @throws DataError, MemoryError, InterruptedError
 */
export async function storedSource(path: string, options: StoredOptions): Promise<StoredSource> {
  const { cross: crossPath, remedy = REMEDY, ...limits } = options;
  const kernel = await openMatrixFile(path, limits);
  const cross = crossPath === undefined ? null : crossPath === path ? kernel : await openMatrixFile(crossPath, limits);
  const open = (): Promise<SymmetricOperator> => symmetricFile(kernel, remedy);
  const operator = await open();
  const n = operator.size;
  try {
    if (cross !== null) {
      checkCrossShape(cross, n);
      await operator.check?.();
      await checkFiniteFile(cross);
    }
  } finally {
    await operator.close();
  }
  // Variances need K(z, z), which no file holds.
  const noVariances = async (): Promise<never> => {
    throw new UsageError(`${path}: must come with test rows for variances, got stored kernels. Leave variances out.`);
  };
  return {
    kind: 'stored',
    name: path,
    kernel,
    crossKernel: cross,
    rows: n,
    testRows: cross?.shape[0] ?? 0,
    origin: async () => ({ backend: 'stored', native: null }),
    least: async () => residentBytes() + PANELS,
    matrix: async (size) => ({
      values: await corner(kernel, await open(), size),
      roundoff: kernel.roundoff,
      compile: 0,
    }),
    operator: async (size) => leadingOperator(await open(), size),
    rowsOf: (numbers, size) => rowsOf(kernel, numbers, size),
    cross: () => {
      if (cross === null) throw new UsageError(`${path}: must come with K(test, x), got none. Give its file as cross.`);
      return crossFile(cross);
    },
    crossMatrix: noVariances,
    testDiagonal: noVariances,
    recomputation: () => NOTHING_RECOMPUTED,
  };
}
