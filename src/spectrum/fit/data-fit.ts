import { isImageNetwork } from '../../architecture/check-input.js';
import type { NdArray } from '../../data/array.js';
import { readableBytes } from '../../data/budget.js';
import { someExamples } from '../../data/examples.js';
import { finiteRange } from '../../data/finite.js';
import { DataError, MemoryError } from '../../errors.js';
import { angleKernel } from '../../kernel/angle-kernel.js';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import { kernelInto } from '../../kernel/matrix.js';
import { leastMemory } from '../../kernel/plan.js';
import type { KernelOptions, KernelRun } from '../../kernel/types.js';
import { RandomSource } from '../../linalg/random.js';
import { defaultMemory } from '../../platform/limits.js';
import { FIT_DEFAULTS } from './defaults.js';
import { dialOf } from './dial.js';
import { type Minimum, minimise } from './minimise.js';
import { checkModel, type FitModel, fittedKernel, parametersOf } from './models.js';
import { type PairCurves, pairCurves } from './pair-curves.js';
import { packUpper, pairAt, pairDistances } from './pairs.js';
import { type FitFound, NOTHING_FOUND, noMinimum, ON_BOUND, parameterErrors, slopeOf } from './radial-fit.js';
import { gathered, type Samples } from './samples.js';

/** Bins of the search for starts. */
const SEARCH_BINS = 400;
/** Bytes that a fit takes beside the matrix, the rows and what computes them. */
const RESERVE = 64 * 2 ** 20;
/** Bytes of each entry of a matrix of all rows: one number, and one for each pair. */
const BYTES = 12;
/** Fewer rows than this are no sample of many. */
const FEWEST = 100;
/** Norms this close to 1, or to each other, are the same. */
const SAME = 1e-6;

/** What to fit to pairs of rows, and how to compute their kernel. */
export interface DataFitOptions extends Omit<KernelOptions, 'kind' | 'z' | 'normalized' | 'zonal'> {
  /** The kernel that is fitted. [laplace] */
  readonly to?: FitModel;
  /** Whether an amplitude and an offset are fitted too. [false] */
  readonly affine?: boolean;
  /** Which kernel of the network. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /** Seed of the rows that are drawn where the pairs of all do not fit into memory. [0] */
  readonly seed?: number;
}

/** The best radial kernel in the least squares sense over pairs of rows. */
export interface DataFit extends FitFound {
  /** Rows of the data. */
  readonly rows: number;
  /** Rows whose pairs were used: all but those that are 0, or as many as memory holds. */
  readonly used: number;
  /** Pairs i < j of them. */
  readonly pairs: number;
  /** Rows of the data between which the deviation is largest; null without a fit. */
  readonly maxPair: readonly [number, number] | null;
  /** As of `RadialFit`, for unit rows of a network of vectors; null for others. */
  readonly dial: number | null;
  /** Both kernels against the distance. */
  readonly curves: PairCurves;
  /** How the kernel was computed. */
  readonly run: KernelRun;
}

/** Rows that take part. */
interface Chosen {
  readonly x: NdArray;
  /** Their numbers in the data. */
  readonly numbers: readonly number[];
  readonly warnings: readonly string[];
}

function normsOf({ data, shape: [n] }: NdArray): Float64Array {
  const size = data.length / n;
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = i * size; k < (i + 1) * size; k++) sum += data[k] * data[k];
    return Math.sqrt(sum);
  });
}

/** Different numbers below n, ascending, as many as `count`. */
function drawn(n: number, count: number, seed: number): readonly number[] {
  const random = new RandomSource(seed, 'rows of a fit');
  const all = Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < count; k++) {
    const other = k + Math.floor(random.uniform() * (n - k));
    [all[k], all[other]] = [all[other], all[k]];
  }
  return all.slice(0, count).sort((a, b) => a - b);
}

function tooLittle(rows: number, besides: number, limit: number): MemoryError {
  const needed = readableBytes(besides + BYTES * rows * rows);
  return new MemoryError(
    `--memory: the pairs of ${rows} rows need about ${needed}, got a promise of ${readableBytes(limit)}. Raise ` +
      '--memory, lower --threads, or choose fewer --rows.',
  );
}

