import { type Chart, INK, type Point, type Series } from '../../charts/chart.js';
import { columnsTable } from '../columns.js';
import type { Figure } from '../figure.js';
import type { CompareData } from './record.js';
import { type WidthMarks, widthMarks } from './widths.js';

/** What the bars of a figure are, where there are any. */
const BARS = ', with a bar of one standard deviation between networks to either side';

/**
 * How many of the eigenvalues of the infinite network are more than the rounding of its kernel: all, where that has
 * full rank.
 */
function resolvedOf({ eigenvalues: { analytic, rounding } }: CompareData): number {
  const first = analytic.findIndex((value) => value <= rounding);
  return first < 0 ? analytic.length : first;
}

/** What the reader has to know where the infinite network has eigenvalues that are rounding alone; else empty. */
function rankNote(record: CompareData): string {
  const resolved = resolvedOf(record);
  if (resolved === record.eigenvalues.analytic.length) return '';
  return ` Eigenvalues from index ${resolved + 1} on are rounding alone and are not drawn; the table has them.`;
}

/**
 * Means of each width beside their index, with what `show` makes of a value and its deviation; of eigenvalues that are
 * more than rounding.
 */
function marksOf(
  record: CompareData,
  show: (value: number, deviation: number | null, index: number) => Omit<Point, 'x'>,
): WidthMarks {
  const { widths, eigenvalues } = record;
  const { empirical, deviation } = eigenvalues;
  const resolved = resolvedOf(record);
  return widthMarks(widths, (w, aside) =>
    empirical[w].slice(0, resolved).map((value, i) => ({ x: i + 1 + aside, ...show(value, deviation[w][i], i) })),
  );
}

function dataOf({ widths, eigenvalues: { analytic, empirical, deviation } }: CompareData): Figure['data'] {
  const places = analytic.map((_, i) => i + 1);
  return columnsTable('index', [
    { title: 'infinite', places, values: analytic },
    ...widths.flatMap((width, w) => [
      { title: `width ${width}`, places, values: empirical[w] },
      { title: `width ${width} deviation`, places, values: deviation[w] },
    ]),
  ]);
}

function summaryOf(record: CompareData, series: readonly Series[]): Figure['summary'] {
  const { analytic, empirical, deviation } = record.eigenvalues;
  const cell = (value: number, sd: number | null): string =>
    `${value.toPrecision(4)}${sd === null ? '' : ` ± ${sd.toPrecision(2)}`}`;
  return {
    header: ['index', ...analytic.map((_, i) => String(i + 1))],
    rows: [
      { series: null, cells: ['infinite', ...analytic.map((value) => value.toPrecision(4))] },
      ...series.map((one, w) => ({ series: one, cells: empirical[w].map((value, i) => cell(value, deviation[w][i])) })),
    ],
  };
}

function indexAxis({ eigenvalues: { analytic } }: CompareData): Chart['x'] {
  const ticks = analytic.map((_, i) => [i + 1, String(i + 1)] as const);
  return { label: 'index', scale: 'linear', domain: [0.4, analytic.length + 0.6], ticks };
}

/** A short line over each index, at a height. */
function levels(heights: readonly number[], name: string): Chart['guides'] {
  return heights.map((y, i) => ({
    name: `${name} ${i + 1}`,
    colour: INK,
    dash: '',
    points: [i + 0.6, i + 1.4].map((x) => ({ x, y })),
  }));
}

/** Leading eigenvalues of the infinite network and their means in finite ones. */
export function drawEigenvalues(record: CompareData): Figure {
  const { analytic, rounding } = record.eigenvalues;
  const marks = marksOf(record, (y, deviation) =>
    deviation === null ? { y } : { y, low: y - deviation, high: y + deviation },
  );
  return {
    title: 'Leading eigenvalues',
    alternative: `Infinite network: ${analytic.map((value) => value.toPrecision(3)).join(', ')}.`,
    panel: {
      form: 'chart',
      x: indexAxis(record),
      y: { label: 'eigenvalue', scale: 'log' },
      // A mean that is no more than rounding, of networks that answer to nothing, would stretch the axis over all
      // powers of ten.
      series: marks.drawn.map((one) => ({ ...one, points: one.points.filter(({ y }) => y > rounding) })),
      guides: levels(analytic.slice(0, resolvedOf(record)), 'infinite'),
      bands: [],
      key: [{ text: 'infinite network', dash: '' }, ...marks.key],
    },
    names: marks.all.map(({ name }) => name),
    data: dataOf(record),
    summary: summaryOf(record, marks.all),
    notes: [
      'Each black line is an eigenvalue of the infinite network, each mark its mean over the networks of a ' +
        `width${record.seeds === 1 ? '' : BARS}.${marks.note}${rankNote(record)}`,
    ],
  };
}

/** The same eigenvalues divided by those of the infinite network. */
export function drawRatios(record: CompareData): Figure {
  const { widths, eigenvalues } = record;
  const { analytic, empirical } = eigenvalues;
  const last = widths.length - 1;
  const marks = marksOf(record, (value, deviation, i) => {
    const [y, bar] = [value / analytic[i], (deviation ?? 0) / analytic[i]];
    return deviation === null ? { y } : { y, low: y - bar, high: y + bar };
  });
  const axis = indexAxis(record);
  return {
    title: 'Leading eigenvalues relative to the infinite network',
    alternative: `Width ${widths[last]}: ${empirical[last]
      .slice(0, resolvedOf(record))
      .map((value, i) => (value / analytic[i]).toFixed(2))
      .join(', ')}.`,
    panel: {
      form: 'chart',
      x: axis,
      y: { label: 'finite / infinite', scale: 'linear' },
      series: marks.drawn,
      guides: [{ name: 'infinite', colour: INK, dash: '', points: (axis.domain ?? [0, 1]).map((x) => ({ x, y: 1 })) }],
      bands: [],
      key: [{ text: 'infinite network', dash: '' }, ...marks.key],
    },
    names: marks.all.map(({ name }) => name),
    data: dataOf(record),
    summary: summaryOf(record, marks.all),
    notes: [
      'Marks on the line at 1 agree with the infinite ' +
        `network${
          record.seeds === 1
            ? ''
            : '; bars are one standard deviation between ' + 'networks, and shrink as the width grows'
        }.${marks.note}${rankNote(record)}`,
    ],
  };
}
