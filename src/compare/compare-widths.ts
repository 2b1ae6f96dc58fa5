import type { NdArray } from '../data/array.js';
import { CHECK_TOLERANCE } from '../empirical/check.js';
import { plannedEmpirical } from '../empirical/kernel.js';
import { InterruptedError } from '../errors.js';
import type { Progress } from '../kernel/types.js';
import { collectGarbage } from '../platform/garbage.js';
import { residentBytes } from '../platform/memory.js';
import { nextTask } from '../platform/tasks.js';
import { type AnalyticKernel, analyticKernel, traceOf } from './analytic.js';
import { Pace } from './pace.js';
import { empiricalOptions, networkSeed, type PlannedComparison, pairName, planCompare } from './plan.js';
import { comparisonOf } from './result.js';
import { damageOf, type PairStore } from './store.js';
import type { CompareOptions, ComparePlan, CompareRun, CompareStages } from './types.js';
import { type EigenTask, leadingPairs, type Pair, type Target, WidthSums } from './width-sums.js';

/** What the sum of the parts of the analytic kernel may differ from the whole by, relative to its norm. */
const LAYERS_TOLERANCE = 1e-9;

/** Bytes of a network before which those of earlier ones are collected where the plan would be exceeded. */
const LARGE = 2 ** 28;

type Clock = { -readonly [K in keyof CompareStages]: number };

const vector = (values: readonly number[]): NdArray => ({ data: Float64Array.from(values), shape: [values.length] });

/** A comparison that is being made. */
class Comparing {
  readonly #x: NdArray;
  readonly #options: CompareOptions;
  readonly #planned: PlannedComparison;
  readonly #pace: Pace;
  readonly #clock: Clock = { compile: 0, initialise: 0, compute: 0, check: 0, solve: 0, write: 0 };
  readonly #warnings: string[] = [];
  #reused = 0;
  #worst = 0;

  constructor(x: NdArray, options: CompareOptions, planned: PlannedComparison) {
    this.#x = x;
    this.#options = options;
    this.#planned = planned;
    this.#pace = new Pace(planned.plan, planned.seeds, options.onProgress);
  }

  async run(): Promise<CompareRun> {
    const { store } = this.#planned;
    try {
      await this.#timed('write', async () => store?.open());
      return await this.#run();
    } catch (error) {
      if (store === null) throw error;
      // Whatever went wrong: a folder that keeps nothing is not held for these data and this network.
      const isEmpty = store.abandon();
      throw error instanceof InterruptedError && !isEmpty ? this.#interrupted(store) : error;
    }
  }

