import { gaussLegendre, type Rule } from '../../programme/maps/gauss-legendre.js';

/** How finely an axis is resolved: panels smaller and smaller towards both ends, and nodes in each. */
export interface Resolution {
  /** Panels behind the outermost one of each half of [0, pi]. */
  readonly levels: number;
  /** Ratio of the borders of neighbouring panels. */
  readonly ratio: number;
  /** Nodes of a panel, without those that the degree and the weight ask for. */
  readonly nodes: number;
}

/** A quadrature rule for a function of the angle on the sphere S^(d-1), on [0, pi]. */
export interface AxisRule {
  /** 1 - cos of each angle. */
  readonly below: Float64Array;
  /** 1 + cos of each angle. */
  readonly above: Float64Array;
  /** Weights, which add up to 1: those of the angle under the uniform measure. */
  readonly weights: Float64Array;
}

/** Weights below exp(-44), 1e-19 of the largest, are left out. */
const NEGLIGIBLE = 44;

/**
 * Borders of panels on [0, pi/2], smaller and smaller towards 0, where kernels have their kinks and corners. For high d
 * the measure leaves nothing near 0.
 */
function borders({ levels, ratio }: Resolution, d: number): readonly number[] {
  const start = d === 2 ? 0 : Math.asin(Math.exp(-NEGLIGIBLE / (d - 2)));
  const list = Array.from({ length: levels + 1 }, (_, j) => (Math.PI / 2) * ratio ** (levels - j));
  return [start, ...list.filter((border) => border > start * 1.05)];
}

const rules = new Map<number, Rule>();

function ruleOf(n: number): Rule {
  const rule = rules.get(n) ?? gaussLegendre(n);
  rules.set(n, rule);
  return rule;
}

/**
 * Nodes that one panel takes: waves of degree k turn k half-widths within it, and sin^(d-2) is a bell of width
 * 1/sqrt(d). With these factors the accuracy of a resolution is about the same for all degrees and dimensions.
 */
function nodesOf({ nodes }: Resolution, halfWidth: number, d: number, degree: number): number {
  return nodes + Math.ceil(halfWidth * (0.8 * degree + 1.5 * Math.sqrt(d - 2)));
}

/** Nodes of an axis. */
export function axisSize(resolution: Resolution, d: number, degree: number): number {
  const list = borders(resolution, d);
  return list.slice(1).reduce((sum, b, j) => sum + 2 * nodesOf(resolution, (b - list[j]) / 2, d, degree), 0);
}

/** Gauss-Legendre panels in the angle, graded towards 0 and pi, with weights w_d sin^(d-2) for degrees to `degree`. */
export function axisRule(resolution: Resolution, d: number, degree: number): AxisRule {
  const list = borders(resolution, d);
  const half: { readonly angle: number; readonly weight: number }[] = [];
  for (let j = 0; j + 1 < list.length; j++) {
    const [middle, width] = [(list[j + 1] + list[j]) / 2, (list[j + 1] - list[j]) / 2];
    const rule = ruleOf(nodesOf(resolution, width, d, degree));
    rule.nodes.forEach((x, i) => {
      const angle = middle - width * x;
      half.push({ angle, weight: width * rule.weights[i] * Math.sin(angle) ** (d - 2) });
    });
  }
  const n = half.length;
  const total = 2 * half.reduce((sum, { weight }) => sum + weight, 0);
  const out = { below: new Float64Array(2 * n), above: new Float64Array(2 * n), weights: new Float64Array(2 * n) };
  half.forEach(({ angle, weight }, i) => {
    const [near, far] = [2 * Math.sin(angle / 2) ** 2, 2 * Math.cos(angle / 2) ** 2];
    const mirror = 2 * n - 1 - i;
    out.below[i] = near;
    out.above[i] = far;
    out.below[mirror] = far;
    out.above[mirror] = near;
    out.weights[i] = weight / total;
    out.weights[mirror] = weight / total;
  });
  return out;
}

/**
 * The zonal harmonics P_k, P_k(1) = 1, at the nodes of an axis, times its weights: `[degree + 1, nodes]`.
 *
 * By their differences from the nearer end, where they keep their digits: with g = 1 - t, (k + d - 3) (P_k - P_(k-1)) =
 * (k - 1) (P_(k-1) - P_(k-2)) - (2 k + d - 4) g P_(k-1), and P_k(-t) = (-1)^k P_k(t).
 */
export function harmonics({ below, above, weights }: AxisRule, d: number, degree: number): Float64Array {
  const n = weights.length;
  const out = new Float64Array((degree + 1) * n);
  for (let i = 0; i < n; i++) {
    const isFar = above[i] < below[i];
    const g = Math.min(below[i], above[i]);
    let [p, step] = [1, 0];
    for (let k = 0; k <= degree; k++) {
      if (k > 0) {
        step = k === 1 ? -g : ((k - 1) * step - (2 * k + d - 4) * g * p) / (k + d - 3);
        p += step;
      }
      out[k * n + i] = weights[i] * (isFar && k % 2 === 1 ? -p : p);
    }
  }
  return out;
}
