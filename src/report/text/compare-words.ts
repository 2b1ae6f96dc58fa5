import { basename } from 'node:path';
import { LEVEL } from '../../compare/statistics.js';
import { studentQuantile } from '../../spectrum/student.js';
import { type CompareData, networkName, percent } from '../figures/compare/record.js';
import { countText, secondsText } from './units.js';

/**
 * Factor above what chance gives from which on the error of a mean kernel is called more than chance.
 *
 * The chance is estimated from the same networks, so that errors along one direction follow Student's t: few networks
 * need a large factor.
 */
function beyondChance(seeds: number): number {
  return studentQuantile(seeds - 1, LEVEL);
}

/** A list as people write it: `a, b and c`. */
function listText(parts: readonly (string | number)[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}

/** What examples are: `examples of length 64`, `example of 8 × 8 × 1`. */
function exampleText(count: number, shape: readonly number[] | null): string {
  const examples = count === 1 ? 'example' : 'examples';
  if (shape === null) return examples;
  return `${examples} of ${shape.length > 2 ? shape.slice(1).join(' × ') : `length ${shape[1]}`}`;
}

/** What was compared, in words: data, widths, networks. */
export function subjectText(record: CompareData): string {
  const { shape, inputs, widths, seeds, seed, init, outputs } = record;
  const files = [...new Set(inputs.map(({ path }) => basename(path)))].join(', ');
  const networks =
    seeds === 1 ? `one network of each (seed ${seed})` : `${seeds} networks of each (seeds from ${seed})`;
  const law = init === null ? '' : `, ${init === 'gaussian' ? 'Gaussian' : 'orthogonal'} weights`;
  return (
    `NTK of ${shape[0]} ${exampleText(shape[0], inputs[0]?.shape ?? null)} from ${files}; ` +
    `width${widths.length > 1 ? 's' : ''} ${listText(widths)}, ${networks}, ` +
    `${outputs === 1 ? 'one output' : `${outputs} outputs`}${law}.`
  );
}

/** What is said of the slope. */
type Fitted = Pick<
  CompareData,
  'widths' | 'errors' | 'check' | 'slope' | 'slopeInterval' | 'slopeLevel' | 'expectedSlope'
>;

/**
 * Whether finite networks have the kernel of the infinite one but for rounding, as orthogonal weights of linear layers
 * give it.
 */
function isExact({ errors, check }: Pick<CompareData, 'errors' | 'check'>): boolean {
  return errors.every((error) => error <= check.networksTolerance);
}

/** Length of an interval of the slope that tells little of it. */
const WIDE = 0.4;

/** How the fitted slope lies to the expected one. */
function verdict({ slopeInterval, expectedSlope }: Fitted): string {
  const theory = `the width^${expectedSlope} that theory expects of wide networks`;
  if (slopeInterval === null) return '; so few networks give no interval.';
  const [low, high] = slopeInterval;
  if (low <= 0 && high >= 0)
    return ': so wide an interval does not show whether it falls, and more seeds or widths narrow it.';
  if (low > 0) return ': it does not fall, so that these widths are too small for what theory says of wide networks.';
  const wide = high - low > WIDE ? '; more networks or widths would narrow this interval' : '';
  if (low <= expectedSlope && expectedSlope <= high) return `, in agreement with ${theory}${wide}.`;
  return `, ${low > expectedSlope ? 'more slowly' : 'faster'} than ${theory}.`;
}

/** What the fit says; `width^-0.46` stands for a power. */
export function fallText(record: Fitted): string {
  const { slope, slopeInterval, slopeLevel, widths } = record;
  if (isExact(record))
    return (
      `The networks of ${widths.length > 1 ? 'every width' : 'this width'} have the kernel of the infinite one but ` +
      'for rounding: there is no error that could fall.'
    );
  if (slope === null && widths.length > 1) return 'The error has no slope: it is 0 at some width.';
  if (slope === null)
    return `The error was measured at width ${widths[0]} alone, which says nothing about how it falls.`;
  const level = `${Math.round(100 * slopeLevel)} %`;
  const interval =
    slopeInterval === null ? '' : ` (${level}: ${slopeInterval.map((end) => end.toFixed(2)).join(' to ')})`;
  return (
    `The error of one network ${slope < 0 ? 'falls' : 'goes'} like ` +
    `width^${slope.toFixed(2)}${interval}${verdict(record)}`
  );
}

/** The error at the largest width. */
function errorText({ widths, seeds, errors, errorIntervals }: CompareData): string {
  const last = widths.length - 1;
  const interval = errorIntervals[last];
  if (seeds === 1) return `At width ${widths[last]} this one network is ${percent(errors[last])} off.`;
  const ends = interval === null ? '' : ` (95 %: ${percent(interval[0]).replace(' %', '')} to ${percent(interval[1])})`;
  return `At width ${widths[last]} one network is ${percent(errors[last])} off on average${ends}.`;
}

/** The mean kernel of a width beside what chance gives; `mean` is what it is called. Empty with one seed. */
function chanceText({ seeds, meanKernel }: CompareData, w: number, mean: string): string {
  const [error, chance, bias] = [meanKernel.errors[w], meanKernel.expected[w], meanKernel.bias[w]];
  if (chance === null || bias === null) return '';
  const off = `${mean} is ${percent(error)} off`;
  if (error <= beyondChance(seeds) * chance)
    return `${off}, which chance explains (${percent(chance)} is to be expected).`;
  return (
    `${off}, more than chance explains (${percent(chance)} is to be expected): a bias of about ${percent(bias)} that ` +
    'wider networks have less of.'
  );
}

/** The mean kernels at the largest width, and at the smallest where this has a bias that the largest lacks. */
function meanText(record: CompareData): string {
  const { widths, seeds, meanKernel } = record;
  if (seeds === 1 || isExact(record)) return '';
  const last = widths.length - 1;
  const isBiased = (w: number): boolean =>
    meanKernel.errors[w] > beyondChance(seeds) * (meanKernel.expected[w] ?? Infinity);
  const wide = chanceText(record, last, `The mean kernel of these ${seeds} networks`);
  return isBiased(0) && !isBiased(last) ? `${wide} ${chanceText(record, 0, `That of width ${widths[0]}`)}` : wide;
}

/** What a comparison found, in sentences, the most important first; `width^-0.46` stands for a power. */
export function conclusions(record: CompareData): readonly string[] {
  return [fallText(record), errorText(record), meanText(record)].filter((text) => text !== '');
}

/** How many networks were taken, how large they are, and how long they took. */
export function effortText({ widths, seeds, parameters, networkSeconds }: CompareData): string {
  const last = widths.length - 1;
  const total = networkSeconds.reduce((sum, seconds) => sum + seeds * seconds, 0);
  const sizes = [...new Set([parameters[0], parameters[last]])].map(countText).join(' to ');
  return `${widths.length * seeds} networks of ${sizes} parameters; ${secondsText(total)} for all of them.`;
}

/** A title of a page about a comparison. */
export function compareTitle(record: CompareData): string {
  return `${networkName(record)}: finite networks against the infinite one`;
}
