import type { Architecture } from '../architecture/types.js';
import type { BackendId } from '../backend/select.js';
import type { NdArray, Precision } from '../data/array.js';
import { makePlan } from '../kernel/plan.js';
import { runTiles } from '../kernel/run.js';
import type { SinkFor } from '../store/sink.js';

/** Throws tiles away. */
export const DISCARD: SinkFor = () => ({ put: () => undefined });

/** Seconds of the tiles of one kernel, results thrown away; `native` as the flag, off unless given. */
export async function kernelSeconds(
  x: NdArray,
  architecture: Architecture,
  precision: Precision,
  threads: number,
  native = 'off',
  backend: BackendId = 'host',
): Promise<number> {
  const planned = await makePlan(x, { architecture, precision, threads, backend, native }, false);
  const { run } = await runTiles(planned, DISCARD, { architecture }, performance.now());
  return run.stages.compute;
}

/** Seconds of a piece of work. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Least of `rounds` runs of each measurement, taken in turn so that drifts of the machine hit all of them. */
export async function least(rounds: number, measures: readonly (() => Promise<number>)[]): Promise<number[]> {
  const best = measures.map(() => Infinity);
  for (let r = 0; r < rounds; r++) {
    for (let k = 0; k < measures.length; k++) best[k] = Math.min(best[k], await measures[k]());
  }
  return best;
}

/** Median of `rounds` runs of each measurement, taken in turn so that drifts of the machine hit all of them. */
export async function medians(rounds: number, measures: readonly (() => Promise<number>)[]): Promise<number[]> {
  const all = measures.map((): number[] => []);
  for (let r = 0; r < rounds; r++) {
    for (let k = 0; k < measures.length; k++) all[k].push(await measures[k]());
  }
  return all.map((list) => list.sort((a, b) => a - b)[Math.floor(rounds / 2)]);
}
