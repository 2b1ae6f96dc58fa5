import { readInput } from '../../data/input.js';
import { readLabels } from '../../data/labels.js';
import { openNpyPanels } from '../../data/npy-panels.js';
import type { RowRange } from '../../data/rows.js';
import { DataError, NtkError } from '../../errors.js';
import { denseCross, storedCross } from '../../matrix/cross-operator.js';
import { DenseOperator, type SymmetricOperator } from '../../matrix/operator.js';
import { storedOperator } from '../../matrix/stored-operator.js';
import type { InputRecord } from '../../report/record.js';
import type { RegressJob } from '../options/regress.js';
import { sha256Of } from './hash.js';
import { type Kernels, noLabels, type Start } from './regress-source.js';

/** Bytes of the panels of two files, and of the next one that is read meanwhile. */
const PANELS = 3 * 8 * 2 ** 20;

/** A stored matrix: panels of a `.npy` file, else all of it in memory. */
interface Stored {
  readonly path: string;
  readonly record: InputRecord;
  readonly warnings: readonly string[];
  readonly shape: readonly number[];
  /** Its values; null where they are read panel by panel. */
  readonly values: Float64Array | null;
}

async function openStored(path: string, memory: number, signal: AbortSignal): Promise<Stored> {
  try {
    const panels = await openNpyPanels(path);
    const shape = panels.isTransposed ? [panels.columns, panels.rows] : [panels.rows, panels.columns];
    await panels.close();
    return { path, record: { path, shape, sha256: await sha256Of(path) }, warnings: [], shape, values: null };
  } catch (error) {
    // Whatever else the engine reads may be a matrix too; what it does not read, it says itself.
    if (!(error instanceof NtkError)) throw error;
  }
  const { shape, sha256, warnings, data } = await readInput(path, { memoryLimit: memory, signal });
  return { path, record: { path, shape, sha256 }, warnings, shape, values: Float64Array.from(data) };
}

/** The first `size` rows and columns of an operator. */
function leading(a: SymmetricOperator, size: number): SymmetricOperator {
  const n = a.size;
  if (size === n) return a;
  return {
    size,
    description: a.description,
    roundoff: a.roundoff,
    async apply(x, columns) {
      const whole = new Float64Array(columns * n);
      for (let c = 0; c < columns; c++) whole.set(x.subarray(c * size, (c + 1) * size), c * n);
      const product = await a.apply(whole, columns);
      const y = new Float64Array(columns * size);
      for (let c = 0; c < columns; c++) y.set(product.subarray(c * n, c * n + size), c * size);
      return y;
    },
    diagonal: async () => (await a.diagonal()).slice(0, size),
    entries: async () => null,
    close: () => a.close(),
  };
}

async function openOperator({ path, values, shape }: Stored): Promise<SymmetricOperator> {
  return values === null ? storedOperator(path) : new DenseOperator(values, shape[0]);
}

/** All entries in memory that the caller may write to: the first `size` rows and columns. */
async function corner(kernel: Stored, size: number): Promise<Float64Array> {
  const operator = await openOperator(kernel);
  try {
    const all = (await operator.entries()) ?? new Float64Array(0);
    const own = all === kernel.values ? all.slice() : all;
    for (let i = 1; i < size; i++) own.copyWithin(i * size, i * operator.size, i * operator.size + size);
    return own.subarray(0, size * size);
  } finally {
    await operator.close();
  }
}

/** Rows of a stored matrix, their first `size` numbers: `[numbers, size]`. */
async function rowsOf(
  { path, values, shape }: Stored,
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

function storedKernels(kernel: Stored, cross: Stored): Kernels {
  const [m, n] = cross.shape;
  // The options refuse variances of stored kernels.
  const nothing = async (): Promise<Float64Array> => new Float64Array(0);
  return {
    origin: async () => ({ backend: 'stored', native: null }),
    least: async () => process.memoryUsage.rss() + PANELS,
    matrix: async (size) => ({ values: await corner(kernel, size), run: null }),
    operator: async (size) => leading(await openOperator(kernel), size),
    rows: (numbers, size) => rowsOf(kernel, numbers, size),
    cross: async () => (cross.values === null ? storedCross(cross.path) : denseCross(cross.values, m, n)),
    crossMatrix: nothing,
    testDiagonal: nothing,
    recomputation: () => ({ recomputed: null, warnings: [] }),
  };
}

function checkShapes(kernel: Stored, cross: Stored): void {
  const [n, columns] = kernel.shape;
  if (kernel.shape.length !== 2 || n !== columns) {
    throw new DataError(
      `${kernel.path}: must be a square matrix [n, n], got [${kernel.shape.join(', ')}]. Compute it without Z.`,
    );
  }
  if (cross.shape.length !== 2 || cross.shape[1] !== n) {
    throw new DataError(
      `${cross.path}: must be [m, ${n}], test rows against the ${n} training rows, got [${cross.shape.join(', ')}]. Compute it as ntk kernel TEST TRAIN.`,
    );
  }
}

/** Stored kernels, and labels from files. */
export async function fromStored(job: RegressJob, memory: number, signal: AbortSignal): Promise<Start> {
  const { kernel: path, cross: crossPath } = job.stored ?? { kernel: '', cross: '' };
  const kernel = await openStored(path, memory, signal);
  const cross = await openStored(crossPath, memory, signal);
  checkShapes(kernel, cross);
  const { labels, testLabels, rows, rowsZ } = job.input;
  const read = async (
    file: string | null | undefined,
    range: RowRange | null,
    count: number,
  ): Promise<Float64Array | null> => {
    if (file === null || file === undefined) return null;
    const found = await readLabels(file, { ...(range === null ? {} : { rows: range }), memoryLimit: memory, signal });
    if (found.shape[0] === count) return found.data;
    throw new DataError(
      `${file}: labels must be one a row of the kernel, got ${found.shape[0]} for ${count} rows. Give the labels of these rows, with --rows.`,
    );
  };
  const own = await read(labels, rows, kernel.shape[0]);
  if (own === null) throw noLabels(path);
  return {
    inputs: [kernel.record, cross.record],
    warnings: [...kernel.warnings, ...cross.warnings],
    labels: own,
    testLabels: await read(testLabels, rowsZ, cross.shape[0]),
    n: kernel.shape[0],
    m: cross.shape[0],
    variants: [],
    kernels: async () => storedKernels(kernel, cross),
  };
}
