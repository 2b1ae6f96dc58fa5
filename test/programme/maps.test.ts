import { lower } from '../../src/architecture/lower.js';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { distances } from '../../src/programme/correlations.js';
import { degrees, isHomogeneous } from '../../src/programme/degree.js';
import { evaluate } from '../../src/programme/evaluate.js';
import {
  extendedNumber,
  extendedQuotient,
  extendedRoot,
  extendedScale,
  extendedZeros,
  setExtended,
  setSquare,
} from '../../src/programme/extended-exponent.js';
import { erfcxRemainder } from '../../src/programme/maps/erfcx.js';
import { SMOOTH_DUALS } from '../../src/programme/maps/index.js';
import { keepNeeded, lastUses } from '../../src/programme/needs.js';
import { smooth } from '../../src/programme/pair.js';
import { rowFactors } from '../../src/programme/self-kernels.js';
import { tabulate } from '../../src/programme/table.js';
import type { Programme, ScalarMap } from '../../src/vocabulary/steps.js';
import { describe, expect, test } from '../jest.js';
import { preciseDistances } from '../kernels/precise.js';
import { ACTIVATIONS } from '../reference/activations.js';
import { uniforms } from '../reference/monte-carlo.js';
import { expectation } from '../reference/quadrature.js';
import type { ArchitectureJson, LayerJson } from '../reference/textbook.js';
import { DUALS } from '../reference/textbook-duals.js';

/** Each activation and the map that it becomes. */
const MAPS: Readonly<Record<string, ScalarMap>> = {
  relu: { map: 'piecewiseLinear', even: 0.5, odd: 0.5 },
  abs: { map: 'piecewiseLinear', even: 1, odd: 0 },
  leakyRelu: { map: 'piecewiseLinear', even: 0.35, odd: 0.65 },
  step: { map: 'heaviside' },
  erf: { map: 'erf' },
  gelu: { map: 'gelu' },
  elu: { map: 'elu' },
  sin: { map: 'sine' },
  cos: { map: 'cosine' },
};
const SLOPE = 0.3;
const CORRELATIONS = [-0.95, -0.6, -0.1, 0, 0.3, 0.8, 0.97];
const DEVIATIONS = [0.2, 1, 3];

/** E[phi phi] or E[phi' phi'] of two rows of norms r, s, as the programme computes it. */
function value(phi: ScalarMap, op: 'dual' | 'dualDerivative', r: number, s: number, u: number): number {
  const programme: Programme = { steps: [{ op: 'inner' }, { op, of: 0, phi }], nngp: 1, ntk: null };
  const [x, z] = [rowFactors(programme, Float64Array.of(r)), rowFactors(programme, Float64Array.of(s))];
  const source = distances(1);
  source.below[0] = 1 - u;
  source.above[0] = 1 + u;
  const { nngp } = evaluate(programme, source, { x, rowX: 0, z, firstZ: 0 });
  if (nngp === null || x.nngp === null || z.nngp === null) return Number.NaN;
  const correlation = nngp.below[0] < nngp.above[0] ? 1 - nngp.below[0] : nngp.above[0] - 1;
  return correlation * extendedRoot(x.nngp, 0) * extendedRoot(z.nngp, 0);
}

describe.each(Object.entries(MAPS))('%s', (kind, phi) => {
  const grid = DEVIATIONS.flatMap((r) => DEVIATIONS.flatMap((s) => CORRELATIONS.map((u) => [r, s, u] as const)));

  test('agrees with the closed form', () => {
    for (const [r, s, u] of grid) {
      const k = { k11: r * r, k22: s * s, k12: r * s * u };
      const [dual, slope] = DUALS[kind](SLOPE)(k);
      const scale = 1e-12 * (1 + r * s);
      expect(Math.abs(value(phi, 'dual', r, s, u) - dual)).toBeLessThan(scale);
      if (kind !== 'step') expect(Math.abs(value(phi, 'dualDerivative', r, s, u) - slope)).toBeLessThan(scale);
    }
  });

  test('agrees with quadrature', () => {
    const { phi: f, slope } = ACTIVATIONS[kind](SLOPE);
    for (const [r, s, u] of grid.filter((_, i) => i % 5 === 0)) {
      const k = { k11: r * r, k22: s * s, k12: r * s * u };
      const scale = 1e-8 * (1 + r * s);
      expect(Math.abs(value(phi, 'dual', r, s, u) - expectation(f, k))).toBeLessThan(scale);
      if (slope === null) continue;
      expect(Math.abs(value(phi, 'dualDerivative', r, s, u) - expectation(slope, k))).toBeLessThan(scale);
    }
  });
});

