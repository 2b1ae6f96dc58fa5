import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { KernelDefinition } from '../../src/architecture/types.js';
import { InterruptedError, NumericalError, UsageError } from '../../src/errors.js';
import { type SphereSpectrum, sphereSpectrum } from '../../src/spectrum/sphere.js';
import { describe, expect, test } from '../jest.js';
import { sharedVectors } from '../kernels/cases.js';
import { networkOf, radial } from './sphere-kernels.js';

/** Eigenvalues of one kernel in one dimension, at 50 or 120 digits. */
interface Row {
  readonly kernel: string;
  readonly depth: number;
  readonly bias?: number;
  readonly alpha?: number;
  readonly c: number;
  readonly d: number;
  readonly c1: number;
  readonly cm: number;
  readonly mu: readonly number[];
}

interface Reference {
  readonly multiplicity: Readonly<Record<string, readonly number[]>>;
  readonly kernels: readonly Row[];
}

/** The whole file where the shared vectors are there, else the part of it that is committed. */
function reference(name: string): Reference {
  const shared = sharedVectors();
  const whole = shared === null ? null : join(shared, name);
  const part = fileURLToPath(new URL(`../../../test/fixtures/sphere/${name}`, import.meta.url));
  return JSON.parse(readFileSync(whole !== null && existsSync(whole) ? whole : part, 'utf8'));
}

function definitionOf({ kernel, depth, bias = 0, alpha = 1, c }: Row): KernelDefinition {
  if (kernel === 'laplace') return radial(`laplace:${c}`);
  if (kernel === 'resntk') return presetArchitecture('resntk', { depth, alpha });
  return presetArchitecture('fc', bias === 0 ? { depth } : { depth, bias, biasInit: 'zero' });
}

function spectrumOf(row: Row): SphereSpectrum {
  return sphereSpectrum(definitionOf(row), { dim: row.d, maxDegree: row.mu.length - 1, normalized: true });
}

/** |computed + tail - K(x,x)| over its bound. */
function traceShare({ trace }: SphereSpectrum): number {
  return Math.abs(trace.computed + (trace.tail ?? Number.NaN) - trace.diagonal) / (trace.bound ?? 0);
}

describe('eigenvalues against 50 digits', () => {
  const { kernels, multiplicity } = reference('sphere.json');

  test.each([2, 3, 5, 10])('d = %d: values, bounds, endpoint constants, multiplicities, trace', (d) => {
    for (const row of kernels.filter((one) => one.d === d)) {
      const spectrum = spectrumOf(row);
      const name = `${row.kernel} ${row.depth} ${row.bias ?? row.alpha}`;
      const floor = d === 2 ? 5e-14 : 2e-15;
      const misses = row.mu.flatMap((mu, k) => {
        const error = Math.abs(spectrum.eigenvalues[k] - mu);
        return error <= Math.max(1e-9 * mu, floor) && error <= spectrum.errorBounds[k] + 2 ** -52 * mu ? [] : [k];
      });
      expect({ name, misses }).toEqual({ name, misses: [] });
      expect(spectrum.multiplicities).toEqual(multiplicity[d]);
      expect(spectrum.endpoints.nu).toBe(0.5);
      expect(spectrum.endpoints.c1).toBeCloseTo(row.c1, 13);
      expect(spectrum.endpoints.cm).toBeCloseTo(row.cm, 13);
      expect(spectrum.exponent).toBe(d);
      expect(traceShare(spectrum)).toBeLessThan(1);
    }
  });

  test('d = 100 and 784, values down to 1e-36: relative 1e-6, within the stated bound', () => {
    for (const row of reference('sphere-high.json').kernels) {
      const spectrum = spectrumOf(row);
      row.mu.forEach((mu, k) => {
        const error = Math.abs(spectrum.eigenvalues[k] - mu);
        expect(error).toBeLessThanOrEqual(1e-12 * mu);
        expect(error).toBeLessThanOrEqual(spectrum.errorBounds[k] + 2 ** -52 * mu);
        expect(spectrum.errorBounds[k]).toBeLessThanOrEqual(1e-9 * mu + 1e-60);
      });
      expect(traceShare(spectrum)).toBeLessThan(1);
    }
  });
});

