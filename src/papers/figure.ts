import type { ReceptiveField } from '../kernel/receptive-field.js';

/** A point of a curve, in the units of the axes. */
export interface CurvePoint {
  /** Along the horizontal axis. */
  readonly x: number;
  /** Along the vertical axis. */
  readonly y: number;
  /** Whether it is hollow: below the floor of the precision, or a bound alone. [false] */
  readonly open?: boolean | undefined;
}

/** A curve of a measurement. */
export interface Curve {
  /** Different for each curve of a chart. */
  readonly name: string;
  /** Curves of one family share a ramp of colours, in their order. [a colour of its own] */
  readonly family?: string | undefined;
  /** How it is drawn: measured numbers as marks or a line, predictions dashed in the colour of `of`. [line] */
  readonly form?: 'line' | 'marks' | 'both' | 'prediction' | undefined;
  /** Name of the curve that a prediction belongs to. [none] */
  readonly of?: string | undefined;
  /** In the order of the horizontal axis. */
  readonly points: readonly CurvePoint[];
}

/** One axis of a measurement. */
export interface CurveAxis {
  /** What it shows, with its unit. */
  readonly label: string;
  /** How values are spaced. */
  readonly scale: 'linear' | 'log';
  /** Whether only whole numbers have ticks. [false] */
  readonly whole?: boolean | undefined;
  /** First and last value. [what holds all points] */
  readonly domain?: readonly [number, number] | undefined;
}

/** Measured curves on two axes. */
export interface CurveFigure {
  /** Tells it from other figures. */
  readonly form: 'curves';
  /** What is shown. */
  readonly title: string;
  /** Horizontal axis. */
  readonly x: CurveAxis;
  /** Vertical axis. */
  readonly y: CurveAxis;
  /** In the order of the key. */
  readonly curves: readonly Curve[];
  /** What a reader should see in it. */
  readonly caption: string;
}

/** The receptive field of a kernel. */
export interface NamedField
  extends Pick<ReceptiveField, 'shape' | 'at' | 'circular' | 'field' | 'spread' | 'peak' | 'derivative'> {
  /** Whose it is. */
  readonly name: string;
}

/** Receptive fields beside each other, of one input. */
export interface FieldsFigure {
  /** Tells it from other figures. */
  readonly form: 'fields';
  /** What is shown. */
  readonly title: string;
  /** In the order in which they are drawn. */
  readonly fields: readonly NamedField[];
  /** What a reader should see in it. */
  readonly caption: string;
}

/** What a claim shows, before it is drawn. */
export type PaperFigure = CurveFigure | FieldsFigure;
