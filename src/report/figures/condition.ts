import { z } from 'zod';
import { DataError, UsageError } from '../../errors.js';
import { roundingFloor } from '../../linalg/floor.js';
import { type Axis, type Chart, type Guide, INK, type KeyEntry, type Point, type Series } from '../charts/chart.js';
import { type Described, singleKind } from '../records/common.js';
import { eigsRow } from '../records/eigs.js';
import { columnsTable } from './columns.js';
import type { Figure, Named } from './figure.js';
import { distinctNames, familyOf } from './names.js';
import { stylesOf } from './styles.js';

/** What the condition of a row needs; the bound of the matrix as it is came later than the other. */
const rowSchema = eigsRow
  .pick({ name: true, n: true, norm: true, precisionFloor: true, conditionAtLeast: true, conditionResolved: true })
  .extend({
    kind: singleKind.nullish(),
    depth: z.number().optional(),
    alpha: z.number().optional(),
    gamma: z.number().optional(),
    doubleConstantBound: z.number().nullish(),
    ownConstantBound: z.number().nullish(),
    meanCorrelation: z.number().nullish(),
  });
type Row = Described<typeof rowSchema>;

/** Records whose rows were not looked at yet. */
export interface ConditionData {
  readonly rows: readonly object[];
}

/** Fields of the axis. */
const FIELDS = ['depth', 'alpha', 'gamma'] as const;
type Field = (typeof FIELDS)[number];

const BOUND_DASH = '6 4';
const FLOOR_DASH = '1.5 3.5';
/** Factor above the largest number up to which the axis reaches up to what rounding makes. */
const REACH = 1e4;

/** A matrix on the axis. */
interface Entry {
  readonly x: number;
  readonly row: Row;
}

/** Matrices of one architecture, in the order of the axis. */
interface Curve {
  readonly source: string;
  readonly name: string;
  readonly group: string;
  readonly entries: readonly Entry[];
}

function rowsOf({ path, record }: Named<ConditionData>): readonly Row[] {
  return record.rows.map((row, i) => {
    const found = rowSchema.safeParse(row);
    if (found.success) return found.data;
    const [{ path: place, message }] = found.error.issues;
    throw new DataError(
      `${path}: rows must have a condition number, got something else (rows.${i}.${place.join('.')}: ${message}). ` +
        'Write it again with ntk eigs.',
    );
  });
}

function fieldOf(rows: readonly Row[], wanted: string | undefined): Field {
  const there = FIELDS.filter((field) => rows.some((row) => row[field] !== undefined));
  if (wanted !== undefined) {
    const found = there.find((field) => field === wanted);
    if (found !== undefined) return found;
    throw new UsageError(
      `--x: must be a flag of the rows (${there.join(', ') || 'they have none'}), got ${wanted}. Choose one of them.`,
    );
  }
  const varies = there.find((field) => new Set(rows.map((row) => row[field])).size > 1) ?? there[0];
  if (varies !== undefined) return varies;
  throw new DataError(
    'R.json: condition numbers must be of a sweep, got rows without a depth. Write it with ntk eigs X --arch A ' +
      '--depth 1,2,4,8.',
  );
}

/** A row without what the axis shows, with its kernel where that tells it from others. */
function nameOf({ name, kind }: Row, field: Field, several: boolean): string {
  const family = familyOf(name, [field]);
  const word = (kind ?? '').toUpperCase();
  return several && word !== '' && !family.endsWith(` ${word}`) ? `${family} ${word}` : family;
}

/** One curve for each architecture, other flags and kind of kernel. */
function curvesOf(records: readonly Named<ConditionData>[], wanted: string | undefined) {
  const all = records.map((record) => ({ source: record.name, rows: rowsOf(record) }));
  const field = fieldOf(
    all.flatMap(({ rows }) => rows),
    wanted,
  );
  const several = new Set(all.flatMap(({ rows }) => rows.map(({ kind }) => kind ?? null))).size > 1;
  const curves = all.flatMap(({ source, rows }, index) => {
    const found = new Map<string, Entry[]>();
    for (const row of rows) {
      const x = row[field];
      if (x === undefined) continue;
      const name = nameOf(row, field, several);
      found.set(name, [...(found.get(name) ?? []), { x, row }]);
    }
    return [...found].map(
      ([name, entries]): Curve => ({
        source,
        name,
        group: `${index} ${name}`,
        entries: entries.toSorted((a, b) => a.x - b.x),
      }),
    );
  });
  return { field, curves };
}

const boundOf = ({ ownConstantBound, doubleConstantBound }: Row): number | null =>
  ownConstantBound ?? doubleConstantBound ?? null;

/** The largest condition number that the precision tells from that of a singular matrix. */
function resolvable({ n, norm, precisionFloor }: Row): number {
  return norm / Math.max(precisionFloor, roundingFloor(norm, n, 0));
}

/** The numbers of a curve, joined; rings where they are only what rounding leaves. */
function seriesOf(curve: Curve, name: string, style: Pick<Series, 'colour' | 'mark'>): readonly Series[] {
  const at = (entries: readonly Entry[]): readonly Point[] =>
    entries.flatMap(({ x, row }) => (row.conditionAtLeast === null ? [] : [{ x, y: row.conditionAtLeast }]));
  const form = { ...style, dash: null, labelled: false } as const;
  const rings = at(curve.entries.filter(({ row }) => !row.conditionResolved));
  const discs = at(curve.entries.filter(({ row }) => row.conditionResolved));
  return [
    { name, ...form, mark: null, labelled: true, joined: true, hollow: false, points: at(curve.entries) },
    ...(discs.length === 0
      ? []
      : [{ name: `${name}: resolved`, ...form, joined: false, hollow: false, points: discs }]),
    ...(rings.length === 0
      ? []
      : [{ name: `${name}: unresolved`, ...form, joined: false, hollow: true, points: rings }]),
  ];
}

