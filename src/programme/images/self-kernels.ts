import { InternalError, NumericalError } from '../../errors.js';
import type { Programme, Step, ValueId, Windows } from '../../vocabulary/steps.js';
import { positionCount } from '../../vocabulary/windows.js';
import { neededSteps, operands } from '../needs.js';
import { valueShapes } from '../shapes.js';
import { rulesOf } from '../steps/index.js';
import type { PositionEvaluation, Shape } from '../steps/rules.js';
import { verified } from '../verify.js';
import { WindowMeans } from './window-means.js';

/**
 * Powers of two near the deviation of each value, so that covariances of any depth stay in range: value = number times
 * 4^exponent.
 */
export type Exponents = readonly number[];

/**
 * Self-kernels K(x_p, x_p) / 4^exponent of the steps of a programme on one image, `[positions]` each; null for a step
 * that was not asked for.
 */
export type ImageSelfKernels = readonly (Float64Array | null)[];

/**
 * Self-kernels of a pool over 4^exponent, `[positions]`: they need the whole self-kernel and come from elsewhere; `of`
 * are those of what it reads, if known.
 */
export type PooledSelfKernels = (value: ValueId, of: Float64Array | null) => Float64Array;

/** Steps whose self-kernels are wanted, with those that they rest on; self-kernels of a pool come from elsewhere. */
export function selfKernelsNeeded(programme: Programme, wanted: Iterable<ValueId>): Uint8Array {
  return neededSteps(programme, wanted, (step) => rulesOf(step).selfOperands?.(step) ?? operands(step));
}

/** Steps whose self-kernels something is divided by, with those that they rest on. */
export function selfKernelsDivided(programme: Programme): Uint8Array {
  return selfKernelsNeeded(
    programme,
    programme.steps.flatMap((step) => rulesOf(step).divisors?.(step) ?? []),
  );
}

// Plain loops over arrays that are made once: these run for every image of every tile.

/** The largest of some numbers of at least 0; NaN where one is. */
function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let p = 0; p < values.length; p++) if (!(values[p] <= largest)) largest = values[p];
  return largest;
}

/**
 * Runs a programme on (x_p, x_p) for the positions of an image. One object serves all images of a job, and what it
 * returns holds until it runs again.
 */
export class SelfKernelRunner {
  readonly #programme: Programme;
  readonly #shapes: readonly Shape[];
  readonly #means = new Map<Windows, WindowMeans>();
  readonly #exponents: number[];
  readonly #choosing: boolean;
  readonly #evaluation;
  /** Of the image that is at work. */
  readonly #selfKernels: ImageSelfKernels;
  #pooled: PooledSelfKernels = () => new Float64Array(0);
  #value: ValueId = 0;

  /** Without exponents each run chooses those that suit its image. */
  constructor(programme: Programme, needed: Uint8Array, exponents: Exponents | null) {
    this.#programme = programme;
    this.#shapes = valueShapes(programme);
    this.#exponents = exponents === null ? programme.steps.map(() => 0) : [...exponents];
    this.#choosing = exponents === null;
    this.#selfKernels = this.#shapes.map((shape, v) => {
      return needed[v] === 1 ? new Float64Array(positionCount(shape)) : null;
    });
    this.#evaluation = this.#evaluating();
  }

  /** The exponents that self-kernels are over. */
  get exponents(): Exponents {
    return this.#exponents;
  }

  /**
   * Self-kernels from |x_p|^2, `[positions]`; they are overwritten by the next run. @throws NumericalError where one
   * leaves the range of a double
   */
  run(squares: Float64Array, pooled: PooledSelfKernels): ImageSelfKernels {
    this.#pooled = pooled;
    this.#evaluation.squares = squares;
    this.#programme.steps.forEach((step, v) => {
      const out = this.#selfKernels[v];
      if (out === null) return;
      this.#value = v;
      const exponent = rulesOf(step).positionSelfKernel(step, this.#evaluation, out);
      this.#settle(step, v, out, exponent);
    });
    return this.#selfKernels;
  }

  /** Brings values to the exponent of their step, or chooses it: a mean over positions keeps that of what it reads. */
  #settle(step: Step, v: ValueId, values: Float64Array, exponent: number): void {
    const largest = largestOf(values);
    if (!(largest < Infinity)) {
      throw new NumericalError(
        `step ${v}: a variance must be a double, got one above 1e308. Scale the inputs (--scale unit-pixels), ` +
          'lower alpha or weightStd, or use fewer layers.',
      );
    }
    if (this.#choosing) {
      const isMean = rulesOf(step).isMean === true;
      this.#exponents[v] = exponent + (isMean || largest === 0 ? 0 : Math.round(Math.log2(largest) / 2));
    }
    const shift = exponent - this.#exponents[v];
    if (shift === 0) return;
    const factor = 4 ** shift;
    for (let p = 0; p < values.length; p++) values[p] *= factor;
  }

  /** What the rule of a step is told; one object for all images and steps, as it is made for none of them anew. */
  #evaluating(): { -readonly [K in keyof PositionEvaluation]: PositionEvaluation[K] } {
    const none = new Float64Array(0);
    const at = (v: ValueId): Float64Array => {
      const found = this.#selfKernels[v];
      if (found === null) throw new InternalError(`self-kernels of step ${v} are missing`);
      return found;
    };
    return {
      exponents: this.#exponents,
      shapes: this.#shapes,
      squares: none,
      at,
      means: (windows) => this.#meansOf(windows),
      pooled: (of) => this.#pooled(this.#value, this.#selfKernels[of]),
    };
  }

  #meansOf(windows: Windows): WindowMeans {
    const means = this.#means.get(windows) ?? new WindowMeans(windows);
    this.#means.set(windows, means);
    return means;
  }
}

/** What is known of the pixels of all images. */
export interface InputFacts {
  /** All pixels have one norm, which is not 0. */
  readonly even: boolean;
  /** No pixel is 0. */
  readonly positive: boolean;
}

/** Nothing is known of the pixels: what plans rest on. */
export const ANY_INPUTS: InputFacts = { even: false, positive: false };

/** Values whose self-kernels are above 0 at all positions of all images. */
function positiveValues(programme: Programme, inputs: InputFacts): readonly boolean[] {
  const positive: boolean[] = [];
  for (const step of programme.steps) positive.push(rulesOf(step).isPositive(step, positive, inputs.positive));
  return positive;
}

/**
 * The pass *constants* on images: which values have one self-kernel at all positions of all images, given what is known
 * of the pixels.
 *
 * Unit pixels under circular padding stay so through every layer: then the normaliser of a window is a number.
 */
export function evenValues(programme: Programme, inputs: InputFacts): readonly boolean[] {
  const positive = positiveValues(verified(programme, 'what the pass constants is given'), inputs);
  const even: boolean[] = [];
  for (const step of programme.steps) even.push(rulesOf(step).isEven(step, even, positive, inputs.even));
  return even;
}

/**
 * Self-kernels of every step of one image with exponents that suit them; a pool stands for at most the largest that it
 * reads.
 */
export function selfKernelSizes(
  programme: Programme,
  squares: Float64Array,
): { readonly selfKernels: ImageSelfKernels; readonly exponents: Exponents } {
  const runner = new SelfKernelRunner(programme, new Uint8Array(programme.steps.length).fill(1), null);
  const counts = valueShapes(programme).map(positionCount);
  const selfKernels = runner.run(squares, (v, of) => {
    const largest = of === null ? 1 : of.reduce((a, b) => Math.max(a, b), 0);
    return new Float64Array(counts[v]).fill(largest);
  });
  return { selfKernels, exponents: runner.exponents };
}
