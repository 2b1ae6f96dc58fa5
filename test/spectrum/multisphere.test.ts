import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { Architecture } from '../../src/architecture/types.js';
import { type MultisphereSpectrum, multisphereSpectrum } from '../../src/spectrum/multisphere.js';
import { sphereSpectrum } from '../../src/spectrum/sphere.js';
import { describe, expect, test } from '../jest.js';
import { sharedVectors } from '../kernels/cases.js';
import { circular, valueAt } from './multisphere-kernels.js';

/** Eigenvalues by another programme: graded quadrature in NumPy, checked against extrapolated trapezoid rules. */
interface Case {
  readonly name: string;
  readonly architecture: object;
  readonly kind: 'ntk' | 'nngp';
  readonly positions: number;
  readonly dim: number;
  readonly frequencies: string;
  readonly eigenvalues: readonly number[];
  readonly trace: number;
  readonly agreement: Readonly<Record<string, number>>;
}

interface Reference {
  readonly tolerance: { readonly absoluteOfTrace: number };
  readonly frequencies: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly cases: readonly Case[];
}

/**
 * The whole file where the shared vectors are there, else the part of it that is committed: of three positions the
 * cases i with i % 4 = 1 or i % 8 in 0, 2, 7, of two those with i % 3 = 0 or i % 12 = 1.
 */
function reference(): Reference {
  const shared = sharedVectors();
  const whole = shared === null ? null : join(shared, '../vectors-2/multisphere.json');
  const part = fileURLToPath(new URL('../../../test/fixtures/multisphere/multisphere.json', import.meta.url));
  return JSON.parse(readFileSync(whole !== null && existsSync(whole) ? whole : part, 'utf8'));
}

/** |computed + tail - K(x,x)| over its bound. */
function traceShare({ trace }: MultisphereSpectrum): number {
  return Math.abs(trace.computed + trace.tail - trace.diagonal) / trace.bound;
}

/** How far the eigenvalues of the reference itself may be off: its own finer panels say so for one case in three. */
const REFERENCE_ERROR = 3.4e-14;

describe('eigenvalues against another quadrature', () => {
  const { cases, frequencies, tolerance } = reference();

  test('there are cases of every kind', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    for (const word of [
      'cntk',
      'rescntk',
      'alpha=0.5',
      ' eq ',
      ' tr ',
      ' ntk ',
      ' nngp ',
      'P=2',
      'P=3',
      'C0=3',
      'L=3',
    ]) {
      expect(cases.some(({ name }) => name.includes(word))).toBe(true);
    }
  });

  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { architecture, positions, dim, kind, trace, eigenvalues } = one;
    const spectrum = await multisphereSpectrum(parseArchitecture(architecture), { positions, dim, kind });
    const off = frequencies[one.frequencies].map((k, i) => {
      const { value, bound } = valueAt(spectrum, k);
      return { k, error: Math.abs(value - eigenvalues[i]) / trace, bound: bound / trace };
    });
    expect(off.filter(({ error }) => !(error <= tolerance.absoluteOfTrace))).toEqual([]);
    expect(off.filter(({ error, bound }) => !(error <= bound + REFERENCE_ERROR))).toEqual([]);
    // A bound that is of use: two digits or so above rounding.
    expect(off.filter(({ bound }) => bound > 5e-14)).toEqual([]);
    expect(spectrum.trace.diagonal).toBeCloseTo(trace, 12);
    expect(traceShare(spectrum)).toBeLessThan(1);
    expect(spectrum.trace.tail).toBeGreaterThan(0);
    expect(spectrum.trace.bound).toBeLessThan(0.02 * trace);
  });
});

describe('one position', () => {
  test.each(['ntk', 'nngp'] as const)('is a zonal kernel: %s', async (kind) => {
    for (const dim of [2, 3, 10]) {
      const layers = (name: 'conv' | 'dense', rest: object): object[] => [
        { kind: name, weightStd: Math.SQRT2, ...rest },
        { kind: 'relu' },
        { kind: name, weightStd: Math.SQRT2, ...rest },
        { kind: 'relu' },
      ];
      const network = (list: readonly object[]): Architecture =>
        parseArchitecture({ format: 'ntk-architecture/1', name: 'one', layers: [...list, { kind: 'dense' }] });
      const conv = network([...layers('conv', { filter: [1], padding: 'circular' }), { kind: 'pixel', at: [0] }]);
      const found = await multisphereSpectrum(conv, { positions: 1, dim, maxDegree: 20, kind });
      const zonal = sphereSpectrum(network(layers('dense', {})), { dim, maxDegree: 20, kind });
      zonal.eigenvalues.forEach((value, k) => {
        const bound = found.errorBounds[k] + zonal.errorBounds[k];
        expect(Math.abs(found.eigenvalues[k] - value)).toBeLessThanOrEqual(bound);
        expect(bound).toBeLessThan(1e-12 * found.trace.diagonal);
      });
      expect(found.multiplicities).toEqual(zonal.multiplicities);
      expect(found.frequencies).toEqual(zonal.degrees.map((k) => [k]));
    }
  });
});

