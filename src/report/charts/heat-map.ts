import * as Plot from '@observablehq/plot';
import { withoutMiddle } from '../../printable.js';
import { pngOf } from '../formats/png.js';
import { FIGURE_STYLE, svgText } from '../formats/svg-document.js';
import { type FigureLayout, INK, WIDE } from './chart.js';
import { headerHeight } from './header.js';
import { headerMarks } from './header-marks.js';
import { linearTicks, logTicks, type Tick, tickText } from './ticks.js';

/** Rows or columns of one class, from `start` to before `end`. */
export interface ClassRange {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** One side of a matrix. */
export interface MatrixSide {
  /** Rows or columns of the whole matrix. */
  readonly size: number;
  readonly label: string;
  /** Classes in their order where it is sorted by them; none otherwise. */
  readonly classes: readonly ClassRange[];
  /** Places along the side, in rows or columns, with their texts [classes, or indices]. */
  readonly ticks?: readonly Tick[];
}

/** A text over a part of the picture. */
export interface Caption {
  readonly text: string;
  /** Its middle and its line, in columns and rows of the matrix. */
  readonly x: number;
  readonly y: number;
  /** Columns that it has room over. */
  readonly room: number;
}

/** A matrix as a picture. */
export interface HeatMap {
  readonly form: 'heat-map';
  /** Means of blocks of entries `[height, width]`; NaN stays white. */
  readonly cells: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly rows: MatrixSide;
  readonly columns: MatrixSide;
  /** Range of the colours. */
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  /** Whether colours go by the logarithm [linear]: what lies below the range has the darkest one. */
  readonly scale?: 'log';
  readonly captions?: readonly Caption[];
}

const SHADES = 256;
const LINE = '#ffffff';
/** Width of a letter of a caption, pixels. */
const CAPTION_LETTER = 6.8;

/** Bytes of red, green and blue for shares from 0 to 1, dark to light, in order of lightness also in grey print. */
function shades(): Uint8Array {
  const scale = Plot.scale({ color: { type: 'linear', domain: [0, 1], scheme: 'viridis' } });
  const bytes = new Uint8Array(3 * SHADES);
  for (let k = 0; k < SHADES; k++) {
    const colour = String(scale?.apply(k / (SHADES - 1)));
    const parts = /^#/.test(colour)
      ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
      : [...colour.matchAll(/\d+/g)].map(([part]) => Number(part));
    bytes.set(parts.slice(0, 3), 3 * k);
  }
  return bytes;
}

function dataUrl(width: number, height: number, levels: (pixel: number) => number): string {
  const table = shades();
  const pixels = new Uint8Array(3 * width * height);
  for (let p = 0; p < width * height; p++) {
    const share = levels(p);
    const level = Math.max(0, Math.min(SHADES - 1, Math.round(share * (SHADES - 1))));
    if (Number.isNaN(share)) pixels.fill(255, 3 * p, 3 * p + 3);
    else pixels.set(table.subarray(3 * level, 3 * level + 3), 3 * p);
  }
  return `data:image/png;base64,${pngOf(width, height, pixels).toString('base64')}`;
}

/** Places of the parts of a picture, pixels. */
interface Places {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly bar: number;
}

const BAR_WIDTH = 16;

function placesOf(map: HeatMap, title: string, layout: FigureLayout): Places {
  const left = map.rows.classes.length > 0 ? 70 : 64;
  const room = layout.width - left - (layout.labels ? 110 : 86);
  const most = layout.labels ? 600 : 330;
  const scale = Math.min(room / map.columns.size, most / map.rows.size);
  const width = Math.max(map.columns.size * scale, 40);
  const height = Math.max(map.rows.size * scale, 40);
  return { left, top: headerHeight(title, [], layout), width, height, bar: left + width + 18 };
}

/** Ticks of a side: names of classes in their middle, else indices; names that would touch are left out. */
function sideTicks({ size, classes, ticks }: MatrixSide, pixels: number, space: number): readonly Tick[] {
  if (ticks !== undefined) return ticks;
  if (classes.length === 0) {
    return linearTicks(0, size, Math.max(2, Math.floor(pixels / 70))).filter(([value]) => Number.isInteger(value));
  }
  let last = -Infinity;
  return classes.flatMap(({ name, start, end }): readonly Tick[] => {
    const middle = (start + end) / 2;
    const at = (middle / size) * pixels;
    if (at - last < space) return [];
    last = at;
    return [[middle, name]];
  });
}

/** Edges between classes, pixels along a side. */
function edges({ size, classes }: MatrixSide, pixels: number): readonly number[] {
  return classes.slice(1).map(({ start }) => (start / size) * pixels);
}

function boundaryMarks(map: HeatMap, { left, top, width, height }: Places): Plot.Markish[] {
  const line = { stroke: LINE, strokeWidth: 0.9, strokeOpacity: 0.85 } as const;
  return [
    Plot.link(edges(map.rows, height), {
      x1: left,
      x2: left + width,
      y1: (at: number) => top + at,
      y2: (at: number) => top + at,
      ...line,
      ariaLabel: () => 'class boundary',
    }),
    Plot.link(edges(map.columns, width), {
      y1: top,
      y2: top + height,
      x1: (at: number) => left + at,
      x2: (at: number) => left + at,
      ...line,
      ariaLabel: () => 'class boundary',
    }),
  ];
}

function sideMarks(map: HeatMap, { left, top, width, height }: Places): Plot.Markish[] {
  const rows = sideTicks(map.rows, height, 13).map(([value, text]) => ({
    text,
    at: top + (value / map.rows.size) * height,
  }));
  const longest = Math.max(1, ...map.columns.classes.map(({ name }) => name.length));
  const columns = sideTicks(map.columns, width, 8 * longest + 4).map(([value, text]) => ({
    text,
    at: left + (value / map.columns.size) * width,
  }));
  return [
    Plot.link(rows, { x1: left - 5, x2: left - 1, y1: 'at', y2: 'at', stroke: INK, strokeWidth: 1 }),
    Plot.link(columns, { y1: top + height + 1, y2: top + height + 5, x1: 'at', x2: 'at', stroke: INK, strokeWidth: 1 }),
    Plot.text(rows, { x: left - 9, y: 'at', text: 'text', textAnchor: 'end', fill: INK }),
    Plot.text(columns, { x: 'at', y: top + height + 15, text: 'text', fill: INK }),
    Plot.text([map.columns.label], {
      x: left + width / 2,
      y: top + height + 36,
      text: (text: string) => text,
      fill: INK,
    }),
    Plot.text([map.rows.label], { x: 16, y: top + height / 2, text: (text: string) => text, rotate: -90, fill: INK }),
  ];
}

/** Share of the range of colours at which a value stands. */
function levelOf({ low, high, scale }: HeatMap, value: number): number {
  return scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

function captionMarks({ captions = [], rows, columns }: HeatMap, places: Places): Plot.Markish[] {
  const [across, down] = [places.width / columns.size, places.height / rows.size];
  return captions.map(({ text, x, y, room }) =>
    Plot.text([withoutMiddle(text, Math.max(3, Math.floor((room * across) / CAPTION_LETTER)))], {
      x: places.left + x * across,
      y: places.top + y * down,
      text: (line: string) => line,
      fill: INK,
      fontSize: 11.5,
    }),
  );
}

/** The bar that says which colour is which number. */
function barMarks(map: HeatMap, { bar, top, height }: Places): Plot.Markish[] {
  const { low, high } = map;
  const most = Math.max(3, Math.min(8, Math.floor(height / 45)));
  const ticks = (map.scale === 'log' ? logTicks : linearTicks)(low, high, most).map(([value, text]) => ({
    text,
    at: top + (1 - levelOf(map, value)) * height,
  }));
  const src = dataUrl(1, SHADES, (p) => 1 - p / (SHADES - 1));
  const image = {
    x: bar + BAR_WIDTH / 2,
    y: top + height / 2,
    width: BAR_WIDTH,
    height,
    preserveAspectRatio: 'none',
  } as const;
  return [
    Plot.image([0], { src, ...image }),
    Plot.link(ticks, {
      x1: bar + BAR_WIDTH + 1,
      x2: bar + BAR_WIDTH + 5,
      y1: 'at',
      y2: 'at',
      stroke: INK,
      strokeWidth: 1,
    }),
    Plot.text(ticks, { x: bar + BAR_WIDTH + 8, y: 'at', text: 'text', textAnchor: 'start', fill: INK }),
    Plot.text([map.unit], { x: bar + BAR_WIDTH, y: top + height + 15, text: (text: string) => text, fill: INK }),
  ];
}

/** A matrix as a self-contained SVG text: its picture, sides with classes or indices, and a bar of colours. */
export function heatMapSvg(map: HeatMap, title: string, layout: FigureLayout = WIDE): string {
  const places = placesOf(map, title, layout);
  const { left, top, width, height } = places;
  const src = dataUrl(map.width, map.height, (p) => levelOf(map, map.cells[p]));
  const whole = Math.ceil(top + height + 52);
  const itself = { value: (pixel: number): number => pixel };
  return svgText(title, (document) =>
    Plot.plot({
      document,
      width: layout.width,
      height: whole,
      margin: 0,
      style: { ...FIGURE_STYLE, color: INK },
      x: { type: 'linear', domain: [0, layout.width], axis: null },
      y: { type: 'linear', domain: [whole, 0], axis: null },
      color: { type: 'identity' },
      marks: [
        Plot.image([0], {
          src,
          x: left + width / 2,
          y: top + height / 2,
          width,
          height,
          preserveAspectRatio: 'none',
          imageRendering: 'pixelated',
          ariaLabel: () => 'matrix',
        }),
        ...boundaryMarks(map, places),
        ...sideMarks(map, places),
        ...captionMarks(map, places),
        ...barMarks(map, places),
        ...headerMarks([], title, layout, { x: itself, y: itself }),
      ],
    }),
  );
}

/** Smallest and largest cell as a range of colours; a constant matrix has some room. */
export function colourRange(cells: Float64Array): readonly [number, number] {
  const [low, high] = cells.reduce<readonly [number, number]>(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  return high > low ? [low, high] : [low - 0.5 * (Math.abs(low) || 1), low + 0.5 * (Math.abs(low) || 1)];
}

/** A range of values as text. */
export function rangeText(low: number, high: number): string {
  return `${tickText(Number(low.toPrecision(4)))} to ${tickText(Number(high.toPrecision(4)))}`;
}
