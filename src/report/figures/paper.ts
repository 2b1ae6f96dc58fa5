import type { CurveFigure, FieldsFigure, PaperFigure } from '../../papers/figure.js';
import type { Axis, Chart, KeyEntry, Series } from '../charts/chart.js';
import { columnsTable } from './columns.js';
import type { Figure } from './figure.js';
import { fieldsFigure } from './receptive-field.js';
import { type Style, stylesOf } from './styles.js';

type Curve = CurveFigure['curves'][number];

/** Colours and marks of the curves; a prediction has those of its curve. */
function stylesOfCurves(curves: readonly Curve[]): ReadonlyMap<string, Style> {
  const own = curves.filter(({ of }) => of === undefined);
  const styles = stylesOf(own.map(({ family, name }) => family ?? name));
  const found = new Map(own.map(({ name }, k) => [name, styles[k]]));
  const rest = stylesOf(curves.map(({ name }) => name));
  curves.forEach(({ name, of }, k) => {
    if (of !== undefined) found.set(name, found.get(of) ?? rest[k]);
  });
  return found;
}

/** The curve itself, and apart from it the points that are hollow. */
function seriesOf(curve: Curve, { colour, mark }: Style): readonly Series[] {
  const form = curve.form ?? 'line';
  const marked = form === 'marks' || form === 'both';
  const whole = { colour, labelled: false, size: 0.8 };
  const line: Series = {
    ...whole,
    name: curve.name,
    dash: form === 'prediction' ? '5 4' : null,
    joined: form !== 'marks',
    mark: marked ? mark : null,
    hollow: false,
    labelled: true,
    points: marked && form === 'both' ? curve.points : curve.points.filter(({ open }) => open !== true),
  };
  const open = curve.points.filter((point) => point.open === true);
  if (open.length === 0) return [line];
  return [
    line,
    {
      ...whole,
      name: `${curve.name} (open)`,
      dash: null,
      joined: false,
      mark: mark ?? 'circle',
      hollow: true,
      points: open,
    },
  ];
}

function keyOf({ name, form = 'line' }: Curve, { colour, mark }: Style): KeyEntry {
  const marked = form === 'marks' || form === 'both' ? { mark } : {};
  const dash = form === 'marks' ? {} : { dash: form === 'prediction' ? '5 4' : '' };
  return { text: name, colour, ...marked, ...dash, size: 0.8 };
}

function axisOf({ label, scale, whole, domain }: CurveFigure['x']): Axis {
  return { label, scale, ...(whole === undefined ? {} : { whole }), ...(domain === undefined ? {} : { domain }) };
}

/** Measured curves as a figure; names stand in the key. */
function drawCurves({ title, x, y, curves, caption }: CurveFigure): Figure {
  const styles = stylesOfCurves(curves);
  const fallback = stylesOf(['']);
  const styleOf = ({ name }: Curve): Style => styles.get(name) ?? fallback[0];
  const panel: Chart = {
    form: 'chart',
    x: axisOf(x),
    y: axisOf(y),
    series: curves.flatMap((curve) => seriesOf(curve, styleOf(curve))),
    guides: [],
    bands: [],
    key: curves.map((curve) => keyOf(curve, styleOf(curve))),
  };
  return {
    title,
    panel,
    names: curves.map(({ name }) => name),
    data: columnsTable(
      x.label,
      curves.map(({ name, points }) => ({
        title: name,
        places: points.map((point) => point.x),
        values: points.map((point) => point.y),
      })),
    ),
    summary: { header: [], rows: [] },
    notes: [caption],
  };
}

/** A figure of a claim, as all figures are drawn. */
export function drawPaperFigure(figure: PaperFigure): Figure {
  return figure.form === 'curves' ? drawCurves(figure) : drawFields(figure);
}

function drawFields({ title, fields, caption }: FieldsFigure): Figure {
  const figure = fieldsFigure(fields, title);
  return { ...figure, notes: [caption, ...figure.notes] };
}
