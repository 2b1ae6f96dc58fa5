import type { Progress } from '../../kernel/types.js';
import type { IterationProgress } from '../../spectrum/iteration.js';
import type { ParsedArguments } from '../options/parsed.js';
import { openProgress, type ProgressBar, wantsProgress } from '../progress.js';

/** Shows how far a search for eigenpairs is: the pairs found; of a computed matrix, whose products take long, each product as well. */
export class EigsProgress {
  readonly #bar: ProgressBar | null;
  readonly #start = performance.now();
  #finished = 0;
  #pairs = '';

  private constructor(bar: ProgressBar | null) {
    this.#bar = bar;
  }

  /** `unit` is what the rate counts. Shows nothing where no progress is wanted. */
  static async open(args: ParsedArguments, unit: 'products' | 'entries'): Promise<EigsProgress> {
    const bar = wantsProgress(args) ? await openProgress(!args.switches.has('progress'), unit) : null;
    return new EigsProgress(bar);
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
  }
}