  #interrupted(store: PairStore): InterruptedError {
    const { widths, folder } = this.#options;
    const { seeds } = this.#planned;
    let kept = 0;
    for (const width of widths) for (let s = 0; s < seeds; s++) if (store.has(pairName(width, s))) kept += 1;
    return new InterruptedError(
      `interrupted; ${kept} of ${widths.length * seeds} networks are finished and kept in ${folder}, and the same ` +
        'command goes on with them',
    );
  }

  async #timed<T>(stage: keyof CompareStages, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#clock[stage] += (performance.now() - started) / 1000;
    }
  }

  async #run(): Promise<CompareRun> {
    const { widths } = this.#options;
    const { seeds, k, algebra, memory, plan } = this.#planned;
    const analytic = await this.#analytic();
    const task: EigenTask = { k, algebra, memory, signal: this.#options.signal };
    const target = await this.#timed('solve', () => this.#target(analytic, task));
    const sums: WidthSums[] = [];
    for (const width of widths) {
      const one = new WidthSums(target, task);
      for (let s = 0; s < seeds; s++) {
        const pair = await this.#pair(width, s);
        await this.#timed('solve', () => one.add(pair));
        await this.#pause();
      }
      sums.push(one);
      this.#tellOfDead(width, one.dead);
    }
    const check = {
      networks: this.#worst,
      networksTolerance: CHECK_TOLERANCE[plan.precision],
      layers: analytic.difference,
      layersTolerance: LAYERS_TOLERANCE,
    };
    const findings = { analytic, target, sums, check, reused: this.#reused };
    const comparison = comparisonOf(this.#options, this.#planned, findings);
    return { comparison, stages: this.#clock, warnings: this.#warnings };
  }

  #tellOfDead(width: number, dead: number): void {
    if (dead === 0) return;
    this.#warnings.push(
      `width ${width}: the kernel of ${dead} of ${this.#planned.seeds} networks is 0, as in some layer no unit ` +
        'answers to any row. The shares of the layers leave such networks out.',
    );
  }

  async #target({ ntk }: AnalyticKernel, task: EigenTask): Promise<Target> {
    const n = this.#x.shape[0];
    const { values, vectors } = await leadingPairs(ntk, n, { ...task, k: Math.min(n, task.k + 1) });
    return { ntk, n, values: [...values], vectors: (vectors ?? new Float64Array(0)).slice(0, task.k * n) };
  }

  /** What a file of the folder holds; null when it is not there, or damaged, of which a warning tells. */
  async #stored(name: string, lengths: Readonly<Record<string, number>>) {
    try {
      return (await this.#timed('write', async () => this.#planned.store?.read(name, lengths))) ?? null;
    } catch (error) {
      const damage = damageOf(error);
      if (damage === null) throw error;
      this.#warnings.push(`${damage} It was computed again.`);
      return null;
    }
  }

  async #analytic(): Promise<AnalyticKernel> {
    const { paths, store, memory } = this.#planned;
    const n = this.#x.shape[0];
    const stored = await this.#stored('analytic', { ntk: n * n, shares: paths.length, difference: 1, recomputed: 3 });
    if (stored !== null) {
      const [difference] = stored.difference.data;
      const [entries, worst, tolerance] = stored.recomputed.data;
      const recomputed = entries === 0 ? null : { entries, difference: worst, tolerance };
      const shares = [...stored.shares.data];
      return {
        ntk: Float64Array.from(stored.ntk.data),
        shares,
        difference,
        recomputation: { recomputed, warnings: [] },
      };
    }
    const options = { ...this.#options, memory };
    const made = await this.#timed('compute', () =>
      analyticKernel(this.#x, options, paths, () => this.#pace.analytic()),
    );
    const { recomputed, warnings } = made.recomputation;
    this.#warnings.push(...warnings);
    const { entries, difference, tolerance } = recomputed ?? { entries: 0, difference: 0, tolerance: 0 };
    await this.#timed('write', async () =>
      store?.write('analytic', {
        ntk: { data: made.ntk, shape: [n, n] },
        shares: vector(made.shares),
        difference: vector([made.difference]),
        recomputed: vector([entries, difference, tolerance]),
      }),
    );
    return made;
  }

  async #pair(width: number, s: number): Promise<Pair> {
    const { paths, store } = this.#planned;
    const n = this.#x.shape[0];
    const name = pairName(width, s);
    const stored = await this.#stored(name, { ntk: n * n, traces: paths.length, facts: 2 });
    if (stored !== null) {
      const [seconds, difference] = stored.facts.data;
      this.#reused += 1;
      this.#finished(width, difference, true);
      return { ntk: Float64Array.from(stored.ntk.data), traces: [...stored.traces.data], seconds, difference };
    }
    const pair = await this.#network(width, s);
    await this.#timed('write', async () =>
      store?.write(name, {
        ntk: { data: pair.ntk, shape: [n, n] },
        traces: vector(pair.traces),
        facts: vector([pair.seconds, pair.difference]),
      }),
    );
    this.#finished(width, pair.difference, false);
    return pair;
  }

  #finished(width: number, difference: number, wasThere: boolean): void {
    this.#worst = Math.max(this.#worst, difference);
    this.#pace.network(width, wasThere);
  }

  async #network(width: number, s: number): Promise<Pair> {
    const { seed, memory, paths, networks, plan, base } = this.#planned;
    const planned = networks[this.#options.widths.indexOf(width)];
    const started = performance.now();
    const own = planned.plan.memoryBytes - base;
    // Collecting takes as long as a small network, of which the engine takes care.
    if (residentBytes() + own > (own > LARGE ? plan.memoryBytes : plan.memoryLimit)) collectGarbage();
    const options = {
      ...empiricalOptions(this.#options, width, memory),
      seed: networkSeed(seed, s, width),
      onProgress: ({ done, total }: Progress) => this.#pace.within(width, done / total),
    };
    const { ntk, contributions, check, stages } = await plannedEmpirical(this.#x, options, planned);
    const seconds = (performance.now() - started) / 1000;
    for (const stage of ['compile', 'initialise', 'check'] as const) this.#clock[stage] += stages[stage];
    this.#clock.compute += seconds - stages.compile - stages.initialise - stages.check;
    const n = this.#x.shape[0];
    const traces = paths.map((path) => traceOf(contributions?.get(path)?.data ?? [], n));
    return { ntk: Float64Array.from(ntk.data), traces, seconds, difference: check.difference };
  }

  async #pause(): Promise<void> {
    await nextTask();
    if (this.#options.signal?.aborted) throw new InterruptedError();
  }
}

/** Makes a comparison that was planned. */
export async function runCompare(x: NdArray, options: CompareOptions, planned: PlannedComparison): Promise<CompareRun> {
  return new Comparing(x, options, planned).run();
}

/**
 * Compares the NTK of finite networks of several widths, each drawn several times, with that of the infinite network on
 * inputs x `[n, ...]`.
 *
 * With `folder` each finished network is kept there, and the next run with the same network, data, seed, law, outputs
 * and precision goes on with them; more widths and seeds reuse what is there. A damaged file is computed again, with a
 * warning. Source: Jacot, Gabriel, Hongler 2018 (1806.07572); Lee et al. 2020 (2007.15801).
 *
 * @throws ArchitectureError, UsageError, MemoryError, OutputError before it starts; NumericalError when the analytic
 * kernel is 0; InterruptedError when the signal fires
 */
export async function compareWidths(x: NdArray, options: CompareOptions): Promise<CompareRun> {
  const started = performance.now();
  const planned = await planCompare(x, options);
  const compile = (performance.now() - started) / 1000;
  const run = await runCompare(x, options, planned);
  return { ...run, stages: { ...run.stages, compile: run.stages.compile + compile } };
}

/** What a comparison would take; computes and writes nothing. Throws as `compareWidths` does before it starts. */
export async function planComparison(x: NdArray, options: CompareOptions): Promise<ComparePlan> {
  return (await planCompare(x, options)).plan;
}
