import type { Chart, Guide, Point, Series } from '../../charts/chart.js';
import { columnsTable } from '../columns.js';
import type { Figure, Named } from '../figure.js';
import { distinctNames } from '../names.js';
import { type Style, stylesOf } from '../styles.js';
import { type CompareData, networkName, percent } from './record.js';

/** Room beside the smallest and the largest width, as a factor. */
const ROOM = 1.2;
/** How far single networks stand aside of their width, as a share of the axis. */
const ASIDE = 0.012;
/** How far two records stand apart, and all of them at most, as shares of the axis. */
const APART = 0.026;
const ALL_APART = 0.08;
/** Factor between the lowest mean and the line of the expected slope, which is there for its slope alone. */
const BELOW = 0.72;
const FIT = '7 4';
const EXPECTED = '1.5 3.5';
const GREY = '#57606a';

/** The fitted error at a width; null without a fit. */
export function fittedError({ slope, intercept }: CompareData, width: number): number | null {
  return slope === null || intercept === null ? null : Math.exp(intercept) * width ** slope;
}

/** The fitted power with its confidence interval, as text. */
export function slopeText({ slope, slopeInterval, slopeLevel }: CompareData): string {
  if (slope === null) return 'one width: no slope';
  const level = `${Math.round(100 * slopeLevel)} %`;
  const bounds = slopeInterval === null ? '' : `, ${level}: ${slopeInterval.map((end) => end.toFixed(2)).join(' to ')}`;
  return `width^${slope.toFixed(2)}${bounds}`;
}

/** Where the marks of a record lie beside their widths. */
interface Place {
  /** Logarithm of the last over the first value of the axis. */
  readonly range: number;
  /** Factor by which they stand aside. */
  readonly shift: number;
}

/** The `k`-th of some records stands aside of the others. */
function placeOf(k: number, count: number, range: number): Place {
  const step = count === 1 ? 0 : Math.min(APART, ALL_APART / (count - 1));
  return { range, shift: Math.exp(range * step * (k - (count - 1) / 2)) };
}

/** The single networks, spread a little around their width so that equal ones can be counted. */
function singles({ widths, errorsOfSeeds }: CompareData, { range, shift }: Place): readonly Point[] {
  return errorsOfSeeds.flatMap((errors, w) =>
    errors.map((y, s) => ({ x: widths[w] * shift * Math.exp(range * ASIDE * (2 * ((0.618 * (s + 1)) % 1) - 1)), y })),
  );
}

function means({ widths, errors, errorIntervals }: CompareData, { shift }: Place): readonly Point[] {
  return widths.map((width, w) => {
    const [x, interval] = [width * shift, errorIntervals[w]];
    return interval === null ? { x, y: errors[w] } : { x, y: errors[w], low: interval[0], high: interval[1] };
  });
}

function seriesOf(record: CompareData, name: string, { colour, mark }: Style, place: Place): readonly Series[] {
  const common = { colour, dash: null, joined: false, hollow: false } as const;
  const mean: Series = { ...common, name, note: slopeText(record), labelled: true, mark, points: means(record, place) };
  if (record.seeds === 1) return [mean];
  const faint = { ...common, labelled: false, mark: 'circle', faint: true } as const;
  return [{ ...faint, name: `${name}: single networks`, points: singles(record, place) }, mean];
}

function fitOf(record: CompareData, name: string, { colour }: Style): readonly Guide[] {
  const ends = [record.widths[0], record.widths[record.widths.length - 1]];
  const points = ends.flatMap((x): readonly Point[] => {
    const y = fittedError(record, x);
    return y === null ? [] : [{ x, y }];
  });
  return points.length === 0 ? [] : [{ name: `${name}: fitted`, colour, dash: FIT, points }];
}

/** A line of the expected slope below all means; none where all of them are 0. */
function expectedGuides(records: readonly CompareData[], low: number, high: number): readonly Guide[] {
  const slope = records[0].expectedSlope;
  const heights = records
    .flatMap(({ widths, errors }) => errors.map((error, w) => error * widths[w] ** -slope))
    .filter((height) => height > 0);
  if (heights.length === 0) return [];
  const height = BELOW * Math.min(...heights);
  const points = [low, high].map((x) => ({ x, y: height * x ** slope }));
  return [{ name: 'expected slope', colour: GREY, dash: EXPECTED, points }];
}

