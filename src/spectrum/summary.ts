import { largestMagnitude } from '../data/norm.js';
import { roundingFloor } from '../linalg/floor.js';
import type { SymmetricOperator } from '../operators/operator.js';
import { frobeniusNorm, targetForm, targetShares } from './alignment.js';
import { condition, doubleConstantBound, meanCorrelation, ownConstantBound, unitScales } from './condition.js';
import { ABOVE_FLOOR, decayExponent, FEWEST_FOR_DECAY, type PowerLawFit } from './decay.js';
import type { SpectrumEnd } from './dense.js';
import { effectiveDimension, effectiveDimensionBounds } from './effective-dimension.js';
import type { Eigenpairs } from './eigenpairs.js';
import { learningTimes } from './learning-time.js';
import { numericalRank } from './numerical-rank.js';

/** What is asked of a summary. */
export interface SummaryOptions {
  /** The end of the spectrum at which the eigenpairs stand. */
  readonly which: SpectrumEnd;
  /** Ridges of the effective dimension, as multiples of the mean diagonal; above 0. */
  readonly ridges: readonly number[];
  /** Targets Y `[outputs, n]`, or null. */
  readonly targets: Float64Array | null;
}

/** A number that is known, or bounds of one that is not. */
export interface Estimate {
  /** The number itself where it is known (then the bounds are equal), else the middle of the bounds. */
  readonly value: number;
  /** At least. */
  readonly lower: number;
  /** At most. */
  readonly upper: number;
}

/** The effective dimension at a ridge, a multiple of the mean diagonal. */
export interface DimensionAt extends Estimate {
  /** The multiple of the mean diagonal. */
  readonly ridge: number;
}

/**
 * What eigenvalues say of a symmetric matrix, whether all are known or only those at one end.
 *
 * Where only some are known, the trace and the order of the eigenvalues bound what the rest of a positive semidefinite
 * matrix can add; of a matrix that is none, what has no meaning or no bound is null.
 */
export interface SpectrumSummary {
  /**
   * False where an eigenvalue lies below 0 by more than rounding, true where none does, null where the lower end is not
   * known.
   */
  readonly positiveSemidefinite: boolean | null;
  /**
   * The smallest eigenvalue if `lowestKnown`, else a bound of it from above: a Ritz value, or an entry of the diagonal.
   */
  readonly lowest: number;
  /** Whether the lower end of the spectrum was found. */
  readonly lowestKnown: boolean;
  /**
   * Power law through the eigenvalues found from the largest on; null at the other end, where fewer than 20 lie above
   * ten times the floor, and of a matrix that is not positive semidefinite.
   */
  readonly decay: PowerLawFit | null;
  /** Why `decay` is null; null where it is not. */
  readonly noDecay: string | null;
  /** Null where only the smallest eigenvalues are known, and of a matrix that is not positive semidefinite. */
  readonly effectiveDimension: readonly DimensionAt[] | null;
  /**
   * Eigenvalues whose magnitude is above the floor of the precision, and above what a decomposition may err: at least
   * and at most.
   */
  readonly numericalRank: {
    /** At least so many. */
    readonly least: number;
    /** At most so many. */
    readonly most: number;
  };
  /**
   * Lower bound of the condition number, largest over smallest magnitude; the number itself, to rounding, where it is
   * resolved. Infinity for a matrix of zeros.
   */
  readonly conditionAtLeast: number;
  /** Whether the eigenvalue of least magnitude is known and lies above the floor. */
  readonly conditionResolved: boolean;
  /**
   * Lower bound 1 + n b / (1 - b) of the condition number of the matrix scaled to unit diagonal; null where that is not
   * positive semidefinite, or 0.
   */
  readonly doubleConstantBound: number | null;
  /**
   * Lower bound (d + (n-1) o) / (d - o) of the condition number of the matrix as it is, d and o the means of its
   * diagonal and its other entries; equal to `doubleConstantBound` where the diagonal is constant, null with it.
   */
  readonly ownConstantBound: number | null;
  /** Mean b of the off-diagonal entries of that matrix; null with it. */
  readonly meanCorrelation: number | null;
  /**
   * Kernel-target alignment; null without targets, where only the smallest eigenvalues are known, and where not all are
   * of a matrix that is not positive semidefinite.
   */
  readonly alignment: Estimate | null;
  /** 1 / eigenvalue, the time in which gradient flow learns a direction; Infinity where it is not positive. `[k]` */
  readonly learningTimes: readonly number[];
  /** Share of the squared targets along each eigenvector `[k]`; null without targets. */
  readonly targetShares: readonly number[] | null;
  /** Products with one vector that the summary took. */
  readonly summaryProducts: number;
}

