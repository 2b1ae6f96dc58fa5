import type { ComparePlan, Comparison, Interval } from '../../compare/types.js';
import { readableBytes } from '../../data/budget.js';
import { fallText } from './compare-words.js';
import { tableText } from './table.js';
import { countText, secondsText } from './units.js';

const short = (value: number): string => value.toPrecision(3);
const percent = (value: number): string => `${(100 * value).toPrecision(3)} %`;
const orDash = (value: number | null, text: (value: number) => string): string => (value === null ? '-' : text(value));

/** The plan of a comparison for people: one line a fact. */
export function comparePlanText(plan: ComparePlan): string {
  const { shape, precision, widths, networks, reused, analyticSeconds } = plan;
  const each = widths.map(({ width, parameters }) => `${width} (${countText(parameters)} weights)`);
  const there = reused === 0 ? '' : `, ${reused} more are there`;
  const lines: readonly (readonly [string, string])[] = [
    ['kernels', `${shape.join(' x ')}, finite networks in ${precision}, the infinite one in f64`],
    ['widths', each.join(', ')],
    ['networks', `${networks} to compute${there}`],
    ['products', `${plan.algebra}, ${plan.threads} ${plan.threads === 1 ? 'thread' : 'threads'}`],
    ['memory', `${readableBytes(plan.memoryBytes)} at the peak, of ${readableBytes(plan.memoryLimit)} promised`],
    [
      'time',
      networks === 0 && analyticSeconds === 0
        ? 'nothing to compute: all kernels are there'
        : `about ${secondsText(plan.seconds)} of arithmetic, ${secondsText(analyticSeconds)} of it the analytic kernel`,
    ],
  ];
  return lines.map(([name, text]) => `${name.padEnd(9)} ${text}\n`).join('');
}

function intervalText(interval: Interval | null, text: (value: number) => string): string {
  return interval === null ? '' : ` (${interval.map(text).join(' to ')})`;
}

/** The largest dimension with a gap of a tenth of its eigenvalue behind it: where a space is told from the rest. */
function clearDimension({ eigenspaces: { dimensions, gaps } }: Comparison): number {
  const clear = gaps.findLastIndex((gap) => gap !== null && gap >= 0.1);
  return dimensions[Math.max(0, clear)];
}

/** A comparison for a terminal: a table by width, the slope, and what they mean. */
export function compareText(result: Comparison): string {
  const { widths, errors, errorIntervals, meanKernel, eigenspaces, networkSeconds, seeds } = result;
  const dimension = clearDimension(result);
  const rows = widths.map((width, i) => [
    String(width),
    percent(errors[i]) + intervalText(errorIntervals[i], percent),
    percent(meanKernel.errors[i]),
    orDash(meanKernel.expected[i], percent),
    orDash(meanKernel.bias[i], percent),
    short(eigenspaces.angles[i][dimension - 1]),
    secondsText(networkSeconds[i]),
  ]);
  const header = ['width', 'error of one network', 'mean kernel', 'by chance', 'bias', `angle of ${dimension}`, 'time'];
  const table = tableText(header, rows, ['right', 'left', 'right', 'right', 'right', 'right', 'right']);
  const notes = [
    `errors relative to the Frobenius norm of the analytic kernel; ${seeds} ` +
      `${seeds === 1 ? 'network' : 'networks'} of each width`,
    'mean kernel: the error of the mean over these, what chance alone gives it, and what is left',
    `angle of ${dimension}: largest principal angle of the leading eigenspace of dimension ${dimension}, radians`,
  ];
  return `${table}\n${fallText(result)}\n${notes.map((note) => `${note}\n`).join('')}`;
}
