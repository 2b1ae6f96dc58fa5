import { z } from 'zod';
import { DataError, UsageError } from '../../errors.js';
import type { Axis, Chart, Guide, Point, Series } from '../charts/chart.js';
import { tickText } from '../charts/ticks.js';
import type { Described } from '../records/common.js';
import { regressRecord, regressRow } from '../records/regress.js';
import { checked } from './check.js';
import { columnsTable } from './columns.js';
import type { Figure, FigureKind, FigureOptions, Named } from './figure.js';
import { drawLeaveOneOut } from './leave-one-out.js';
import { distinctNames, familyOf } from './names.js';
import { stylesOf } from './styles.js';

const rowSchema = regressRow
  .pick({ name: true, accuracy: true, rmse: true, ridge: true, time: true, leaveOneOut: true })
  // Sizes of their own came later than the record.
  .extend({ ...regressRow.pick({ depth: true, alpha: true, gamma: true, trainSize: true }).partial().shape });
const schema = regressRecord.pick({ task: true, kind: true, train: true }).extend({ rows: z.array(rowSchema).min(1) });

/** The part of a record of regressions that figures need. */
export type RegressData = Described<typeof schema>;
type Row = Described<typeof rowSchema>;

/** Fields that a curve may run over, the one first that is taken first where several vary. */
const FIELDS = {
  train: { label: 'training rows', scale: 'log' },
  time: { label: 'time of gradient flow', scale: 'log' },
  ridge: { label: 'ridge / mean diagonal', scale: 'log' },
  depth: { label: 'depth', scale: 'linear' },
  alpha: { label: 'alpha', scale: 'linear' },
  gamma: { label: 'gamma', scale: 'linear' },
} as const satisfies Readonly<Record<string, Pick<Axis, 'label' | 'scale'>>>;
type Field = keyof typeof FIELDS;
const NAMES = Object.keys(FIELDS) as readonly Field[];
/** Ratio of the ends of an axis from which on it is logarithmic. */
const LONG = 20;
/** Values up to which each has its tick. */
const ALL_TICKS = 9;

/** One result with all that may tell it from others. */
interface Entry {
  readonly source: string;
  readonly kind: string;
  readonly family: string;
  readonly row: Row;
  readonly fields: Readonly<Record<Field, number | null>>;
  readonly score: number;
}

function entriesOf(records: readonly Named<RegressData>[]): readonly Entry[] {
  return records.flatMap(({ name: source, path, record }) =>
    record.rows.map((row) => {
      const score = row.accuracy ?? row.rmse;
      if (score === null) {
        throw new DataError(
          `${path}: must hold accuracy or rmse, got neither for ${row.name}. Run ntk regress with labels of the ` +
            'test rows (--test-labels).',
        );
      }
      const { depth = null, alpha = null, gamma = null, time, ridge } = row;
      const fields = { depth, alpha, gamma, time, ridge, train: row.trainSize ?? record.train };
      return { source, kind: record.kind, family: familyOf(row.name), row, fields, score };
    }),
  );
}

function varies(entries: readonly Entry[], field: Field): boolean {
  return new Set(entries.map(({ fields }) => fields[field]).filter((value) => value !== null)).size > 1;
}

function fieldOf(entries: readonly Entry[], wanted: string | undefined): Field {
  if (wanted !== undefined) {
    const found = NAMES.find((name) => name === wanted);
    if (found !== undefined && entries.some(({ fields }) => fields[found] !== null)) return found;
    const there = NAMES.filter((name) => entries.some(({ fields }) => fields[name] !== null));
    throw new UsageError(
      `--x: must be a field of the results (${there.join(', ')}), got ${wanted}. Choose one of them.`,
    );
  }
  const found = NAMES.find((name) => varies(entries, name) && !(name === 'ridge' && isChosen(entries)));
  if (found !== undefined) return found;
  throw new DataError(
    'R.json: results must differ in a number to be drawn over it, got one value of each. Give ntk regress a list, ' +
      'for example --depth 1,2,3, or plot several records.',
  );
}