const first: LayerJson = { kind: 'dense', scaling: 'none' };
const last: LayerJson = { kind: 'dense' };

function network(...layers: readonly LayerJson[]): ArchitectureJson {
  return { format: 'ntk-architecture/1', name: 'test', layers };
}

function programmeOf(json: ArchitectureJson): Programme {
  return keepNeeded(lower(parseArchitecture(json), 2, 'both'));
}

describe('tiny gaps keep their digits', () => {
  test.each(['relu', 'abs', 'leakyRelu', 'erf', 'gelu', 'sin', 'cos'])('%s', (kind) => {
    const json = network(first, kind === 'leakyRelu' ? { kind, slope: SLOPE } : { kind }, last);
    const programme = programmeOf(json);
    for (const t of [0.1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-10]) {
      // Rows (1, 0) and (1, t): 1 - u = t^2 / (root (root + 1)) with root^2 = 1 + t^2.
      const norm = Math.sqrt(1 + t * t);
      const source = distances(1);
      source.below[0] = (t * t) / (norm * (norm + 1));
      source.above[0] = 2 - source.below[0];
      const [x, z] = [rowFactors(programme, Float64Array.of(1)), rowFactors(programme, Float64Array.of(norm))];
      const found = evaluate(programme, source, { x, rowX: 0, z, firstZ: 0 });
      const exact = preciseDistances(json, [1, 0], [1, t]);
      expect(Math.abs((found.nngp?.below[0] ?? Number.NaN) / exact.nngp - 1)).toBeLessThan(1e-6);
      const error = Math.abs((found.ntk?.below[0] ?? Number.NaN) - exact.ntk);
      expect(error).toBeLessThan(Math.max(1e-6 * exact.ntk, 8 * 2e-16));
    }
  });
});

describe('smooth duals', () => {
  test.each(Object.entries(SMOOTH_DUALS))('%s: own values and slopes belong together', (_name, dual) => {
    for (const q of [0.01, 0.3, 1, 4, 25]) {
      const h = q * 1e-4;
      const r = Math.sqrt(q);
      const pair = { variance1: q, deviation1: r, variance2: q, deviation2: r, below: 0, above: 2 * q };
      expect(dual.product(pair)).toBeCloseTo(dual.square(q), 12);
      expect(dual.derivativeProduct(pair)).toBeCloseTo(dual.derivativeSquare(q), 12);
      expect((dual.square(q + h) - dual.square(q - h)) / (2 * h)).toBeCloseTo(dual.squareSlope(q), 6);
      const slope = (dual.derivativeSquare(q + h) - dual.derivativeSquare(q - h)) / (2 * h);
      expect(dual.derivativeSquare(q) + 2 * q * slope).toBeCloseTo(dual.spread(q), 6);
    }
  });

  test('large variances leave digits of how fast a map turns with its row', () => {
    for (const q of [1e12, 1e30, 1e60]) {
      expect(SMOOTH_DUALS.erf.spread(q) * q ** 1.5).toBeCloseTo(1 / (2 * Math.PI), 10);
      expect(Math.abs(SMOOTH_DUALS.elu.spread(q) - 0.5)).toBeLessThan(1e-15);
    }
    for (const x of [5.9, 6.1, 40, 1e8, 1e30]) {
      // The asymptotic series of erfcx without its first term.
      const terms = [1, -3, 15, -105, 945, -10_395, 135_135].map((c, k) => c / (2 * x * x) ** k);
      const series = terms.reduce((sum, t) => sum + t) / (2 * Math.sqrt(Math.PI) * x);
      expect(Math.abs(erfcxRemainder(x) / series - 1)).toBeLessThan(x > 10 ? 1e-14 : 1e-5);
    }
  });

  test.each([
    [1e3, 0.5000284703804999],
    [1e5, 0.500000284705017],
    [1e10, 0.500000000002847],
  ])('slopes of the gate on fully correlated rows of deviation %d and twice that keep their digits', (r, expected) => {
    const [q, rs] = [r * r, 2 * r * r];
    const pair = { variance1: q, deviation1: r, variance2: 4 * q, deviation2: 2 * r, below: 0, above: 2 * rs };
    expect(Math.abs(SMOOTH_DUALS.gelu.derivativeProduct(pair) - expected)).toBeLessThan(4e-16);
  });
});

