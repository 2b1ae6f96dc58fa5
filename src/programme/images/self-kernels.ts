import { InternalError, NumericalError } from '../../errors.js';
import type { Programme, ScalarMap, Step, ValueId, Windows } from '../../vocabulary/steps.js';
import { positionCount, valueShapes } from '../../vocabulary/windows.js';
import { SMOOTH_DUALS, smoothDual } from '../maps/index.js';
import { neededSteps, operands } from '../needs.js';
import { requireVariances } from '../range.js';
import { positionsRead } from './position-pairs.js';

/** Powers of two near the deviation of each value, so that covariances of any depth stay in range: value = number times 4^exponent. */
export type Exponents = readonly number[];

/**
 * Self-kernels K(x_p, x_p) / 4^exponent of the steps of a programme on one image, `[positions]` each; null for a step that was not asked for.
 */
export type ImageSelfKernels = readonly (Float64Array | null)[];

/** Self-kernels of a pool over 4^exponent, `[positions]`: they need the whole self-kernel and come from elsewhere; `of` are those of what it reads, if known. */
export type PooledSelfKernels = (value: ValueId, of: Float64Array | null) => Float64Array;

/** Steps whose self-kernels are wanted, with those that they rest on; self-kernels of a pool come from elsewhere. */
export function selfKernelsNeeded(programme: Programme, wanted: Iterable<ValueId>): Uint8Array {
  return neededSteps(programme, wanted, (step) => (step.op === 'pool' ? [] : operands(step)));
}

/** Steps whose self-kernels something is divided by, with those that they rest on. */
export function selfKernelsDivided(programme: Programme): Uint8Array {
  return selfKernelsNeeded(
    programme,
    programme.steps.flatMap((step) => (step.op === 'normalise' ? [step.by] : [])),
  );
}

// Plain loops: these run for every image of every tile, and `map` takes ten times as long.

function times(of: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(of.length);
  for (let p = 0; p < of.length; p++) result[p] = factor * of[p];
  return result;
}

function whereAbove(of: Float64Array, value: number): Float64Array {
  const result = new Float64Array(of.length);
  for (let p = 0; p < of.length; p++) if (of[p] > 0) result[p] = value;
  return result;
}

/** Self-kernels behind a map, with the exponent that they are over. */
function mapSelfKernel(
  phi: ScalarMap,
  derivative: boolean,
  of: Float64Array,
  exponent: number,
): [Float64Array, number] {
  if (phi.map === 'piecewiseLinear') {
    const gain = phi.even * phi.even + phi.odd * phi.odd;
    return derivative ? [whereAbove(of, gain), 0] : [times(of, gain), exponent];
  }
  if (phi.map === 'heaviside') return [whereAbove(of, 0.5), 0];
  const smooth = SMOOTH_DUALS[phi.map];
  const variances = times(of, 4 ** exponent);
  requireVariances(phi.map, variances, 'f64', () => 'an image');
  return [variances.map((q) => (derivative ? smooth.derivativeSquare(q) : smooth.square(q))), 0];
}

/** Runs a programme on (x_p, x_p) for the positions of an image. One object serves all images of a job. */
export class SelfKernelRunner {
  readonly #programme: Programme;
  readonly #needed: Uint8Array;
  readonly #counts: readonly number[];
  readonly #reads = new Map<Windows, Int32Array>();
  readonly #exponents: number[];
  readonly #choosing: boolean;

  /** Without exponents each run chooses those that suit its image. */
  constructor(programme: Programme, needed: Uint8Array, exponents: Exponents | null) {
    this.#programme = programme;
    this.#needed = needed;
    this.#counts = valueShapes(programme).map(positionCount);
    this.#exponents = exponents === null ? programme.steps.map(() => 0) : [...exponents];
    this.#choosing = exponents === null;
  }

  /** The exponents that self-kernels are over. */
  get exponents(): Exponents {
    return this.#exponents;
  }

