import * as Plot from '@observablehq/plot';
import { FIGURE_STYLE, svgText } from '../formats/svg-document.js';
import { type Chart, type FigureLayout, INK, type Point, type Series, WIDE } from './chart.js';
import { labelMarks } from './chart-labels.js';
import { type Frame, frameOf } from './frame.js';
import { headerMarks } from './header-marks.js';
import { FAINT, markStyle } from './mark-style.js';

/** Marks that a long curve carries along its way. */
const MARKS_ALONG = 9;
/** Points from which on marks that no line joins are small. */
const CROWDED = 300;
/** Points up to which each has its mark. */
const ALL_MARKED = 80;

/** Some points of a long curve, others for each curve so that marks do not lie on one another. */
function marked({ points, joined }: Series, index: number, frame: Frame): readonly Point[] {
  if (!joined || points.length <= ALL_MARKED) return points;
  const start = frame.x.pixel(points[0].x);
  const end = frame.x.pixel(points[points.length - 1].x);
  const step = (end - start) / MARKS_ALONG;
  const places = Array.from({ length: MARKS_ALONG }, (_, k) => start + (k + 0.3 + 0.13 * (index % 5)) * step);
  let at = 0;
  return places.map((place) => {
    while (at < points.length - 1 && frame.x.pixel(points[at].x) < place) at++;
    return points[at];
  });
}

/** Error bars, those of y cut at the end of the axis. */
function barMarks({ points, colour }: Series, { y: { domain } }: Frame): Plot.Markish[] {
  const upright = points.filter(({ low, high }) => low !== undefined || high !== undefined);
  const level = points.filter(({ left, right }) => left !== undefined || right !== undefined);
  const stroke = { stroke: colour, strokeWidth: 1.2 } as const;
  return [
    ...(upright.length === 0
      ? []
      : [
          Plot.ruleX(upright, {
            x: 'x',
            y1: ({ y, low }: Point) => Math.max(low ?? y, domain[0]),
            y2: ({ y, high }: Point) => Math.min(high ?? y, domain[1]),
            ...stroke,
          }),
        ]),
    ...(level.length === 0
      ? []
      : [
          Plot.ruleY(level, {
            y: 'y',
            x1: ({ x, left }: Point) => left ?? x,
            x2: ({ x, right }: Point) => right ?? x,
            ...stroke,
          }),
        ]),
  ];
}

function seriesMarks(series: Series, index: number, frame: Frame): Plot.Markish[] {
  const { name, points, colour, dash, joined, mark, hollow, faint, size } = series;
  const bounds = points.filter(({ isBound }) => isBound === true);
  return [
    ...(joined
      ? [
          Plot.line(points, {
            x: 'x',
            y: 'y',
            stroke: colour,
            strokeWidth: hollow ? 1 : 1.8,
            ...(dash === null ? {} : { strokeDasharray: dash }),
            ariaLabel: () => name,
          }),
        ]
      : []),
    ...barMarks(series, frame),
    ...(mark === null
      ? []
      : [
          Plot.dot(marked({ ...series, points: points.filter(({ isBound }) => isBound !== true) }, index, frame), {
            ...markStyle(mark, colour, hollow, size),
            ...(!joined && points.length > CROWDED ? { r: 1.4, strokeWidth: 0 } : {}),
            ...(faint === true ? FAINT : {}),
            x: 'x',
            y: 'y',
          }),
        ]),
    ...(bounds.length === 0
      ? []
      : [Plot.text(bounds, { x: 'x', y: 'y', text: () => 'v', fill: colour, fontSize: 11, dy: 1 })]),
  ];
}

function guideMarks({ guides }: Chart, frame: Frame): Plot.Markish[] {
  return guides.flatMap(({ name, colour, dash, points, text }) => [
    Plot.line(points, {
      x: 'x',
      y: 'y',
      stroke: colour,
      strokeWidth: 1.3,
      ...(dash === '' ? {} : { strokeDasharray: dash }),
      ariaLabel: () => name,
    }),
    ...(text === undefined || points.length === 0
      ? []
      : [
          Plot.text([points[0]], {
            x: () => frame.x.value(frame.left + 8),
            y: 'y',
            text: () => text,
            dy: -8,
            textAnchor: 'start',
            fill: colour,
            fontSize: 11.5,
            stroke: 'white',
            strokeWidth: 4,
          }),
        ]),
  ]);
}

function bandMarks({ bands }: Chart, { y }: Frame): Plot.Markish[] {
  const [lowest] = y.domain;
  return bands.map(({ colour, points, name }) =>
    Plot.areaY(points, {
      x: 'x',
      y1: ({ low }: { readonly low: number }) => Math.max(low, lowest),
      y2: ({ high }: { readonly high: number }) => Math.max(high, lowest),
      fill: colour,
      fillOpacity: 0.22,
      ariaLabel: () => name,
    }),
  );
}

function axisMarks(chart: Chart, { x, y, left }: Frame): Plot.Markish[] {
  const [xs, ys] = [x.ticks.map(([value]) => value), y.ticks.map(([value]) => value)];
  const textOf =
    (ticks: typeof x.ticks) =>
    (value: number): string =>
      ticks.find(([at]) => at === value)?.[1] ?? '';
  const label = { labelAnchor: 'center', labelArrow: 'none' } as const;
  return [
    Plot.gridY(ys, { strokeOpacity: 0.12 }),
    Plot.gridX(xs, { strokeOpacity: 0.12 }),
    Plot.axisX(xs, { text: textOf(x.ticks), label: chart.x.label || null, labelOffset: 42, ...label }),
    Plot.axisY(ys, { text: textOf(y.ticks), label: chart.y.label || null, labelOffset: left - 4, ...label }),
  ];
}

/**
 * A chart as a self-contained SVG text on white.
 *
 * Each joined curve is one `path` whose `aria-label` is the curve's name; that of the whole is `spoken`.
 */
export function chartSvg(chart: Chart, title: string, layout: FigureLayout = WIDE, spoken = title): string {
  const frame = frameOf(chart, title, layout);
  return svgText(spoken, (document) =>
    Plot.plot({
      document,
      width: frame.width,
      height: frame.height,
      marginTop: frame.top,
      marginBottom: frame.bottom,
      marginLeft: frame.left,
      marginRight: frame.right,
      style: { ...FIGURE_STYLE, color: INK },
      x: { type: chart.x.scale, domain: [...frame.x.domain] },
      y: { type: chart.y.scale, domain: [...frame.y.domain] },
      color: { type: 'identity' },
      marks: [
        ...axisMarks(chart, frame),
        ...bandMarks(chart, frame),
        ...guideMarks(chart, frame),
        ...chart.series.flatMap((series, k) => seriesMarks(series, k, frame)),
        ...(layout.labels ? labelMarks(chart.series, frame) : []),
        ...headerMarks(chart.key, title, layout, frame),
      ],
    }),
  );
}
