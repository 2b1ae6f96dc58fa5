import { InterruptedError } from '../../errors.js';
import { matrixProduct } from '../../linalg/product.js';
import { RandomSource } from '../../linalg/random.js';
import { orthogonalRows } from '../../network/orthogonal.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { atMost } from '../verdict.js';
import { circlePoints, globePoints, randomPoints, rotated } from './points.js';
import type { RowKernel } from './row-kernel.js';

/** Degrees of harmonics that are tried, and directions of each. */
const DEGREES = 6;
const DIRECTIONS = 4;

/** What rounding leaves of an identity of float64 entries, and what the rule on S^2 leaves of an integral. */
const LIMITS = { rounding: 1e-11, quadrature: 2e-3 } as const;

/** Residual |K v - r v| / (|v| scale), r = v'K v / v'v, of functions v `[n]`; the largest. */
function largestResidual(k: Float64Array, n: number, functions: readonly Float64Array[], scale: number): number {
  let worst = 0;
  for (const v of functions) {
    const product = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += k[i * n + j] * v[j];
      product[i] = sum;
    }
    const square = v.reduce((sum, value) => sum + value * value, 0);
    const quotient = product.reduce((sum, value, i) => sum + value * v[i], 0) / square;
    const left = product.reduce((sum, value, i) => sum + (value - quotient * v[i]) ** 2, 0);
    worst = Math.max(worst, Math.sqrt(left / square) / scale);
  }
  return worst;
}

/** cos and sin of k times the angle on n points of the circle. */
function circleFunctions(n: number): readonly Float64Array[] {
  const angles = Float64Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);
  return Array.from({ length: DEGREES + 1 }, (_, k) => [
    angles.map((angle) => Math.cos(k * angle)),
    ...(k === 0 ? [] : [angles.map((angle) => Math.sin(k * angle))]),
  ]).flat();
}

/** P_k(t) of degree k = 0 .. DEGREES, of all t. */
function legendre(t: Float64Array): readonly Float64Array[] {
  const all = [t.map(() => 1), t];
  for (let k = 2; k <= DEGREES; k++) {
    all.push(t.map((value, i) => ((2 * k - 1) * value * all[k - 1][i] - (k - 1) * all[k - 2][i]) / k));
  }
  return all;
}

async function onCircle(kernel: RowKernel, n: number, context: ClaimContext): Promise<ClaimCheck> {
  const k = await kernel.matrix(circlePoints(n), context);
  const residual = largestResidual(k, n, circleFunctions(n), n * k[0]);
  return atMost(
    `${kernel.name}: K v - r v on ${n} points of S^1, v = cos, sin of degree 0 to ${DEGREES}`,
    residual,
    LIMITS.rounding,
  );
}

/** W^1/2 K W^1/2 applied to W^1/2 P_k(x . w): harmonics of degree k for any direction w. */
async function onGlobe(kernel: RowKernel, size: number, context: ClaimContext): Promise<ClaimCheck> {
  const { x, weights } = globePoints(size);
  const n = x.shape[0];
  const k = await kernel.matrix(x, context);
  const diagonal = k[0];
  const roots = weights.map(Math.sqrt);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) k[i * n + j] *= roots[i] * roots[j];
  const random = new RandomSource(context.seed, 'harmonics');
  const functions = Array.from({ length: DIRECTIONS }, () => {
    const { data: w } = randomPoints(1, 3, random);
    const t = Float64Array.from(
      { length: n },
      (_, i) => x.data[3 * i] * w[0] + x.data[3 * i + 1] * w[1] + x.data[3 * i + 2] * w[2],
    );
    return legendre(t).map((values) => values.map((value, i) => value * roots[i]));
  }).flat();
  const residual = largestResidual(k, n, functions, diagonal);
  return atMost(
    `${kernel.name}: K v - r v on ${n} points of a rule on S^2, v = P_k(x.w), k = 0 to ${DEGREES}, random w`,
    residual,
    LIMITS.quadrature,
  );
}

async function underRotation(kernel: RowKernel, d: number, context: ClaimContext): Promise<ClaimCheck> {
  const random = new RandomSource(context.seed, `rotation ${d}`);
  const x = randomPoints(40, d, random);
  const [before, after] = [
    await kernel.matrix(x, context),
    await kernel.matrix(rotated(x, orthogonalRows(d, d, random, await matrixProduct('off', 'f64'))), context),
  ];
  const moved = before.reduce((worst, value, i) => Math.max(worst, Math.abs(value - after[i])), 0) / before[0];
  return atMost(`${kernel.name}: change of K under a random rotation of R^${d}`, moved, LIMITS.rounding);
}

/**
 * Whether harmonics are the eigenfunctions of a kernel on S^(d-1): K depends on the angle alone, and K v = r v for
 * harmonics v on the circle (exactly) and on S^2 (to the error of a rule).
 */
export async function eigenfunctionChecks(kernel: RowKernel, context: ClaimContext): Promise<readonly ClaimCheck[]> {
  const isFull = context.size === 'full';
  const checks: ClaimCheck[] = [];
  for (const d of [2, 3, 10]) checks.push(await underRotation(kernel, d, context));
  if (context.signal?.aborted) throw new InterruptedError();
  checks.push(await onCircle(kernel, isFull ? 720 : 360, context));
  checks.push(await onGlobe(kernel, isFull ? 36 : 20, context));
  return checks;
}
