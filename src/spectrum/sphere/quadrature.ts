import { type CosineDistances, distances } from '../../programme/correlations.js';
import { evaluate } from '../../programme/evaluate.js';
import { gaussLegendre } from '../../programme/maps/gauss-legendre.js';
import type { RowFactors } from '../../programme/self-kernels.js';
import type { Programme } from '../../vocabulary/steps.js';
import type { Bounded } from './projection.js';

/** Nodes in a panel, and half as many, whose result tells the error. */
const NODES = 24;
/** Unit roundoff of doubles. */
const EPSILON = 2 ** -53;
const FULL = gaussLegendre(NODES);
const HALF = gaussLegendre(NODES / 2);

/** A rule on [0, pi/2] with the kernel at theta and at pi - theta. */
interface Samples {
  readonly angles: Float64Array;
  /** Weight of each node times w_d sin^(d-2). */
  readonly weights: Float64Array;
  readonly near: Float64Array;
  readonly far: Float64Array;
}

/**
 * Borders of panels on [0, pi/2]: equal ones, fine enough for the highest degree and the weight sin^(d-2), and the
 * first halved again and again, because kernels have an algebraic singularity at 0 and deep ones change within an angle
 * of 1/depth.
 */
function panels(d: number, degree: number): number[] {
  const width = Math.min(Math.PI / 16, 4 / Math.max(degree, 1), 2 / Math.sqrt(d));
  const count = Math.ceil(Math.PI / 2 / width);
  const first = Math.PI / 2 / count;
  const levels = Math.max(12, Math.ceil(60 / (d - 1)));
  const borders = [0];
  for (let j = levels; j > 0; j--) borders.push(first * 2 ** -j);
  for (let j = 1; j <= count; j++) borders.push(first * j);
  return borders;
}

function valueAt(values: CosineDistances, p: number): number {
  return values.below[p] <= values.above[p] ? 1 - values.below[p] : values.above[p] - 1;
}

/** The kernel kappa = K / K(x,x) of one output at the nodes. */
function kernelAt(
  programme: Programme,
  selfKernels: RowFactors,
  angles: Float64Array,
): { near: Float64Array; far: Float64Array } {
  const source = distances(2 * angles.length);
  angles.forEach((t, i) => {
    const below = 2 * Math.sin(t / 2) ** 2;
    const above = 2 * Math.cos(t / 2) ** 2;
    source.below[i] = below;
    source.above[i] = above;
    source.below[i + angles.length] = above;
    source.above[i + angles.length] = below;
  });
  const result = evaluate(programme, source, { x: selfKernels, rowX: 0, z: selfKernels, firstZ: 0 });
  const values = result.ntk ?? result.nngp;
  const take = (from: number): Float64Array =>
    Float64Array.from(angles, (_, i) => (values === null ? 0 : valueAt(values, from + i)));
  return { near: take(0), far: take(angles.length) };
}

/** w_d = Gamma(d/2) / (sqrt(pi) Gamma((d-1)/2)), by w_(d+2) = w_d d / (d-1) from w_2 = 1/pi and w_3 = 1/2. */
function normaliser(d: number): number {
  let w = d % 2 === 0 ? 1 / Math.PI : 0.5;
  for (let j = d % 2 === 0 ? 2 : 3; j < d; j += 2) w *= j / (j - 1);
  return w;
}

function sample(
  programme: Programme,
  selfKernels: RowFactors,
  d: number,
  borders: readonly number[],
  rule: typeof FULL,
): Samples {
  const per = rule.nodes.length;
  const count = (borders.length - 1) * per;
  const [angles, weights] = [new Float64Array(count), new Float64Array(count)];
  const scale = normaliser(d);
  for (let j = 0; j + 1 < borders.length; j++) {
    const half = (borders[j + 1] - borders[j]) / 2;
    for (let i = 0; i < per; i++) {
      const angle = borders[j] + half * (1 + rule.nodes[i]);
      angles[j * per + i] = angle;
      weights[j * per + i] = scale * half * rule.weights[i] * Math.sin(angle) ** (d - 2);
    }
  }
  return { angles, weights, ...kernelAt(programme, selfKernels, angles) };
}

/**
 * Sum of products with the rounding of each addition carried along (Neumaier 1974), and the sum of their magnitudes.
 */
function sumTerms(samples: Samples, p: Float64Array, sign: number): { readonly sum: number; readonly size: number } {
  const { weights, near, far } = samples;
  let [sum, carry, size] = [0, 0, 0];
  for (let i = 0; i < p.length; i++) {
    const w = weights[i] * p[i];
    const term = w * (near[i] + sign * far[i]);
    const next = sum + term;
    carry += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
    size += Math.abs(w) * (Math.abs(near[i]) + Math.abs(far[i]));
  }
  return { sum: sum + carry, size };
}

/**
 * Integrals of kappa P_k for k = 0 .. degree. P_k by its differences: with g = 1 - t,
 * (k + d - 3) (P_k - P_(k-1)) = (k - 1) (P_(k-1) - P_(k-2)) - (2 k + d - 4) g P_(k-1), which keeps its digits near t =
 * 1.
 */
function integrate(samples: Samples, d: number, degree: number): { readonly sum: number; readonly size: number }[] {
  const distance = samples.angles.map((t) => 2 * Math.sin(t / 2) ** 2);
  const p = new Float64Array(distance.length).fill(1);
  const step = new Float64Array(distance.length);
  const found = [sumTerms(samples, p, 1)];
  for (let k = 1; k <= degree; k++) {
    for (let i = 0; i < p.length; i++) {
      step[i] = k === 1 ? -distance[i] : ((k - 1) * step[i] - (2 * k + d - 4) * distance[i] * p[i]) / (k + d - 3);
      p[i] += step[i];
    }
    found.push(sumTerms(samples, p, k % 2 === 0 ? 1 : -1));
  }
  return found;
}

/**
 * Eigenvalues of kappa(cos theta) on S^(d-1), k = 0 .. degree, by Gauss-Legendre panels in the angle (Funk-Hecke).
 *
 * mu_k = w_d integral over [0, pi] of kappa(cos t) P_k(cos t) sin^(d-2) t dt, folded at pi/2, w_d = Gamma(d/2) /
 * (sqrt(pi) Gamma((d-1)/2)). The bound is the change from half as many nodes plus rounding: that of the kernel's steps
 * and of P_k, times the sum of magnitudes.
 */
export function quadrature(
  programme: Programme,
  selfKernels: RowFactors,
  d: number,
  degree: number,
): readonly Bounded[] {
  const borders = panels(d, degree);
  const full = integrate(sample(programme, selfKernels, d, borders, FULL), d, degree);
  const half = integrate(sample(programme, selfKernels, d, borders, HALF), d, degree);
  const weights = d + programme.steps.length + 8;
  return full.map(({ sum, size }, k) => ({
    value: sum,
    bound: Math.abs(sum - half[k].sum) + EPSILON * (weights + k) * size,
  }));
}
