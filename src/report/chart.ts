import type { Tick } from './ticks.js';

/** An axis of a chart. */
export interface Axis {
  /** Name with its unit. */
  readonly label: string;
  readonly scale: 'linear' | 'log';
  /** Places with their texts [chosen by the range]. */
  readonly ticks?: readonly Tick[];
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
  readonly points: readonly Point[];
}

/** A thin line that no data made: a fit, a prediction, a floor. */
export interface Guide {
  readonly name: string;
  readonly colour: string;
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
  /** Dashes of a line; an empty text for a whole one. */
  readonly dash?: string;
  readonly band?: boolean;
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
  /** Whether the curves are named at their right ends; otherwise a legend stands elsewhere. */
  readonly labels: boolean;
}

/** A figure for a page or a paper. */
export const WIDE: FigureLayout = { width: 860, labels: true };
/** A figure for a telephone, with its legend below. */
export const NARROW: FigureLayout = { width: 372, labels: false };

/** Colour of text and of what belongs to no curve. */
export const INK = '#1b1f24';
