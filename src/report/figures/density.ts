import { DataError } from '../../errors.js';
import type { Chart, Series } from '../charts/chart.js';
import { columnsTable } from './columns.js';
import type { EigsData } from './eigs.js';
import type { Figure, Named } from './figure.js';
import { distinctNames, familyOf } from './names.js';
import { stylesOf } from './styles.js';

/**
 * The density of eigenvalues with the standard error of its estimate as a band; throws DataError where no record has
 * one.
 */
export function drawDensity(records: readonly Named<EigsData>[]): Figure {
  const entries = records.flatMap(({ name: source, record }, index) =>
    record.rows.flatMap((row) =>
      row.density ? [{ source, name: row.name, group: `${index} ${familyOf(row.name)}`, density: row.density }] : [],
    ),
  );
  if (entries.length === 0) {
    throw new DataError(
      `${records[0].path}: must hold a density for --figure density, got none. Run ntk eigs with --density, or ` +
        'draw --figure values.',
    );
  }
  const names = distinctNames(entries);
  const styles = stylesOf(entries.map(({ group }) => group));
  const series = entries.map(
    ({ density: { points, values } }, k): Series => ({
      name: names[k],
      labelled: true,
      ...styles[k],
      dash: null,
      joined: true,
      hollow: false,
      points: points.map((x, i) => ({ x, y: values[i] })),
    }),
  );
  const panel: Chart = {
    form: 'chart',
    x: { label: 'eigenvalue', scale: 'linear' },
    y: { label: 'density (share of n per unit)', scale: 'linear' },
    series,
    guides: [],
    bands: entries.map(({ density: { points, values, errors } }, k) => ({
      name: `${names[k]}: standard error`,
      colour: styles[k].colour,
      points: points.map((x, i) => ({ x, low: values[i] - errors[i], high: values[i] + errors[i] })),
    })),
    key: [
      { text: 'density', dash: '' },
      { text: 'standard error', band: true },
    ],
  };
  const data = entries.flatMap(({ density: { points, values, errors } }, k) => [
    { title: names[k], places: points, values },
    { title: `${names[k]} error`, places: points, values: errors },
  ]);
  const rows = series.map((one) => {
    const peak = one.points.reduce((a, b) => (b.y > a.y ? b : a));
    return { series: one, cells: [peak.x.toPrecision(4), peak.y.toPrecision(4)] };
  });
  return {
    title: 'Density of the eigenvalues',
    panel,
    names,
    data: columnsTable('eigenvalue', data),
    summary: { header: ['matrix', 'highest at', 'density there'], rows },
    notes: ['Each eigenvalue is blurred to a Gaussian; the error is that of the random vectors of the estimate.'],
  };
}
