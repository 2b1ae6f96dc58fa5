import { gaussLegendre } from '../../programme/maps/gauss-legendre.js';

/** A quadrature rule over the angle in [0, pi]. */
export interface AngleRule {
  readonly angles: Float64Array;
  /** With the weight of the sphere, if there is one. */
  readonly weights: Float64Array;
}

/** Equal panels of half the range at least, and halvings of the first, towards 0 and towards pi. */
const EQUAL = 8;
const HALVINGS = 40;

/** Borders of panels on [0, pi/2]; kernels are no power series at 0 and pi, and deep ones fall within 1/depth. */
function borders(dim: number): readonly number[] {
  const count = Math.max(EQUAL, Math.ceil((Math.PI / 4) * Math.sqrt(dim)));
  const first = Math.PI / 2 / count;
  const graded = Array.from({ length: HALVINGS }, (_, j) => first * 2 ** (j - HALVINGS));
  return [0, ...graded, ...Array.from({ length: count }, (_, j) => first * (j + 1))];
}

/**
 * Gauss-Legendre panels over [0, pi], graded towards both ends, `nodes` in each; with a dimension d, weights times
 * sin^(d-2).
 */
export function angleRule(dim: number | null, nodes: number): AngleRule {
  const rule = gaussLegendre(nodes);
  const ends = borders(dim ?? 2);
  const half = (ends.length - 1) * nodes;
  const [angles, weights] = [new Float64Array(2 * half), new Float64Array(2 * half)];
  for (let j = 0; j + 1 < ends.length; j++) {
    const width = (ends[j + 1] - ends[j]) / 2;
    for (let i = 0; i < nodes; i++) {
      const at = j * nodes + i;
      const angle = ends[j] + width * (1 + rule.nodes[i]);
      const weight = width * rule.weights[i] * (dim === null ? 1 : Math.sin(angle) ** (dim - 2));
      [angles[at], weights[at]] = [angle, weight];
      [angles[half + at], weights[half + at]] = [Math.PI - angle, weight];
    }
  }
  return { angles, weights };
}
