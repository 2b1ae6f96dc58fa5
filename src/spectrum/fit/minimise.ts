import { InterruptedError } from '../../errors.js';
import { EXPONENT, type FitModel, LARGEST_EXPONENT, type Shape } from './models.js';
import { type Reduced, type ReducedSlopes, reduced, reducedSlopes } from './reduced.js';
import type { Samples } from './samples.js';

/**
 * Rates c of exp(-c r^g) among which the minimum is looked for, distances being at most 2: to the power g above 1, so
 * that the lengths of a Gaussian go as far as those of a Laplace kernel.
 */
export const SEARCHED = { least: 0.01, most: 1e4 } as const;

/** Steps of the search in log c: 20 a decade, so that no valley falls between two. */
const STEPS = 121;
/** Exponents of the search where it is fitted. */
const EXPONENTS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.15, 1.3, 1.45, 1.6, 1.75, 1.9, 2] as const;
/** Minima of the search that are followed. */
const FOLLOWED = 4;
/** Newton steps at most; quadratic convergence takes a handful. */
const MOST_STEPS = 80;
/** A step this small, in log c and log g, is rounding. */
const DONE = 4e-15;
/** A step below this that is no longer a small part of the one before is rounding too. */
const SETTLED = 1e-6;
/** Minima of few samples this much above the lowest one may be the lowest of all samples. */
const RIVAL = 1.5;
/** Longest step in log c and log g: further, the second derivative tells nothing. */
const LONGEST = 0.5;
/** Rise of the objective that may be rounding, relative to it and to the sum of squares of the kernel. */
const ROUNDING = { relative: 1e-11, absolute: 1e-30 } as const;

/** A minimum. */
export interface Minimum extends Reduced {
  /** Whether the exponent is held at its largest value. */
  readonly held: boolean;
  /** Whether it is, and the objective would fall further beyond it. */
  readonly onBound: boolean;
}

/** That there is no minimum: the objective falls towards a rate of 0, or one without end. */
export interface NoMinimum {
  readonly towards: 'flat' | 'steep';
}

/** What is minimised. */
export interface FitTask {
  readonly to: FitModel;
  readonly affine: boolean;
  /** Few samples in which the search for starts is made. */
  readonly coarse: Samples;
  readonly samples: Samples;
  readonly signal?: AbortSignal | undefined;
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError();
}

/** A grid of the search: rates along one axis, as they belong to each exponent along the other. */
interface Grid {
  readonly exponents: readonly number[];
  /** `[STEPS][exponents]`: the objective. */
  readonly values: readonly (readonly number[])[];
}

/** Rate of a step of the search. */
function rateAt(step: number, g: number): number {
  const { least, most } = SEARCHED;
  return (least * (most / least) ** (step / (STEPS - 1))) ** Math.max(1, g);
}

function gridOf({ coarse, affine, signal }: FitTask, exponents: readonly number[]): Grid {
  const values = Array.from({ length: STEPS }, (_, i) => {
    checkSignal(signal);
    return exponents.map((g) => reduced(coarse, rateAt(i, g), g, affine).objective);
  });
  return { exponents, values };
}

/**
 * Points of the grid that are no higher than their neighbours, lowest first. None is on the border of the rates; on
 * that of the exponents they are, as there a minimum may lie between the last two.
 */
function starts({ exponents, values }: Grid): readonly (readonly [rate: number, g: number])[] {
  const found: { readonly at: readonly [number, number]; readonly value: number }[] = [];
  for (let i = 1; i + 1 < STEPS; i++) {
    for (const [j, g] of exponents.entries()) {
      const value = values[i][j];
      const near = [-1, 0, 1].flatMap((a) => [-1, 0, 1].map((b) => values[i + a][j + b] ?? Infinity));
      // A plateau, where the shape has died away, is no valley.
      const isBasin = near.every((other) => other >= value) && near.some((other) => other > value);
      if (isBasin) found.push({ at: [rateAt(i, g), g], value });
    }
  }
  return found
    .sort((a, b) => a.value - b.value)
    .slice(0, FOLLOWED)
    .map(({ at }) => at);
}

/** A step downhill: Newton's where the Hessian is positive definite, else along the gradient by the curvature's size. */
function stepOf({ gradient: [a, b], hessian: [p, q, s] }: ReducedSlopes, free: boolean): readonly [number, number] {
  if (!free) return [p > 0 ? -a / p : -Math.sign(a) * LONGEST, 0];
  const determinant = p * s - q * q;
  if (p > 0 && determinant > 0) return [(q * b - s * a) / determinant, (q * a - p * b) / determinant];
  const size = Math.hypot(a, b);
  return size === 0 ? [0, 0] : [(-a / size) * LONGEST, (-b / size) * LONGEST];
}

/** The sum of squares of the kernel: what rounding of the objective is measured against. */
function squaresOf({ k, w }: Samples): number {
  return k.reduce((sum, value, i) => sum + (w === null ? 1 : w[i]) * value * value, 0);
}

/** The next point on the way down: the step halved until the objective does not rise; null where it always does. */
function downhill(at: ReducedSlopes, task: Descent, step: readonly [number, number]): ReducedSlopes | null {
  const { samples, affine, free, squares } = task;
  const size = Math.max(Math.abs(step[0]), Math.abs(step[1]));
  const limit = at.objective * (1 + ROUNDING.relative) + ROUNDING.absolute * squares;
  const { rate, exponent } = at.shape;
  for (let share = Math.min(1, LONGEST / size); share * size > DONE; share /= 2) {
    const [c, g] = [rate * Math.exp(share * step[0]), exponent * Math.exp(share * step[1])];
    const tried = reducedSlopes(samples, c, g, { affine, exponent: free });
    if (tried.objective <= limit) return tried;
  }
  return null;
}