describe('predicted decay', () => {
  const KERNELS: readonly (readonly [string, KernelDefinition])[] = [
    ...[2, 3, 6].map((depth) => [`fc ${depth}`, presetArchitecture('fc', { depth })] as const),
    ...[2, 3, 5].map((depth) => [`resntk ${depth}`, presetArchitecture('resntk', { depth, alpha: 0.7 })] as const),
    ['fc 3 with bias', presetArchitecture('fc', { depth: 3, bias: 1, biasInit: 'zero' })],
    ['laplace', radial('laplace:1')],
  ];

  test.each(KERNELS)('%s reaches the endpoint prediction at degree 400 in d = 3', (_, definition) => {
    const { eigenvalues, errorBounds, predicted } = sphereSpectrum(definition, { dim: 3, maxDegree: 400 });
    for (const k of [399, 400]) {
      expect(Math.abs(eigenvalues[k] / (predicted[k] ?? 0) - 1)).toBeLessThan(2e-4);
      expect(errorBounds[k] / eigenvalues[k]).toBeLessThan(1e-5);
    }
  });

  test('the NNGP falls two powers faster, a step network slower, and the fit says so', () => {
    const nngp = sphereSpectrum(presetArchitecture('fc', { depth: 3 }), { dim: 3, kind: 'nngp' });
    expect(nngp.exponent).toBe(5);
    expect(nngp.fit?.exponent).toBeCloseTo(5, 0);
    const step = sphereSpectrum(networkOf({ kind: 'step' }, 3, 0.3), { dim: 2, kind: 'nngp', maxDegree: 400 });
    expect(step.endpoints.nu).toBe(1 / 8);
    expect(step.fit).toMatchObject({ from: 200, to: 400, degrees: 201 });
    expect(step.fit?.exponent).toBeCloseTo(1.25, 2);
    expect(step.eigenvalues[400] / (step.predicted[400] ?? 0)).toBeCloseTo(1, 2);
  });

  test('exponents of gamma kernels are half their power; a gaussian has none', () => {
    const { endpoints, exponent } = sphereSpectrum(radial('gamma:0.6,2'), { dim: 4, maxDegree: 8 });
    expect(endpoints).toEqual({ nu: 0.3, c1: -2 * 2 ** 0.3, cm: 0 });
    expect(exponent).toBeCloseTo(3.6, 14);
    expect(sphereSpectrum(radial('gaussian:1'), { dim: 4 })).toMatchObject({ exponent: null, endpoints: { nu: null } });
  });

  test('odd degrees vanish exactly for one relu layer without bias', () => {
    for (const dim of [2, 3, 50]) {
      const { eigenvalues, predicted } = sphereSpectrum(presetArchitecture('fc', { depth: 1 }), { dim, maxDegree: 9 });
      for (const k of [3, 5, 7, 9]) {
        expect(Math.abs(eigenvalues[k])).toBeLessThan(1e-16);
        expect(predicted[k]).toBeCloseTo(0, 15);
      }
    }
  });
});

describe('closed forms', () => {
  test('gaussian: exp(-a) times a Bessel series, relative 1e-12 down to 1e-100', () => {
    for (const [dim, s] of [
      [2, 1],
      [3, 1],
      [7, 0.7],
      [200, 1.5],
    ]) {
      const a = 1 / (s * s);
      const { eigenvalues, errorBounds } = sphereSpectrum(radial(`gaussian:${s}`), { dim, maxDegree: 40 });
      eigenvalues.forEach((mu, k) => {
        let term = Math.exp(-a);
        for (let j = 0; j < k; j++) term *= a / (dim + 2 * j);
        let sum = 0;
        for (let j = 0; j < 60; j++) {
          sum += term;
          term *= (a * a) / (4 * (j + 1) * (j + k + dim / 2));
        }
        expect(Math.abs(mu / sum - 1)).toBeLessThan(1e-12);
        expect(Math.abs(mu - sum)).toBeLessThanOrEqual(errorBounds[k] + 1e-15 * sum);
      });
    }
  });

  test('laplace on the sphere in R^3, degrees 0 and 1', () => {
    for (const c of [0.5, 1, 10]) {
      // Half the integral over r = |x - z| in [0, 2] of exp(-c r) r P_k(1 - r^2 / 2).
      const moment = (n: number): number =>
        n === 0 ? -Math.expm1(-2 * c) / c : (n * moment(n - 1)) / c - (2 ** n * Math.exp(-2 * c)) / c;
      const { eigenvalues } = sphereSpectrum(radial(`laplace:${c}`), { dim: 3, maxDegree: 1 });
      expect(eigenvalues[0]).toBeCloseTo(moment(1) / 2, 13);
      expect(eigenvalues[1]).toBeCloseTo((moment(1) - moment(3) / 2) / 2, 13);
    }
  });

  test('one step layer on the circle: 2 / (pi k)^2 for odd k, 0 for even k', () => {
    const definition = networkOf({ kind: 'step' }, 1, 0);
    const { eigenvalues, trace } = sphereSpectrum(definition, { dim: 2, kind: 'nngp', normalized: true });
    eigenvalues.forEach((mu, k) => {
      const expected = k === 0 ? 0.5 : k % 2 === 0 ? 0 : 2 / (Math.PI * k) ** 2;
      expect(Math.abs(mu - expected)).toBeLessThan(1e-15);
    });
    expect(trace.bound).toBeLessThan(1e-10);
  });
});