describe('elu of small deviations', () => {
  // By quadrature of 30 digits.
  test.each([
    [0.06935786380793665, 0.000028645122640635678, -1, -1.9340724455342005e-6],
    [0.06935786380793665, 0.06935786380793665, 1, 0.004563337702960513],
    [0.000028645122640635678, 0.000028645122640635678, 1, 8.205242977635683e-10],
  ])('deviations %d and %d, correlation %d', (r, s, u, expected) => {
    const [rs, elu] = [r * s, SMOOTH_DUALS.elu];
    const pair = { variance1: r * r, deviation1: r, variance2: s * s, deviation2: s };
    const found = elu.product({ ...pair, below: rs * (1 - u), above: rs * (1 + u) });
    expect(Math.abs(found / expected - 1)).toBeLessThan(2e-15);
    if (u === 1) expect(Math.abs(elu.square(r * r) / expected - 1)).toBeLessThan(2e-15);
  });

  test('opposite rows of very different norms are as far apart as they are', () => {
    const [r, s] = [0.06935786380793665, 0.000028645122640635678];
    const own = (d: number) => ({
      variance: d * d,
      deviation: d,
      root: Math.sqrt(SMOOTH_DUALS.elu.square(d * d)),
      curvature: 0,
    });
    const out = { below: 0, above: 0 };
    smooth(SMOOTH_DUALS.elu, own(r), own(s), { below: 2, above: 0 }, out);
    const expected = 1 + 1.9340724455342005e-6 / Math.sqrt(0.004563337702960513 * 8.205242977635683e-10);
    expect(Math.abs(out.below - expected)).toBeLessThan(1e-15);
  });
});

describe('the table', () => {
  const block: LayerJson = {
    kind: 'residual',
    alpha: 0.5,
    branch: [{ ...last, weightStd: Math.SQRT2 }, { kind: 'relu' }, last],
  };

  test.each([
    ['fc', network(first, { kind: 'relu' }, last, { kind: 'relu' }, last)],
    ['residual', network(first, block, block, block, last)],
    ['erf', network(first, { kind: 'erf' }, last)],
  ])('of %s is as good as it claims', (_name, json) => {
    const programme = programmeOf(json);
    const selfKernels = rowFactors(programme, Float64Array.of(1));
    const next = uniforms(11);
    const points = Float64Array.from({ length: 3000 }, () => next());
    for (const precision of ['f64', 'f32'] as const) {
      const table = tabulate(programme, selfKernels, precision, 1e5);
      if (table === null) throw new Error('a budget of 100,000 evaluations must do for a table');
      const source = distances(2 * points.length);
      points.forEach((t, i) => {
        const distance = t * t;
        source.below.set([distance, 2 - distance], 2 * i);
        source.above.set([2 - distance, distance], 2 * i);
      });
      const direct = evaluate(programme, source, { x: selfKernels, rowX: 0, z: selfKernels, firstZ: 0 });
      const claim = 2 * table.error + 4e-16;
      for (const kind of ['nngp', 'ntk'] as const) {
        const coefficients = table[kind] ?? new Float64Array();
        points.forEach((t, i) => {
          for (const side of [0, 1]) {
            const interval = Math.min(table.intervals - 1, Math.floor(t * table.intervals));
            const position = t * table.intervals - interval;
            const at = (side * table.intervals + interval) * (table.degree + 1);
            let sum = 0;
            for (let k = table.degree; k >= 0; k--) sum = sum * position + coefficients[at + k];
            expect(Math.abs(sum - (direct[kind]?.below[2 * i + side] ?? 0)) <= claim).toBe(true);
          }
        });
      }
    }
  });
});

