import { z } from 'zod';
import { UsageError } from '../../errors.js';
import { decayExponent, FEWEST_FOR_DECAY } from '../../spectrum/decay.js';
import type { Chart, Guide, Point, Series } from '../charts/chart.js';
import { type Described, numbers } from '../records/common.js';
import { decay, density, eigsRecord, eigsRow } from '../records/eigs.js';
import { checked } from './check.js';
import { type Column, columnsTable } from './columns.js';
import { drawCondition } from './condition.js';
import { drawDensity } from './density.js';
import { drawEigenvectors } from './eigenvectors.js';
import type { Figure, FigureKind, Named } from './figure.js';
import { type Floor, floorGuide } from './floor.js';
import { distinctNames, familyOf } from './names.js';
import { stylesOf } from './styles.js';

// Fits, densities and vectors came later than the record.
const rowSchema = eigsRow.pick({ name: true, n: true, precisionFloor: true }).extend({
  values: numbers.min(1),
  decay: decay.pick({ exponent: true, interval: true, from: true, to: true, amplitude: true }).nullish(),
  density: density.pick({ points: true, values: true, errors: true }).nullish(),
});
const schema = eigsRecord.pick({ which: true, inputs: true }).extend({
  vectors: z.string().nullish(),
  rows: z.array(rowSchema).min(1),
});

const conditionSchema = z.object({ rows: z.array(z.looseObject({})).min(1) });

/** The part of a record of eigenvalues that figures need. */
export type EigsData = Described<typeof schema>;
type Row = Described<typeof rowSchema>;

/** A spectrum with its curve. */
interface Spectrum {
  readonly row: Row;
  readonly series: Series;
  /** Index of the first eigenvalue, counted from 1. */
  readonly first: number;
  readonly decay: Decay | null;
}

/** The fitted power law: eigenvalue i is c i^-p from `from` to `to`. */
type Decay = NonNullable<Row['decay']>;

/**
 * The fit in the record, or one made here for a record without the field; only spectra from the largest eigenvalue on
 * have one.
 */
function decayOf({ values, decay, precisionFloor }: Row, first: number): Decay | null {
  if (first !== 1) return null;
  if (decay !== undefined) return decay;
  const fit = decayExponent(values, { precisionFloor });
  return fit !== null && fit.to - fit.from + 1 >= FEWEST_FOR_DECAY ? fit : null;
}

/** The power of a fit with its confidence interval, as text. */
function powerText({ exponent, interval: [low, high] }: Decay): string {
  return `decay i^-${exponent.toFixed(2)}, 95 %: ${low.toFixed(2)} to ${high.toFixed(2)}`;
}

function spectraOf(records: readonly Named<EigsData>[]): readonly Spectrum[] {
  const entries = records.flatMap(({ name: source, record }, index) =>
    record.rows.map((row) => ({
      source,
      row,
      name: row.name,
      which: record.which,
      group: `${index} ${familyOf(row.name)}`,
    })),
  );
  const names = distinctNames(entries);
  const styles = stylesOf(entries.map(({ group }) => group));
  return entries.map(({ row, which }, k) => {
    const first = which === 'largest' ? 1 : row.n - row.values.length + 1;
    const decay = decayOf(row, first);
    const points = row.values.map((y, i): Point => ({ x: first + i, y })).filter(({ y }) => y > 0);
    const series: Series = {
      name: names[k],
      labelled: true,
      ...(decay === null ? {} : { note: powerText(decay) }),
      ...styles[k],
      dash: null,
      joined: true,
      hollow: false,
      points,
    };
    return { row, series, first, decay };
  });
}

function fitGuide({ series, decay }: Spectrum): readonly Guide[] {
  if (decay === null) return [];
  const at = (x: number): Point => ({ x, y: decay.amplitude * x ** -decay.exponent });
  const points = [at(decay.from), at(decay.to)];
  return [{ name: `${series.name}: fit`, colour: series.colour, dash: '7 4', points }];
}

function dataOf(spectra: readonly Spectrum[]): Figure['data'] {
  const columns = spectra.flatMap(({ row, series, first, decay }): readonly Column[] => {
    const places = row.values.map((_, i) => first + i);
    const own = { title: series.name, places, values: row.values };
    if (decay === null) return [own];
    const fitted = places.map((i) =>
      i >= decay.from && i <= decay.to ? decay.amplitude * i ** -decay.exponent : null,
    );
    return [own, { title: `${series.name} fitted`, places, values: fitted }];
  });
  return columnsTable('index', columns);
}

function summaryOf(spectra: readonly Spectrum[]): Figure['summary'] {
  const rows = spectra.map(({ row, series, decay }) => ({
    series,
    cells: [
      row.values[0].toExponential(3),
      row.values[row.values.length - 1].toExponential(3),
      row.precisionFloor.toExponential(1),
      decay === null ? '–' : `${decay.exponent.toFixed(3)} (${decay.interval.map((p) => p.toFixed(3)).join(' to ')})`,
      decay === null ? '–' : `${decay.from} to ${decay.to}`,
    ],
  }));
  return { header: ['matrix', 'largest', 'smallest shown', 'floor', 'decay exponent', 'fitted over'], rows };
}

function drawValues(records: readonly Named<EigsData>[]): Figure {
  const spectra = spectraOf(records);
  const series = spectra.map((one) => one.series);
  const fits = spectra.flatMap(fitGuide);
  const floors: readonly Floor[] = spectra.map(({ row, series: { name, colour } }) => ({
    name,
    colour,
    value: row.precisionFloor,
  }));
  const [low, high] = [
    Math.min(...spectra.map(({ first }) => first)),
    Math.max(...spectra.map(({ first, row }) => first + row.values.length - 1)),
  ];
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  const floor = floorGuide(floors, values, [low, high]);
  const hidden = spectra.reduce((sum, { row }) => sum + row.values.filter((value) => value <= 0).length, 0);
  const panel: Chart = {
    form: 'chart',
    x: { label: 'index', scale: 'log', whole: true, domain: [low / 1.1, Math.max(high, low * 2) * 1.1] },
    y: { label: 'eigenvalue', scale: 'log' },
    series,
    guides: [...fits, ...floor.guides],
    bands: [],
    key: [
      { text: 'eigenvalues', mark: 'circle', dash: '' },
      ...(fits.length > 0 ? [{ text: 'fitted power law', dash: '7 4' }] : []),
      floor.key,
    ],
  };
  return {
    title: 'Eigenvalues by index',
    panel,
    names: series.map(({ name }) => name),
    data: dataOf(spectra),
    summary: summaryOf(spectra),
    notes: [
      'Below the floor of the precision an eigenvalue may be rounding of the entries alone. The interval of the ' +
        'exponent has 95 % confidence under independent scatter about the line.',
      ...(hidden > 0
        ? [`${hidden} eigenvalues at or below zero are not on the logarithmic axis; the data have them.`]
        : []),
    ],
  };
}

/** Spectra: eigenvalues, eigenvectors, the density, or condition numbers. */
export const eigsFigure: FigureKind = {
  views: ['values', 'vectors', 'density', 'condition'],
  choices: ['count', 'x'],
  async draw(files, options) {
    const isCondition = options.view === 'condition';
    if (options.x !== undefined && !isCondition) {
      throw new UsageError(`--x: must come with --figure condition, got ${options.x}. Leave it out.`);
    }
    if (isCondition) return drawCondition(checked(files, conditionSchema, 'eigs'), options.x);
    const records = checked(files, schema, 'eigs');
    if (options.view === 'vectors') return drawEigenvectors(records, options);
    return options.view === 'density' ? drawDensity(records) : drawValues(records);
  },
};