/** A curve before it has a name: its results in the order of the axis. */
interface Curve {
  readonly source: string;
  readonly name: string;
  readonly group: string;
  readonly entries: readonly Entry[];
}

/** Curves: one for each combination of what varies and is not on the axis. */
function curvesOf(entries: readonly Entry[], field: Field): readonly Curve[] {
  const others = NAMES.filter(
    (name) => name !== field && varies(entries, name) && !(name === 'ridge' && isChosen(entries)),
  );
  const kinds = new Set(entries.map(({ kind }) => kind)).size > 1;
  const found = new Map<string, Entry[]>();
  for (const entry of entries) {
    const parts = others.flatMap((name) =>
      entry.fields[name] === null ? [] : [`${name} ${tickText(entry.fields[name])}`],
    );
    const name = [entry.family, ...(kinds ? [entry.kind.toUpperCase()] : []), ...parts].join(' ');
    found.set(name, [...(found.get(name) ?? []), entry]);
  }
  return [...found].flatMap(([name, list]) =>
    separated(list, field).map((own) => ({
      source: own[0].source,
      name,
      group: own[0].family,
      entries: own.toSorted((a, b) => (a.fields[field] ?? Infinity) - (b.fields[field] ?? Infinity)),
    })),
  );
}

/** Results of one kernel from several records are one curve, unless two of them lie at one place. */
function separated(entries: readonly Entry[], field: Field): readonly (readonly Entry[])[] {
  if (new Set(entries.map(({ fields }) => fields[field])).size === entries.length) return [entries];
  const sources = [...new Set(entries.map(({ source }) => source))];
  return sources.map((source) => entries.filter((entry) => entry.source === source));
}

/** Whether ridges came from leave-one-out: then they are results, and tell no curves apart. */
function isChosen(entries: readonly Entry[]): boolean {
  return entries.every(({ row }) => row.leaveOneOut !== null);
}

function axisOf(field: Field, values: readonly number[]): Axis {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [low, high] = [distinct[0], distinct[distinct.length - 1]];
  const log = low > 0 && (FIELDS[field].scale === 'log' || high / low >= LONG);
  const few =
    distinct.length <= ALL_TICKS && (!log || distinct.every((value, k) => k === 0 || value / distinct[k - 1] > 1.5));
  return {
    label: FIELDS[field].label,
    scale: log ? 'log' : 'linear',
    ...(few ? { ticks: distinct.map((value) => [value, tickText(value)] as const) } : {}),
  };
}

/** Results without a place on the axis (no time: the limit of gradient flow) as lines from end to end. */
function limitGuides(
  curves: readonly Curve[],
  series: readonly Series[],
  field: Field,
  ends: readonly [number, number],
  unit: number,
): readonly Guide[] {
  if (field !== 'time') return [];
  return curves.flatMap(({ entries }, k) =>
    entries
      .filter(({ fields }) => fields.time === null)
      .map(({ score }) => ({
        name: `${series[k].name}: limit`,
        colour: series[k].colour,
        dash: '7 4',
        points: ends.map((x) => ({ x, y: unit * score })),
      })),
  );
}

/** What the scores of some records are. */
interface Measure {
  readonly classes: boolean;
  readonly name: string;
  readonly label: string;
  /** Factor from a score to the axis. */
  readonly unit: number;
}

function measureOf(records: readonly Named<RegressData>[]): Measure {
  const [first] = records;
  const other = records.find(({ record }) => record.task !== first.record.task);
  if (other !== undefined) {
    throw new UsageError(
      `${other.path}: records must be of one task, got ${other.record.task} beside ${first.record.task} of ` +
        `${first.path}. Plot them apart.`,
    );
  }
  return first.record.task === 'classify'
    ? { classes: true, name: 'accuracy', label: 'accuracy on the test rows (%)', unit: 100 }
    : { classes: false, name: 'error', label: 'root mean squared error on the test rows', unit: 1 };
}

