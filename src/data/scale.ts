import { UsageError } from '../errors.js';
import { complaint } from '../message.js';
import { allocate, type FloatArray, type NdArray } from './array.js';
import { valuesOf } from './image.js';
import { balance, largestMagnitude } from './norm.js';
import { type FeatureStatistics, featureStatistics } from './statistics.js';

/** Ways to scale an input, in the order of the command line's help. */
export const SCALE_MODES = ['none', 'unit-rows', 'unit-pixels', 'standard'] as const;

/** How an input is scaled: each row by its norm, each pixel by its norm, or each feature by its statistics. */
export type ScaleMode = (typeof SCALE_MODES)[number];

/** What is done where nothing is asked for. */
export const DEFAULT_SCALE: ScaleMode = 'none';

/** A scaled input. */
export interface Scaled {
  /** The input itself for `none`, else a new array in float64 of the same shape. */
  readonly x: NdArray;
  /** Zero rows (`unit-rows`) or pixels (`unit-pixels`), which stay zero. */
  readonly zeros: number;
  /** What `standard` found, to apply to another input. */
  readonly statistics?: FeatureStatistics;
}

/**
 * Scales `x`; `standard` subtracts the mean and divides by the deviation of each feature, those of `fitted` when given.
 *
 * A feature that is constant is centred and not divided.
 *
 * @throws UsageError when `unit-pixels` is asked of vectors, or `fitted` has another number of features.
 */
export function scale(x: NdArray, mode: ScaleMode, fitted?: FeatureStatistics): Scaled {
  switch (mode) {
    case 'none':
      return { x, zeros: 0 };
    case 'unit-rows':
      return unitVectors(x, valuesOf(x.shape.slice(1)));
    case 'unit-pixels':
      if (x.shape.length > 2) return unitVectors(x, x.shape[x.shape.length - 1]);
      throw new UsageError(
        complaint('scale', 'unit-pixels needs images or sequences', 'vectors', 'Use unit-rows, or give --image HxWxC.'),
      );
    case 'standard':
      return standardised(x, fitted ?? featureStatistics(x));
    default:
      throw new UsageError(
        complaint(
          'scale',
          `must be one of ${SCALE_MODES.join(', ')}`,
          `${mode satisfies never}`,
          'Choose one of these.',
        ),
      );
  }
}

/** Divides each run of `length` elements by its norm. */
function unitVectors({ data, shape }: NdArray, length: number): Scaled {
  const scaled = allocate(data.length, 'f64');
  let zeros = 0;
  for (let offset = 0; offset < data.length; offset += length) {
    if (!normalise(data, offset, length, scaled)) zeros++;
  }
  return { x: { data: scaled, shape }, zeros };
}

/** Writes a vector divided by its norm; false for a zero vector. */
function normalise(from: FloatArray, offset: number, length: number, to: FloatArray): boolean {
  const largest = largestMagnitude(from, offset, length);
  if (largest === 0) return false;
  const factor = balance(largest);
  let sum = 0;
  for (let i = offset; i < offset + length; i++) {
    const value = from[i] * factor;
    to[i] = value;
    sum += value * value;
  }
  const norm = Math.sqrt(sum);
  for (let i = offset; i < offset + length; i++) to[i] /= norm;
  return true;
}

function standardised({ data, shape }: NdArray, statistics: FeatureStatistics): Scaled {
  const { mean, deviation } = statistics;
  const features = mean.length;
  if (features !== valuesOf(shape.slice(1))) {
    const got = valuesOf(shape.slice(1));
    throw new UsageError(
      complaint('scale', `standard was fitted to ${features} features`, got, 'Give both one shape.'),
    );
  }
  const scaled = allocate(data.length, 'f64');
  for (let i = 0, feature = 0; i < data.length; i++) {
    const spread = deviation[feature];
    const centred = data[i] - mean[feature];
    scaled[i] = spread === 0 ? centred : centred / spread;
    if (++feature === features) feature = 0;
  }
  return { x: { data: scaled, shape }, zeros: 0, statistics };
}
