import { DataError } from '../../errors.js';
import type { Series } from '../charts/chart.js';
import { tickText } from '../charts/ticks.js';
import { columnsTable } from './columns.js';
import type { Figure, Named } from './figure.js';
import { distinctNames, familyOf } from './names.js';
import type { RegressData } from './regress.js';
import { stylesOf } from './styles.js';

/** The leave-one-out error of every ridge that was tried; throws DataError where none was. */
export function drawLeaveOneOut(records: readonly Named<RegressData>[]): Figure {
  const entries = records.flatMap(({ name: source, record }, index) =>
    record.rows.flatMap(({ name, leaveOneOut, ridge }) =>
      leaveOneOut === null ? [] : [{ source, name, ridge, group: `${index} ${familyOf(name)}`, tried: leaveOneOut }],
    ),
  );
  if (entries.length === 0) {
    throw new DataError(
      `${records[0].path}: must hold leave-one-out errors for --figure leave-one-out, got none. Run ntk regress ` +
        'with --ridge auto.',
    );
  }
  const names = distinctNames(entries);
  const styles = stylesOf(entries.map(({ group }) => group));
  const series = entries.map(
    ({ tried, ridge }, k): Series => ({
      name: names[k],
      note: `chosen: ridge ${tickText(Number(ridge.toPrecision(3)))}`,
      labelled: true,
      ...styles[k],
      dash: null,
      joined: true,
      hollow: false,
      points: tried
        .filter((one) => one.ridge > 0)
        .map((one) => ({ x: one.ridge, y: one.error }))
        .toSorted((a, b) => a.x - b.x),
    }),
  );
  return {
    title: 'Leave-one-out error against the ridge',
    panel: {
      form: 'chart',
      x: { label: 'ridge / mean diagonal', scale: 'log' },
      y: { label: 'mean squared leave-one-out error', scale: 'log' },
      series,
      guides: [],
      bands: [],
      key: [],
    },
    names,
    data: columnsTable(
      'ridge',
      entries.map(({ tried }, k) => ({
        title: names[k],
        places: tried.map((one) => one.ridge),
        values: tried.map((one) => one.error),
      })),
    ),
    summary: {
      header: ['kernel', 'chosen ridge', 'smallest error'],
      rows: entries.map(({ ridge, tried }, k) => ({
        series: series[k],
        cells: [ridge.toExponential(2), Math.min(...tried.map(({ error }) => error)).toPrecision(4)],
      })),
    },
    notes: [],
  };
}
