/** A point of a curve, in the units of the axes. */
export interface CurvePoint {
  readonly x: number;
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
  readonly points: readonly CurvePoint[];
}

/** One axis of a measurement, with its unit. */
export interface CurveAxis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
  readonly whole?: boolean | undefined;
  /** First and last value. [what holds all points] */
  readonly domain?: readonly [number, number] | undefined;
}

/** Measured curves on two axes. */
export interface CurveFigure {
  readonly form: 'curves';
  readonly title: string;
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  readonly curves: readonly Curve[];
  /** What a reader should see in it. */
  readonly caption: string;
}

/** Sensitivity of an output to the pixels of an image. */
export interface FieldFigure {
  readonly form: 'field';
  readonly title: string;
  /** Heights and widths `[h, w]`. */
  readonly shape: readonly [number, number];
  /** Pixel that is read. */
  readonly at: readonly [number, number];
  /** Shares of the pixels `[h w]`, row by row. */
  readonly field: readonly number[];
  readonly caption: string;
}

/** What a claim shows, before it is drawn. */
export type PaperFigure = CurveFigure | FieldFigure;
