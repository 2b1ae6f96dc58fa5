import type { Backend, ImageSet, ImageTask, KernelJob, Output } from '../backend/contract.js';
import { loadBackend, loadRoundingReference } from '../backend/select.js';
import { someExamples } from '../data/examples.js';
import { InterruptedError, RecomputeError } from '../errors.js';
import {
  notRecomputed,
  RECOMPUTE_TOLERANCE,
  type Recomputation,
  type Recomputed,
  recomputedOfAll,
} from '../operators/recomputed.js';
import { residentBytes } from '../platform/memory.js';
import { EXCUSED, roundings } from '../programme/rounding.js';
import type { Planned } from './plan.js';
import { type Outline, outline, prepareTask } from './prepare.js';
import type { Sample } from './samples.js';

/** Share of the time of a run that computing entries again may take, and the seconds that it may take of any run. */
const BUDGET = { share: 0.02, seconds: 0.2 } as const;

/** Seconds that computing again may take. */
function budgetOf({ plan }: Planned): number {
  return Math.max(BUDGET.share * plan.seconds, BUDGET.seconds);
}

/** Rough seconds of one entry by `reference`, with what it has to know of the two inputs. */
function secondsOf(reference: Backend, { outline, images }: Planned): number {
  if (images !== null) {
    const pair = reference.imagePace?.(images.programme, 'f64') ?? 0;
    // Behind a pool K(x,x) takes every pair of positions of the image with itself.
    return images.programme.steps.some(({ op }) => op === 'pool') ? 3 * pair : pair;
  }
  const { product, step } = reference.pace('f64', false);
  return outline.x.shape[1] / product + 3 * outline.programme.steps.length * step;
}

/** Bytes of one pair by `reference`. */
function bytesOf(reference: Backend, { images }: Planned): number {
  if (images === null) return 0;
  const { programme, outputs } = images;
  const shape = { programme, precision: 'f64', outputs: outputs.length, counts: [1, 1], size: 1, threads: 1 } as const;
  return reference.imageMemory?.(shape) ?? 0;
}

function someImages({ data, count, positions, channels }: ImageSet, numbers: readonly number[]): ImageSet {
  const some = someExamples({ data, shape: [count, ...positions, channels] }, numbers);
  return { data: some.data, count: numbers.length, positions, channels };
}

/** The rows of the samples in f64: row k of x and of z is that of sample k. Nothing of what was prepared for the run is used again. */
function outlineOf({ architecture, outputs, normalized, x, z }: Outline, samples: readonly Sample[]): Outline {
  const [rows, columns] = [samples.map(({ row }) => row), samples.map(({ column }) => column)];
  const kind = outputs.length > 1 ? 'both' : outputs[0];
  const options = { architecture, kind, normalized, precision: 'f64', zonal: false } as const;
  return outline(someExamples(x, rows), { ...options, z: someExamples(z, columns) });
}

function imagesOf(task: ImageTask, samples: readonly Sample[]): ImageTask {
  const [rows, columns] = [samples.map(({ row }) => row), samples.map(({ column }) => column)];
  return { ...task, precision: 'f64', x: someImages(task.x, rows), z: someImages(task.z, columns), symmetric: false };
}

/** Opens the samples as a task of `reference`: entry (k, k) is that of sample k. */
async function open(
  reference: Backend,
  { outline: rows, images }: Planned,
  samples: readonly Sample[],
): Promise<KernelJob | null> {
  const options = { threads: 1, tile: [1, 1] } as const;
  if (rows !== null) return reference.open(prepareTask(outlineOf(rows, samples), false).task, options);
  return (await reference.openImages?.(imagesOf(images, samples), options)) ?? null;
}

/** |value - entry| / unit; infinite where that is no number, so that NaN is never within a tolerance. */
function differenceOf(value: number, entry: number, unit: number): number {
  if (value === entry) return 0;
  const difference = Math.abs(value - entry) / unit;
  return Number.isNaN(difference) ? Infinity : difference;
}

/** What rounding after each step costs an entry of a sample: the most that it differs from `entry`. */
async function lossOf(planned: Planned, sample: Sample, output: Output, entry: number): Promise<number> {
  let most = 0;
  for (const rounding of roundings(planned.plan.precision)) {
    const job = await open(await loadRoundingReference(rounding), planned, [sample]);
    const tile = await job?.compute({ row: 0, rows: 1, column: 0, columns: 1 }, false);
    const rounded = (await tile?.read(output))?.values[0] ?? entry;
    most = Math.max(most, Math.abs(rounded - entry));
    await job?.close();
  }
  return most;
}

