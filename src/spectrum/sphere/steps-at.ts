import type { Correlation } from '../../programme/correlations.js';
import type { SelfKernelMap } from '../../programme/pair.js';
import type { RowFactors } from '../../programme/self-kernels.js';
import { positionsJoined } from '../../programme/steps/joining.js';
import type { Programme, Step } from '../../vocabulary/steps.js';
import { mapValue } from './map-series.js';

/** The row factors of a map's step on unit rows. */
export function selfKernelMapOf(selfKernels: RowFactors, index: number): SelfKernelMap {
  const columns = selfKernels.columns[index];
  const at = (j: number): number => (j < columns.length ? columns[j][0] : 0);
  return { variance: at(0), deviation: at(1), root: at(2), curvature: at(3) };
}

/** Shares of the parts of a sum in K(x,x), the constant last if there is one; they add up to 1. */
export function sharesOf(selfKernels: RowFactors, index: number): readonly number[] {
  return selfKernels.columns[index].map((column) => column[0] * column[0]);
}

function smaller(below: number, above: number): Correlation {
  return below <= above ? { below, above: 2 - below } : { below: 2 - above, above };
}

/** A weighted sum of cosine distances; the largest part is the base, as in `programme/evaluate.ts`. */
function sumAt(step: Extract<Step, { op: 'sum' }>, shares: readonly number[], at: readonly Correlation[]): Correlation {
  const parts = shares.map((_, k) => (k < step.terms.length ? at[step.terms[k].value] : { below: 0, above: 2 }));
  const base = shares.indexOf(Math.max(...shares));
  if (base < 0) return { below: 1, above: 1 };
  let { below, above } = parts[base];
  shares.forEach((share, k) => {
    below += share * (parts[k].below - parts[base].below);
    above += share * (parts[k].above - parts[base].above);
  });
  return smaller(Math.max(0, below), Math.max(0, above));
}

function stepAt(
  step: Step,
  index: number,
  selfKernels: RowFactors,
  source: Correlation,
  at: readonly Correlation[],
): Correlation {
  switch (step.op) {
    case 'inner':
      return source;
    case 'radial': {
      const below = -Math.expm1(-step.rate * (2 * source.below) ** (step.power / 2));
      return smaller(below, 2 - below);
    }
    case 'sum':
      return sumAt(step, sharesOf(selfKernels, index), at);
    case 'dual':
    case 'dualDerivative':
      return mapValue(step.phi, step.op === 'dualDerivative', selfKernelMapOf(selfKernels, index), at[step.of]);
    case 'product': {
      const [l, r] = [at[step.left], at[step.right]];
      return smaller(l.below + r.below - l.below * r.below, l.above + r.below - l.above * r.below);
    }
    case 'normalise':
      return at[step.of];
    case 'window':
    case 'pool':
    case 'pixel':
      throw positionsJoined(step);
  }
}

/** The correlation that every step of a programme has at one point of the unit sphere's [-1, 1]. */
export function correlationsAt(
  programme: Programme,
  selfKernels: RowFactors,
  source: Correlation,
): readonly Correlation[] {
  const at: Correlation[] = [];
  programme.steps.forEach((step, index) => {
    at.push(stepAt(step, index, selfKernels, source, at));
  });
  return at;
}