interface Descent {
  readonly samples: Samples;
  readonly affine: boolean;
  /** Whether the exponent is free. */
  readonly free: boolean;
  readonly squares: number;
  readonly signal: AbortSignal | undefined;
}

/** Newton from a start until its steps are rounding, which no longer shrink; null where they never are. */
function descend(task: Descent, c: number, g: number): ReducedSlopes | null {
  let at = reducedSlopes(task.samples, c, g, { affine: task.affine, exponent: task.free });
  let before = Infinity;
  for (let taken = 0; taken < MOST_STEPS; taken++) {
    checkSignal(task.signal);
    const step = stepOf(at, task.free);
    const size = Math.max(Math.abs(step[0]), Math.abs(step[1]));
    if (!Number.isFinite(size)) return null;
    if (size <= DONE || (size < SETTLED && size > before / 4)) return at;
    const next = downhill(at, task, step);
    if (next === null) return at;
    [at, before] = [next, size];
  }
  return null;
}

/** Whether the rate of a minimum lies within what was searched, and not at its border. */
function isInside({ rate, exponent }: Shape): boolean {
  return exponent <= LARGEST_EXPONENT && rate > rateAt(0, exponent) && rate < rateAt(STEPS - 1, exponent);
}

/** Whether two minima are one. */
function isSame(a: Reduced, b: Reduced): boolean {
  const [c, g] = [a.shape.rate / b.shape.rate - 1, a.shape.exponent / b.shape.exponent - 1];
  return Math.max(Math.abs(c), Math.abs(g)) < 1e-5;
}

/** Minima from these starts: Newton on the few samples of the search, then, of those that are low there, on all. */
function follow(task: FitTask, from: readonly (readonly [rate: number, g: number])[], free: boolean) {
  const { affine, signal, coarse, samples } = task;
  const on = (part: Samples): Descent => ({ affine, free, signal, samples: part, squares: squaresOf(part) });
  const [few, all] = [on(coarse), on(samples)];
  const rough = from
    .flatMap(([c, g]) => descend(few, c, g) ?? [])
    .filter(({ shape }) => isInside(shape))
    .filter((one, i, list) => list.findIndex((other) => isSame(one, other)) === i);
  const least = Math.min(...rough.map(({ objective }) => objective));
  return rough
    .filter(({ objective }) => objective <= RIVAL * least + ROUNDING.absolute * few.squares)
    .flatMap(({ shape }) => descend(all, shape.rate, shape.exponent) ?? [])
    .filter(({ shape }) => isInside(shape));
}

/** Minima over the rate at a fixed exponent. */
function alongRate(task: FitTask, exponent: number): readonly ReducedSlopes[] {
  return follow(task, starts(gridOf(task, [exponent])), false);
}

/** Minima over both, with an exponent below its bound. */
function alongBoth(task: FitTask): readonly ReducedSlopes[] {
  const from = starts(gridOf(task, EXPONENTS)).map(([c, g]) => [c, Math.min(g, 0.98 * LARGEST_EXPONENT)] as const);
  return follow(task, from, true);
}

function lowest<R extends Reduced>(found: readonly R[]): R | null {
  return found.reduce<R | null>((best, one) => (best === null || one.objective < best.objective ? one : best), null);
}

/** The lower of the two borders of the rates: the infimum is a limit beyond, if no minimum lies below it. */
function lowerBorder({ samples, affine, to }: FitTask): NoMinimum & { readonly objective: number } {
  const exponents = EXPONENT[to] === null ? EXPONENTS : [EXPONENT[to]];
  const [flat, steep] = [0, STEPS - 1].map((step) =>
    Math.min(...exponents.map((g) => reduced(samples, rateAt(step, g), g, affine).objective)),
  );
  return flat <= steep ? { towards: 'flat', objective: flat } : { towards: 'steep', objective: steep };
}

/** Whether the objective of a minimum at the bound would fall further with a larger exponent, by more than rounding. */
function fallsBeyond({ samples, affine }: FitTask, { rate, exponent }: Shape): boolean {
  const at = reducedSlopes(samples, rate, exponent, { affine, exponent: true });
  return at.gradient[1] < -1e-7 * Math.sqrt(at.objective * Math.abs(at.hessian[2]));
}

/**
 * The global minimum over all that is free, or where the objective falls if it has none inside what is searched.
 *
 * Local minima of a search over c (and g) on few samples, each followed by Newton's method on all; with a free exponent
 * also those at its bound. Distances must be at most 2.
 */
export function minimise(task: FitTask): Minimum | NoMinimum {
  const fixed = EXPONENT[task.to];
  const inner = lowest(fixed === null ? alongBoth(task) : alongRate(task, fixed));
  const bound = fixed === null ? lowest(alongRate(task, LARGEST_EXPONENT)) : null;
  const isBound = bound !== null && (inner === null || bound.objective < inner.objective);
  const best = isBound ? bound : inner;
  const border = lowerBorder(task);
  if (best === null || best.objective > border.objective) return { towards: border.towards };
  return {
    shape: best.shape,
    objective: best.objective,
    held: isBound,
    onBound: isBound && fallsBeyond(task, best.shape),
  };
}