/** The curves with their marks; results without a place on the axis are left out. */
function seriesOf(curves: readonly Curve[], names: readonly string[], field: Field, unit: number): readonly Series[] {
  const styles = stylesOf(curves.map(({ group }) => group));
  return curves.map((curve, k) => ({
    name: names[k],
    labelled: true,
    ...styles[k],
    dash: null,
    joined: true,
    hollow: false,
    points: curve.entries.flatMap(({ fields, score }): readonly Point[] => {
      const place = fields[field];
      return place === null ? [] : [{ x: place, y: unit * score }];
    }),
  }));
}

function panelOf(curves: readonly Curve[], series: readonly Series[], field: Field, { label, unit }: Measure): Chart {
  const places = series.flatMap(({ points }) => points.map(({ x }) => x));
  const positive = places.filter((place) => place > 0);
  const axis = axisOf(field, FIELDS[field].scale === 'log' && positive.length > 0 ? positive : places);
  const shown = series.map((one) => ({
    ...one,
    points: one.points.filter(({ x }) => axis.scale === 'linear' || x > 0),
  }));
  const ends = axis.scale === 'log' ? positive : places;
  const guides = limitGuides(curves, series, field, [Math.min(...ends), Math.max(...ends)], unit);
  return {
    form: 'chart',
    x: axis,
    y: { label, scale: 'linear' },
    series: shown,
    guides,
    bands: [],
    key: guides.length > 0 ? [{ text: 'its limit', dash: '7 4' }] : [],
  };
}

function dataOf(curves: readonly Curve[], names: readonly string[], field: Field): Figure['data'] {
  const columns = curves.map(({ entries }, k) => {
    const placed = entries.filter(({ fields }) => fields[field] !== null);
    return {
      title: names[k],
      places: placed.map(({ fields }) => fields[field] ?? 0),
      values: placed.map(({ score }) => score),
    };
  });
  return columnsTable(field, columns);
}

function summaryOf(
  curves: readonly Curve[],
  series: readonly Series[],
  field: Field,
  { classes, name }: Measure,
): Figure['summary'] {
  const rows = curves.map(({ entries }, k) => {
    const best = entries.reduce((a, b) => ((classes ? b.score > a.score : b.score < a.score) ? b : a));
    const text = classes ? `${(100 * best.score).toFixed(2)} %` : best.score.toPrecision(5);
    const place = best.fields[field];
    return { series: series[k], cells: [text, place === null ? 'limit' : tickText(place)] };
  });
  return { header: ['kernel', `best ${name}`, `at ${field}`], rows };
}

function drawScores(records: readonly Named<RegressData>[], { x }: FigureOptions): Figure {
  const measure = measureOf(records);
  const entries = entriesOf(records);
  const field = fieldOf(entries, x);
  const curves = curvesOf(entries, field);
  const names = distinctNames(curves);
  const series = seriesOf(curves, names, field, measure.unit);
  const panel = panelOf(curves, series, field, measure);
  const points = (list: readonly Series[]): number => list.reduce((sum, one) => sum + one.points.length, 0);
  const dropped = points(series) - points(panel.series);
  const axis = FIELDS[field].label.replace(' / mean diagonal', '');
  return {
    title: `${measure.classes ? 'Accuracy' : 'Error'} of kernel regression against ${axis}`,
    panel,
    names,
    data: dataOf(curves, names, field),
    summary: summaryOf(curves, series, field, measure),
    notes: dropped > 0 ? [`${dropped} results at ${field} 0 are not on the logarithmic axis; the data have them.`] : [],
  };
}

/** Quality of predictions: over the size of the training set, time, ridge, depth or alpha. */
export const regressFigure: FigureKind = {
  views: ['score', 'leave-one-out'],
  choices: ['x'],
  async draw(files, options) {
    const records = checked(files, schema, 'regress');
    return options.view === 'leave-one-out' ? drawLeaveOneOut(records) : drawScores(records, options);
  },
};
