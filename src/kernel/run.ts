import type { Output } from '../backend/tasks.js';
import type { KernelJob, Tile, TileRange } from '../backend/tile.js';
import { InterruptedError } from '../errors.js';
import type { Recomputation } from '../operators/recomputed.js';
import type { SinkFor, SinkPlan, TileSink } from '../store/sink.js';
import { openPlanned } from './open.js';
import type { Planned } from './plan.js';
import { recompute } from './recompute.js';
import { Samples } from './samples.js';
import { type Extent, tileCount, tiles } from './tiles.js';
import type { KernelOptions, KernelPlan, KernelRun, Progress, Stages } from './types.js';

/** Counts entries and tells the caller at most ten times a second. */
export class Reporter {
  readonly #start = performance.now();
  readonly #total: number;
  readonly #tell: ((p: Progress) => void) | undefined;
  #done = 0;
  #last = 0;

  constructor(total: number, tell: ((p: Progress) => void) | undefined) {
    this.#total = total;
    this.#tell = tell;
  }

  /** Counts entries that were just made. */
  add(entries: number): void {
    this.#done += entries;
    const now = performance.now();
    if (this.#tell === undefined || (now - this.#last < 100 && this.#done < this.#total)) return;
    this.#last = now;
    const rate = this.#done / Math.max(1e-9, (now - this.#start) / 1000);
    this.#tell({ done: this.#done, total: this.#total, rate, remaining: (this.#total - this.#done) / rate });
  }
}

/** Entries that a tile settles: with its mirror image when it lies off the diagonal of a symmetric matrix. */
export function entriesOf(range: TileRange, symmetric: boolean): number {
  return range.rows * range.columns * (symmetric && range.row !== range.column ? 2 : 1);
}

/** Wall time in seconds that is spent in storing tiles. */
interface Clock {
  write: number;
}

interface Loop {
  readonly job: KernelJob;
  readonly extent: Extent;
  readonly outputs: readonly Output[];
  readonly queue: Iterator<TileRange>;
  readonly sink: TileSink;
  readonly samples: Samples;
  readonly report: Reporter;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

async function store(tile: Tile, { outputs, sink, samples, clock }: Loop): Promise<void> {
  for (const output of outputs) {
    const data = await tile.read(output);
    samples.pass(output, tile.range, data);
    const start = performance.now();
    sink.put(output, tile.range, data);
    clock.write += (performance.now() - start) / 1000;
  }
}

async function work(loop: Loop): Promise<void> {
  const { job, extent, queue, report, signal } = loop;
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    if (signal?.aborted) throw new InterruptedError();
    const range = next.value;
    const tile = await job.compute(range, extent.symmetric && range.row !== range.column);
    try {
      await store(tile, loop);
    } finally {
      tile.release();
    }
    report.add(entriesOf(range, extent.symmetric));
  }
}

/** All loops run to their end before an error is passed on, so that nothing writes after the sink is closed. */
async function settle(loops: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(loops);
  const failed = results.find((r) => r.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function extentOf({ shape, symmetric }: KernelPlan): Extent {
  return { rows: shape[0], columns: shape[1], symmetric };
}

/** What came of a computation, and where its tiles went. */
export interface Finished<S extends TileSink> {
  readonly run: KernelRun;
  readonly sink: S;
}

/** The sink of a plan; without one the job is not wanted either. */
async function sinkOf<S extends TileSink>(job: KernelJob, sinkFor: SinkFor<S>, plan: SinkPlan): Promise<S> {
  try {
    return sinkFor(plan);
  } catch (error) {
    await job.close();
    throw error;
  }
}

/** Makes all tiles, several in work, then closes the job. */
async function runLoops(loop: Loop, tileNumber: number): Promise<void> {
  const { job, signal } = loop;
  const stop = (): void => void job.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const count = Math.min(job.concurrency, tileNumber);
    await settle(Array.from({ length: count }, () => work(loop)));
  } finally {
    signal?.removeEventListener('abort', stop);
    await job.close();
  }
}

/** Seconds of the tiles, and of computing some entries again behind the last of them. */
async function runAndCheck(
  loop: Loop,
  planned: Planned,
  tileNumber: number,
): Promise<Recomputation & Pick<Stages, 'compute' | 'write' | 'check'>> {
  const start = performance.now();
  await runLoops(loop, tileNumber);
  const total = (performance.now() - start) / 1000;
  const { sink, samples, clock, signal } = loop;
  const recomputation = await recompute(planned, samples.found(sink.entry?.bind(sink)), signal);
  const check = (performance.now() - start) / 1000 - total;
  return { ...recomputation, compute: total - clock.write, write: clock.write, check };
}

/**
 * Runs a planned computation, tile by tile, into the sink that is made for it: a device may have room for smaller tiles
 * only than were planned.
 *
 * `started` is when the work began (performance.now()): the time up to the first tile counts as `compile`. Behind the
 * last tile some entries are computed again by `reference`: throws RecomputeError where one is another. Whatever is
 * thrown, the sink has been told to discard.
 */
export async function runTiles<S extends TileSink>(
  asked: Planned,
  sinkFor: SinkFor<S>,
  options: KernelOptions,
  started: number,
): Promise<Finished<S>> {
  const { signal } = options;
  if (signal?.aborted) throw new InterruptedError();
  const { job, size, prepared, planned } = await openPlanned(asked);
  const { plan: intended, warnings, computation } = planned;
  const { outputs } = computation;
  const extent = extentOf(intended);
  const plan = {
    ...intended,
    tile: [size, size],
    tiles: tileCount(extent, size),
    shortcut: prepared.shortcut,
  } as const;
  const sink = await sinkOf(job, sinkFor, { ...plan, outputs, waiting: planned.waiting });
  const compile = (performance.now() - started) / 1000;
  const samples = new Samples(extent, size, outputs, prepared.sizes);
  const report = new Reporter(extent.rows * extent.columns, options.onProgress);
  const loop: Loop = {
    job,
    extent,
    outputs,
    queue: tiles(extent, size),
    sink,
    samples,
    report,
    clock: { write: 0 },
    signal,
  };
  try {
    const { recomputed, warnings: unchecked, ...stages } = await runAndCheck(loop, planned, plan.tiles);
    const { tableError } = prepared;
    const all = [...warnings, ...unchecked];
    const run = {
      plan,
      stages: { compile, ...stages },
      recomputed,
      tableError,
      nearPairs: job.nearPairs,
      warnings: all,
    };
    return { run, sink };
  } catch (error) {
    sink.discard?.();
    throw error;
  }
}
