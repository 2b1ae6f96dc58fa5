import fc from 'fast-check';
import { lower } from '../../src/architecture/lower.js';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { LAYERS, type LayerKind } from '../../src/layers/index.js';
import type { Programme, ScalarMap, Step } from '../../src/vocabulary/steps.js';
import { arbitraryArchitecture } from '../architecture/arbitrary.js';
import { describe, expect, test } from '../jest.js';
import { ACTIVATIONS } from '../reference/activations.js';
import type { Covariance } from '../reference/quadrature.js';
import { type ArchitectureJson, type LayerJson, textbookKernels } from '../reference/textbook.js';
import { DUALS } from '../reference/textbook-duals.js';

/** The textbook dual of a scalar map; a|x| + b x is (a + b) times the leaky rectifier of slope (b - a) / (b + a). */
function dualOf(phi: ScalarMap, k: Covariance): readonly [number, number] {
  const names: Readonly<Record<Exclude<ScalarMap['map'], 'piecewiseLinear'>, string>> = {
    heaviside: 'step',
    erf: 'erf',
    gelu: 'gelu',
    elu: 'elu',
    sine: 'sin',
    cosine: 'cos',
  };
  if (phi.map !== 'piecewiseLinear') return DUALS[names[phi.map]](0)(k);
  const up = phi.odd + phi.even;
  const [value, slope] = DUALS.leakyRelu((phi.odd - phi.even) / up)(k);
  return [up * up * value, up * up * slope];
}

interface PairValues {
  readonly k11: number;
  readonly k22: number;
  readonly k12: number;
}

/** Values of every step for the pairs (x, x), (z, z), (x, z) with inner products `start`. */
function evaluate(steps: readonly Step[], start: PairValues): readonly PairValues[] {
  const values: PairValues[] = [];
  const own = (k: number): PairValues => ({ k11: k, k22: k, k12: k });
  /** f on each of the three pairs, given the covariances that each step has there. */
  const onPairs = (f: (at: (value: number) => PairValues) => number): PairValues => ({
    k11: f((v) => own(values[v].k11)),
    k22: f((v) => own(values[v].k22)),
    k12: f((v) => values[v]),
  });
  const compute = (step: Step): PairValues => {
    switch (step.op) {
      case 'inner':
        return start;
      case 'radial':
        throw new Error('no network');
      case 'sum':
        return onPairs((at) =>
          step.terms.reduce((sum, { value, weight }) => sum + weight * at(value).k12, step.constant),
        );
      case 'dual':
        return onPairs((at) => dualOf(step.phi, at(step.of))[0]);
      case 'dualDerivative':
        return onPairs((at) => dualOf(step.phi, at(step.of))[1]);
      case 'product':
        return onPairs((at) => at(step.left).k12 * at(step.right).k12);
      case 'normalise':
        return onPairs((at) => {
          const { k11, k22 } = at(step.by);
          return k11 * k22 > 0 ? at(step.of).k12 / Math.sqrt(k11 * k22) : 0;
        });
      default:
        throw new Error('vectors only');
    }
  };
  for (const step of steps) values.push(compute(step));
  return values;
}

function dot(x: readonly number[], z: readonly number[]): number {
  return x.reduce((sum, v, i) => sum + v * z[i], 0);
}

/** Both kernels of a lowered network for one pair. */
function kernels(
  { steps, nngp, ntk }: Programme,
  x: readonly number[],
  z: readonly number[],
): readonly [number, number] {
  const values = evaluate(steps, { k11: dot(x, x), k22: dot(z, z), k12: dot(x, z) });
  return [nngp === null ? 0 : values[nngp].k12, ntk === null ? 0 : values[ntk].k12];
}

function network(...layers: readonly LayerJson[]): ArchitectureJson {
  return { format: 'ntk-architecture/1', name: '', layers };
}

const X = [0.3, -1.2, 0.5];
const Z = [0.9, 0.4, 0.7];

function expectTextbook(json: ArchitectureJson): void {
  const programme = lower(parseArchitecture(json), X.length, 'both');
  const [nngp, ntk] = kernels(programme, X, Z);
  const expected = textbookKernels(json, [X], [Z]);
  const scale = (k: number): number => 1e-10 * (1 + Math.abs(k));
  expect(Math.abs(nngp - expected.nngp[0][0])).toBeLessThan(scale(nngp));
  expect(Math.abs(ntk - expected.ntk[0][0])).toBeLessThan(scale(ntk));
}

const dense: LayerJson = { kind: 'dense', weightStd: 1.3, biasStd: 0.4 };
const frozen: LayerJson = { ...dense, train: false };
const ends = (...middle: readonly LayerJson[]): ArchitectureJson => network(dense, ...middle, { kind: 'dense' });

