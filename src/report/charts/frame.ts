import { onOneLine } from '../../printable.js';
import type { Axis, Chart, FigureLayout, Series } from './chart.js';
import { headerHeight } from './header.js';
import { linearTicks, logTicks, type Tick } from './ticks.js';

/** Pixels between the lines of two labels of one line. */
export const LINE_HEIGHT = 15;
/** Mean width of a letter of a label, pixels. */
export const LETTER = 6.7;
/** Smallest value of a logarithmic axis: below, doubles have few digits. */
const SMALLEST = 1e-300;
/** Least space between the texts of two ticks, pixels. */
const TICK_GAP = 8;
/** Margin at the left: ticks of numbers, and the name of the axis. */
const LEFT = 64;
/** Longest label of a curve, letters. */
const LONGEST = 54;

/** Where the axes of a chart lie, in pixels from its upper left corner, and what they measure. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly x: Scale;
  readonly y: Scale;
}

/** One axis between two pixels. */
export interface Scale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly Tick[];
  /** Place of a value, pixels. */
  pixel(value: number): number;
  /** Value at a place; beyond the axis too. */
  value(pixel: number): number;
}

/** A label that is not longer than the margin allows: its middle is left out. */
export function shortened(text: string): string {
  const letters = [...onOneLine(text)];
  if (letters.length <= LONGEST) return letters.join('');
  const half = Math.floor((LONGEST - 1) / 2);
  return `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`;
}

/** Largest number that an axis shows. */
const LARGEST = 4e307;

/** Smallest and largest value of an axis, within what doubles hold. */
function domainOf(axis: Axis, values: readonly number[]): readonly [number, number] {
  const [low, high] = wishedDomain(axis, values);
  const least = axis.scale === 'log' ? SMALLEST : -LARGEST;
  return [Math.min(Math.max(low, least), LARGEST / 2), Math.max(Math.min(high, LARGEST), least * 2)];
}

/** Smallest and largest of the values that an axis can show, with some room around them. */
function wishedDomain({ scale, domain }: Axis, values: readonly number[]): readonly [number, number] {
  if (domain !== undefined) return domain;
  const shown = values.filter((value) => Number.isFinite(value) && (scale === 'linear' || value > SMALLEST));
  if (shown.length === 0) return scale === 'log' ? [0.1, 1] : [0, 1];
  const [low, high] = shown.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  if (scale === 'log') {
    const room = Math.max(Math.exp(0.04 * (Math.log(high) - Math.log(low))), low === high ? 2 : 1);
    return [low / room, high * room];
  }
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

/** Ticks whose texts do not touch, the first kept. */
function apart(ticks: readonly Tick[], place: (value: number) => number): readonly Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const before = kept.at(-1);
    const room = before === undefined ? 0 : (LETTER * (before[1].length + tick[1].length)) / 2 + TICK_GAP;
    if (before === undefined || Math.abs(place(tick[0]) - place(before[0])) >= room) kept.push(tick);
  }
  return kept;
}

function scaleOf(axis: Axis, values: readonly number[], from: number, to: number, most: number): Scale {
  const domain = domainOf(axis, values);
  const isLog = axis.scale === 'log';
  const [a, b] = isLog ? [Math.log(domain[0]), Math.log(domain[1])] : domain;
  const ticks = axis.ticks ?? (isLog ? logTicks : linearTicks)(domain[0], domain[1], most);
  return {
    domain,
    ticks: ticks.filter(
      ([value]) => value >= domain[0] && value <= domain[1] && (axis.whole !== true || Number.isInteger(value)),
    ),
    pixel: (value) => from + (((isLog ? Math.log(value) : value) - a) / (b - a)) * (to - from),
    value: (pixel) => {
      const at = a + ((pixel - from) / (to - from)) * (b - a);
      return isLog ? Math.exp(at) : at;
    },
  };
}

/** Height of the label of a curve, pixels. */
export function labelHeight({ note }: Pick<Series, 'note'>): number {
  return note === undefined ? LINE_HEIGHT : 2 * LINE_HEIGHT + 2;
}

function marginRight(labelled: readonly Series[], { width, labels }: FigureLayout): number {
  if (!labels) return 16;
  const letters = (text: string): number => [...shortened(text)].length;
  const longest = Math.max(0, ...labelled.map(({ name, note = '' }) => Math.max(letters(name), 0.9 * letters(note))));
  return Math.min(width / 2, 34 + LETTER * longest);
}

/** Room for the ticks of the vertical axis, where these are names, and for the name of the axis. */
function marginLeft({ label, ticks = [] }: Axis): number {
  const longest = ticks.reduce((most, [, text]) => Math.max(most, text.length), 0);
  return Math.max(LEFT, LETTER * longest + (label === '' ? 16 : 38));
}

/** Height of the axes: taller where many curves are named, or many ticks need their room. */
function innerHeight({ series, y }: Chart, { labels, height }: FigureLayout): number {
  const names = labels ? series.filter((one) => one.labelled).reduce((sum, one) => sum + labelHeight(one), 0) : 0;
  return Math.max(height, names, (y.ticks?.length ?? 0) * (y.spacing ?? 0));
}

/** Values that a chart shows, ends of error bars included. */
function extentOf({ series, guides, bands }: Chart): {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
} {
  const points = [...series, ...guides].flatMap((one) => one.points);
  const areas = bands.flatMap((band) => band.points);
  return {
    xs: [...points.flatMap(({ x, left, right }) => [x, left ?? x, right ?? x]), ...areas.map(({ x }) => x)],
    ys: [...points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]), ...areas.map(({ high }) => high)],
  };
}

/** Lays a chart out: margins for its title, key, ticks and labels. */
export function frameOf(chart: Chart, title: string, layout: FigureLayout): Frame {
  const { xs, ys } = extentOf(chart);
  const top = headerHeight(title, chart.key, layout);
  const labelled = chart.series.filter((one) => one.labelled);
  const [bottom, left, right] = [50, marginLeft(chart.y), marginRight(labelled, layout)];
  const height = top + bottom + innerHeight(chart, layout);
  const inner = layout.width - left - right;
  const x = scaleOf(chart.x, xs, left, left + inner, Math.max(3, Math.min(9, Math.floor(inner / 55))));
  return {
    width: layout.width,
    height,
    top,
    bottom,
    left,
    right,
    x: { ...x, ticks: chart.x.ticks === undefined ? x.ticks : apart(x.ticks, x.pixel) },
    y: scaleOf(chart.y, ys, height - bottom, top, layout.labels ? 9 : 6),
  };
}
