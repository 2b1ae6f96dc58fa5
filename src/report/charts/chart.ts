import type { Tick } from './ticks.js';

/** An axis of a chart. */
export interface Axis {
  /** Name with its unit; empty for none. */
  readonly label: string;
  readonly scale: 'linear' | 'log';
  /** Places with their texts [chosen by the range]; one whose text would touch the one before is left out. */
  readonly ticks?: readonly Tick[];
  /** Least distance of given ticks, pixels, for which the axes grow taller [none]. */
  readonly spacing?: number;
  /** Whether only whole numbers have ticks. */
  readonly whole?: boolean;
  /** First and last value [what holds all points]. */
  readonly domain?: readonly [number, number];
}

/** A point of a curve, in the units of the axes. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of its error bar. */
  readonly low?: number;
  readonly high?: number;
  /** Ends of its horizontal error bar. */
  readonly left?: number;
  readonly right?: number;
  /** Whether y is only a bound that the true value does not exceed. */
  readonly isBound?: boolean;
}

/** Marks of curves, told apart in grey print. */
export type Mark = 'circle' | 'square' | 'triangle' | 'diamond' | 'star' | 'wye' | 'cross' | 'hexagon';

/** A curve. */
export interface Series {
  /** Different for each curve of a chart. */
  readonly name: string;
  /** Whether the name stands at the right end of the curve. */
  readonly labelled: boolean;
  /** Second line of that label. */
  readonly note?: string;
  /** CSS colour. */
  readonly colour: string;
  /** Lengths of dashes and gaps in pixels; null for a whole line. */
  readonly dash: string | null;
  /** Whether the points are joined. */
  readonly joined: boolean;
  readonly mark: Mark | null;
  /** Whether marks are rings rather than discs. */
  readonly hollow: boolean;
  /** Whether marks are small and pale: single values behind their mean [false]. */
  readonly faint?: boolean;
  /** Size of its marks as a factor [1]. */
  readonly size?: number;
  readonly points: readonly Point[];
}

/** A thin line that no data made: a fit, a prediction, a floor. */
export interface Guide {
  readonly name: string;
  readonly colour: string;
  /** Lengths of dashes and gaps in pixels; empty for a whole line. */
  readonly dash: string;
  readonly points: readonly Point[];
  /** Text above its left end. */
  readonly text?: string;
}

/** A shaded range: y from `low` to `high` at each x. */
export interface Band {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}

/** A line of the key: what a kind of mark stands for. */
export interface KeyEntry {
  readonly text: string;
  readonly mark?: Mark;
  readonly hollow?: boolean;
  readonly faint?: boolean;
  readonly size?: number;
  /** Dashes of a line; an empty text for a whole one. */
  readonly dash?: string;
  readonly band?: boolean;
  /** CSS colour [that of text]. */
  readonly colour?: string;
}

/** Curves on two axes. */
export interface Chart {
  readonly form: 'chart';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly guides: readonly Guide[];
  readonly bands: readonly Band[];
  readonly key: readonly KeyEntry[];
}

/** How a figure is laid out. */
export interface FigureLayout {
  /** Width in pixels, labels included. */
  readonly width: number;
  /** Least height of the axes in pixels. */
  readonly height: number;
  /** Whether the curves are named at their right ends; otherwise a legend stands elsewhere. */
  readonly labels: boolean;
}

/** A figure for a page or a paper. */
export const WIDE: FigureLayout = { width: 860, height: 410, labels: true };
/** One of two figures side by side. */
export const HALF: FigureLayout = { width: 570, height: 300, labels: false };
/** A figure for a telephone, with its legend below. */
export const NARROW: FigureLayout = { width: 372, height: 250, labels: false };

/** Colour of text and of what belongs to no curve. */
export const INK = '#1b1f24';
