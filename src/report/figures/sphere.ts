import { z } from 'zod';
import { UsageError } from '../../errors.js';
import type { Chart, Guide, Point, Series } from '../charts/chart.js';
import { type Described, numbers } from '../records/common.js';
import { endpoints, fit, sphereRecord, sphereRow } from '../records/sphere.js';
import { checked } from './check.js';
import { columnsTable } from './columns.js';
import type { Figure, FigureKind, Named } from './figure.js';
import { multisphereFigure } from './multisphere.js';
import { distinctNames, familyOf } from './names.js';
import { type Style, stylesOf } from './styles.js';

const rowSchema = sphereRow
  .pick({ name: true, arch: true, errorBounds: true, exponent: true, predicted: true })
  .extend({
    eigenvalues: numbers.min(1),
    endpoints: endpoints.pick({ c1: true, cm: true }),
    fit: fit.pick({ exponent: true, from: true, to: true }).nullable(),
  });
const schema = sphereRecord
  .pick({ kind: true, normalized: true, dim: true })
  .extend({ degrees: numbers.min(1), rows: z.array(rowSchema).min(1) });
type SphereData = Described<typeof schema>;
type Row = Described<typeof rowSchema>;

/** Share of a value from which on its error bar is longer than its mark. */
const VISIBLE = 0.05;
/** Share of the constant at 1 up to which that at -1 moves a line by less than its width. */
const SAME = 0.03;
/** Factor between a value and its bound from which on the bound is not drawn: it would squeeze the curves. */
const REACH = 1e4;
/**
 * Factor below the smallest value up to which bounds of zeros, of the size of rounding, are drawn where they lie;
 * smaller ones stand just below the values.
 */
const DEPTH = 1e17;

/** A kernel on one sphere. */
interface Entry {
  readonly row: Row;
  readonly degrees: readonly number[];
  readonly name: string;
  readonly style: Style;
}

/** Names with what differs between the records: the dimension, and NTK from NNGP. */
function entriesOf(records: readonly Named<SphereData>[]): readonly Entry[] {
  const several = (values: readonly (string | number | boolean)[]): boolean => new Set(values).size > 1;
  const [dims, kinds, norms] = [
    several(records.map(({ record }) => record.dim)),
    several(records.map(({ record }) => record.kind)),
    several(records.map(({ record }) => record.normalized)),
  ];
  const all = records.flatMap(({ name: source, record }, index) =>
    record.rows.map((row) => ({
      source,
      row,
      degrees: record.degrees,
      group: `${index} ${familyOf(row.name)}`,
      name: [
        row.name,
        ...(kinds ? [record.kind.toUpperCase()] : []),
        ...(dims ? [`d = ${record.dim}`] : []),
        ...(norms && record.normalized ? ['normalised'] : []),
      ].join(', '),
    })),
  );
  const names = distinctNames(all);
  const styles = stylesOf(all.map(({ group }) => group));
  return all.map(({ row, degrees }, k) => ({ row, degrees, name: names[k], style: styles[k] }));
}

/** Smallest eigenvalue that is known to be no zero, from degree 1 on. */
function smallestKnown({ row, degrees }: Entry): number {
  const known = row.eigenvalues.map(Math.abs).filter((size, i) => degrees[i] > 0 && size > row.errorBounds[i]);
  return known.reduce((a, b) => Math.min(a, b), Infinity);
}

/**
 * A point of the spectrum: a value with a bar where its bound is wide, or, where nothing more is known, the bound or
 * `lowest`.
 */
function pointOf(x: number, value: number, bound: number, lowest: number): Point {
  const size = Math.abs(value);
  if (size <= bound || size === 0) return { x, y: Math.max(bound, lowest), isBound: true };
  return bound > VISIBLE * size ? { x, y: size, low: size - bound, high: size + bound } : { x, y: size };
}

/** Where zeros stand whose bounds lie further down than the axis reaches. */
function lowestOf(known: number, bounds: readonly number[]): number {
  if (known === Infinity) return Number.MIN_VALUE;
  const reached = bounds.filter((bound) => bound > known / DEPTH);
  return reached.length > 0 ? Math.min(known, ...reached) : known / 10;
}

/** Even degrees as discs, odd ones as rings: without biases the odd ones of many kernels are zero. */
function seriesOf(entry: Entry): readonly Series[] {
  const { row, degrees, name, style } = entry;
  const lowest = lowestOf(smallestKnown(entry), row.errorBounds);
  const points = degrees
    .map((k, i) => pointOf(k, row.eigenvalues[i], row.errorBounds[i], lowest))
    .filter(({ x }) => x > 0);
  const note = [
    ...(row.exponent === null ? [] : [`predicted k^-${Number(row.exponent.toPrecision(4))}`]),
    ...(row.fit === null ? [] : [`fitted k^-${row.fit.exponent.toFixed(3)}`]),
  ].join(', ');
  const common = { ...style, dash: null, joined: false };
  const some = note === '' ? {} : { note };
  return [
    {
      ...common,
      ...some,
      name,
      labelled: true,
      hollow: false,
      points: points.filter(({ x, y }) => x % 2 === 0 && y > 0),
    },
    {
      ...common,
      name: `${name}, odd degrees`,
      labelled: false,
      hollow: true,
      points: points.filter(({ x, y }) => x % 2 === 1 && y > 0),
    },
  ];
}

function predictedGuides({ row, degrees, name, style }: Entry): readonly Guide[] {
  return [0, 1].flatMap((parity) => {
    const points = degrees.flatMap((x, i): readonly Point[] => {
      const value = row.predicted[i];
      return x > 0 && x % 2 === parity && value !== null && value !== 0 ? [{ x, y: Math.abs(value) }] : [];
    });
    const which = parity === 0 ? 'even' : 'odd';
    return points.length < 2
      ? []
      : [{ name: `${name}: predicted, ${which}`, colour: style.colour, dash: parity === 0 ? '7 4' : '3 3', points }];
  });
}

