import type { Programme, Step, ValueId, Windows } from '../../vocabulary/steps.js';
import type { CosineDistances } from '../correlations.js';
import type { Extended } from '../extended-exponent.js';
import type { PixelFactors, Strip } from '../factors.js';
import type { Grid } from '../images/grids.js';
import type { ImageInstruction, ImageValue } from '../images/instructions.js';
import type { ReadOffsets } from '../images/offsets.js';
import type { WindowMeans } from '../images/window-means.js';
import type { Instruction } from '../instructions.js';
import type { Rounding } from '../rounding.js';
import type { Taps } from '../taps.js';

/** The step of one kind. */
export type StepOf<Op extends Step['op']> = Extract<Step, { readonly op: Op }>;

/** A step that applies a scalar map. */
export type MapStep = StepOf<'dual' | 'dualDerivative'>;

/** Positions of a value, one number an axis; none for vectors. */
export type Shape = readonly number[];

/** Degree of homogeneity of a value; null where it has none. */
export type Degree = number | null;

/** Where a step stands: what is known of the values before it. */
export interface Surroundings {
  readonly programme: Programme;
  /** Positions of each earlier value. */
  readonly shapes: readonly Shape[];
}

/** What a step is evaluated with on a strip of pairs. */
export interface Evaluation {
  /** The number of the step: that of its factor columns. */
  readonly index: number;
  /** The correlations of an earlier value. */
  readonly read: (value: ValueId) => CosineDistances;
  /** The correlations of the inputs; null behind the sources. */
  readonly source: CosineDistances | null;
  readonly at: Strip;
  /** Acts on what is subtracted within a formula. */
  readonly rounding: Rounding | null;
}

/** What a step that joins positions is evaluated with on a pair of images. */
export interface ImageEvaluation {
  readonly index: number;
  readonly x: PixelFactors;
  readonly z: PixelFactors;
  /** The correlations of an earlier value, `[positions, positions]`; `[positions]` where `isDiagonal`. */
  readonly read: (value: ValueId) => CosineDistances;
  /** Positions of each value. */
  readonly positions: readonly number[];
  /** What the step reads; null for a step that takes each position alone. */
  readonly taps: Taps | null;
  /** Whether pairs of a position with itself are all that is needed. */
  readonly isDiagonal: boolean;
  readonly rounding: Rounding | null;
}

/** What the self-kernels of an image in the reference rest on. */
export interface ImageSelfEvaluation {
  readonly selfKernels: readonly Extended[];
  readonly norms: Extended;
  readonly taps: Taps | null;
  /** Correlations of an earlier value within the image. */
  readonly self: (value: ValueId) => CosineDistances;
  readonly rounding: Rounding | null;
}

/** log2 of the least and of the largest of some numbers that are not 0; Infinity and -Infinity where all are. */
export interface Spread {
  readonly least: number;
  readonly most: number;
}

/** What the self-kernels of the positions of an image rest on, in doubles over 4^exponent. */
export interface PositionEvaluation {
  /** Exponents of the earlier values. */
  readonly exponents: readonly number[];
  /** Positions of each value. */
  readonly shapes: readonly Shape[];
  /** Squared norms of the pixels, `[positions]`. */
  readonly squares: Float64Array;
  /**
   * Self-kernels of an earlier value over 4^exponent, `[positions]`. @throws InternalError where they were not asked
   * for
   */
  readonly at: (value: ValueId) => Float64Array;
  /** The means over what windows read, found once for all images. */
  readonly means: (windows: Windows) => WindowMeans;
  /** Self-kernels of the step from elsewhere: those of a pool need the whole self-kernel. */
  readonly pooled: (of: ValueId) => Float64Array;
}

/** A translation of a programme into instructions on rows, as a step sees it. */
export interface RowTranslation {
  /** The value that each earlier one is found under. */
  readonly alias: readonly ValueId[];
  emit(instruction: Instruction): void;
  /** The step stands for the correlations of the inputs. */
  isInput(index: number): void;
  /** Whether the correlation of a value is never negative. */
  isPositive(value: ValueId): boolean;
  neverNegative(value: ValueId): void;
  /** A value of which 1 - u is enough unless a map reads it. */
  oneSide(value: ValueId): void;
  /** A value made of others is never negative if they are not, and needs both sides only if a map reads it. */
  combined(index: number, parts: readonly ValueId[]): void;
  /** A factor column of a step, of each set of rows. */
  columns(index: number, place: number): readonly Float64Array[];
  /** One of the next steps that is translated along with step `index`; null where none fits. */
  takePartner(index: number, fits: (step: Step) => boolean): number | null;
}

/** A translation of a programme into instructions on images, as a step sees it. */
export interface ImageTranslation {
  /** Values with one self-kernel at all positions of all images. */
  readonly even: readonly boolean[];
  emit(stage: number, instruction: ImageInstruction): void;
  /** The cosine distances of a value in a stage. */
  distance(value: ValueId, stage: number): ImageValue;
  /** Says where the cosine distances of a value are found. */
  setDistance(value: ValueId, stage: number, found: ImageValue): void;
  /** The covariance of a value in a stage, made when it is first asked for. */
  covariance(value: ValueId, stage: number): ImageValue;
  /** One of the steps behind that of `value`; null where none fits. */
  partner(value: ValueId, fits: (step: Step) => boolean): ValueId | null;
}

