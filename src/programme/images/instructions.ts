import type { ValueId } from '../../vocabulary/steps.js';
import type { SmoothMap } from '../maps/index.js';

/**
 * A list of numbers, one for each pair of positions: the cosine distances 1 - u of a value (`form` cosine distance; 1 +
 * u with a minus sign where u < 0 and `signed`), or its covariance divided by 4^exponent (`form` plain; see
 * `scales.ts`), or what a window adds up (`form` weighed).
 */
export interface ImageValue {
  readonly form: 'distance' | 'weighed' | 'plain';
  readonly value: ValueId;
}

/** The cosine distances of a value. */
export function distanceOf(value: ValueId): ImageValue {
  return { form: 'distance', value };
}

/** The covariances of a value. */
export function plainOf(value: ValueId): ImageValue {
  return { form: 'plain', value };
}

/** A summand of a plain sum. */
export interface PlainPart {
  readonly of: ImageValue;
  readonly weight: number;
}

/**
 * What a device does for a pair of images at the pairs of positions of one component, in order. s is the deviation
 * sqrt(K(x_p, x_p)).
 *
 * `source`: cosine distances of the pixels. `load`: what an earlier stage stored. `distanceOf`: 1 - K / (s s').
 * `weigh`: s s' (1 - u) + 1/2 (s - s')^2, half the mean square of the difference, for the window of step `step`, which
 * adds these up without cancellation. `window`: cosine distances behind the window mean of step `step`: (mean of what
 * was weighed - 1/2 (s - s')^2) / (s s') with the deviations behind it, and where that cancels the sum over taps of a b
 * cosine distance + 1/2 (a - b)^2 for their mixing weights a, b; the mean of the cosine distances where `even`. `sum`:
 * as for vectors, with mixing weights for each position. `piecewiseLinear`, `heaviside`, `smooth`, `smoothSlope`: as
 * for vectors. `plain`: s s' (1 - cosine distance). `windowPlain`: mean over taps. `sumPlain`: constant + sum of weight
 * times part. `productPlain`: left times s s' (1 - cosine distance) of the slope. `normalisePlain`: of / (s s') of
 * value `by`. `store`: keeps a list for a later stage, cosine distances with their sign or covariances. `pool`: adds
 * the value to the means over pairs of windows of step `step`.
 */
export type ImageInstruction =
  | { readonly op: 'source'; readonly out: ImageValue }
  | { readonly op: 'load'; readonly out: ImageValue; readonly of: ValueId }
  | { readonly op: 'distanceOf'; readonly out: ImageValue; readonly of: ImageValue }
  | { readonly op: 'weigh'; readonly out: ImageValue; readonly of: ImageValue; readonly step: ValueId }
  | {
      readonly op: 'window';
      readonly out: ImageValue;
      /** The weighed value, or the cosine distances themselves where `even`. */
      readonly of: ImageValue;
      readonly distances: ImageValue;
      readonly step: ValueId;
      readonly even: boolean;
    }
  | {
      readonly op: 'sum';
      readonly out: ImageValue;
      readonly step: ValueId;
      /** Parts in the order of the columns of the step; null for the constant. */
      readonly parts: readonly (ImageValue | null)[];
    }
  | {
      readonly op: 'piecewiseLinear';
      readonly of: ImageValue;
      readonly weight: number;
      readonly value: ImageValue | null;
      readonly slope: ImageValue | null;
    }
  | { readonly op: 'heaviside'; readonly of: ImageValue; readonly out: ImageValue }
  | {
      readonly op: 'smooth' | 'smoothSlope';
      readonly of: ImageValue;
      readonly out: ImageValue;
      readonly map: SmoothMap;
      readonly step: ValueId;
    }
  | { readonly op: 'plain'; readonly out: ImageValue; readonly of: ImageValue }
  | { readonly op: 'windowPlain'; readonly out: ImageValue; readonly of: ImageValue; readonly step: ValueId }
  | {
      readonly op: 'sumPlain';
      readonly out: ImageValue;
      readonly parts: readonly PlainPart[];
      readonly constant: number;
    }
  | { readonly op: 'productPlain'; readonly out: ImageValue; readonly left: ImageValue; readonly slope: ImageValue }
  | { readonly op: 'normalisePlain'; readonly out: ImageValue; readonly of: ImageValue; readonly by: ValueId }
  | { readonly op: 'store'; readonly of: ImageValue }
  | { readonly op: 'pool'; readonly of: ImageValue; readonly step: ValueId };

/** The instructions of each stage, and where the outputs are found. */
export interface ImageInstructions {
  readonly stages: readonly (readonly ImageInstruction[])[];
  readonly nngp: ImageValue | null;
  readonly ntk: ImageValue | null;
  /** Whether the cosine distances of a value carry a sign; `[steps]`. */
  readonly signed: readonly boolean[];
  /**
   * Values that stages hand on, each in one form: pools as sums, what a map reads as cosine distances, the others as
   * covariances.
   */
  readonly stored: readonly ValueId[];
}

/** Values that an instruction reads. */
export function imageInputs(i: ImageInstruction): readonly ImageValue[] {
  switch (i.op) {
    case 'source':
    case 'load':
      return [];
    case 'sum':
      return i.parts.filter((p) => p !== null);
    case 'sumPlain':
      return i.parts.map((p) => p.of);
    case 'productPlain':
      return [i.left, i.slope];
    case 'window':
      return [i.of, i.distances];
    default:
      return [i.of];
  }
}

/** Values that an instruction makes. */
export function imageResults(i: ImageInstruction): readonly ImageValue[] {
  if (i.op === 'store' || i.op === 'pool') return [];
  if (i.op === 'piecewiseLinear') return [i.value, i.slope].filter((v) => v !== null);
  return [i.out];
}
