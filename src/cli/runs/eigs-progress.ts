import type { Progress } from '../../kernel/types.js';
import type { KernelSource } from '../../sources/source.js';
import type { IterationProgress } from '../../spectrum/iteration.js';
import type { ParsedArguments } from '../options/parsed.js';
import { openProgress, type ProgressBar, wantsProgress } from '../progress.js';

/**
 * Shows how far a search for eigenpairs is: the pairs found; of a computed matrix, whose products take long, each
 * product as well.
 */
export class EigsProgress {
  #bar: ProgressBar | null = null;
  readonly #start = performance.now();
  #finished = 0;
  #pairs = '';

  /**
   * Opens the bar for a kernel: of one in closed form the rate counts entries, else products. Shows nothing where no
   * progress is wanted.
   */
  async show(args: ParsedArguments, { kind }: KernelSource): Promise<void> {
    if (!wantsProgress(args)) return;
    this.#bar = await openProgress(!args.switches.has('progress'), kind === 'analytic' ? 'entries' : 'products');
  }

  /** Takes what a matrix that is never stored tells within a product with a block of vectors. */
  readonly withinProduct = (progress: Progress): void => {
    this.#bar?.update(progress, ` in product ${this.#finished + 1}${this.#pairs}`);
    if (progress.done >= progress.total) this.#finished += 1;
  };

  /** Takes what an iteration tells; how long what is left takes nobody knows. */
  readonly iteration = ({ products, converged, wanted }: IterationProgress): void => {
    this.#pairs = `, ${converged} of ${wanted} pairs`;
    const rate = products / ((performance.now() - this.#start) / 1000);
    // A matrix that tells of its products shows these.
    if (this.#finished === 0) this.#bar?.update({ done: converged, total: wanted, rate, remaining: Number.NaN });
  };

  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}