/** All rows, or as many at random as leave room for the kernel and the distances of their pairs. */
async function choose(x: NdArray, options: DataFitOptions, kernel: KernelOptions): Promise<Chosen> {
  const [n] = x.shape;
  const each = (8 * x.data.length) / n;
  const limit = options.memory ?? defaultMemory();
  const free = limit - (await leastMemory(x, kernel)) - RESERVE;
  const fits = (m: number): boolean => BYTES * m * m + (m < n ? each * m : 0) <= free;
  const all = Array.from({ length: n }, (_, i) => i);
  if (fits(n)) return { x, numbers: all, warnings: [] };
  let count = Math.min(n - 1, Math.floor(Math.sqrt(Math.max(0, free) / BYTES)));
  while (count > 0 && !fits(count)) count = Math.floor(0.99 * count);
  if (count < FEWEST) throw tooLittle(Math.min(n, FEWEST), limit - free, limit);
  const { seed = COMPUTE_DEFAULTS.seed } = options;
  const numbers = drawn(n, count, seed);
  const warnings = [
    `fitted to the pairs of ${numbers.length} of ${n} rows, drawn by seed ${seed}: memory holds no more; raise ` +
      '--memory for all',
  ];
  return { x: someExamples(x, numbers), numbers, warnings };
}

interface Measured {
  readonly samples: Samples;
  readonly run: KernelRun;
  readonly chosen: Chosen;
}

/** Leaves out rows whose kernel with themselves is 0: their normalised kernel is not defined. */
function withoutZeros(matrix: Float64Array, { x, numbers, warnings }: Chosen): Chosen & { matrix: Float64Array } {
  const n = numbers.length;
  const kept = numbers.flatMap((_, i) => (matrix[i * (n + 1)] > 0 ? [i] : []));
  if (kept.length === n) return { x, numbers, warnings, matrix };
  kept.forEach((row, i) => {
    for (let j = 0; j < kept.length; j++) matrix[i * kept.length + j] = matrix[row * n + kept[j]];
  });
  const without = n - kept.length;
  const note = `${without} ${without === 1 ? 'row is' : 'rows are'} left out, whose kernel with itself is 0`;
  return {
    x: someExamples(x, kept),
    numbers: kept.map((row) => numbers[row]),
    warnings: [...warnings, note],
    matrix: matrix.subarray(0, kept.length ** 2),
  };
}

/** The normalised kernel and the distance of all pairs, in the memory of one matrix. */
async function measure(x: NdArray, options: DataFitOptions): Promise<Measured> {
  const { to: _to, affine: _affine, seed: _seed, ...rest } = options;
  const kernel = { ...rest, normalized: true };
  const first = await choose(x, options, kernel);
  const n = first.numbers.length;
  const whole = new Float64Array(n * n);
  const memory = Math.max(1, (options.memory ?? defaultMemory()) - whole.byteLength);
  const run = await kernelInto(whole, first.x, { ...kernel, memory });
  const { matrix, ...chosen } = withoutZeros(whole, first);
  const left = chosen.numbers.length;
  const k = packUpper(matrix, left);
  const r = matrix.subarray(k.length, 2 * k.length);
  await pairDistances(chosen.x, r, options.signal);
  return { samples: { r, k, w: null, room: new Float64Array(r.length) }, run, chosen };
}

function scaleBy(r: Float64Array, factor: number): void {
  for (let p = 0; p < r.length; p++) r[p] *= factor;
}

/** The minimum in units of half the largest distance, as the search wants it, put back into those of the data. */
function minimumOf(samples: Samples, to: FitModel, affine: boolean, signal: AbortSignal | undefined) {
  const unit = samples.r.reduce((a, b) => Math.max(a, b), 0) / 2;
  scaleBy(samples.r, 1 / unit);
  const found = minimise({ to, affine, coarse: gathered(samples, SEARCH_BINS), samples, signal });
  scaleBy(samples.r, unit);
  if ('towards' in found) return found;
  const { shape } = found;
  return { ...found, shape: { ...shape, rate: shape.rate / unit ** shape.exponent } };
}

