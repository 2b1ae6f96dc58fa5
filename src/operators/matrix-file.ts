import { readableBytes } from '../data/budget.js';
import { type Input, readInput } from '../data/input.js';
import { DataError, MemoryError, NtkError } from '../errors.js';
import { residentBytes } from '../platform/memory.js';
import { openNpyPanels } from '../store/npy-panels.js';
import { type CrossOperator, denseCross } from './cross.js';
import { DenseOperator, type SymmetricOperator } from './operator.js';
import { storedOperator } from './stored.js';
import { checkFinite } from './stored-check.js';
import { storedCross } from './stored-cross.js';

/** Room for what reading text and unpacking take beside the numbers. */
const SLACK = 16 * 2 ** 20;

/** A stored matrix: panels of a `.npy` file, else all of it in memory. */
export interface MatrixFile {
  /** As given, with the array's name for `.npz`. */
  readonly path: string;
  /** Of the array, `[n, m]` for a matrix. */
  readonly shape: readonly number[];
  /** Of the file's bytes, hexadecimal; null where it was not read whole. */
  readonly sha256: string | null;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
  /** Unit roundoff of its entries: 2^-53 for doubles and integers, 2^-24 for singles. */
  readonly roundoff: number;
  /** Its values; null where they are read panel by panel. */
  readonly values: Float64Array | null;
}

/** What bounds the reading of a matrix. */
export interface MatrixLimits {
  /** Bytes that the process may take. */
  readonly memory: number;
  /** Aborts the reading with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** The memory budget that a whole matrix would need, from the complaint that its numbers do not fit. */
function tooLarge(path: string, error: MemoryError, memory: number): MemoryError {
  const bytes = Number(/\((\d+) bytes\)/.exec(error.message)?.[1] ?? Number.NaN);
  const held = residentBytes();
  // Packed text may not say how much it is.
  const need = Number.isNaN(bytes)
    ? `more than the ${readableBytes(held)} that the process has already`
    : `about ${readableBytes(held + 2 * bytes + SLACK)}`;
  return new MemoryError(
    `${path}: reading the whole matrix needs ${need}, got a promise of ${readableBytes(memory)}. Raise --memory, ` +
      'or store it as .npy, which is read panel by panel.',
  );
}

/** All of a matrix: the numbers as they were read, and once more as doubles. */
async function readWhole(path: string, { memory, signal }: MatrixLimits): Promise<Input> {
  const room = Math.max(0, (memory - residentBytes() - SLACK) / 2);
  try {
    return await readInput(path, { memoryLimit: room, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    throw error instanceof MemoryError ? tooLarge(path, error, memory) : error;
  }
}

/**
 * Opens a stored matrix: of a `.npy` file of floating-point numbers only panels are ever read, all else that the engine
 * reads (`file.npz:name`, `.csv`, `.csv.gz`, `.npy` of integers) is read whole.
 *
 * @throws DataError when the file cannot be read or holds a number that is not finite (panels are looked at when they
 * are used), MemoryError when a whole matrix would not fit, InterruptedError.
 */
export async function openMatrixFile(path: string, limits: MatrixLimits): Promise<MatrixFile> {
  try {
    const panels = await openNpyPanels(path);
    const shape = panels.isTransposed ? [panels.columns, panels.rows] : [panels.rows, panels.columns];
    await panels.close();
    const roundoff = panels.precision === 'f64' ? 2 ** -53 : 2 ** -24;
    return { path, shape, sha256: null, warnings: [], roundoff, values: null };
  } catch (error) {
    // Whatever else the engine reads may be a matrix too; what it does not read, it says itself.
    if (!(error instanceof NtkError)) throw error;
  }
  const { shape, sha256, warnings, data } = await readWhole(path, limits);
  // Small integers come as singles too, and are exact.
  const isSingle = data instanceof Float32Array && !data.every((v) => Number.isInteger(v) && Math.abs(v) < 2 ** 16);
  return { path, shape, sha256, warnings, roundoff: isSingle ? 2 ** -24 : 2 ** -53, values: Float64Array.from(data) };
}

/**
 * A symmetric matrix of a file as an operator; whether it is symmetric is looked at by its `check`, or with its
 * entries.
 *
 * @throws DataError when it is not square, with `remedy`.
 */
export async function symmetricFile(file: MatrixFile, remedy: string): Promise<SymmetricOperator> {
  const { path, shape, values, roundoff } = file;
  if (shape.length !== 2 || shape[0] !== shape[1] || shape[0] === 0) {
    throw new DataError(`${path}: must be a square matrix [n, n], got [${shape.join(', ')}]. ${remedy}`);
  }
  return values === null ? storedOperator(path) : new DenseOperator(values, shape[0], { name: path, roundoff });
}

/**
 * A matrix `[m, n]` of a file as an operator, looked through for numbers that are not finite. @throws DataError with
 * the place.
 */
export async function crossFile({ path, shape, values }: MatrixFile): Promise<CrossOperator> {
  if (values !== null) return denseCross(values, shape[0], shape[1]);
  return storedCross(path);
}

/** Looks whether a matrix of a file is finite; one that was read whole is. @throws DataError with the place. */
export async function checkFiniteFile({ path, values }: MatrixFile): Promise<void> {
  if (values !== null) return;
  const panels = await openNpyPanels(path);
  try {
    await checkFinite(panels);
  } finally {
    await panels.close();
  }
}