/** Even and odd predictions that agree to the width of a line are drawn as one. */
function distinctGuides(entry: Entry): readonly Guide[] {
  const guides = predictedGuides(entry);
  const { c1, cm } = entry.row.endpoints;
  if (guides.length < 2 || Math.abs(cm ?? 0) > SAME * Math.abs(c1 ?? 0)) return guides;
  const points = guides.flatMap((guide) => guide.points).sort((a, b) => a.x - b.x);
  return [{ ...guides[0], name: `${entry.name}: predicted`, points }];
}

/** The bounds of a kernel from degree 1 on, those that the axis reaches; none where all values lie far above theirs. */
function drawnBounds(entry: Entry): readonly Point[] {
  const { row, degrees } = entry;
  const known = smallestKnown(entry);
  const reached = (bound: number): boolean => bound > 0 && (known === Infinity || bound > known / DEPTH);
  const near = degrees.some((k, i) => {
    const [size, bound] = [Math.abs(row.eigenvalues[i]), row.errorBounds[i]];
    return k > 0 && reached(bound) && bound * REACH > size;
  });
  if (!near) return [];
  return degrees.flatMap((x, i): readonly Point[] => {
    const y = row.errorBounds[i];
    return x > 0 && reached(y) ? [{ x, y }] : [];
  });
}

function keyOf(guides: readonly Guide[], bounds: boolean, zeros: boolean): Chart['key'] {
  return [
    { text: 'even degrees', mark: 'circle' },
    { text: 'odd degrees', mark: 'circle', hollow: true },
    ...(guides.length > 0 ? [{ text: 'predicted', dash: '7 4' }] : []),
    ...(guides.some(({ dash }) => dash === '3 3') ? [{ text: 'predicted, odd', dash: '3 3' }] : []),
    bounds
      ? { text: 'below the error bound', band: true, dash: '1.5 3.5' }
      : { text: 'error bounds far below', dash: '1.5 3.5' },
    ...(zeros ? [{ text: 'v  zero or smaller than its bound' }] : []),
  ];
}

function panelOf(entries: readonly Entry[], series: readonly Series[]): Chart {
  const guides = entries.flatMap(distinctGuides);
  const bounds = entries
    .map((entry) => ({ name: `${entry.name}: error bound`, colour: entry.style.colour, points: drawnBounds(entry) }))
    .filter(({ points }) => points.length > 0);
  const zeros = series.some(({ points }) => points.some(({ isBound }) => isBound === true));
  const last = Math.max(...entries.flatMap(({ degrees }) => degrees));
  return {
    form: 'chart',
    x: { label: 'degree', scale: 'log', whole: true, domain: [0.9, Math.max(2, last) * 1.1] },
    y: { label: '|eigenvalue|', scale: 'log' },
    series,
    guides: [...guides, ...bounds.map((bound) => ({ ...bound, dash: '1.5 3.5' }))],
    bands: bounds.map((bound) => ({ ...bound, points: bound.points.map(({ x, y }) => ({ x, low: 0, high: y })) })),
    key: keyOf(guides, bounds.length > 0, zeros),
  };
}

function dataOf(entries: readonly Entry[]): Figure['data'] {
  return columnsTable(
    'degree',
    entries.flatMap(({ row, degrees, name }) => [
      { title: name, places: degrees, values: row.eigenvalues },
      { title: `${name} error bound`, places: degrees, values: row.errorBounds },
      { title: `${name} predicted`, places: degrees, values: row.predicted },
    ]),
  );
}

/** Eigenvalues on the sphere by degree, beside what the endpoint constants predict. */
export const sphereFigure: FigureKind = {
  views: ['values'],
  choices: [],
  async draw(files) {
    const onProducts = files.filter(({ parsed }) => 'frequencies' in parsed);
    if (onProducts.length === files.length) return multisphereFigure(files);
    if (onProducts.length > 0) {
      const [{ path }] = onProducts;
      throw new UsageError(`${path}: must be on one sphere as the others, got one with --positions. Plot them apart.`);
    }
    const records = checked(files, schema, 'sphere');
    const entries = entriesOf(records);
    const pairs = entries.map(seriesOf);
    const [{ record }] = records;
    const same = records.every((one) => one.record.dim === record.dim && one.record.kind === record.kind);
    return {
      title: same
        ? `Eigenvalues of the ${record.kind.toUpperCase()} on the unit sphere in ` +
          `R^${record.dim}${records.every((one) => one.record.normalized) ? ', divided by K(x,x)' : ''}`
        : 'Eigenvalues on the unit sphere',
      panel: panelOf(entries, pairs.flat()),
      names: entries.map(({ name }) => name),
      data: dataOf(entries),
      summary: {
        header: ['kernel', 'degree 0', 'degree 1', 'falls like', 'fitted', 'over degrees'],
        rows: entries.map(({ row }, k) => ({
          series: pairs[k][0],
          cells: [
            row.eigenvalues[0].toPrecision(4),
            row.eigenvalues[1]?.toPrecision(4) ?? '–',
            row.exponent === null ? '–' : `k^-${Number(row.exponent.toPrecision(4))}`,
            row.fit === null ? '–' : row.fit.exponent.toFixed(4),
            row.fit === null ? '–' : `${row.fit.from} to ${row.fit.to}`,
          ],
        })),
      },
      notes: [
        'Degree 0 is not on the logarithmic axis; table and data have it. Bars are error bounds, where they are ' +
          'wider than a mark.',
      ],
    };
  },
};
