import * as Plot from '@observablehq/plot';
import { Window } from 'happy-dom';
import { InternalError } from '../errors.js';
import { spread } from './spread.js';

/** A curve as it is drawn. */
export interface FigureCurve {
  readonly name: string;
  readonly angles: readonly number[];
  readonly values: readonly number[];
  /** CSS colour. */
  readonly colour: string;
  /** Dashed: kernels that are no network. */
  readonly dashed: boolean;
}

/** How a figure is laid out. */
export interface FigureLayout {
  /** Width in pixels, labels included. */
  readonly width: number;
  /** Whether the curves are named at their right ends; otherwise a legend stands elsewhere. */
  readonly labels: boolean;
}

/** A figure for a page or a paper. */
export const WIDE: FigureLayout = { width: 860, labels: true };
/** A figure for a telephone, with its legend below. */
export const NARROW: FigureLayout = { width: 372, labels: false };

const MARGIN = { top: 46, bottom: 48, left: 58 };
const LINE_HEIGHT = 15;
const LETTER = 6.7;
const TICKS: readonly (readonly [number, string])[] = [
  [0, '0'],
  [Math.PI / 4, 'π/4'],
  [Math.PI / 2, 'π/2'],
  [(3 * Math.PI) / 4, '3π/4'],
  [Math.PI, 'π'],
];

/** Everything that places the marks: sizes in pixels, the range of the ordinate. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

function frameOf(curves: readonly FigureCurve[], { width, labels }: FigureLayout): Frame {
  const longest = Math.max(0, ...curves.map(({ name }) => [...name].length));
  const right = labels ? Math.min(width / 2, 34 + LETTER * longest) : 16;
  const plain = labels ? 500 : 340;
  const height = labels ? Math.max(plain, MARGIN.top + MARGIN.bottom + curves.length * LINE_HEIGHT) : plain;
  const low = Math.min(0, ...curves.flatMap(({ values }) => values));
  return { width, height, right, low, high: 1 };
}

/** Names at the right ends of the curves, moved apart where they would touch, with a thin line to the curve. */
function labelMarks(curves: readonly FigureCurve[], frame: Frame): Plot.Markish[] {
  const { height, width, right, low, high } = frame;
  const inner = height - MARGIN.top - MARGIN.bottom;
  const pixel = (value: number): number => MARGIN.top + ((high - value) / (high - low)) * inner;
  const value = (y: number): number => high - ((y - MARGIN.top) / inner) * (high - low);
  const ends = curves
    .map(({ name, colour, values }) => ({ name, colour, end: values[values.length - 1] }))
    .sort((a, b) => b.end - a.end);
  const places = spread(
    ends.map(({ end }) => pixel(end)),
    LINE_HEIGHT,
    MARGIN.top + 4,
    height - MARGIN.bottom - 4,
  );
  const labelled = ends.map((end, k) => ({ ...end, place: value(places[k]) }));
  const perPixel = Math.PI / (width - MARGIN.left - right);
  return [
    Plot.link(labelled, {
      x1: Math.PI + 3 * perPixel,
      x2: Math.PI + 19 * perPixel,
      y1: 'end',
      y2: 'place',
      stroke: 'colour',
      strokeOpacity: 0.6,
    }),
    Plot.text(labelled, {
      x: Math.PI + 22 * perPixel,
      y: 'place',
      text: 'name',
      fill: 'colour',
      textAnchor: 'start',
      fontWeight: 500,
    }),
  ];
}

function lineMarks(curves: readonly FigureCurve[]): Plot.Markish[] {
  return curves.map((curve) =>
    Plot.line(curve.values, {
      x: [...curve.angles],
      y: [...curve.values],
      stroke: curve.colour,
      strokeWidth: 1.8,
      ...(curve.dashed ? { strokeDasharray: '5 4' } : {}),
      ariaLabel: () => curve.name,
    }),
  );
}

type PlotDocument = NonNullable<Plot.PlotOptions['document']>;

/** Whether an object can stand for a browser's document where a figure is drawn. */
function isPlotDocument(document: object): document is PlotDocument {
  return 'createElementNS' in document;
}

/** A document to draw in, without a browser. */
function plotDocument(window: Window): PlotDocument {
  const document: object = window.document;
  if (isPlotDocument(document)) return document;
  throw new InternalError('happy-dom has no createElementNS');
}

/**
 * The figure of normalised kernels against the angle, as a self-contained SVG text on white.
 *
 * Each curve is one `path` whose `aria-label` is the curve's name.
 */
export function figureSvg(curves: readonly FigureCurve[], title: string, layout: FigureLayout = WIDE): string {
  const frame = frameOf(curves, layout);
  const window = new Window();
  const plot = Plot.plot({
    document: plotDocument(window),
    width: frame.width,
    height: frame.height,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: frame.right,
    style: { fontFamily: 'system-ui, Helvetica, Arial, sans-serif', fontSize: '12.5px', background: 'white' },
    x: { domain: [0, Math.PI] },
    y: { domain: [frame.low, frame.high] },
    color: { type: 'identity' },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.gridX(
        TICKS.map(([angle]) => angle),
        { strokeOpacity: 0.12 },
      ),
      Plot.axisX(
        TICKS.map(([angle]) => angle),
        {
          tickFormat: (angle: number) => TICKS.find(([at]) => at === angle)?.[1] ?? '',
          label: 'angle (rad)',
          labelAnchor: 'center',
          labelArrow: 'none',
          labelOffset: 40,
        },
      ),
      Plot.axisY({ label: 'normalised kernel', labelAnchor: 'center', labelArrow: 'none' }),
      ...lineMarks(curves),
      ...(layout.labels ? labelMarks(curves, frame) : []),
      Plot.text([title], { frameAnchor: 'top-left', dy: -30, fontSize: 14, fontWeight: 600, lineWidth: 200 }),
    ],
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', title);
  const text = String(plot.outerHTML);
  window.close();
  return text;
}
