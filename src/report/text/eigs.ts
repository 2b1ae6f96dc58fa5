import { roundingFloor } from '../../linalg/floor.js';
import { onOneLine } from '../../printable.js';
import type { DimensionAt, Estimate, SpectrumSummary } from '../../spectrum/summary.js';
import type { DensityResult, EigsResult } from '../records/eigs.js';
import { sparkline } from './sparkline.js';
import { tableText } from './table.js';

const short = (value: number): string => String(Number(value.toPrecision(4)));
const power = (value: number): string => value.toExponential(2);
const timeText = (value: number | null): string => (value === null || value === Infinity ? 'never' : power(value));

/** A number, or the bounds between which it lies. */
function estimateText({ value, lower, upper }: Estimate): string {
  return short(lower) === short(upper) ? short(value) : `${short(lower)} to ${short(upper)}`;
}

function rankText({ numericalRank: { least, most }, n }: EigsResult): string {
  if (least === most) return `numerical rank ${least} of ${n}`;
  return most === n ? `numerical rank at least ${least}` : `numerical rank ${least} to ${most}`;
}

function conditionText(result: EigsResult): string {
  const { conditionAtLeast, conditionResolved, doubleConstantBound, ownConstantBound, meanCorrelation, norm } = result;
  if (norm === 0 || conditionAtLeast === null) return 'all eigenvalues are 0: there is no condition number';
  const own = `condition number ${conditionResolved ? '' : 'at least '}${power(conditionAtLeast)}`;
  if (doubleConstantBound === null || meanCorrelation === null) return own;
  const unit =
    `at least ${power(doubleConstantBound)} at unit diagonal by the ` + `mean correlation ${short(meanCorrelation)}`;
  const isOther = ownConstantBound !== null && ownConstantBound !== doubleConstantBound;
  return `${own}; ${isOther ? `at least ${power(ownConstantBound)} by the mean entry, ` : ''}${unit}`;
}

/**
 * Says that a matrix is not positive semidefinite, by its smallest eigenvalue as far as that is known; null where it
 * may be.
 */
export function indefiniteText({
  positiveSemidefinite,
  lowest,
  lowestKnown,
}: Pick<SpectrumSummary, 'positiveSemidefinite' | 'lowest' | 'lowestKnown'>): string | null {
  if (positiveSemidefinite !== false) return null;
  const which = lowestKnown ? 'the smallest eigenvalue is' : 'there is an eigenvalue of at most';
  return `not positive semidefinite, as kernels are; ${which} ${Number(lowest.toPrecision(6))}`;
}

function dimensionText(list: readonly DimensionAt[]): string {
  const parts = list.map((one) => `${estimateText(one)} at ridge ${one.ridge.toExponential()}`);
  return `effective dimension ${parts.join(', ')}`;
}

function decayText({ decay, noDecay }: EigsResult): string[] {
  if (decay === null) return [`no decay exponent: ${noDecay}`];
  const { exponent, interval, confidence, from, to } = decay;
  const [low, high] = interval.map((value) => value.toFixed(2));
  return [
    `decay i^-${exponent.toFixed(2)} (${low} to ${high} with ${100 * confidence} %), fitted to ${from} ... ${to}`,
  ];
}

/** Places that the curve of a density takes in a line. */
const CURVE = 48;

function densityText(density: DensityResult | null): string[] {
  if (density === null) return [];
  const { points, values, errors, samples, steps, products, width } = density;
  const most = Math.max(...values);
  return [
    `density from ${power(points[0])} to ${power(points[points.length - 1])}, width ${power(width)}; ${samples} ` +
      `random vectors, ${steps} steps, ${products} products`,
    `  ${sparkline(values, 0, most, CURVE)}  largest ${power(most)}, standard errors up to ` +
      `${power(Math.max(...errors))}`,
  ];
}

function table(result: EigsResult): string {
  const { values, residuals, precisionFloor, norm, learningTimes, targetShares } = result;
  const floor = Math.max(precisionFloor, roundingFloor(norm, result.n, 0));
  const rows = values.map((value, i) => [
    String(i + 1),
    value.toExponential(10),
    residuals[i].toExponential(1),
    timeText(learningTimes[i]),
    ...(targetShares === null ? [] : [`${(100 * targetShares[i]).toFixed(2)} %`]),
    ...(Math.abs(value) <= floor ? ['below the floor'] : []),
  ]);
  const header = ['', 'eigenvalue', '|K v - l v|', 'time 1/l', ...(targetShares === null ? [] : ['of the labels'])];
  return tableText(rows.some((row) => row.length > header.length) ? [...header, 'note'] : header, rows, [
    'right',
    'right',
    'right',
    'right',
    'right',
  ]);
}

function one(result: EigsResult): string {
  const { name, matrix, n, method, reason, products, precisionFloor, effectiveDimension, alignment } = result;
  const indefinite = indefiniteText(result);
  const facts = [
    `${onOneLine(name)}: ${n} x ${n}, ${matrix === `stored ${name}` ? 'stored' : onOneLine(matrix)}`,
    `${method}: ${reason}; ${products} products`,
    `floor of the precision ${precisionFloor.toExponential(1)}; ${rankText(result)}`,
    ...(indefinite === null ? [] : [indefinite]),
    conditionText(result),
    ...(effectiveDimension === null ? [] : [dimensionText(effectiveDimension)]),
    ...decayText(result),
    ...(alignment === null ? [] : [`alignment with the labels ${estimateText(alignment)}`]),
    ...densityText(result.density),
    ...(result.converged ? [] : [`NOT all residuals are below ${result.tol} |K|`]),
  ];
  return `${facts.join('\n')}\n\n${table(result)}`;
}

/** Spectra for a terminal. */
export function eigsText(results: readonly EigsResult[]): string {
  return results.map(one).join('\n');
}