/** A network around each layer, which must lower to what the textbook says. */
const CASES = {
  dense: network(
    { ...dense, scaling: 'none' },
    { ...dense, biasInit: 'zero', train: 0.3 },
    { ...dense, init: 'orthogonal' },
  ),
  relu: ends({ kind: 'relu' }),
  leakyRelu: ends({ kind: 'leakyRelu', slope: 0.3 }),
  abs: ends({ kind: 'abs' }),
  step: network(frozen, { kind: 'step' }, dense),
  erf: ends({ kind: 'erf' }),
  gelu: ends({ kind: 'gelu' }),
  elu: ends({ kind: 'elu' }),
  sin: ends({ kind: 'sin' }),
  cos: ends({ kind: 'cos' }),
  identity: ends({ kind: 'identity' }),
  residual: ends({ kind: 'residual', alpha: 0.7, branch: [{ kind: 'relu' }, dense], skip: [{ kind: 'erf' }, dense] }),
  layerNorm: ends({ kind: 'layerNorm' }, { kind: 'relu' }),
} as const satisfies Readonly<Partial<Record<LayerKind, ArchitectureJson>>>;

const windows = (from: readonly number[], to: readonly number[], filter: readonly number[]) => ({
  ...{ from, to, filter },
  ...{ stride: filter.map(() => 1), before: filter.map(() => 0), wraps: false },
});
const S = { op: 'sum', terms: [{ value: 1, weight: 0.5 }], constant: 0 };

/**
 * A layer of positions on the data, 3x4 with two channels, before a frozen dense layer that divides by the channels;
 * and its steps.
 */
const IMAGE_CASES = {
  conv: [
    [{ kind: 'conv', filter: [2, 3], padding: 'valid', train: false }, { kind: 'flatten' }],
    [{ op: 'window', of: 0, windows: windows([3, 4], [2, 2], [2, 3]) }, S],
    [{ op: 'window', of: 2, windows: windows([2, 2], [1, 1], [2, 2]) }],
  ],
  flatten: [
    [{ kind: 'flatten' }, { kind: 'dense', train: false }],
    [{ op: 'window', of: 0, windows: windows([3, 4], [1, 1], [3, 4]) }],
    [
      { op: 'sum', terms: [{ value: 1, weight: 12 }], constant: 0 },
      { op: 'sum', terms: [{ value: 2, weight: 1 / 24 }], constant: 0 },
    ],
  ],
  globalAvgPool: [
    [{ kind: 'globalAvgPool' }, { kind: 'dense', train: false }],
    [{ op: 'pool', of: 0, windows: windows([3, 4], [1, 1], [3, 4]) }, S],
    [],
  ],
  pixel: [
    [
      { kind: 'pixel', at: [2, 3] },
      { kind: 'dense', train: false },
    ],
    [{ op: 'pixel', of: 0, at: [2, 3] }, S],
    [],
  ],
  avgPool: [
    [{ kind: 'avgPool', window: [2, 2] }, { kind: 'dense', train: false }, { kind: 'pixel' }],
    [{ op: 'pool', of: 0, windows: { ...windows([3, 4], [1, 2], [2, 2]), stride: [2, 2] } }, S],
    [{ op: 'pixel', of: 2, at: [0, 0] }],
  ],
} as const satisfies Readonly<Partial<Record<LayerKind, readonly (readonly object[])[]>>>;

describe('the table of layers', () => {
  test('has the keys of the table of tests, and each layer its own kind', () => {
    expect(Object.keys(LAYERS).sort()).toEqual([...Object.keys(CASES), ...Object.keys(IMAGE_CASES)].sort());
    expect(Object.entries(LAYERS).map(([key, { kind }]) => key === kind)).not.toContain(false);
  });

  test('holds a summary and a reference for each', () => {
    expect(Object.values(LAYERS).every(({ summary, reference }) => summary !== '' && /\d{4}/.test(reference))).toBe(
      true,
    );
  });

  test('has every activation of the reference', () => {
    expect(Object.keys(LAYERS)).toEqual(expect.arrayContaining(Object.keys(ACTIVATIONS)));
  });

  test.each(Object.entries(CASES))('%s lowers to the textbook kernels', (_kind, json) => {
    expectTextbook(json);
  });
});