function panelOf(records: readonly Named<CompareData>[], names: readonly string[]): Chart {
  const styles = stylesOf(records.map((_, k) => String(k)));
  const widths = [...new Set(records.flatMap(({ record }) => record.widths))].sort((a, b) => a - b);
  const [low, high] = [widths[0], widths[widths.length - 1]];
  const domain = [low / ROOM, high * ROOM] as const;
  const range = Math.log(domain[1] / domain[0]);
  const guides = records.flatMap(({ record }, k) => fitOf(record, names[k], styles[k]));
  const isSeveral = records.some(({ record }) => record.seeds > 1);
  const colour = records.length === 1 ? { colour: styles[0].colour } : {};
  return {
    form: 'chart',
    x: { label: 'width', scale: 'log', domain, ticks: widths.map((width) => [width, String(width)]) },
    y: { label: 'relative error (Frobenius norm)', scale: 'log' },
    series: records.flatMap(({ record }, k) =>
      seriesOf(record, names[k], styles[k], placeOf(k, records.length, range)),
    ),
    guides: [
      ...guides,
      ...expectedGuides(
        records.map(({ record }) => record),
        low,
        high,
      ),
    ],
    bands: [],
    key: [
      ...(isSeveral ? [{ text: 'one network', mark: 'circle', faint: true, ...colour } as const] : []),
      { text: isSeveral ? 'mean with 95 % interval' : 'one network', mark: 'circle', ...colour },
      ...(guides.length > 0 ? [{ text: 'fitted', dash: FIT, ...colour }] : []),
      { text: `slope ${records[0].record.expectedSlope}`, dash: EXPECTED, colour: GREY },
    ],
  };
}

function dataOf(records: readonly Named<CompareData>[], names: readonly string[]): Figure['data'] {
  const columns = records.flatMap(({ record }, k) => {
    const { widths: places, errors, errorIntervals, errorsOfSeeds, seeds, seed } = record;
    const name = names[k];
    return [
      { title: name, places, values: errors },
      { title: `${name} low`, places, values: errorIntervals.map((interval) => interval?.[0] ?? null) },
      { title: `${name} high`, places, values: errorIntervals.map((interval) => interval?.[1] ?? null) },
      { title: `${name} fitted`, places, values: places.map((width) => fittedError(record, width)) },
      ...Array.from({ length: seeds }, (_, s) => ({
        title: `${name} seed ${seed + s}`,
        places,
        values: errorsOfSeeds.map((row) => row[s]),
      })),
    ];
  });
  return columnsTable('width', columns);
}

function summaryOf(records: readonly Named<CompareData>[], series: readonly Series[]): Figure['summary'] {
  const shown = series.filter(({ labelled }) => labelled);
  const rows = records.map(({ record }, k) => {
    const last = record.widths.length - 1;
    return { series: shown[k], cells: [slopeText(record), String(record.widths[last]), percent(record.errors[last])] };
  });
  return { header: ['network', 'error falls like', 'largest width', 'error there'], rows };
}

function spokenErrors(record: CompareData, name: string): string {
  const { widths, errors } = record;
  const last = widths.length - 1;
  const ends = [...new Set([0, last])].map((w) => `${percent(errors[w])} at width ${widths[w]}`);
  return `${name}: mean error ${ends.join(', ')}, ${slopeText(record)}`;
}

/**
 * Error of finite networks against their width, with the fitted power and the expected slope; records on the same axes.
 */
export function drawError(records: readonly Named<CompareData>[]): Figure {
  const names = distinctNames(records.map(({ name, record }) => ({ source: name, name: networkName(record) })));
  const panel = panelOf(records, names);
  const [{ record }] = records;
  const isSeveral = records.some((one) => one.record.seeds > 1);
  const fit = panel.guides.length > 1 ? `the dashed line is fitted to the ${isSeveral ? 'means' : 'marks'}, and ` : '';
  const aside = records.length > 1 ? '; records stand a little aside of one another' : '';
  const marks = isSeveral
    ? 'Each pale dot is one network, each full mark the mean of a width with its 95 % interval'
    : 'Each mark is one network';
  return {
    title: 'Error against width',
    alternative: `${records.map(({ record: one }, k) => spokenErrors(one, names[k])).join('; ')}.`,
    panel,
    names,
    data: dataOf(records, names),
    summary: summaryOf(records, panel.series),
    notes: [`${marks}; ${fit}the dotted line has the slope ${record.expectedSlope} that theory expects${aside}.`],
  };
}