describe('eigenvalues', () => {
  test('do not depend on the highest degree', async () => {
    const network = circular('rescntk', { depth: 2, head: 'eq' });
    const [low, high] = [
      await multisphereSpectrum(network, { positions: 2, dim: 2, maxDegree: 3 }),
      await multisphereSpectrum(network, { positions: 2, dim: 2, maxDegree: 40 }),
    ];
    for (const k of low.frequencies) {
      const [a, b] = [valueAt(low, k), valueAt(high, k)];
      expect(Math.abs(a.value - b.value)).toBeLessThanOrEqual(a.bound + b.bound);
    }
    expect(high.trace.computed).toBeGreaterThan(low.trace.computed);
    expect(Math.abs(high.trace.tail)).toBeLessThan(low.trace.tail);
    expect(traceShare(high)).toBeLessThan(1);
    // The tail at low degree is what the other one found between: two sums that know nothing of K(x,x).
    const between = high.trace.computed - low.trace.computed + high.trace.tail;
    expect(Math.abs(low.trace.tail - between)).toBeLessThan(low.trace.bound + high.trace.bound);
  });

  test('outside the receptive field are 0, and only there', async () => {
    const network = circular('cntk', { depth: 2, head: 'eq', filter: 3, firstFilter: 1 });
    const { frequencies, eigenvalues, errorBounds, dependsOn } = await multisphereSpectrum(network, {
      positions: 5,
      dim: 2,
      maxDegree: 2,
    });
    expect(dependsOn).toEqual([0, 1, 4]);
    frequencies.forEach((k, i) => {
      const outside = k[2] > 0 || k[3] > 0;
      if (outside) expect([eigenvalues[i], errorBounds[i]]).toEqual([0, 0]);
      else expect(eigenvalues[i]).toBeGreaterThan(errorBounds[i]);
    });
  });

  test('of the head tr are means of those of eq over cyclic shifts, and of every head symmetric as the filters', async () => {
    const options = { positions: 4, dim: 2, maxDegree: 2 };
    const eq = await multisphereSpectrum(circular('rescntk', { depth: 1, head: 'eq', firstFilter: 3 }), options);
    const tr = await multisphereSpectrum(circular('rescntk', { depth: 1, head: 'tr', firstFilter: 3 }), options);
    for (const k of tr.frequencies) {
      const shifts = k.map((_, s) => valueAt(eq, [...k.slice(s), ...k.slice(0, s)]).value);
      expect(valueAt(tr, k).value).toBeCloseTo(shifts.reduce((a, b) => a + b) / 4, 14);
      expect(valueAt(tr, k).value).toBeCloseTo(valueAt(tr, [...k].reverse()).value, 13);
      expect(valueAt(eq, k).value).toBeCloseTo(valueAt(eq, [k[0], k[3], k[2], k[1]]).value, 13);
    }
    expect(tr.trace.diagonal).toBeCloseTo(eq.trace.diagonal, 14);
  });

  test('one hidden layer without bias: odd frequencies from 3 on are 0 where single pixels enter relu', async () => {
    const { frequencies, eigenvalues, errorBounds } = await multisphereSpectrum(
      circular('cntk', { depth: 1, head: 'tr', firstFilter: 1 }),
      { positions: 3, dim: 3, maxDegree: 7 },
    );
    frequencies.forEach((k, i) => {
      const used = k.filter((degree) => degree > 0);
      const isZero = used.length > 1 || (used.length === 1 && used[0] >= 3 && used[0] % 2 === 1);
      if (isZero) expect(Math.abs(eigenvalues[i])).toBeLessThanOrEqual(errorBounds[i]);
      else expect(eigenvalues[i]).toBeGreaterThan(1e-5);
    });
  });

  test('alpha 0: a residual network is its skip, of degree 1 at the position read', async () => {
    const { frequencies, eigenvalues, errorBounds, trace } = await multisphereSpectrum(
      presetArchitecture('rescntk', { depth: 3, alpha: 0, head: 'eq' }, 1),
      { positions: 3, dim: 2, maxDegree: 3 },
    );
    frequencies.forEach((k, i) => {
      if (k.join() === '1,0,0') expect(2 * eigenvalues[i]).toBeCloseTo(trace.diagonal, 13);
      else expect(Math.abs(eigenvalues[i])).toBeLessThanOrEqual(errorBounds[i]);
    });
    expect(trace.computed).toBeCloseTo(trace.diagonal, 13);
  });

  test('divided by K(x,x) they are the same shares', async () => {
    const network = circular('rescntk', { depth: 2, head: 'eq' });
    const options = { positions: 2, dim: 3, maxDegree: 4 };
    const [raw, share] = [
      await multisphereSpectrum(network, options),
      await multisphereSpectrum(network, { ...options, normalized: true }),
    ];
    share.eigenvalues.forEach((value, i) => {
      expect(value).toBeCloseTo(raw.eigenvalues[i] / raw.trace.diagonal, 15);
    });
    expect(share.trace.diagonal).toBe(1);
  });

  test('of a network in which nothing is trained are 0, with a warning', async () => {
    const layers = [
      { kind: 'conv', filter: [3], padding: 'circular', train: false },
      { kind: 'relu' },
      { kind: 'flatten' },
      { kind: 'dense', train: false },
    ];
    const frozen = parseArchitecture({ format: 'ntk-architecture/1', name: 'frozen', layers });
    const { eigenvalues, trace, warnings } = await multisphereSpectrum(frozen, { positions: 3, dim: 2, maxDegree: 1 });
    expect(eigenvalues).toEqual(Array.from({ length: 8 }, () => 0));
    expect(trace.diagonal).toBe(0);
    expect(warnings.join()).toMatch(/Nothing is trained/);
  });
});
