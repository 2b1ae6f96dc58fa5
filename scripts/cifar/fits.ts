import { UsageError } from '../../src/errors.js';
import type { LinearAlgebra } from '../../src/linalg/algebra.js';
import { fitKernel } from '../../src/regression/fit.js';
import { predict } from '../../src/regression/predict.js';
import { accuracy, targetsOf } from '../../src/regression/targets.js';
import type { Settings } from './options.js';

/** Kernel matrices of all training rows: `train` images, then mirrored copies of the first `flips`. */
export interface Kernels {
  /** K(train, train) `[n, n]`. */
  readonly kernel: ArrayLike<number>;
  /** K(test, train) `[m, n]`. */
  readonly cross: ArrayLike<number>;
  readonly train: number;
  readonly flips: number;
}

/** A ridge and the share of test images that it gets right. */
export interface Scored {
  readonly ridge: number;
  readonly accuracy: number;
}

/** What one number of training images gives. */
export interface SizeResult {
  /** Training images, without copies. */
  readonly size: number;
  readonly flip: boolean;
  /** With the ridge by leave-one-out; of an image and its copy together. */
  readonly accuracy: number;
  readonly ridge: number;
  /** With each of the fixed ridges. */
  readonly fixed: readonly Scored[];
}

/** Columns of the training rows of a fit, copies right behind their images. */
function columnsOf(size: number, train: number, flip: boolean): readonly number[] {
  const images = Array.from({ length: size }, (_, i) => i);
  return flip ? images.flatMap((i) => [i, train + i]) : images;
}

function part(matrix: ArrayLike<number>, width: number, rows: readonly number[], columns: readonly number[]) {
  const result = new Float64Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) for (const column of columns) result[at++] = matrix[row * width + column];
  return result;
}

/** Labels that a fit of `size` images is about, `[rows]`. */
function labelsAt(labels: Float64Array, columns: readonly number[], train: number): Float64Array {
  return Float64Array.from(columns, (column) => labels[column % train]);
}

/** Fits one size with all ridges from one decomposition. */
async function fitSize(
  { kernel, cross, train, flips }: Kernels,
  { train: trainLabels, test }: { readonly train: Float64Array; readonly test: Float64Array },
  { size, flip }: { readonly size: number; readonly flip: boolean },
  { ridges, precision }: Settings,
  algebra: LinearAlgebra,
): Promise<SizeResult> {
  const columns = columnsOf(size, train, flip);
  const n = columns.length;
  const labels = labelsAt(trainLabels, columns, train);
  const { values, classes } = targetsOf(labels, 'classify');
  if (classes === null) throw new UsageError('--data: must hold images with labels, got none. Give CIFAR-10.');
  const roundoff = precision === 'f32' ? 2 ** -24 : 2 ** -53;
  const width = train + flips;
  const data = { kernel: part(kernel, width, columns, columns), targets: values, n, pairs: flip, roundoff };
  const fits = await fitKernel(data, { ridges: ['auto', ...ridges], algebra });
  const rows = Array.from(test.keys());
  const between = part(cross, width, rows, columns);
  const [best, ...fixed] = fits.map(({ coefficients, ridge }) => ({
    ridge,
    accuracy: accuracy(predict(between, coefficients, n), classes, test),
  }));
  return { size, flip, ...best, fixed };
}

/** Every size without copies, and with them as far as there are any. */
export async function fitSizes(
  kernels: Kernels,
  labels: { readonly train: Float64Array; readonly test: Float64Array },
  settings: Settings,
  algebra: LinearAlgebra,
): Promise<readonly SizeResult[]> {
  const asked = settings.sizes.flatMap((size) => [
    { size, flip: false },
    ...(size <= settings.flips ? [{ size, flip: true }] : []),
  ]);
  const results: SizeResult[] = [];
  for (const each of asked) results.push(await fitSize(kernels, labels, each, settings, algebra));
  return results;
}
