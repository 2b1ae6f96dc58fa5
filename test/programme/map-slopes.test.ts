import type { GaussianPair } from '../../src/programme/maps/dual.js';
import { angleDual, isSmooth, SMOOTH_DUALS, smoothDual } from '../../src/programme/maps/index.js';
import { mapSlope } from '../../src/programme/maps/slope.js';
import { angleMap, type SelfKernelMap, smooth, smoothDerivative } from '../../src/programme/pair.js';
import type { ScalarMap } from '../../src/vocabulary/steps.js';
import { describe, expect, test } from '../jest.js';

const MAPS: readonly ScalarMap[] = [
  { map: 'piecewiseLinear', even: 0.5, odd: 0.5 },
  { map: 'piecewiseLinear', even: 1, odd: 0 },
  { map: 'piecewiseLinear', even: 0.35, odd: 0.65 },
  { map: 'heaviside' },
  ...Object.keys(SMOOTH_DUALS).map((map) => ({ map }) as ScalarMap),
];

function pair(r: number, s: number, below: number): GaussianPair {
  const rs = r * s;
  const sides = { below: rs * below, above: rs * (2 - below) };
  return { variance1: r * r, deviation1: r, variance2: s * s, deviation2: s, ...sides };
}

function selfKernel(phi: ScalarMap, derivative: boolean, r: number): SelfKernelMap {
  const dual = smoothDual(phi);
  const square = dual === null ? 1 : derivative ? dual.derivativeSquare(r * r) : dual.square(r * r);
  return { variance: r * r, deviation: r, root: Math.sqrt(square), curvature: 0 };
}

/** E[phi phi] or E[phi' phi'] over its self-kernels, at 1 - u = below. */
function valueAt(phi: ScalarMap, derivative: boolean, r: number, s: number, below: number): number {
  const out = { below: 1, above: 1 };
  const [x, z] = [selfKernel(phi, derivative, r), selfKernel(phi, derivative, s)];
  const [dual, angle] = [smoothDual(phi), angleDual(phi)];
  const u = { below, above: 2 - below };
  if (angle !== null) angleMap(angle, phi, derivative, u, out);
  else if (dual !== null && derivative) smoothDerivative(dual, x, z, u, out);
  else if (dual !== null) smooth(dual, x, z, u, out);
  return out.below <= out.above ? 1 - out.below : out.above - 1;
}

describe.each(MAPS.map((phi) => [JSON.stringify(phi), phi] as const))('the slope of %s', (_name, phi) => {
  const orders = phi.map === 'heaviside' ? [false] : [false, true];

  test.each(orders)('inside is that of differences (derivative: %p)', (derivative) => {
    for (const [r, s] of [
      [0.4, 0.4],
      [1.3, 0.7],
      [2.5, 3],
    ]) {
      for (const below of [0.02, 0.3, 0.9]) {
        const [x, z] = [selfKernel(phi, derivative, r), selfKernel(phi, derivative, s)];
        const { power, factor } = mapSlope(phi, derivative, x, z, { below, above: 2 - below });
        const h = 1e-4 * below;
        const [up, down] = [below - h, below + h].map((at) => valueAt(phi, derivative, r, s, at));
        expect(power).toBe(1);
        expect(Math.abs(factor - (up - down) / (2 * h))).toBeLessThan(1e-6 * Math.max(1, factor));
      }
    }
  });

  test.each(orders)('at u = 1 is the limit of F(1) - F(1 - s) over a power of s (derivative: %p)', (derivative) => {
    for (const r of [0.3, 1, 2]) {
      const own = selfKernel(phi, derivative, r);
      const { power, factor } = mapSlope(phi, derivative, own, own, { below: 0, above: 2 });
      const falls = (s: number): number => (1 - valueAt(phi, derivative, r, r, s)) / s ** power;
      // What is left is of order sqrt(s), which two steps take off.
      const s = isSmooth(phi) ? 1e-6 : 1e-10;
      expect(Math.abs(2 * falls(s / 4) - falls(s) - factor)).toBeLessThan(1e-4 * Math.max(1, factor));
    }
  });
});

test.each(Object.entries(SMOOTH_DUALS))("E[phi'' phi''] of %s is the slope of E[phi' phi']", (_name, dual) => {
  for (const [r, s, below] of [
    [0.6, 0.6, 0.4],
    [1.4, 0.8, 0.1],
    [0.5, 2, 1.4],
  ]) {
    const h = 1e-5;
    const [up, down] = [below - h, below + h].map((at) => dual.derivativeProduct(pair(r, s, at)));
    const found = dual.secondDerivativeProduct(pair(r, s, below));
    expect(Math.abs(found - (up - down) / (2 * h * r * s))).toBeLessThan(1e-7);
  }
});