describe('sphereSpectrum', () => {
  test('the trace is K(x,x) within the stated bound, whatever the kernel', () => {
    const activations = ['relu', 'abs', 'erf', 'gelu', 'sin', 'cos', 'identity'].map((kind) => ({ kind }));
    const networks = [...activations, { kind: 'leakyRelu', slope: 0.2 }].flatMap((activation) => [
      networkOf(activation, 1, 0),
      networkOf(activation, 3, 0.3),
    ]);
    const kernels = ['laplace:4', 'gamma:0.5,1', 'gamma:1.5,1', 'gaussian:0.5'].map(radial);
    const deep = [presetArchitecture('fc', { depth: 12 }), presetArchitecture('resntk', { depth: 15, alpha: 0.1 })];
    for (const definition of [...networks, ...kernels, ...deep]) {
      for (const dim of [2, 5, 100]) {
        const spectrum = sphereSpectrum(definition, { dim, maxDegree: 32 });
        expect(traceShare(spectrum)).toBeLessThan(1);
        const negative = spectrum.eigenvalues.filter((mu, k) => !(mu >= -spectrum.errorBounds[k]));
        expect(negative).toEqual([]);
      }
    }
  });

  test('eigenvalues are those of K, or of K / K(x,x)', () => {
    const definition = presetArchitecture('fc', { depth: 3 });
    const plain = sphereSpectrum(definition, { dim: 3, maxDegree: 5 });
    const normalized = sphereSpectrum(definition, { dim: 3, maxDegree: 5, normalized: true });
    expect([plain.trace.diagonal, normalized.trace.diagonal]).toEqual([expect.closeTo(4, 13), 1]);
    plain.eigenvalues.forEach((mu, k) => {
      expect(mu).toBeCloseTo(4 * normalized.eigenvalues[k], 14);
    });
  });

  test('multiplicities beyond a double are Infinity, and the trace stays finite', () => {
    const { multiplicities, trace } = sphereSpectrum(radial('laplace:1'), {
      dim: 3000,
      maxDegree: 200,
      normalized: true,
    });
    expect(multiplicities[200]).toBe(Infinity);
    expect(Math.abs(trace.computed + (trace.tail ?? 0) - 1)).toBeLessThanOrEqual(trace.bound ?? 0);
  });

  test('elu has no series and no endpoint constants, and says so', () => {
    const spectrum = sphereSpectrum(networkOf({ kind: 'elu' }, 1, 0), { dim: 8, maxDegree: 6 });
    expect(spectrum).toMatchObject({ exponent: null, endpoints: { nu: null }, trace: { tail: null, bound: null } });
    expect(new Set(spectrum.method)).toEqual(new Set(['quadrature']));
    expect(spectrum.warnings.join()).toMatch(/Quadrature only: .*elu.*No endpoint constants/);
  });

  test('a kernel of 0 has eigenvalues 0', () => {
    const { eigenvalues, trace } = sphereSpectrum(networkOf({ kind: 'dense', train: false }, 0, 0), {
      dim: 3,
      maxDegree: 2,
    });
    expect(eigenvalues).toEqual([0, 0, 0]);
    expect(trace).toEqual({ computed: 0, tail: 0, diagonal: 0, bound: 0 });
  });

  test('refuses what it cannot do', () => {
    const definition = presetArchitecture('fc', { depth: 2 });
    for (const dim of [1, 2.5, 100_001]) expect(() => sphereSpectrum(definition, { dim })).toThrow(UsageError);
    expect(() => sphereSpectrum(definition, { dim: 3, maxDegree: -1 })).toThrow(UsageError);
    const signal = AbortSignal.abort();
    expect(() => sphereSpectrum(definition, { dim: 3, signal })).toThrow(InterruptedError);
    const deep = presetArchitecture('resntk', { depth: 1100, alpha: 1 });
    expect(() => sphereSpectrum(deep, { dim: 3 })).toThrow(NumericalError);
  });
});