describe('wide numbers', () => {
  test('hold what a double cannot', () => {
    const w = extendedZeros(4);
    setSquare(w, 0, 1e300);
    setSquare(w, 1, 1e-300);
    setExtended(w, 2, 3, 0);
    expect([extendedNumber(w, 0), extendedNumber(w, 1), extendedNumber(w, 2), extendedNumber(w, 3)]).toEqual([
      Infinity,
      0,
      3,
      0,
    ]);
    expect(extendedRoot(w, 0) / 1e300).toBeCloseTo(1, 14);
    expect(extendedRoot(w, 1) / 1e-300).toBeCloseTo(1, 14);
    setExtended(w, 2, 3, -5);
    expect([extendedRoot(w, 2), extendedScale(w, 2), extendedScale(w, 3)]).toEqual([0, Number.MIN_VALUE, 0]);
    expect(extendedScale(w, 0)).toBe(extendedRoot(w, 0));
  });

  test('shares are ordinary numbers', () => {
    const [part, total] = [extendedZeros(2), extendedZeros(2)];
    setSquare(part, 0, 3e200);
    setSquare(total, 0, 6e200);
    expect(extendedQuotient(2, part, total, 0)).toBeCloseTo(0.5, 14);
    expect(extendedQuotient(1, part, total, 1)).toBe(0);
  });

  test('a factor 2 stays exact', () => {
    const w = extendedZeros(2);
    for (const root of [1e-290, 0.7, 1e290]) {
      setSquare(w, 0, root);
      setSquare(w, 1, 2 * root);
      expect(extendedQuotient(1, w, { mantissa: w.mantissa.subarray(1), exponent: w.exponent.subarray(1) }, 0)).toBe(
        0.25,
      );
    }
  });
});

describe('passes', () => {
  test('degrees: rectifiers keep them, step and layerNorm drop them, a bias ends them', () => {
    const degree = (...layers: LayerJson[]) => {
      const programme = programmeOf(network(first, ...layers, last));
      return [isHomogeneous(programme), programme.nngp === null ? null : degrees(programme)[programme.nngp]];
    };
    expect(degree({ kind: 'relu' })).toEqual([true, 1]);
    expect(degree({ kind: 'layerNorm' }, { kind: 'abs' })).toEqual([true, 0]);
    expect(degree({ kind: 'erf' })).toEqual([false, null]);
    expect(degree({ kind: 'relu' }, { ...last, biasStd: 1 })).toEqual([false, null]);
  });

  test('needs: only what the output rests on is kept, and its last use is known', () => {
    const json = network(first, { kind: 'relu' }, last, { kind: 'relu' }, last);
    const both = programmeOf(json);
    const nngp = keepNeeded({ ...both, ntk: null });
    expect(nngp.steps.length).toBeLessThan(both.steps.length);
    expect(nngp.steps.some(({ op }) => op === 'dualDerivative')).toBe(false);
    expect(keepNeeded(nngp)).toEqual(nngp);
    const last0 = lastUses(nngp);
    expect(last0.every((use, i) => use > i)).toBe(true);
    expect(last0[nngp.nngp ?? 0]).toBe(nngp.steps.length);
  });
});
