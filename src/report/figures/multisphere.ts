import { z } from 'zod';
import type { Chart, Guide, Mark, Point, Series } from '../charts/chart.js';
import { type Described, numbers } from '../records/common.js';
import { multisphereLine, multisphereRecord, multisphereRow } from '../records/multisphere.js';
import { checked } from './check.js';
import { columnsTable } from './columns.js';
import type { Figure, Named, RecordFile } from './figure.js';
import { distinctNames } from './names.js';
import { type Style, stylesOf } from './styles.js';

const lineSchema = multisphereLine.extend({ degrees: numbers.min(1) });
const rowSchema = multisphereRow.pick({ name: true }).extend({ lines: z.array(lineSchema) });
const schema = multisphereRecord
  .pick({ kind: true, normalized: true, dim: true, positions: true })
  .extend({ rows: z.array(rowSchema).min(1) });
type Data = Described<typeof schema>;
type Line = Described<typeof lineSchema>;

/** What a line is called and marked with: hollow where they often cover another. */
const LINES: Readonly<Record<Line['name'], { readonly text: string; readonly mark: Mark; readonly hollow: boolean }>> =
  {
    axis: { text: '(k, 0, ...)', mark: 'circle', hollow: false },
    neighbour: { text: '(0, k, 0, ...)', mark: 'triangle', hollow: true },
    diagonal: { text: '(k, ..., k)', mark: 'diamond', hollow: true },
  };
/** Dashes of the predicted slopes. */
const DASHES = { slowest: '7 4', fastest: '2 3' } as const;

/** One line of frequencies of one kernel. */
interface Entry {
  readonly line: Line;
  readonly name: string;
  readonly style: Style;
}

function entriesOf(records: readonly Named<Data>[]): readonly Entry[] {
  const several = (values: readonly (string | number | boolean)[]): boolean => new Set(values).size > 1;
  const differs = (pick: (record: Data) => string | number | boolean): boolean =>
    several(records.map(({ record }) => pick(record)));
  const all = records.flatMap(({ name: source, record }) =>
    record.rows.map((row) => ({
      source,
      row,
      name: [
        row.name,
        ...(differs((r) => r.kind) ? [record.kind.toUpperCase()] : []),
        ...(differs((r) => r.positions) ? [`P = ${record.positions}`] : []),
        ...(differs((r) => r.dim) ? [`C0 = ${record.dim}`] : []),
        ...(differs((r) => r.normalized) && record.normalized ? ['normalised'] : []),
      ].join(', '),
    })),
  );
  const names = distinctNames(all);
  const styles = stylesOf(names);
  return all.flatMap(({ row }, k) => row.lines.map((line) => ({ line, name: names[k], style: styles[k] })));
}

/** Values that stand above their bounds, from degree 1 on. */
function pointsOf({ degrees, eigenvalues, errorBounds }: Line): readonly Point[] {
  return degrees.flatMap((x, i): readonly Point[] => {
    const [y, bound] = [eigenvalues[i], errorBounds[i]];
    if (x === 0 || !(y > bound)) return [];
    return bound > 0.05 * y ? [{ x, y, low: y - bound, high: y + bound }] : [{ x, y }];
  });
}

function seriesOf({ line, name, style }: Entry): Series {
  const { text, mark, hollow } = LINES[line.name];
  const note = line.fit === null ? {} : { note: `fitted k^-${line.fit.exponent.toFixed(2)}` };
  const common = { ...style, mark, hollow, dash: null, joined: false, labelled: true };
  return { ...common, ...note, name: `${name} ${text}`, points: pointsOf(line) };
}

/** The predicted slopes, through the largest value of the upper half of the degrees. */
function guidesOf({ line, name, style }: Entry): readonly Guide[] {
  const points = pointsOf(line);
  const last = points.at(-1)?.x ?? 0;
  const upper = points.filter(({ x }) => x >= last / 2);
  if (line.predicted === null || upper.length < 2) return [];
  const anchor = upper.reduce((a, b) => (b.y > a.y ? b : a));
  const { slowest, fastest } = line.predicted;
  const one = (which: keyof typeof DASHES, exponent: number): Guide => ({
    name: `${name} ${LINES[line.name].text}: k^-${Number(exponent.toPrecision(3))}`,
    colour: style.colour,
    dash: DASHES[which],
    points: [anchor.x, last].map((x) => ({ x, y: anchor.y * (x / anchor.x) ** -exponent })),
  });
  return [one('slowest', slowest), ...(fastest === null ? [] : [one('fastest', fastest)])];
}

function panelOf(entries: readonly Entry[], series: readonly Series[]): Chart {
  const guides = entries.flatMap(guidesOf);
  const last = Math.max(2, ...series.flatMap(({ points }) => points.map(({ x }) => x)));
  const used = Object.entries(LINES).filter(([name]) => entries.some(({ line }) => line.name === name));
  const has = (dash: string): boolean => guides.some((guide) => guide.dash === dash);
  return {
    form: 'chart',
    x: { label: 'degree k', scale: 'log', whole: true, domain: [0.9, last * 1.1] },
    y: { label: 'eigenvalue', scale: 'log' },
    series,
    guides,
    bands: [],
    key: [
      ...used.map(([, { text, mark, hollow }]) => ({ text, mark, hollow })),
      ...(has(DASHES.slowest) ? [{ text: 'slowest decay predicted', dash: DASHES.slowest }] : []),
      ...(has(DASHES.fastest) ? [{ text: 'fastest decay predicted', dash: DASHES.fastest }] : []),
    ],
  };
}

function exponentText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `k^-${Number(value.toPrecision(3))}`;
}

/** Eigenvalues on products of spheres along lines of frequencies, with the predicted slopes. */
export function multisphereFigure(files: readonly RecordFile[]): Figure {
  const records = checked(files, schema, 'sphere --positions');
  const entries = entriesOf(records);
  const series = entries.map(seriesOf);
  const [{ record }] = records;
  const { positions, dim, kind } = record;
  const same = records.every((r) => r.record.positions === positions && r.record.dim === dim && r.record.kind === kind);
  return {
    title: same
      ? `Eigenvalues of the ${kind.toUpperCase()} on the product of ${positions} unit spheres in R^${dim}` +
        `${records.every((one) => one.record.normalized) ? ', divided by K(x,x)' : ''}`
      : 'Eigenvalues on products of unit spheres',
    panel: panelOf(entries, series),
    names: series.map(({ name }) => name),
    data: columnsTable(
      'degree',
      entries.flatMap(({ line }, k) => [
        { title: series[k].name, places: line.degrees, values: line.eigenvalues },
        { title: `${series[k].name} error bound`, places: line.degrees, values: line.errorBounds },
      ]),
    ),
    summary: {
      header: ['kernel and frequencies', 'degree 1', 'fitted', 'over degrees', 'slowest', 'fastest'],
      rows: entries.map(({ line }, k) => ({
        series: series[k],
        cells: [
          line.eigenvalues[1]?.toPrecision(4) ?? '–',
          exponentText(line.fit?.exponent),
          line.fit === null ? '–' : `${line.fit.from} to ${line.fit.to}`,
          exponentText(line.predicted?.slowest),
          exponentText(line.predicted?.fastest),
        ],
      })),
    },
    notes: [
      'Only values above their error bounds are drawn. Predicted slopes pass through the largest value of the upper ' +
        'half of the degrees.',
    ],
  };
}