function boundGuide({ entries }: Curve, name: string, colour: string): readonly Guide[] {
  const points = entries.flatMap(({ x, row }) => {
    const y = boundOf(row);
    return y === null ? [] : [{ x, y }];
  });
  return points.length < 2 ? [] : [{ name: `${name}: bound`, colour, dash: BOUND_DASH, points }];
}

/** The line above which a number is rounding; only a text of the key where it lies far above all numbers. */
function floorOf(curves: readonly Curve[], values: readonly number[], ends: readonly [number, number]) {
  const rows = curves.flatMap(({ entries }) => entries.map(({ row }) => row));
  const limit = Math.min(...rows.filter(({ norm }) => norm > 0).map(resolvable));
  if (!Number.isFinite(limit)) return { guides: [], key: [] };
  const text = `rounding above ${limit.toExponential(1)}`;
  if (limit > REACH * Math.max(...values)) return { guides: [], key: [{ text: `${text}, far above` }] };
  const points = ends.map((x) => ({ x, y: limit }));
  const guide: Guide = { name: 'floor', colour: INK, dash: FLOOR_DASH, points, text };
  return { guides: [guide], key: [{ text: 'precision floor', dash: FLOOR_DASH }] satisfies KeyEntry[] };
}

function axisOf(field: Field, places: readonly number[]): Axis {
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const label = field === 'depth' ? 'depth (layers or blocks)' : field;
  if (!(low > 0) || high / low < 4) {
    const margin = 0.04 * (high - low || 1);
    return { label, scale: 'linear', domain: [low - margin, high + margin], whole: field === 'depth' };
  }
  const ticks = places.length <= 12 ? { ticks: places.map((x) => [x, String(x)] as const) } : {};
  return { label, scale: 'log', domain: [low / 1.12, high * 1.12], ...ticks };
}

const number = (value: number | null | undefined, digits = 4): string => {
  if (value === null || value === undefined) return '–';
  return value >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(digits)));
};

function summaryOf(curves: readonly Curve[], lines: readonly Series[], field: Field): Figure['summary'] {
  const rows = curves.flatMap(({ entries }, k) =>
    entries.map(({ x, row }) => ({
      series: lines[k],
      cells: [
        String(x),
        `${row.conditionResolved ? '' : '≥ '}${number(row.conditionAtLeast)}`,
        number(boundOf(row)),
        number(row.meanCorrelation),
      ],
    })),
  );
  return { header: ['kernel', field, 'condition number', 'bound', 'mean correlation'], rows };
}

function dataOf(curves: readonly Curve[], names: readonly string[], field: Field): Figure['data'] {
  const columns = curves.flatMap(({ entries }, k) => {
    const places = entries.map(({ x }) => x);
    const column = (title: string, of: (row: Row) => number | null | undefined) => ({
      title: `${names[k]}${title}`,
      places,
      values: entries.map(({ row }) => of(row) ?? null),
    });
    return [
      column('', (row) => row.conditionAtLeast),
      column(' resolved', (row) => Number(row.conditionResolved)),
      column(' bound', boundOf),
      column(' mean correlation', (row) => row.meanCorrelation),
    ];
  });
  return columnsTable(field, columns);
}

/**
 * Condition numbers against depth (or another flag of a sweep), with the bound that the mean entry forces on them and
 * the number that the precision resolves.
 *
 * @throws DataError for records without a sweep, UsageError for a flag that the rows do not have
 */
export function drawCondition(records: readonly Named<ConditionData>[], x: string | undefined): Figure {
  const { field, curves } = curvesOf(records, x);
  const names = distinctNames(curves);
  const styles = stylesOf(curves.map(({ group }) => group));
  const lines = curves.map((curve, k) => seriesOf(curve, names[k], styles[k]));
  const series = lines.flat();
  const places = [...new Set(curves.flatMap(({ entries }) => entries.map((entry) => entry.x)))].sort((a, b) => a - b);
  const bounds = curves.flatMap((curve, k) => boundGuide(curve, names[k], styles[k].colour));
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  const axis = axisOf(field, places);
  const floor = floorOf(curves, values, axis.domain ?? [places[0], places[places.length - 1]]);
  const hasRings = curves.some(({ entries }) => entries.some(({ row }) => !row.conditionResolved));
  const panel: Chart = {
    form: 'chart',
    x: axis,
    y: { label: 'condition number', scale: 'log' },
    series,
    guides: [...bounds, ...floor.guides],
    bands: [],
    key: [
      { text: 'condition number', mark: 'circle', dash: '' },
      ...(hasRings ? [{ text: 'not resolved: at least', mark: 'circle' as const, hollow: true }] : []),
      { text: 'double-constant bound', dash: BOUND_DASH },
      ...floor.key,
    ],
  };
  return {
    title: `Condition numbers against ${field}`,
    panel,
    names,
    data: dataOf(curves, names, field),
    summary: summaryOf(
      curves,
      lines.map(([line]) => line),
      field,
    ),
    notes: [
      'Bound: (d + (n − 1) o) / (d − o), d and o the means of the diagonal and of the other entries; no positive ' +
        'semidefinite matrix with these means has a smaller condition number. Above the precision floor a number ' +
        'tells of rounding alone.',
      'With depth the correlations of an NNGP of relu without skips tend to 1, and its condition number grows ' +
        'without end; those of its NTK tend to 1/4, and the condition number to 1 + n/3.',
    ],
  };
}
