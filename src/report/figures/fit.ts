import { z } from 'zod';
import { DataError, UsageError } from '../../errors.js';
import type { Axis, Band, Chart, Guide, Point, Series } from '../charts/chart.js';
import { type Described, numbers } from '../records/common.js';
import { fitCurves, fitRecord, fitRow } from '../records/fit.js';
import { checked } from './check.js';
import { type Column, columnsTable } from './columns.js';
import type { Figure, FigureKind, Named } from './figure.js';
import { distinctNames, familyOf } from './names.js';
import { ANGLE_TICKS } from './profile.js';
import { stylesOf } from './styles.js';

const rowSchema = fitRow
  .pick({ name: true, parameters: true, rmsDeviation: true, maxDeviation: true, dial: true, slope: true })
  .extend({ curves: fitCurves.extend({ kernel: numbers.min(1) }) });
const schema = fitRecord.pick({ kind: true, to: true, affine: true }).extend({ rows: z.array(rowSchema).min(1) });

/** The part of a record of `ntk fit` that its figure needs. */
export type FitData = Described<typeof schema>;
type Row = Described<typeof rowSchema>;

const TITLES = { laplace: 'Laplace', gamma: 'gamma', gaussian: 'Gaussian' } as const;
const FIT_DASH = '6 4';

/** A kernel with its fit. */
interface Entry {
  readonly row: Row;
  readonly places: readonly number[];
  readonly series: Series;
}

function placesOf({ curves: { angles, distances, kernel, model } }: Row, path: string): readonly number[] {
  const places = angles ?? distances ?? [];
  if (places.length === kernel.length && (model === null || model.length === kernel.length)) return places;
  throw new DataError(
    `${path}: curves must have as many values as angles or distances, ${places.length}, got ${kernel.length}. Write ` +
      'the record again.',
  );
}

function noteOf({ rmsDeviation, maxDeviation }: Row): string {
  if (rmsDeviation === null || maxDeviation === null) return 'no fit';
  return `off by ${maxDeviation.toPrecision(2)}, rms ${rmsDeviation.toPrecision(2)}`;
}

/** Names with what differs between the records. */
function entriesOf(records: readonly Named<FitData>[]): readonly Entry[] {
  const several = (values: readonly string[]): boolean => new Set(values).size > 1;
  const kinds = several(records.map(({ record }) => record.kind));
  const fits = several(records.map(({ record: { to, affine } }) => `${to} ${affine}`));
  const all = records.flatMap(({ name: source, path, record }, index) => {
    const more = [
      ...(kinds ? [record.kind.toUpperCase()] : []),
      ...(fits ? [`to ${record.affine ? 'affine ' : ''}${record.to}`] : []),
    ];
    return record.rows.map((row) => ({
      source,
      row,
      places: placesOf(row, path),
      name: [row.name, ...more].join(', '),
      group: `${index} ${familyOf(row.name)}`,
    }));
  });
  const names = distinctNames(all);
  const styles = stylesOf(all.map(({ group }) => group));
  return all.map(({ row, places }, k) => {
    const isAngle = row.curves.angles !== undefined;
    const points = places.map((x, i): Point => ({ x, y: row.curves.kernel[i] }));
    const form = { dash: null, joined: isAngle, hollow: false, labelled: true, note: noteOf(row) };
    const { mark, colour } = styles[k];
    return { row, places, series: { name: names[k], colour, mark: isAngle ? null : mark, ...form, points } };
  });
}

function guideOf({ row, places, series }: Entry): readonly Guide[] {
  const { model } = row.curves;
  if (model === null) return [];
  const points = places.map((x, i): Point => ({ x, y: model[i] }));
  return [{ name: `${series.name}: fit`, colour: series.colour, dash: FIT_DASH, points }];
}

function bandOf({ row, places, series }: Entry): readonly Band[] {
  const { low, high } = row.curves;
  if (low === undefined || high === undefined) return [];
  return [
    { name: series.name, colour: series.colour, points: places.map((x, i) => ({ x, low: low[i], high: high[i] })) },
  ];
}

const short = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : String(Number(value.toPrecision(5)));

