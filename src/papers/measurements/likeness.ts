import type { KernelDefinition } from '../../architecture/types.js';
import { examplesBetween, firstExamples } from '../../data/examples.js';
import { asVectors, type NdArray, scale } from '../../data/index.js';
import { UsageError } from '../../errors.js';
import { regressKernel } from '../../regression/kernel-regression.js';
import { accuracy, largestOutputs, targetsOf } from '../../regression/targets.js';
import { analyticSource } from '../../sources/analytic.js';
import { distinctExamples, drawn } from '../data.js';
import type { CurveFigure } from '../figure.js';
import type { ClaimCheck, ClaimContext, PaperData } from '../types.js';
import { atLeast, atMost } from '../verdict.js';
import { kernelOptions } from './row-kernel.js';

/**
 * Two kernels that are said to be alike on data; of several of one name the one with the least leave-one-out error
 * counts.
 */
export interface AlikeKernels {
  readonly one: { readonly name: string; readonly definitions: readonly KernelDefinition[] };
  readonly other: { readonly name: string; readonly definitions: readonly KernelDefinition[] };
}

/** Shares of the examples that are trained on, as numbers of rows. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];

/** What a kernel predicts for the test rows from several numbers of training rows. */
interface Predicted {
  readonly name: string;
  readonly chosen: string;
  readonly error: number;
  /** `[m, outputs]`, from all training rows. */
  readonly predictions: Float64Array;
  /** By number of training rows. */
  readonly accuracies: readonly number[];
}

/** Training and test rows of unit norm, with labels that are classes. */
interface Split {
  readonly train: PaperData['x'];
  readonly test: PaperData['x'];
  readonly targets: ReturnType<typeof targetsOf>;
  readonly testLabels: Float64Array;
  readonly sizes: readonly number[];
}

/** Less examples than these show nothing. */
const LEAST = 10;

/** Refuses data on which all kernels predict the same. */
function checkVaried(name: string, rows: NdArray, classes: Float64Array): void {
  if (classes.length < LEAST) {
    throw new UsageError(
      `${name}: must be at least ${LEAST} for claim 32, got ${classes.length}. Give more data, or more --rows.`,
    );
  }
  if (new Set(classes).size < 2) {
    throw new UsageError(`${name}: labels must be of two classes at least for claim 32, got one. Give other --rows.`);
  }
  const different = distinctExamples(rows, 2).length;
  if (different < 2) {
    throw new UsageError(
      `${name}: must hold two rows for claim 32 that differ by more than a factor, got ${different}. Give other data.`,
    );
  }
}

function splitOf({ data, seed, size }: ClaimContext): Split {
  if (data.labels === null) {
    throw new UsageError(
      `${data.name}: must have labels for claim 32, got none. Give --label-column or --labels, or other --claims.`,
    );
  }
  const { x, labels, name } = drawn(data, size === 'full' ? 6000 : 1000, seed);
  const rows = scale(asVectors(x), 'unit-rows').x;
  const n = rows.shape[0];
  const count = Math.floor(0.7 * n);
  const classes = labels?.data ?? new Float64Array(0);
  if (classes.length !== n || !classes.every(Number.isInteger)) {
    throw new UsageError(`${name}: labels must be classes for claim 32, got numbers. Give a column of classes.`);
  }
  checkVaried(name, rows, classes);
  const targets = targetsOf(classes.slice(0, count), 'classify');
  return {
    train: firstExamples(rows, count),
    test: examplesBetween(rows, count, n),
    targets,
    testLabels: classes.slice(count),
    sizes: [...new Set(SHARES.map((share) => Math.max(2, Math.floor(share * count))))],
  };
}

/** Refuses data without classes that could be told apart. */
export function checkClasses(context: ClaimContext): void {
  splitOf(context);
}

async function predict(
  { name, definitions }: AlikeKernels['one'],
  { train, test, targets, testLabels, sizes }: Split,
  context: ClaimContext,
): Promise<Predicted> {
  let best: Predicted | null = null;
  for (const architecture of definitions) {
    const source = analyticSource(train, { ...kernelOptions(context), architecture, normalized: true }, test);
    const { fits, predictions } = await regressKernel(source, targets, {
      algebra: context.algebra,
      memory: context.memory,
      ridges: ['auto'],
      trainSizes: sizes,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
    const classes = targets.classes ?? new Float64Array(0);
    const { leaveOneOut, ridge } = fits[fits.length - 1];
    const error = leaveOneOut?.find((tried) => tried.ridge === ridge)?.error ?? Number.POSITIVE_INFINITY;
    if (best !== null && error >= best.error) continue;
    const accuracies = predictions.map((one) => accuracy(one, classes, testLabels));
    best = { name, chosen: architecture.name, error, predictions: predictions[predictions.length - 1], accuracies };
  }
  if (best === null) throw new UsageError(`${name}: must be at least one kernel, got none. Name one.`);
  return best;
}

/** Correlation of two arrays about their means. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** What two kernels predict for the same test rows, each with the ridge of least leave-one-out error. */
export async function likeness(
  { one, other }: AlikeKernels,
  context: ClaimContext,
): Promise<{ readonly checks: readonly ClaimCheck[]; readonly figure: CurveFigure; readonly range: string }> {
  const split = splitOf(context);
  const [a, b] = [await predict(one, split, context), await predict(other, split, context)];
  const classes = split.targets.classes ?? new Float64Array(0);
  const [named, others] = [largestOutputs(a.predictions, classes), largestOutputs(b.predictions, classes)];
  const same = named.filter((label, i) => label === others[i]).length / named.length;
  const last = split.sizes.length - 1;
  const points = 100 * Math.abs(a.accuracies[last] - b.accuracies[last]);
  const rows = `${split.train.shape[0]} training and ${split.test.shape[0]} test rows`;
  const names = `${a.chosen} and ${b.chosen}`;
  return {
    checks: [
      atMost(`${names}: difference of accuracies (percentage points)`, points, 2),
      atLeast(`${names}: share of test rows that both give one class`, same, 0.97),
      atLeast(`${names}: correlation of the predicted outputs`, correlation(a.predictions, b.predictions), 0.98),
    ],
    figure: {
      form: 'curves',
      title: 'Accuracy on test rows by number of training rows',
      x: { label: 'training rows', scale: 'log', whole: true },
      y: { label: 'accuracy', scale: 'linear' },
      curves: [a, b].map(({ name, chosen, accuracies }) => ({
        name: `${name} (${chosen})`,
        form: 'both',
        points: split.sizes.map((x, i) => ({ x, y: accuracies[i] })),
      })),
      caption:
        `${context.data.name}, rows of unit norm; each fit has the ridge of least leave-one-out error, the Laplace ` +
        'kernel also the rate.',
    },
    range: `${context.data.name}: ${rows}, scaled to unit norm`,
  };
}
