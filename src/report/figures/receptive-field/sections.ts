import type { Chart, Point, Series } from '../../charts/chart.js';
import { alongAxis, centred } from '../../pixels.js';
import { columnsTable } from '../columns.js';
import type { Figure } from '../figure.js';
import { familyOf } from '../names.js';
import { stylesOf } from '../styles.js';
import { type DrawnField, fieldSummary } from './maps.js';

/** Shares along the last axis, in percent, by offset; of a sequence with what its errors allow. */
function pointsOf({ field, errors, at, circular }: DrawnField): readonly Point[] {
  const one = centred(field, at, circular);
  const error = errors === null || at.length > 1 ? null : centred(errors, at, circular).cells[0];
  return alongAxis(one, 'columns').map((share, j) => {
    const [x, y] = [one.columns.offsets[j], 100 * share];
    return error === null ? { x, y } : { x, y, low: y - 100 * error[j], high: y + 100 * error[j] };
  });
}

/** The offsets at which any of them shows, with one beyond. */
function domainOf(series: readonly Series[]): readonly [number, number] {
  const top = Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)));
  const seen = series.flatMap(({ points }) => points.filter(({ y }) => y > 1e-4 * top).map(({ x }) => x));
  return [Math.min(...seen) - 1, Math.max(...seen) + 1];
}

function seriesOf(fields: readonly DrawnField[]): readonly Series[] {
  const styles = stylesOf(fields.map(({ source, name }) => `${source} ${familyOf(name)}`));
  return fields.map((one, k) => ({
    name: one.name,
    points: pointsOf(one),
    ...styles[k],
    dash: null,
    joined: one.derivative !== null,
    hollow: one.derivative === null,
    labelled: false,
  }));
}

/** Fields as curves along their last axis, what images have on the others summed up. */
export function fieldSections(fields: readonly DrawnField[], title: string): Figure {
  const series = seriesOf(fields);
  const domain = domainOf(series);
  const inside = series.map((one) => ({
    ...one,
    points: one.points.filter(({ x }) => x >= domain[0] && x <= domain[1]),
  }));
  const isImage = fields[0].at.length > 1;
  const top = Math.max(...inside.flatMap(({ points }) => points.map(({ y, high }) => high ?? y)));
  const panel: Chart = {
    form: 'chart',
    x: { label: 'offset dx from the pixel read (pixels)', scale: 'linear', whole: true, domain },
    y: { label: isImage ? 'share of a column (%)' : 'share (%)', scale: 'linear', domain: [0, 1.05 * top] },
    series: inside,
    guides: [],
    bands: [],
    key: inside.map(({ name, colour, mark, hollow, joined }) => ({
      text: name,
      colour,
      hollow,
      ...(mark && { mark }),
      ...(joined ? { dash: '' } : {}),
    })),
  };
  return {
    title,
    panel,
    names: fields.map(({ name }) => name),
    data: columnsTable(
      'dx',
      series.map(({ name, points }) => ({
        title: name,
        places: points.map(({ x }) => x),
        values: points.map(({ y }) => y / 100),
      })),
    ),
    summary: fieldSummary(fields),
    notes: [
      'Share in d K / d t_i at t = 1, by offset from the pixel read' +
        `${isImage ? '; the rows of the image are summed up' : ''}.`,
      ...(fields.some(({ derivative }) => derivative === null)
        ? [
            'Rings: mean square input gradients of finite networks, which tend to the field of the NNGP' +
              `${isImage ? '' : '; bars are standard errors'}.`,
          ]
        : []),
    ],
  };
}