/** Where a step is translated on images. */
export interface ImageTurn {
  readonly value: ValueId;
  readonly stage: number;
  readonly to: ImageTranslation;
}

/**
 * All that the engine knows of one kind of step, beside the code of the backends: a new step is its type in
 * `src/vocabulary/steps.ts`, one file here, one line of the table, and what backends do with it.
 *
 * What is left out is as for most steps: that is said at each member.
 */
export interface Rules<S extends Step = Step> {
  /** Whether it stands for the inputs: a programme has one such step at most. [no] */
  readonly isSource?: boolean;
  /** Values that it refers to. */
  operands(step: S): readonly ValueId[];
  /** Values that it reads for a pair; what is read for each input alone is none of them. [all operands] */
  pairOperands?(step: S): readonly ValueId[];
  /** Values whose self-kernels its own are made of. [all operands] */
  selfOperands?(step: S): readonly ValueId[];
  /** Values by whose self-kernels it divides. [none] */
  divisors?(step: S): readonly ValueId[];
  /** The same step with its operands renumbered. */
  renumber(step: S, id: (value: ValueId) => ValueId): Step;
  /** Positions of its value, from those of earlier ones and of the inputs. */
  shape(step: S, shapes: readonly Shape[], input: Shape): Shape;
  /** What is wrong with its numbers or with the positions of its operands, in words; null where nothing is. */
  flaw(step: S, at: Surroundings): string | null;

  /** Degree of homogeneity, from those of the values before. */
  degree(step: S, degrees: readonly Degree[]): Degree;
  /** Why it has no degree, behind "step N". */
  obstacle(step: S): string;
  /**
   * Whether its value on unit rows is no smooth function of sqrt(1 - cos) and sqrt(1 + cos) even if those before are.
   * [no]
   */
  isRough?(step: S): boolean;

  /**
   * Self-kernels of rows into `total` (zeros before), and the factor columns that pairs need. @throws InternalError
   * where positions are joined
   */
  selfKernel(step: S, selfKernels: readonly Extended[], norms: Extended, total: Extended): Float64Array[];
  /** Factor columns of a row at most: what memory is planned by. [none] */
  columnBound?(step: S): number;
  /** Cosine distances of a strip of pairs of rows in float64. @throws InternalError where positions are joined */
  evaluate(step: S, evaluation: Evaluation, out: CosineDistances): void;

  /** Positions that it reads, from the positions of its operand. [each position alone] */
  taps?(step: S, from: Shape): Taps;
  /** Offsets p' - p of the grid that it reads which one offset of its own needs. [the same offset] */
  offsets?(step: S, from: Grid, to: Grid): ReadOffsets;
  /** Whether it needs all pairs of positions of what it reads before its own first one. [no] */
  readonly readsAllPairs?: boolean;
  /** Floating-point operations for one pair of positions, roughly. */
  operations(step: S): number;

  /** Self-kernels of one image in the reference, into `total`, and its columns. [those of rows, at each position] */
  imageSelfKernel?(step: S, evaluation: ImageSelfEvaluation, total: Extended): Float64Array[];
  /** Cosine distances of a pair of images in the reference. [those of rows, for each pair of positions] */
  evaluateImages?(step: S, evaluation: ImageEvaluation, out: CosineDistances): void;

  /** Writes the self-kernels of the positions of an image, `[positions]`, and returns the exponent they are over. */
  positionSelfKernel(step: S, evaluation: PositionEvaluation, out: Float64Array): number;
  /**
   * Between what its self-kernels lie that are not 0, from those of earlier values and of the pixels. [nothing is
   * known]
   */
  spread?(step: S, spreads: readonly (Spread | null)[], input: Spread): Spread | null;
  /** Whether its self-kernels are means of those that it reads: then they keep their exponent. [no] */
  readonly isMean?: boolean;
  /** Whether its self-kernels are above 0 at all positions of all images; `input`: whether no pixel is 0. */
  isPositive(step: S, positive: readonly boolean[], input: boolean): boolean;
  /**
   * Whether its self-kernels are one number at all positions of all images; `input`: whether all pixels have one norm.
   */
  isEven(step: S, even: readonly boolean[], positive: readonly boolean[], input: boolean): boolean;

  /** Whether it reads the angle of its operands: then these are carried as cosine distances. [no] */
  readonly readsAngle?: boolean;
  /** Whether both sides of what it reads are needed where both of its own are. [no] */
  readonly keepsSides?: boolean;
  /** The value whose correlation its own is on rows: then it takes no instruction. [none] */
  renames?(step: S): ValueId | null;
  /** Its instructions on rows. @throws InternalError where positions are joined */
  instruct(step: S, index: number, to: RowTranslation): void;
  /** Whether its correlation on images can be negative and a later step cares. */
  isSigned(step: S, signed: readonly boolean[]): boolean;
  /** Its cosine distances on images. [none: it is no value that a map reads] */
  angle?(step: S, turn: ImageTurn): void;
  /** Its covariances on images, where nothing reads the angle. [from the cosine distances] */
  covariance?(step: S, turn: ImageTurn): void;
}