interface Known {
  readonly n: number;
  readonly found: Eigenpairs;
  /** All eigenvalues, where they are known. */
  readonly all: Float64Array | null;
  readonly which: SpectrumEnd;
  readonly trace: number;
  /** Up to this size an eigenvalue is 0 to rounding. */
  readonly floor: number;
  /** Whether an eigenvalue below 0 is known that rounding does not explain. */
  readonly isIndefinite: boolean;
}

const exactly = (value: number): Estimate => ({ value, lower: value, upper: value });
const between = (lower: number, upper: number): Estimate => ({ value: (lower + upper) / 2, lower, upper });

/** What is left of the trace beside the eigenvalues found. */
function restOf({ found, trace }: Known): number {
  return Math.max(
    0,
    found.values.reduce((left, value) => left - value, trace),
  );
}

function dimensionAt({ n, all, found, trace }: Known, ridge: number): DimensionAt {
  const absolute = (ridge * Math.max(0, trace)) / n;
  if (all !== null) return { ridge, ...exactly(effectiveDimension(all, absolute)) };
  if (!(absolute > 0)) return { ridge, ...exactly(0) };
  const { lower, upper } = effectiveDimensionBounds(found.values, n, trace, absolute);
  return { ridge, ...between(lower, upper) };
}

function rankOf({ n, all, found, which, floor, isIndefinite }: Known): SpectrumSummary['numericalRank'] {
  const { values } = found;
  const above = numericalRank(all ?? values, floor);
  if (all !== null) return { least: above, most: above };
  const below = values.length - above;
  if (isIndefinite) return { least: above, most: n - below };
  if (which === 'largest') return { least: above, most: below > 0 ? above : n };
  return { least: above > 0 ? n - below : 0, most: n - below };
}

/** Of eigenvalues of both signs: largest over least magnitude, of all or at least of those found. */
function conditionOfIndefinite({ all, found, floor }: Known): {
  readonly number: number;
  readonly isResolved: boolean;
} {
  const least = (all ?? found.values).reduce((a, b) => Math.min(a, Math.abs(b)), Infinity);
  const isResolved = all !== null && least > floor;
  return { number: found.norm / Math.max(least, isResolved ? least : floor), isResolved };
}

/** The condition number, or a lower bound: the smallest eigenvalue is at most the mean of those that were not found. */
function conditionOf(facts: Known): { readonly number: number; readonly isResolved: boolean } {
  const { n, all, found, which, floor, isIndefinite } = facts;
  if (isIndefinite) return conditionOfIndefinite(facts);
  const { norm } = found;
  const values = all ?? found.values;
  const last = values[values.length - 1];
  const isEnd = all !== null || which === 'smallest';
  if (isEnd && last > floor) return { number: condition(norm, last, floor).conditionNumber, isResolved: true };
  const smallest = isEnd ? last : Math.min(last, restOf(facts) / (n - values.length));
  const most = Math.max(0, smallest) + floor;
  return { number: most > 0 ? norm / most : Infinity, isResolved: false };
}

/** |K|_F from all eigenvalues, or bounds from the largest and the trace. */
function frobeniusOf(facts: Known): Estimate {
  const { n, all, found } = facts;
  if (all !== null) return exactly(frobeniusNorm(all));
  const known = frobeniusNorm(found.values);
  const rest = restOf(facts);
  const [count, top] = [n - found.values.length, Math.max(0, found.values[found.values.length - 1])];
  return between(Math.hypot(known, rest / Math.sqrt(count)), Math.hypot(known, Math.sqrt(rest) * Math.sqrt(top)));
}

function alignmentOf(facts: Known, form: number): Estimate {
  const { value, lower, upper } = frobeniusOf(facts);
  if (!(lower > 0)) return exactly(0);
  return lower === upper ? exactly(form / value) : between(form / upper, form / lower);
}

/** The lower end of the spectrum: an entry of the diagonal is never below the smallest eigenvalue. */
function lowerEnd(found: Eigenpairs, diagonal: Float64Array, floor: number, lowestKnown: boolean) {
  const lowest = lowestKnown ? found.lowest : diagonal.reduce((least, own) => Math.min(least, own), found.lowest);
  const positiveSemidefinite = lowest < -floor ? false : lowestKnown ? true : null;
  return { positiveSemidefinite, lowest, lowestKnown };
}

/** Whether all scales are one, to rounding. */
function isConstant(scales: Float64Array): boolean {
  const [least, most] = [scales.reduce((a, b) => Math.min(a, b)), scales.reduce((a, b) => Math.max(a, b))];
  return most - least <= 1e-14 * most;
}

/** Products with the scales, and with ones where these differ. */
interface MeanProducts {
  readonly scales: Float64Array;
  readonly byScales: Float64Array;
  /** Null where the scales are one: the product with ones is a multiple of that with them. */
  readonly byOnes: Float64Array | null;
}

const totalOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The bounds by the mean entry, of the matrix scaled to unit diagonal where that can be, and as it is. */
function correlationOf({ scales, byScales, byOnes }: MeanProducts, trace: number, isIndefinite: boolean) {
  if (isIndefinite || !scales.some((scale) => scale > 0))
    return { doubleConstantBound: null, ownConstantBound: null, meanCorrelation: null };
  const n = scales.length;
  const correlation = meanCorrelation(scales, byScales);
  const unit = doubleConstantBound(n, correlation);
  const own = byOnes === null ? unit : ownConstantBound(n, trace, totalOf(byOnes));
  return { doubleConstantBound: unit, ownConstantBound: own, meanCorrelation: correlation };
}

/** The fit of the decay, or why there is none. */
function decayOf({ found, n, which, isIndefinite }: Known): Pick<SpectrumSummary, 'decay' | 'noDecay'> {
  const { values, precisionFloor } = found;
  const none = (noDecay: string) => ({ decay: null, noDecay });
  if (isIndefinite) return none('the matrix is not positive semidefinite');
  if (which === 'smallest' && values.length < n) return none('the largest eigenvalues are not known');
  const fit = decayExponent(values, { precisionFloor });
  const count = fit === null ? 0 : fit.to - fit.from + 1;
  if (fit !== null && count >= FEWEST_FOR_DECAY) return { decay: fit, noDecay: null };
  const first = values.findIndex((value) => !(value > ABOVE_FLOOR * precisionFloor));
  const got = first < 0 ? values.length : first;
  const remedy = got === values.length && got < n && n >= FEWEST_FOR_DECAY ? ' Raise -k.' : '';
  return none(
    `it takes ${FEWEST_FOR_DECAY} eigenvalues above ten times the floor of the precision, got ${got}.${remedy}`,
  );
}

/** Targets divided by the largest of them, so that no square of them overflows: only their directions count. */
function unitTargets(targets: Float64Array | null): Float64Array | null {
  if (targets === null) return null;
  const largest = largestMagnitude(targets, 0, targets.length);
  return largest > 0 ? targets.map((value) => value / largest) : targets;
}

/**
 * Summaries of the eigenpairs of a symmetric matrix, exact where all eigenvalues are known, else bounds that hold if it
 * is positive semidefinite.
 *
 * Takes one product with a block of 1 + outputs vectors, one more where the diagonal is not constant. Of a matrix that
 * is known not to be semidefinite, what then has no meaning or no bound is null. Throws UsageError (a ridge below 0).
 */
export async function summarise(
  operator: SymmetricOperator,
  found: Eigenpairs,
  { which, ridges, targets: given }: SummaryOptions,
): Promise<SpectrumSummary> {
  const n = operator.size;
  const { values, vectors, norm, precisionFloor } = found;
  const targets = unitTargets(given);
  const diagonal = await operator.diagonal();
  const scales = unitScales(diagonal);
  const outputs = (targets?.length ?? 0) / n;
  const ones = isConstant(scales) ? 0 : 1;
  const columns = 1 + outputs + ones;
  const block = new Float64Array(columns * n);
  block.set(scales);
  if (targets !== null) block.set(targets, n);
  block.fill(1, (1 + outputs) * n);
  const products = await operator.apply(block, columns);
  const byOnes = ones === 0 ? null : products.subarray((1 + outputs) * n);
  const all = found.all ?? (values.length === n ? values : null);
  const floor = Math.max(precisionFloor, roundingFloor(norm, n, 0));
  const end = lowerEnd(found, diagonal, floor, all !== null || which === 'smallest');
  const isIndefinite = end.positiveSemidefinite === false;
  const trace = diagonal.reduce((sum, own) => sum + own, 0);
  const facts: Known = { n, found, all, which, trace, floor, isIndefinite };
  const isTop = which === 'largest' || all !== null;
  const { number, isResolved } = conditionOf(facts);
  const isBounded = isTop && !(isIndefinite && all === null);
  return {
    ...end,
    ...decayOf(facts),
    effectiveDimension: isTop && !isIndefinite ? ridges.map((ridge) => dimensionAt(facts, ridge)) : null,
    numericalRank: rankOf(facts),
    conditionAtLeast: number,
    conditionResolved: isResolved,
    ...correlationOf({ scales, byScales: products.subarray(0, n), byOnes }, trace, isIndefinite),
    alignment:
      targets !== null && isBounded
        ? alignmentOf(facts, targetForm(targets, products.subarray(n, (1 + outputs) * n), n))
        : null,
    learningTimes: [...learningTimes(values, 1)],
    targetShares: targets !== null && vectors !== null ? [...targetShares(vectors, targets, outputs)] : null,
    summaryProducts: columns,
  };
}