function summaryOf(entries: readonly Entry[]): Figure['summary'] {
  const names = ['offset', 'amplitude', 'c', 'g', 's'] as const;
  const shown = names.filter((name) => entries.some(({ row }) => row.parameters?.[name] !== undefined));
  const rows = entries.map(({ row, series }) => ({
    series,
    cells: [
      ...shown.map((name) => short(row.parameters?.[name])),
      short(row.rmsDeviation),
      short(row.maxDeviation),
      short(row.dial),
      short(row.slope),
    ],
  }));
  return { header: ['kernel', ...shown, 'rms', 'largest', 'dial', 'slope'], rows };
}

function dataOf(entries: readonly Entry[], isAngle: boolean): Figure['data'] {
  const columns = entries.flatMap(({ row, places, series: { name } }): readonly Column[] => {
    const { kernel, model, low, high } = row.curves;
    const column = (title: string, values: readonly number[] | null | undefined): readonly Column[] =>
      values === null || values === undefined ? [] : [{ title, places, values }];
    return [
      ...column(name, kernel),
      ...column(`${name} least`, low),
      ...column(`${name} largest`, high),
      ...column(`${name} fit`, model),
    ];
  });
  return columnsTable(isAngle ? 'angle' : 'distance', columns);
}

function axisOf(entries: readonly Entry[], isAngle: boolean): Axis {
  if (isAngle) return { label: 'angle (rad)', scale: 'linear', domain: [0, Math.PI], ticks: ANGLE_TICKS };
  const far = Math.max(...entries.flatMap(({ places }) => places));
  return { label: 'distance |x − z|', scale: 'linear', domain: [0, 1.02 * far] };
}

/**
 * Kernels with their fits in one figure, from records of `ntk fit` or what they hold.
 *
 * @throws UsageError where some are fitted over the angle and others to pairs of rows
 */
export function drawFits(records: readonly Named<FitData>[]): Figure {
  const entries = entriesOf(records);
  const isAngle = entries[0].row.curves.angles !== undefined;
  const other = records.find(({ record }) =>
    record.rows.some(({ curves }) => (curves.angles !== undefined) !== isAngle),
  );
  if (other !== undefined) {
    throw new UsageError(
      `${other.path}: fits in one figure must all be over the angle or all to data, got both. Plot them apart.`,
    );
  }
  const values = entries.flatMap(({ row: { curves } }) => [...curves.kernel, ...(curves.model ?? [])]);
  const bounds = entries.flatMap(({ row: { curves } }) => [...(curves.low ?? []), ...(curves.high ?? [])]);
  const [low, high] = [Math.min(0, ...values, ...bounds), Math.max(1, ...values, ...bounds)];
  const panel: Chart = {
    form: 'chart',
    x: axisOf(entries, isAngle),
    y: { label: 'normalised kernel', scale: 'linear', domain: [low, high] },
    series: entries.map(({ series }) => series),
    guides: entries.flatMap(guideOf),
    bands: entries.flatMap(bandOf),
    key: [
      isAngle ? { text: 'kernel', dash: '' } : { text: 'kernel, mean of pairs', mark: 'circle' },
      { text: 'fit', dash: FIT_DASH },
      ...(isAngle ? [] : [{ text: 'range over pairs', band: true }]),
    ],
  };
  const fits = [...new Set(records.map(({ record: { to, affine } }) => `${affine ? 'affine ' : ''}${TITLES[to]}`))];
  const kinds = [...new Set(records.map(({ record }) => record.kind.toUpperCase()))].join(' and ');
  return {
    title: `${kinds}, and the nearest ${fits.join(', ')} kernels`,
    panel,
    names: entries.map(({ series: { name } }) => name),
    data: dataOf(entries, isAngle),
    summary: summaryOf(entries),
    notes: [
      'Largest and rms: how far the fit is off. Dial: slope of the kernel at x = z on the unit sphere, ' +
        '1 − dial |x − z| + …; slope: that of a Laplace fit, amplitude times c. A fit over all angles need not ' +
        'meet it.',
    ],
  };
}

/** Kernels with their fits. */
export const fitFigure: FigureKind = {
  views: ['fit'],
  choices: [],
  draw: async (files) => drawFits(checked(files, schema, 'fit')),
};
