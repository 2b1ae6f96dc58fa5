import type { SymmetricOperator } from '../matrix/operator.js';
import { frobeniusNorm, targetForm, targetShares } from './alignment.js';
import { condition, doubleConstantBound, meanCorrelation, unitScales } from './condition.js';
import { decayExponent, type PowerLawFit } from './decay.js';
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
 * What eigenvalues say of a positive semidefinite matrix, whether all are known or only those at one end.
 *
 * Where only some are known, the trace and the order of the eigenvalues bound what the rest can add.
 */
export interface SpectrumSummary {
  /** Power law through the eigenvalues found from the largest on; null at the other end, and where fewer than three lie above the floor. */
  readonly decay: PowerLawFit | null;
  /** Null where only the smallest eigenvalues are known. */
  readonly effectiveDimension: readonly DimensionAt[] | null;
  /** Eigenvalues above the floor of the precision: at least and at most. */
  readonly numericalRank: {
    /** At least so many. */
    readonly least: number;
    /** At most so many. */
    readonly most: number;
  };
  /** Lower bound of the condition number; the number itself, to rounding, where all eigenvalues are known and the smallest is resolved. */
  readonly conditionAtLeast: number;
  /** Whether the smallest eigenvalue is known and lies above the floor. */
  readonly conditionResolved: boolean;
  /** Lower bound 1 + n b / (1 - b) of the condition number of the matrix scaled to unit diagonal. */
  readonly doubleConstantBound: number;
  /** Mean b of the off-diagonal entries of that matrix. */
  readonly meanCorrelation: number;
  /** Kernel-target alignment; null without targets, and where only the smallest eigenvalues are known. */
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
  const absolute = (ridge * trace) / n;
  if (all !== null) return { ridge, ...exactly(effectiveDimension(all, absolute)) };
  if (!(absolute > 0)) return { ridge, ...exactly(0) };
  const { lower, upper } = effectiveDimensionBounds(found.values, n, trace, absolute);
  return { ridge, ...between(lower, upper) };
}

function rankOf({ n, all, found, which }: Known): SpectrumSummary['numericalRank'] {
  const { values, precisionFloor } = found;
  const above = numericalRank(all ?? values, precisionFloor);
  if (all !== null) return { least: above, most: above };
  const below = values.length - above;
  if (which === 'largest') return { least: above, most: below > 0 ? above : n };
  return { least: above > 0 ? n - below : 0, most: n - below };
}

/** The condition number, or a lower bound: the smallest eigenvalue is at most the mean of those that were not found. */
function conditionOf(facts: Known): { readonly number: number; readonly isResolved: boolean } {
  const { n, all, found, which } = facts;
  const { norm, precisionFloor } = found;
  const values = all ?? found.values;
  const last = values[values.length - 1];
  const isEnd = all !== null || which === 'smallest';
  if (isEnd && last > precisionFloor) {
    return { number: condition(norm, last, precisionFloor).conditionNumber, isResolved: true };
  }
  const smallest = isEnd ? last : Math.min(last, restOf(facts) / (n - values.length));
  const most = Math.max(0, smallest) + precisionFloor;
  return { number: most > 0 ? norm / most : Infinity, isResolved: false };
}

/** |K|_F from all eigenvalues, or bounds from the largest and the trace. */
function frobeniusOf(facts: Known): Estimate {
  const { n, all, found } = facts;
  if (all !== null) return exactly(frobeniusNorm(all));
  const squares = frobeniusNorm(found.values) ** 2;
  const rest = restOf(facts);
  const [count, top] = [n - found.values.length, Math.max(0, found.values[found.values.length - 1])];
  return between(Math.sqrt(squares + rest ** 2 / count), Math.sqrt(squares + rest * top));
}

function alignmentOf(facts: Known, form: number): Estimate {
  const { value, lower, upper } = frobeniusOf(facts);
  if (!(lower > 0)) return exactly(0);
  return lower === upper ? exactly(form / value) : between(form / upper, form / lower);
}

/**
 * Summaries of the eigenpairs of a positive semidefinite matrix, exact where all eigenvalues are known, else bounds that hold.
 *
 * Takes one product with a block of 1 + outputs vectors. Of a matrix that is not semidefinite the bounds do not hold where only some
 * eigenvalues are known. Throws UsageError (a ridge below 0).
 */
export async function summarise(
  operator: SymmetricOperator,
  found: Eigenpairs,
  { which, ridges, targets }: SummaryOptions,
): Promise<SpectrumSummary> {
  const n = operator.size;
  const diagonal = await operator.diagonal();
  const scales = unitScales(diagonal);
  const outputs = (targets?.length ?? 0) / n;
  const block = new Float64Array((1 + outputs) * n);
  block.set(scales);
  if (targets !== null) block.set(targets, n);
  const products = await operator.apply(block, 1 + outputs);
  const correlation = meanCorrelation(scales, products.subarray(0, n));
  const all = found.all ?? (found.values.length === n ? found.values : null);
  const facts: Known = { n, found, all, which, trace: diagonal.reduce((sum, own) => sum + own, 0) };
  const isTop = which === 'largest' || all !== null;
  const { number, isResolved } = conditionOf(facts);
  const { values, vectors, precisionFloor } = found;
  return {
    decay: which === 'largest' || values.length === n ? decayExponent(values, { precisionFloor }) : null,
    effectiveDimension: isTop ? ridges.map((ridge) => dimensionAt(facts, ridge)) : null,
    numericalRank: rankOf(facts),
    conditionAtLeast: number,
    conditionResolved: isResolved,
    doubleConstantBound: doubleConstantBound(n, correlation),
    meanCorrelation: correlation,
    alignment: targets !== null && isTop ? alignmentOf(facts, targetForm(targets, products.subarray(n), n)) : null,
    learningTimes: [...learningTimes(values, 1)],
    targetShares: targets !== null && vectors !== null ? [...targetShares(vectors, targets, outputs)] : null,
    summaryProducts: 1 + outputs,
  };
}