  /** Self-kernels from |x_p|^2, `[positions]`. @throws NumericalError where one leaves the range of a double */
  run(squares: Float64Array, pooled: PooledSelfKernels): ImageSelfKernels {
    const selfKernels: (Float64Array | null)[] = [];
    this.#programme.steps.forEach((step, v) => {
      if (this.#needed[v] === 0) {
        selfKernels.push(null);
        return;
      }
      const [values, exponent] = this.#step(step, v, selfKernels, squares, pooled);
      selfKernels.push(this.#settle(step, v, values, exponent));
    });
    return selfKernels;
  }

  /** Brings values to the exponent of their step, or chooses it: a mean over positions keeps that of what it reads. */
  #settle(step: Step, v: ValueId, values: Float64Array, exponent: number): Float64Array {
    let largest = 0;
    for (const k of values) if (!(k <= largest)) largest = k;
    if (!(largest < Infinity)) {
      throw new NumericalError(
        `step ${v}: a variance must be a double, got one above 1e308. Scale the inputs (--scale unit-pixels), lower alpha or weightStd, or use fewer layers.`,
      );
    }
    if (this.#choosing) {
      const isMean = step.op === 'window' || step.op === 'pixel' || step.op === 'pool';
      this.#exponents[v] = exponent + (isMean || largest === 0 ? 0 : Math.round(Math.log2(largest) / 2));
    }
    const shift = exponent - this.#exponents[v];
    return shift === 0 ? values : times(values, 4 ** shift);
  }

  #step(
    step: Step,
    v: ValueId,
    selfKernels: ImageSelfKernels,
    squares: Float64Array,
    pooled: PooledSelfKernels,
  ): [Float64Array, number] {
    const exponents = this.#exponents;
    const at = (value: ValueId): Float64Array => {
      const found = selfKernels[value];
      if (found === null) throw new InternalError(`own values of step ${value} are missing`);
      return found;
    };
    switch (step.op) {
      case 'inner':
        return [squares, 0];
      case 'sum':
        return this.#sum(step, v, at);
      case 'dual':
      case 'dualDerivative':
        return mapSelfKernel(step.phi, step.op === 'dualDerivative', at(step.of), exponents[step.of]);
      case 'product': {
        const right = at(step.right);
        return [at(step.left).map((k, p) => k * right[p]), exponents[step.left] + exponents[step.right]];
      }
      case 'normalise': {
        const by = at(step.by);
        return [at(step.of).map((k, p) => (by[p] > 0 ? k / by[p] : 0)), exponents[step.of] - exponents[step.by]];
      }
      case 'window':
        return [this.#window(step.windows, at(step.of), this.#counts[v]), exponents[step.of]];
      case 'pixel':
        return [Float64Array.of(at(step.of)[this.#position(step)]), exponents[step.of]];
      case 'pool':
        return [pooled(v, selfKernels[step.of]), exponents[step.of]];
      case 'radial':
        throw new InternalError('a radial kernel has no positions');
    }
  }

  #sum(step: Extract<Step, { op: 'sum' }>, v: ValueId, at: (value: ValueId) => Float64Array): [Float64Array, number] {
    const weighty = step.terms.filter((t) => t.weight > 0);
    const all = weighty.map((t) => this.#exponents[t.value]);
    if (step.constant > 0) all.push(0);
    const exponent = all.length === 0 ? 0 : Math.max(...all);
    const total = new Float64Array(this.#counts[v]).fill(step.constant * 4 ** -exponent);
    for (const { value, weight } of weighty) {
      const part = at(value);
      const scaled = weight * 4 ** (this.#exponents[value] - exponent);
      for (let p = 0; p < total.length; p++) total[p] += scaled * part[p];
    }
    return [total, exponent];
  }

  #position(step: Extract<Step, { op: 'pixel' }>): number {
    const shape = valueShapes(this.#programme)[step.of];
    return step.at.reduce((index, at, axis) => index * shape[axis] + at, 0);
  }

  #window(windows: Windows, of: Float64Array, count: number): Float64Array {
    const read = this.#reads.get(windows) ?? positionsRead(windows);
    this.#reads.set(windows, read);
    const taps = read.length / count;
    const result = new Float64Array(count);
    for (let j = 0, k = 0; j < count; j++) {
      let sum = 0;
      for (const end = k + taps; k < end; k++) if (read[k] >= 0) sum += of[read[k]];
      result[j] = sum / taps;
    }
    return result;
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
  for (const step of programme.steps) {
    if (step.op === 'inner') positive.push(inputs.positive);
    else if (step.op === 'sum') {
      positive.push(step.constant > 0 || step.terms.some((t) => t.weight > 0 && positive[t.value]));
    } else if (step.op === 'dual' || step.op === 'dualDerivative') {
      positive.push(positive[step.of] && smoothDual(step.phi) === null);
    } else if (step.op === 'window') positive.push(positive[step.of] && reachesInside(step.windows));
    else positive.push(step.op !== 'pool' && operands(step).every((of) => positive[of]));
  }
  return positive;
}

/** Whether every window reads a position inside the image. */
function reachesInside(windows: Windows): boolean {
  const read = positionsRead(windows);
  const taps = positionCount(windows.filter);
  for (let j = 0; j < read.length; j += taps) if (read.subarray(j, j + taps).every((p) => p < 0)) return false;
  return true;
}

/** The slope of a piecewise linear map has one self-kernel wherever there is any variance. */
function isFlatSlope(step: Step, positive: readonly boolean[]): boolean {
  return step.op === 'dualDerivative' && smoothDual(step.phi) === null && positive[step.of];
}

/**
 * The pass *constants* on images: which values have one self-kernel at all positions of all images, given what is known of the pixels.
 *
 * Unit pixels under circular padding stay so through every layer: then the normaliser of a window is a number.
 */
export function evenValues(programme: Programme, inputs: InputFacts): readonly boolean[] {
  const positive = positiveValues(programme, inputs);
  const even: boolean[] = [];
  programme.steps.forEach((step) => {
    const parts = operands(step).every((of) => even[of]);
    if (step.op === 'inner') even.push(inputs.even);
    else if (step.op === 'pool') even.push(false);
    else if (step.op === 'window') even.push(parts && !positionsRead(step.windows).includes(-1));
    else even.push(parts || isFlatSlope(step, positive));
  });
  return even;
}

/** Self-kernels of every step of one image with exponents that suit them; a pool stands for at most the largest that it reads. */
export function selfKernelSizes(
  programme: Programme,
  squares: Float64Array,
): { readonly selfKernels: ImageSelfKernels; readonly exponents: Exponents } {
  const runner = new SelfKernelRunner(programme, new Uint8Array(programme.steps.length).fill(1), null);
  const selfKernels = runner.run(squares, (v, of) => {
    const step = programme.steps[v];
    const largest = of === null ? 1 : of.reduce((a, b) => Math.max(a, b), 0);
    return new Float64Array(step.op === 'pool' ? positionCount(step.windows.to) : 1).fill(largest);
  });
  return { selfKernels, exponents: runner.exponents };
}
