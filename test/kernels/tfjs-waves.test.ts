import type { Engine } from '../../kernels/tfjs/engine.js';
import { smooth } from '../../kernels/tfjs/formulas/smooth.js';
import { SMOOTH_DUALS } from '../../src/programme/maps/index.js';
import { describe, expect, test } from '../jest.js';
import { tensorEngines } from './tensor-engines.js';

/** In double precision the distance of such pairs comes from their curvature. */
const ENGINES = (await tensorEngines()).filter(([, , precision]) => precision === 'f32');

/** Roots of variances of rows, and by how much those of their partners are larger. */
const ROOTS = [1e-4, 0.01, 0.1, 0.3, 0.35, 0.5, 0.7, 1, 1.4, 2, 5, 30, 60];
const RATIOS = [1, 1 + 1e-6, 1.003, 1.2, 1.7, 20];
const PAIRS = ROOTS.flatMap((r) => RATIOS.map((ratio): readonly [number, number] => [r, r * ratio]));

const TERMS = 20_000;

/**
 * 1 - sinh rs / sqrt(sinh p sinh q) for r^2 = p, s^2 = q, by the product of sinh over its zeros, all terms of one sign:
 * sinh p sinh q / sinh^2 rs = product of 1 + (p - q)^2 c / (c + p q)^2 over c = (n pi)^2; of cosh with n - 1/2 in place
 * of n.
 */
function distanceByZeros(r: number, s: number, shift: number): number {
  const [square, rs] = [((r - s) * (r + s)) ** 2, r * s];
  // The terms that follow, by their expansion in 1 / c.
  const end = (Math.PI * (TERMS + 0.5 - shift)) ** 2;
  let logarithm = ((square * (TERMS + 0.5 - shift)) / end) * (1 - (2 * rs * rs) / (3 * end));
  for (let n = TERMS; n >= 1; n--) {
    const c = ((n - shift) * Math.PI) ** 2;
    logarithm += Math.log1p((square * c) / (c + rs * rs) ** 2);
  }
  return -Math.expm1(-logarithm / 2);
}

/** The cosine distance of each pair as the device finds it where the correlation is 1. */
function distancesOn({ tensors, use }: Engine, map: 'sine' | 'cosine'): Float32Array {
  use();
  const tf = tensors('f32');
  const dual = SMOOTH_DUALS[map];
  const columns = (roots: readonly number[]): readonly (readonly number[])[] => [
    roots.map((r) => r * r),
    roots,
    roots.map((r) => Math.sqrt(dual.square(r * r))),
    roots.map((r) => r - Math.fround(r)),
  ];
  const [x, z] = [columns(PAIRS.map(([r]) => r)), columns(PAIRS.map(([, s]) => s))];
  const distances = tf.tidy(() => {
    const factors = {
      shared: false,
      x: (k: number) => tf.tensor1d(Float32Array.from(x[k])),
      z: (k: number) => tf.tensor1d(Float32Array.from(z[k])),
    };
    const value = { below: tf.zeros([PAIRS.length]), above: tf.tensor1d(new Float32Array(PAIRS.length).fill(2)) };
    return smooth(tf, value, { map, first: 0, features: null, zeros: false, both: false }, factors).below;
  });
  const found = Float32Array.from(tf.readSync(distances));
  distances.dispose();
  return found;
}

describe.each(ENGINES)('%s', (_name, engine) => {
  test.each([
    ['sine', 0],
    ['cosine', 0.5],
  ] as const)('fully correlated pairs of any norms behind a %s keep their digits', (map, shift) => {
    const distances = distancesOn(engine, map);
    PAIRS.forEach(([r, s], k) => {
      const expected = distanceByZeros(r, s, shift);
      if (r === s) expect(distances[k]).toBe(0);
      // Beyond 1e-3 a cosine distance may be the difference of 1 and a correlation.
      else
        expect(Math.abs(distances[k] - expected)).toBeLessThan(Math.max(2e-5 * expected, expected > 1e-3 ? 2.5e-7 : 0));
    });
  });
});
