import { z } from 'zod';
import { DataError } from '../../errors.js';
import type { Chart, Point, Series } from '../charts/chart.js';
import { architecturesOf, halfAngle } from '../curve.js';
import { type Described, numbers } from '../records/common.js';
import { profileCurve, profileRecord } from '../records/profile.js';
import { checked } from './check.js';
import { columnsTable } from './columns.js';
import type { Figure, FigureKind, Named } from './figure.js';
import { distinctNames } from './names.js';
import { stylesOf } from './styles.js';

/** The part of a profile's record that a figure needs; other fields are left unread. */
const schema = profileRecord.pick({ kind: true, values: true }).extend({
  angles: numbers.min(2),
  curves: z.array(profileCurve.pick({ name: true, arch: true })).min(1),
  architecture: z.union([z.looseObject({}), z.array(z.looseObject({}))]),
});
type ProfileData = Described<typeof schema>;

/** Angles that an axis from 0 to pi shows. */
export const ANGLE_TICKS = [
  [0, '0'],
  [Math.PI / 4, 'π/4'],
  [Math.PI / 2, 'π/2'],
  [(3 * Math.PI) / 4, '3π/4'],
  [Math.PI, 'π'],
] as const;

function checkSizes({ path, record: { angles, curves, values } }: Named<ProfileData>): void {
  if (values.length === curves.length && values.every((row) => row.length === angles.length)) return;
  const sizes =
    `${curves.length} curves, ${angles.length} angles, ` + `${values.length} rows of ${values[0]?.length} values`;
  throw new DataError(
    `${path}: values must have a row a curve and a number an angle, got ${sizes}. Write the record again.`,
  );
}

function isRadial(definition: object | undefined): boolean {
  return definition !== undefined && 'format' in definition && definition.format === 'ntk-radial/1';
}

/** The curves of some profiles: sweeps in ramps of colours, kernels that are no network dashed. */
export function profileSeries(records: readonly Named<ProfileData>[]): readonly Series[] {
  const entries = records.flatMap(({ name: source, record }, index) => {
    const definitions = architecturesOf(record);
    return record.curves.map(({ name, arch }, k) => ({
      source,
      name,
      group: `${index} ${arch}`,
      dashed: isRadial(definitions[k]),
      points: record.angles.map((x, i): Point => ({ x, y: record.values[k][i] })),
    }));
  });
  const names = distinctNames(entries);
  const styles = stylesOf(entries.map(({ group }) => group));
  return entries.map(({ dashed, points }, k) => ({
    name: names[k],
    points,
    ...styles[k],
    dash: dashed ? '5 4' : null,
    joined: true,
    hollow: false,
    labelled: true,
  }));
}

function summaryOf(series: readonly Series[]): Figure['summary'] {
  const rows = series.map((one) => {
    const [angles, values] = [one.points.map(({ x }) => x), one.points.map(({ y }) => y)];
    const half = halfAngle(angles, values);
    return {
      series: one,
      cells: [half === null ? '–' : half.toFixed(3), values[values.length - 1].toPrecision(4)],
    };
  });
  return { header: ['kernel', 'half at (rad)', 'value at π'], rows };
}

/** Normalised kernels against the angle between two inputs. */
export const profileFigure: FigureKind = {
  views: ['profile'],
  choices: [],
  async draw(files) {
    const records = checked(files, schema, 'profile');
    records.forEach(checkSizes);
    const series = profileSeries(records);
    const kinds = [...new Set(records.map(({ record }) => record.kind.toUpperCase()))].join(' and ');
    const low = Math.min(0, ...series.flatMap(({ points }) => points.map(({ y }) => y)));
    const panel: Chart = {
      form: 'chart',
      x: { label: 'angle (rad)', scale: 'linear', domain: [0, Math.PI], ticks: ANGLE_TICKS },
      y: { label: 'normalised kernel', scale: 'linear', domain: [low, 1] },
      series,
      guides: [],
      bands: [],
      key: [],
    };
    return {
      title: `${kinds} against the angle between two inputs`,
      panel,
      names: series.map(({ name }) => name),
      data: columnsTable(
        'angle',
        series.map(({ name, points }) => ({
          title: name,
          places: points.map(({ x }) => x),
          values: points.map(({ y }) => y),
        })),
      ),
      summary: summaryOf(series),
      notes: [
        '“Half at”: the angle at which a kernel has fallen half-way from 1 to its value at π; a small one means a ' +
          'spiky kernel.',
      ],
    };
  },
};
