import { composite, gaussLegendre } from './gauss-legendre.js';

/** Covariance of a pair (a, b) of centred Gaussians. */
export interface Covariance {
  readonly k11: number;
  readonly k22: number;
  readonly k12: number;
}

// exp(-9^2 / 2) is 3e-18. The weights hold r exp(-r^2/2).
const RADII = composite(gaussLegendre(16), [0, 1, 2, 3, 4, 5, 6.5, 9]);
const RADIAL_WEIGHTS = RADII.nodes.map((r, j) => RADII.weights[j] * r * Math.exp((-r * r) / 2));
const PANEL_RULE = gaussLegendre(20);
const PARTS = 2;

/**
 * Angles from 0 to 2 pi, with the zeros of a = s1 r cos(t) and b = s2 r cos(t - angle) among the borders of the panels.
 */
function angleCuts(angle: number): readonly number[] {
  const zeros = [Math.PI / 2, (3 * Math.PI) / 2, angle + Math.PI / 2, angle + (3 * Math.PI) / 2];
  const borders = [...zeros.map((t) => t % (2 * Math.PI)), 0, 2 * Math.PI].sort((p, q) => p - q);
  const cuts = borders
    .slice(1)
    .flatMap((end, i) => Array.from({ length: PARTS }, (_, j) => borders[i] + ((end - borders[i]) * j) / PARTS));
  return [...cuts, 2 * Math.PI];
}

/**
 * E[f(a) f(b)] for (a, b) ~ N(0, K), numerically and from f alone.
 *
 * In polar coordinates a = s1 r cos t, b = s2 r cos(t - angle), cos(angle) = K12 / (s1 s2), with the weight r
 * exp(-r^2/2) / (2 pi); the lines a = 0 and b = 0, where f may have a kink or a jump, are borders of Gauss-Legendre
 * panels.
 */
export function expectation(f: (a: number) => number, { k11, k22, k12 }: Covariance): number {
  const s1 = Math.sqrt(k11);
  const s2 = Math.sqrt(k22);
  const cosine = s1 * s2 === 0 ? 0 : Math.max(-1, Math.min(1, k12 / (s1 * s2)));
  const angle = Math.acos(cosine);
  const angles = composite(PANEL_RULE, angleCuts(angle));
  let sum = 0;
  angles.nodes.forEach((t, i) => {
    const a = s1 * Math.cos(t);
    const b = s2 * Math.cos(t - angle);
    let ray = 0;
    RADII.nodes.forEach((r, j) => {
      ray += RADIAL_WEIGHTS[j] * f(a * r) * f(b * r);
    });
    sum += angles.weights[i] * ray;
  });
  return sum / (2 * Math.PI);
}
