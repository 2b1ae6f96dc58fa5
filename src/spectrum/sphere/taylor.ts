import { lastUses, operands } from '../../programme/needs.js';
import type { RowFactors } from '../../programme/self-kernels.js';
import { positionsJoined } from '../../programme/steps/joining.js';
import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { hasSeries, mapSeries, radialSeries } from './map-series.js';
import { multiply, type PowerSeries } from './power-series.js';
import { correlationsAt, selfKernelMapOf, sharesOf } from './steps-at.js';

/** What stands in the way of a Taylor series, in words; null where nothing does. */
export function seriesObstacle(programme: Programme): string | null {
  for (const step of programme.steps) {
    if ((step.op === 'dual' || step.op === 'dualDerivative') && !hasSeries(step.phi)) {
      return 'the dual of elu has no closed form of one variable, so its Taylor series is not computed';
    }
    if (step.op === 'radial' && !(Math.exp(-step.rate * 2 ** (step.power / 2)) > 1e-290)) {
      return 'the kernel at a right angle is below the range of a double';
    }
  }
  return null;
}

/** How many products of series a programme costs. */
export function seriesCost(programme: Programme): number {
  return programme.steps.reduce((sum, { op }) => sum + (op === 'dual' || op === 'dualDerivative' ? 4 : 1), 0);
}

function sumSeries(
  step: Extract<Step, { op: 'sum' }>,
  shares: readonly number[],
  values: readonly PowerSeries[],
  length: number,
): PowerSeries {
  const out = new Float64Array(length);
  step.terms.forEach(({ value }, k) => {
    for (let n = 0; n < length; n++) out[n] += shares[k] * values[value][n];
  });
  if (shares.length > step.terms.length) out[0] += shares[shares.length - 1];
  return out;
}

/**
 * Coefficients a_n >= 0 of kappa(t) = K / K(x,x) = sum a_n t^n on the unit sphere, `[length]`; null where a step has no
 * series.
 *
 * Every step maps series without negative coefficients to such series (Schoenberg 1942: the kernels are positive
 * definite in every dimension), by sums of products alone. Hence each coefficient has a small relative error, however
 * small it is.
 */
export function taylorSeries(
  programme: Programme,
  selfKernels: RowFactors,
  output: ValueId,
  length: number,
): PowerSeries | null {
  if (seriesObstacle(programme) !== null) return null;
  const at = correlationsAt(programme, selfKernels, { below: 1, above: 1 });
  const last = lastUses(programme);
  const values: PowerSeries[] = [];
  const none = new Float64Array(0);
  const make = (step: Step, index: number): PowerSeries | null => {
    switch (step.op) {
      case 'inner':
        return Float64Array.from({ length }, (_, n) => (n === 1 ? 1 : 0));
      case 'radial':
        return radialSeries(step, length);
      case 'sum':
        return sumSeries(step, sharesOf(selfKernels, index), values, length);
      case 'product':
        return multiply(values[step.left], values[step.right]);
      case 'normalise':
        return values[step.of];
      case 'window':
      case 'pool':
      case 'pixel':
        throw positionsJoined(step);
      case 'dual':
      case 'dualDerivative': {
        const u = { at: at[step.of], series: values[step.of] };
        return (
          mapSeries(step.phi, step.op === 'dualDerivative', selfKernelMapOf(selfKernels, index), u)?.series ?? null
        );
      }
    }
  };
  for (const [index, step] of programme.steps.entries()) {
    const series = make(step, index);
    if (series === null) return null;
    values.push(series);
    // A value that nothing reads any more gives its room back: depth costs time and no memory.
    for (const v of operands(step)) if (last[v] === index) values[v] = none;
  }
  return values[output];
}
