import type { DrawnWeights, UnitShape, WeightFields } from '../vocabulary/operations.js';
import type { Windows } from '../vocabulary/steps.js';
import { choiceField, scaleField, trainField, widthField } from './fields.js';
import { type FiniteContext, type FinitePart, onePart } from './finite.js';
import type { CheckContext, KernelState, LoweringContext, Signal } from './layer.js';

/** Rules and defaults of these fields. */
export const WEIGHT_FIELDS = {
  weightStd: scaleField(1),
  biasStd: scaleField(0),
  biasInit: choiceField(['normal', 'zero'], 'normal'),
  scaling: choiceField(['fan-in', 'none'], 'fan-in'),
  train: trainField(),
  width: widthField(),
};

/**
 * Reports what is wrong with the scales at this place, and returns the Gaussian state behind the weights, on the
 * positions of `signal`.
 */
export function checkWeights(layer: WeightFields, signal: Signal, context: CheckContext): Signal {
  const weight = layer.weightStd ** 2;
  const train = Number(layer.train);
  if (layer.scaling === 'none' && !signal.raw && signal.law !== 'unknown') {
    context.report(
      `${context.path}.scaling`,
      'must be "fan-in" in every layer that does not read the data itself, got "none". Leave it out and put the ' +
        'factor into weightStd.',
    );
  }
  if (!Number.isFinite(train * weight) || !Number.isFinite(train * layer.biasStd ** 2)) {
    context.report(
      `${context.path}.train`,
      `train times weightStd^2 and biasStd^2 must be finite, got ${train}. Choose a smaller factor.`,
    );
  }
  const contributes = train * (weight + layer.biasStd ** 2) > 0;
  return {
    law: 'gaussian',
    raw: false,
    trained: (signal.trained && weight > 0) || contributes,
    width: layer.width,
    grid: { ...signal.grid, gathered: 1 },
  };
}

/**
 * S' = s S + b^2 [biasInit normal], T' = s T + t (s S + b^2), s = `taps` w^2 (over C0 channels of raw data if fan-in),
 * t = train.
 *
 * `taps` stands for a sum that arrives as a mean over so many. A bias is shared by all positions: b^2 enters every pair
 * of them.
 */
export function lowerWeights(
  layer: WeightFields,
  { covariance, tangent, rawChannels, positions }: KernelState,
  { builder, tangent: wanted }: LoweringContext,
  taps = 1,
): KernelState {
  const fan = rawChannels === null || layer.scaling === 'none' ? 1 : rawChannels;
  const weight = (taps * layer.weightStd ** 2) / fan;
  const bias = layer.biasStd ** 2;
  const train = wanted ? Number(layer.train) : 0;
  const inherited = tangent === null || weight === 0 ? [] : [{ value: tangent, weight }];
  const own = train * weight === 0 ? [] : [{ value: covariance, weight: train * weight }];
  // Without a summand the positions would be lost; the builder drops a weight of 0 on vectors.
  const terms = inherited.length + own.length > 0 ? [...inherited, ...own] : [{ value: covariance, weight: 0 }];
  const isZero = inherited.length + own.length === 0 && train * bias === 0;
  return {
    covariance: builder.sum([{ value: covariance, weight }], layer.biasInit === 'normal' ? bias : 0),
    tangent: isZero ? null : builder.sum(terms, train * bias),
    rawChannels: null,
    positions,
  };
}

/** The weights of the finite network on each window, or on each position (`windows` null). */
export function finiteWeights(
  layer: DrawnWeights,
  shape: UnitShape,
  { path, required, width, report }: FiniteContext,
  windows: Windows | null = null,
): FinitePart {
  const channels = required ?? layer.width ?? width;
  if (layer.width !== null && layer.width !== channels) {
    report(
      `${path}.width`,
      `must be ${channels} here, as many as the outputs asked for or as the other summand has, got ${layer.width}. ` +
        'Leave it out, or change the other.',
    );
  }
  const positions = windows === null ? shape.positions : windows.to;
  return onePart({ op: 'weights', path, fields: layer, windows, from: shape, to: { positions, channels } });
}
