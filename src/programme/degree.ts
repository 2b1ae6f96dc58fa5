import type { Programme, ScalarMap, Step } from '../vocabulary/steps.js';

/** Degree of homogeneity of a scalar map: phi(c a) = c^degree phi(a) for c > 0; null where there is none. */
function mapDegree(phi: ScalarMap): number | null {
  if (phi.map === 'piecewiseLinear') return 1;
  return phi.map === 'heaviside' ? 0 : null;
}

function sumDegree(step: Extract<Step, { op: 'sum' }>, degrees: readonly (number | null)[]): number | null {
  const all = step.terms.map((t) => degrees[t.value]);
  if (step.constant !== 0) all.push(0);
  return all.length > 0 && all.every((d) => d !== null && d === all[0]) ? all[0] : null;
}

/** k^c for a value of degree c, with "no degree" passed on. */
function times(degree: number | null, factor: number): number | null {
  return degree === null ? null : degree * factor;
}

function stepDegree(step: Step, degrees: readonly (number | null)[]): number | null {
  switch (step.op) {
    case 'inner':
      return 1;
    case 'radial':
      return null;
    case 'sum':
      return sumDegree(step, degrees);
    case 'dual': {
      const d = mapDegree(step.phi);
      return d === null ? null : times(degrees[step.of], d);
    }
    case 'dualDerivative': {
      const d = mapDegree(step.phi);
      return d === null ? null : times(degrees[step.of], Math.max(d - 1, 0));
    }
    case 'window':
    case 'pool':
    case 'pixel':
      return degrees[step.of];
    case 'product': {
      const [l, r] = [degrees[step.left], degrees[step.right]];
      return l === null || r === null ? null : l + r;
    }
    case 'normalise': {
      const [of, by] = [degrees[step.of], degrees[step.by]];
      return of === null || by === null ? null : of - by;
    }
  }
}

/**
 * Degree p of each value: K(a x, b z) = a^p b^p K(x, z) for a, b > 0; null for a value that is not homogeneous.
 *
 * relu keeps the degree of its input, step and layerNorm make it 0, a sum of unequal degrees has none.
 */
export function degrees(programme: Programme): readonly (number | null)[] {
  const found: (number | null)[] = [];
  for (const step of programme.steps) found.push(stepDegree(step, found));
  return found;
}

/** Whether every output of the programme is homogeneous. */
export function isHomogeneous(programme: Programme): boolean {
  const all = degrees(programme);
  return [programme.nngp, programme.ntk].every((v) => v === null || all[v] !== null);
}