function largestOf({ r, k }: Samples, model: (distance: number) => number) {
  let [value, at] = [-1, 0];
  for (let p = 0; p < r.length; p++) {
    const size = Math.abs(k[p] - model(r[p]));
    if (size > value) [value, at] = [size, p];
  }
  return { value, at };
}

type Found = FitFound & Pick<DataFit, 'maxPair'>;

function foundOf({ samples, chosen: { numbers } }: Measured, minimum: Minimum, to: FitModel, affine: boolean): Found {
  const parameters = parametersOf(to, affine, minimum.shape);
  const { objective, onBound, held } = minimum;
  const { errors, condition } = parameterErrors(samples, null, to, parameters, held);
  const largest = largestOf(samples, fittedKernel(to, parameters));
  const [i, j] = pairAt(largest.at, numbers.length);
  return {
    parameters,
    parameterErrors: errors,
    onBound,
    objective,
    rmsDeviation: Math.sqrt(objective / samples.r.length),
    maxDeviation: largest.value,
    maxAt: samples.r[largest.at],
    maxPair: [numbers[i], numbers[j]],
    hessianCondition: condition,
    slope: slopeOf(to, parameters),
    warnings: onBound ? [ON_BOUND] : [],
  };
}

/** Refuses data that do not determine the parameters. */
function checkPairs({ r }: Samples, to: FitModel, affine: boolean, rows: number): void {
  const least = (to === 'gamma' ? 2 : 1) + (affine ? 2 : 0);
  const different = new Set<number>();
  for (let p = 0; p < r.length && different.size < least; p++) if (r[p] > 0) different.add(r[p]);
  if (different.size >= least) return;
  const wanted = least === 1 ? 'a distance above 0' : `${least} different distances at least`;
  throw new DataError(
    `--data: must hold pairs at ${wanted}, got ${different.size} of ${rows} rows. Give more rows that differ.`,
  );
}

/**
 * The Laplace, gamma or Gaussian kernel next to the kernel of a network, in least squares over all pairs i < j of rows
 * x `[n, ...]`.
 *
 * Minimises the sum of (K(x,z) / sqrt(K(x,x) K(z,z)) - model(|x - z|))^2, as `fitRadial` does over the angle; distances
 * come from differences of the rows. Images are fitted by the distance of their pixels. Where the pairs of all rows do
 * not fit into memory, those of some are taken.
 * @throws DataError for numbers that are not finite, and where the rows do not determine the parameters; else as
 * `kernelMatrix` does
 */
export async function fitRadialToData(x: NdArray, options: DataFitOptions): Promise<DataFit> {
  const { to = FIT_DEFAULTS.to, affine = false, kind = COMPUTE_DEFAULTS.kind, signal, architecture } = options;
  checkModel(to);
  finiteRange(x.data, '--data', (index) => `number ${index} of x`);
  const measured = await measure(x, options);
  const { samples, run, chosen } = measured;
  checkPairs(samples, to, affine, chosen.numbers.length);
  const minimum = minimumOf(samples, to, affine, signal);
  const found: Found =
    'towards' in minimum
      ? { ...NOTHING_FOUND, maxPair: null, warnings: [noMinimum(to, affine, minimum)] }
      : foundOf(measured, minimum, to, affine);
  const norms = normsOf(chosen.x);
  const [least, most] = [norms.reduce((a, b) => Math.min(a, b)), norms.reduce((a, b) => Math.max(a, b))];
  const isUnit = most - 1 < SAME && 1 - least < SAME;
  const isRadial =
    most - least <= SAME * most || isImageNetwork(architecture) || architecture.format === 'ntk-radial/1';
  const dial =
    isUnit && !isImageNetwork(architecture)
      ? dialOf(angleKernel(architecture, kind, x.data.length / x.shape[0], ''))
      : null;
  const spread = 'rows differ in norm: even normalised, the kernel is no function of their distance alone';
  const model = found.parameters === null ? null : fittedKernel(to, found.parameters);
  return {
    ...found,
    rows: x.shape[0],
    used: chosen.numbers.length,
    pairs: samples.r.length,
    dial,
    curves: pairCurves(samples, FIT_DEFAULTS.bins, model),
    run,
    warnings: [...chosen.warnings, ...(isRadial ? [] : [spread]), ...run.warnings, ...found.warnings],
  };
}
