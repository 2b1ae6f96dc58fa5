import { DataError } from '../../errors.js';
import {
  checkFiniteFile,
  crossFile,
  type MatrixFile,
  openMatrixFile,
  symmetricFile,
} from '../../operators/matrix-file.js';
import type { SymmetricOperator } from '../../operators/operator.js';
import type { InputRecord } from '../../report/records/common.js';
import { openNpyPanels } from '../../store/npy-panels.js';
import { checkSameKind, storedLabels } from '../load-labels.js';
import type { RegressJob } from '../options/regress.js';
import { sha256Of } from './hash.js';
import { type Kernels, noLabels, type Start } from './regress-source.js';

/** Bytes of the panels of two files, and of the next ones that are read meanwhile. */
const PANELS = 4 * 8 * 2 ** 20;

/** What helps where a stored kernel is not square. */
const WITHOUT_TEST = 'Compute it without Z.';

/** The first `size` rows and columns of an operator. */
function leading(a: SymmetricOperator, size: number): SymmetricOperator {
  const n = a.size;
  if (size === n) return a;
  return {
    size,
    description: a.description,
    ...(a.name === undefined ? {} : { name: a.name }),
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

/** All entries in memory that the caller may write to: the first `size` rows and columns. */
async function corner(kernel: MatrixFile, size: number): Promise<Float64Array> {
  const operator = await symmetricFile(kernel, WITHOUT_TEST);
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

function storedKernels(kernel: MatrixFile, cross: MatrixFile): Kernels {
  // The options refuse variances of stored kernels.
  const nothing = async (): Promise<Float64Array> => new Float64Array(0);
  const { roundoff } = kernel;
  return {
    name: kernel.path,
    origin: async () => ({ backend: 'stored', native: null }),
    least: async () => process.memoryUsage.rss() + PANELS,
    matrix: async (size) => ({ values: await corner(kernel, size), roundoff, run: null }),
    operator: async (size) => leading(await symmetricFile(kernel, WITHOUT_TEST), size),
    rows: (numbers, size) => rowsOf(kernel, numbers, size),
    cross: () => crossFile(cross),
    crossMatrix: nothing,
    testDiagonal: nothing,
    recomputation: () => ({ recomputed: null, warnings: [] }),
  };
}

/** Looks at both kernels before anything is solved: shapes, numbers that are not finite, symmetry. */
async function checkKernels(kernel: MatrixFile, cross: MatrixFile): Promise<void> {
  const operator = await symmetricFile(kernel, WITHOUT_TEST);
  try {
    const n = operator.size;
    if (cross.shape.length !== 2 || cross.shape[1] !== n || cross.shape[0] === 0) {
      throw new DataError(
        `${cross.path}: must be [m, ${n}], test rows against the ${n} training rows, got [${cross.shape.join(', ')}]. Compute it as ntk kernel TEST TRAIN.`,
      );
    }
    await operator.check?.();
  } finally {
    await operator.close();
  }
  await checkFiniteFile(cross);
}

async function inputOf({ path, shape, sha256 }: MatrixFile): Promise<InputRecord> {
  return { path, shape, sha256: sha256 ?? (await sha256Of(path)) };
}

/** Stored kernels, and labels from files. */
export async function fromStored(job: RegressJob, memory: number, signal: AbortSignal): Promise<Start> {
  const { kernel: path, cross: crossPath } = job.stored ?? { kernel: '', cross: '' };
  const limits = { memory, signal };
  const kernel = await openMatrixFile(path, limits);
  const cross = crossPath === path ? kernel : await openMatrixFile(crossPath, limits);
  await checkKernels(kernel, cross);
  const { input } = job;
  if (input.labels === null) throw noLabels(path);
  const owner = { path: 'the kernel', fileRows: kernel.shape[0] };
  const labels = await storedLabels(input.labels, input.rows, owner, null, input, limits);
  const { testLabels: testPath } = input;
  const test = { path: 'the cross kernel', fileRows: cross.shape[0] };
  const testLabels =
    testPath === undefined ? null : await storedLabels(testPath, input.rowsZ, test, labels.classes, input, limits);
  checkSameKind(labels, testLabels, testPath ?? '');
  const warnings = [...kernel.warnings, ...cross.warnings, ...labels.warnings, ...(testLabels?.warnings ?? [])];
  return {
    inputs: [await inputOf(kernel), await inputOf(cross)],
    warnings: [...new Set(warnings)],
    labels,
    testLabels,
    n: kernel.shape[0],
    m: cross.shape[0],
    variants: [],
    kernels: async () => storedKernels(kernel, cross),
  };
}