describe('lowering layers of positions', () => {
  const shape = { positions: [3, 4], channels: 2 };
  const steps = (...layers: readonly object[]) =>
    lower(parseArchitecture({ format: 'ntk-architecture/1', layers }), shape, 'both').steps;

  test.each(Object.entries(IMAGE_CASES))('%s lowers to its steps', (_kind, [layers, first, further]) => {
    expect(steps(...layers)).toEqual([{ op: 'inner' }, ...first, ...further]);
  });

  test('a filter of one tap adds no window', () => {
    expect(steps({ kind: 'conv', filter: [1, 1], train: false }, { kind: 'pixel' })).toMatchObject([
      { op: 'inner' },
      { op: 'sum' },
      { op: 'pixel' },
    ]);
  });

  test('without scaling, taps and channels are summed', () => {
    const layers = [{ kind: 'conv', filter: [3, 3], scaling: 'none', weightStd: 2, train: false }, { kind: 'pixel' }];
    expect(steps(...layers)[2]).toEqual({ op: 'sum', terms: [{ value: 1, weight: 36 }], constant: 0 });
  });

  test('a window that wraps or reads zeros begins where TensorFlow begins', () => {
    const place = (filter: number, stride: number, padding: string) => {
      const layers = [{ kind: 'conv', filter: [filter, 1], stride: [stride, 1], padding }, { kind: 'pixel' }];
      const step = steps(...layers)[1];
      return step.op === 'window' ? [step.windows.to[0], step.windows.before[0]] : null;
    };
    expect(place(3, 1, 'same')).toEqual([3, 1]);
    expect(place(2, 1, 'circular')).toEqual([3, 0]);
    expect(place(2, 2, 'same')).toEqual([2, 0]);
    expect(place(5, 1, 'circular')).toEqual([3, 2]);
  });
});

describe('lowering', () => {
  const steps = (json: ArchitectureJson, kind: 'ntk' | 'nngp' | 'both' = 'both'): Programme =>
    lower(parseArchitecture(json), 4, kind);

  test('divides the raw covariance by the features, once', () => {
    expect(steps(network({ kind: 'dense' })).steps).toEqual([
      { op: 'inner' },
      { op: 'sum', terms: [{ value: 0, weight: 0.25 }], constant: 0 },
      { op: 'sum', terms: [{ value: 0, weight: 0.25 }], constant: 0 },
    ]);
    expect(steps(network({ kind: 'dense', scaling: 'none', train: false })).steps).toEqual([{ op: 'inner' }]);
  });

  test('a sum on the data is a mean over its channels', () => {
    expectTextbook(network({ kind: 'residual', alpha: 0.5, branch: [dense] }, dense));
    expectTextbook(network({ kind: 'residual', alpha: 0, branch: [dense] }, dense));
  });

  test('a bias from zero enters the NTK only, and not when it is frozen', () => {
    const [, own, ntk] = steps(network({ kind: 'dense', biasStd: 3, biasInit: 'zero' })).steps;
    expect(own).toMatchObject({ constant: 0 });
    expect(ntk).toMatchObject({ constant: 9 });
    const cold = { kind: 'dense', biasStd: 3, biasInit: 'zero', train: false };
    expect(steps(network(cold))).toMatchObject({ steps: [{ op: 'inner' }, { op: 'sum', constant: 0 }], ntk: null });
  });

  test('nothing trained means no NTK', () => {
    expect(steps(network(frozen, { kind: 'relu' }, frozen)).ntk).toBeNull();
    expect(steps(network({ ...frozen, train: 0 }, { kind: 'relu' }, frozen)).ntk).toBeNull();
  });

  test('the NNGP alone takes no step of the NTK, the NTK alone names no NNGP', () => {
    const nngp = steps(network(dense, { kind: 'step' }, dense), 'nngp');
    expect(nngp.ntk).toBeNull();
    expect(nngp.steps.map(({ op }) => op)).toEqual(['inner', 'sum', 'dual', 'sum']);
    const ntk = steps(ends({ kind: 'relu' }), 'ntk');
    expect(ntk.nngp).toBeNull();
    expect(ntk.ntk).not.toBeNull();
  });

  test('alpha 0 gives the skip alone', () => {
    const cut = network(dense, { kind: 'residual', alpha: 0, branch: [{ kind: 'relu' }, dense] }, dense);
    expect(steps(cut)).toEqual(steps(network(dense, dense)));
  });

  test('identity and a leaky rectifier of slope 1 agree', () => {
    const identity = textbookKernels(ends({ kind: 'identity' }), [X], [Z]);
    const [nngp, ntk] = kernels(lower(parseArchitecture(ends({ kind: 'leakyRelu', slope: 1 })), 3, 'both'), X, Z);
    expect(nngp).toBeCloseTo(identity.nngp[0][0], 12);
    expect(ntk).toBeCloseTo(identity.ntk[0][0], 12);
  });

  test('of any network gives the textbook kernels', () => {
    fc.assert(fc.property(arbitraryArchitecture(), expectTextbook), { seed: 3, numRuns: 150 });
  });
});
