import type { Backend } from '../backend/contract.js';
import { loadBackend, loadRoundingReference } from '../backend/select.js';
import type { Output } from '../backend/tasks.js';
import type { KernelJob } from '../backend/tile.js';
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
import type { Sample } from './samples.js';

/** Share of the time of a run that computing entries again may take, and the seconds that it may take of any run. */
const BUDGET = { share: 0.02, seconds: 0.2 } as const;

/** Seconds that computing again may take. */
function budgetOf({ plan }: Planned): number {
  return Math.max(BUDGET.share * plan.seconds, BUDGET.seconds);
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
    const job = await planned.computation.again.open(await loadRoundingReference(rounding), [sample]);
    const tile = await job.compute({ row: 0, rows: 1, column: 0, columns: 1 }, false);
    const [rounded] = (await tile.read(output)).values;
    most = Math.max(most, Math.abs(rounded - entry));
    await job.close();
  }
  return most;
}

function mismatch(
  { plan, computation: { input } }: Planned,
  { row, column }: Sample,
  output: Output,
  value: number,
  entry: number,
  { difference, tolerance }: Recomputed,
): RecomputeError {
  const [x, z] = [`${input} ${row}`, `${input} ${column}${plan.symmetric ? '' : ' of z'}`];
  const remedy = plan.backend === 'reference' ? '' : ', and --backend reference computes it rightly';
  return new RecomputeError(
    `K(${x}, ${z}) of the ${output}: must be what backend reference computes, ${entry}, within ${tolerance} of ` +
      `sqrt(K(x,x) K(z,z)), got ${value} from ${plan.backend}, which differs by ${difference.toExponential(1)}. ` +
      `Nothing was written: the result is wrong${remedy}.`,
  );
}

/** One sample against `reference`. Throws RecomputeError beyond tolerance. */
async function checked(planned: Planned, job: KernelJob, sample: Sample, k: number): Promise<Recomputed | null> {
  const tile = await job.compute({ row: k, rows: 1, column: k, columns: 1 }, false);
  const found: Recomputed[] = [];
  for (const output of planned.computation.outputs) {
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
  const { again } = planned.computation;
  const [pair, budget] = [again.seconds(reference), budgetOf(planned)];
  if (pair > budget) {
    return (
      `one takes about ${pair.toPrecision(2)} s there, more than ${budget.toPrecision(2)} s (${BUDGET.share * 100} % ` +
      `of the run, at least ${BUDGET.seconds} s)`
    );
  }
  const bytes = again.bytes(reference);
  const isTooMuch = bytes > 0 && residentBytes() + bytes > planned.plan.memoryLimit;
  return isTooMuch ? 'one takes more memory there than --memory leaves' : null;
}

/**
 * Computes entries of a run again by backend `reference`, as many of the samples as its time allows, and compares them.
 *
 * Nothing but the data and the programme is shared with the run. Throws RecomputeError where an entry is beyond its
 * tolerance, InterruptedError when the signal fires.
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
  const chosen = samples.slice(0, Math.floor(budget / planned.computation.again.seconds(reference)));
  if (chosen.length === 0) return notRecomputed('there is none');
  const job = await planned.computation.again.open(reference, chosen);
  let recomputed: Recomputed | null = null;
  for (const [k, sample] of chosen.entries()) {
    if (signal?.aborted) throw new InterruptedError();
    // A forecast may be wrong: the first entry is always computed, another one where it fits by the time of those
    // before.
    const spent = (performance.now() - started) / 1000;
    if (k > 0 && (spent * (k + 1)) / k > budget) break;
    recomputed = recomputedOfAll([recomputed, await checked(planned, job, sample, k)]);
  }
  await job.close();
  return recomputed === null ? notRecomputed('none was read') : { recomputed, warnings: [] };
}