function mismatch(
  { plan, images }: Planned,
  { row, column }: Sample,
  output: Output,
  value: number,
  entry: number,
  { difference, tolerance }: Recomputed,
): RecomputeError {
  const what = images === null ? 'row' : 'image';
  const [x, z] = [`${what} ${row}`, `${what} ${column}${plan.symmetric ? '' : ' of z'}`];
  const remedy = plan.backend === 'reference' ? '' : ', and --backend reference computes it rightly';
  return new RecomputeError(
    `K(${x}, ${z}) of the ${output}: must be what backend reference computes, ${entry}, within ${tolerance} of sqrt(K(x,x) K(z,z)), got ${value} from ${plan.backend}, which differs by ${difference.toExponential(1)}. Nothing was written: the result is wrong${remedy}.`,
  );
}

/** One sample against `reference`. Throws RecomputeError beyond tolerance. */
async function checked(planned: Planned, job: KernelJob, sample: Sample, k: number): Promise<Recomputed | null> {
  const tile = await job.compute({ row: k, rows: 1, column: k, columns: 1 }, false);
  const found: Recomputed[] = [];
  for (const output of planned.outputs) {
    const [entry] = (await tile.read(output)).values;
    const scale = job.scale?.(output, k, k) ?? 0;
    // Where sums of both signs make K(x,x) 0, what rounding leaves of it is told as it is.
    const unit = scale > 0 ? scale : 1;
    const values = sample.values[output] ?? [];
    const differences = values.map((value) => differenceOf(value, entry, unit));
    const difference = Math.max(0, ...differences);
    const promised = scale > 0 || difference === 0 ? RECOMPUTE_TOLERANCE[planned.plan.precision] : 0;
    const excused = difference > promised ? (EXCUSED * (await lossOf(planned, sample, output, entry))) / unit : 0;
    const one = { entries: 1, difference, tolerance: Math.max(promised, excused) };
    if (difference > one.tolerance) {
      throw mismatch(planned, sample, output, values[differences.indexOf(difference)], entry, one);
    }
    if (values.length > 0) found.push(one);
  }
  tile.release();
  return recomputedOfAll(found);
}

/** Why no entry can be computed again; null where some can. */
function obstacle(reference: Backend, planned: Planned): string | null {
  const [pair, budget] = [secondsOf(reference, planned), budgetOf(planned)];
  if (pair > budget) {
    return `one takes about ${pair.toPrecision(2)} s there, more than ${budget.toPrecision(2)} s (${BUDGET.share * 100} % of the run, at least ${BUDGET.seconds} s)`;
  }
  const bytes = bytesOf(reference, planned);
  const isTooMuch = bytes > 0 && residentBytes() + bytes > planned.plan.memoryLimit;
  return isTooMuch ? 'one takes more memory there than --memory leaves' : null;
}

/**
 * Computes entries of a run again by backend `reference`, as many of the samples as its time allows, and compares them.
 *
 * Nothing but the data and the programme is shared with the run. Throws RecomputeError where an entry is beyond its tolerance, InterruptedError
 * when the signal fires.
 */
export async function recompute(
  planned: Planned,
  samples: readonly Sample[],
  signal: AbortSignal | undefined,
): Promise<Recomputation> {
  const reference = await loadBackend('reference');
  const reason = obstacle(reference, planned);
  if (reason !== null) return notRecomputed(reason);
  const started = performance.now();
  const budget = budgetOf(planned);
  const chosen = samples.slice(0, Math.floor(budget / secondsOf(reference, planned)));
  const job = await open(reference, planned, chosen);
  if (job === null || chosen.length === 0) return notRecomputed('there is none');
  let recomputed: Recomputed | null = null;
  for (const [k, sample] of chosen.entries()) {
    if (signal?.aborted) throw new InterruptedError();
    // A forecast may be wrong: the first entry is always computed, another one where it fits by the time of those before.
    const spent = (performance.now() - started) / 1000;
    if (k > 0 && (spent * (k + 1)) / k > budget) break;
    recomputed = recomputedOfAll([recomputed, await checked(planned, job, sample, k)]);
  }
  await job.close();
  return recomputed === null ? notRecomputed('none was read') : { recomputed, warnings: [] };
}
