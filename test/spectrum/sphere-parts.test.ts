import { lower } from '../../src/architecture/lower.js';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { KernelDefinition } from '../../src/architecture/types.js';
import { keepNeeded } from '../../src/programme/needs.js';
import { rowFactors } from '../../src/programme/self-kernels.js';
import { alternatingTail, powerEigenvalue, powerTail } from '../../src/spectrum/sphere/asymptotics.js';
import { logGamma, signGamma } from '../../src/spectrum/sphere/gamma.js';
import { multiplicities } from '../../src/spectrum/sphere/multiplicity.js';
import { projectSeries, remainder } from '../../src/spectrum/sphere/projection.js';
import { quadrature } from '../../src/spectrum/sphere/quadrature.js';
import { taylorSeries } from '../../src/spectrum/sphere/taylor.js';
import { describe, expect, test } from '../jest.js';
import { networkOf, radial } from './sphere-kernels.js';

function kernelOf(definition: KernelDefinition, kind: 'ntk' | 'nngp') {
  const programme = keepNeeded(lower(definition, 20, kind));
  return { programme, own: rowFactors(programme, Float64Array.of(1)), output: programme[kind] ?? 0 };
}

/** Coefficients of 1 - (1 - t)^nu for 0 < nu < 1: none is negative. */
function complementOfPower(nu: number, length: number): Float64Array {
  const out = new Float64Array(length);
  let binomial = 1;
  for (let n = 1; n < length; n++) {
    binomial *= (n - 1 - nu) / n;
    out[n] = -binomial;
  }
  return out;
}

describe('logGamma', () => {
  test('of whole and half numbers, and its sign left of 0', () => {
    for (const [x, value] of [
      [1, 1],
      [5, 24],
      [0.5, Math.sqrt(Math.PI)],
      [-0.5, -2 * Math.sqrt(Math.PI)],
      [-1.5, (4 / 3) * Math.sqrt(Math.PI)],
      [20, 121645100408832000],
    ]) {
      expect(logGamma(x)).toBeCloseTo(Math.log(Math.abs(value)), 13);
      expect(signGamma(x)).toBe(Math.sign(value));
    }
  });
});

describe('the exact oracle (1 - t)^nu', () => {
  test.each([0.3, 0.5, 0.75])('is what its Taylor series gives in d = 60, nu = %d', (nu) => {
    const series = complementOfPower(nu, 2048);
    const rest = remainder(series, 1);
    for (let k = 1; k <= 30; k++) {
      const { value, bound } = projectSeries(series, rest, 1, 60, k);
      const exact = -powerEigenvalue(nu, 60, k);
      expect(Math.abs(value / exact - 1)).toBeLessThan(1e-11);
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(bound + 1e-12 * exact);
    }
  });

  test('is what quadrature gives for a kernel with that endpoint: exp(-c |x-z|) as c goes to 0', () => {
    // (1 - exp(-c r)) / c = r - c r^2 / 2 + ..., r = sqrt(2 (1 - t)); r^2 has no degree above 1.
    const c = 1e-6;
    const { programme, own } = kernelOf(radial(`laplace:${c}`), 'ntk');
    for (const d of [2, 3, 6]) {
      const found = quadrature(programme, own, d, 20);
      for (let k = 2; k <= 20; k++) {
        const exact = -Math.SQRT2 * powerEigenvalue(0.5, d, k);
        expect(Math.abs(found[k].value / c - exact)).toBeLessThan(1e-9 + 1e-5 * exact);
      }
    }
  });

  test('its tails are what is left of the whole sum', () => {
    for (const [nu, d] of [
      [0.5, 2],
      [0.5, 3],
      [1.5, 3],
      [0.25, 5],
      [2.5, 10],
    ]) {
      const counts = multiplicities(d, 40);
      const share = (k: number, sign: number): number => sign ** k * counts[k] * powerEigenvalue(nu, d, k);
      const until = (n: number, sign: number): number => {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += share(k, sign);
        return sum;
      };
      // At t = 1 the kernel (1 - t)^nu is 0, and (1 + t)^nu is 2^nu.
      expect(until(41, 1) + powerTail(nu, d, 41)).toBeCloseTo(0, 10);
      expect(until(41, -1) + alternatingTail(nu, d, 41)).toBeCloseTo(2 ** nu, 8);
    }
  });
});

describe('quadrature and Taylor series', () => {
  const CASES: readonly (readonly [string, KernelDefinition, 'ntk' | 'nngp'])[] = [
    ...['relu', 'abs', 'erf', 'gelu', 'sin', 'cos'].flatMap((kind) =>
      (['ntk', 'nngp'] as const).map((which) => [`${kind} ${which}`, networkOf({ kind }, 2, 0.4), which] as const),
    ),
    ['leakyRelu', networkOf({ kind: 'leakyRelu', slope: -0.3 }, 2, 0.1), 'ntk'],
    ['step', networkOf({ kind: 'step' }, 2, 0), 'nngp'],
    ['resntk', presetArchitecture('resntk', { depth: 4, alpha: 0.6 }), 'ntk'],
    ['resnet-tirer', presetArchitecture('resnet-tirer', { depth: 3, alpha: 0.4 }), 'ntk'],
    ['laplace', radial('laplace:2'), 'ntk'],
    ['gamma', radial('gamma:1.3,0.7'), 'ntk'],
  ];

  test.each(CASES)('%s: two routes agree within their bounds, d = 20', (_, definition, kind) => {
    const { programme, own, output } = kernelOf(definition, kind);
    const series = taylorSeries(programme, own, output, 1024) ?? new Float64Array(0);
    expect(series.every((a) => a >= 0)).toBe(true);
    const rest = remainder(series, programme.steps.length);
    const direct = quadrature(programme, own, 20, 24);
    direct.forEach((one, k) => {
      const other = projectSeries(series, rest, programme.steps.length, 20, k);
      expect(Math.abs(one.value - other.value)).toBeLessThanOrEqual(one.bound + other.bound);
      expect(one.bound).toBeLessThan(2e-14);
      expect(other.bound).toBeLessThan(1e-9);
    });
  });

  test('a variance above 1 does not cost gelu its digits', () => {
    const definition = networkOf({ kind: 'gelu' }, 1, 4);
    const { programme, own, output } = kernelOf(definition, 'ntk');
    const series = taylorSeries(programme, own, output, 64) ?? new Float64Array(0);
    expect(series.every((a) => a >= 0)).toBe(true);
  });
});
