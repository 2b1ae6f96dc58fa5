import { readFileSync } from 'node:fs';
import { describe, expect, test } from '../jest.js';
import { ACTIVATIONS } from '../reference/activations.js';
import { monteCarlo } from '../reference/monte-carlo.js';
import { erfc, normalCdf } from '../reference/normal.js';
import { type Covariance, expectation } from '../reference/quadrature.js';
import { type ArchitectureJson, textbookKernels } from '../reference/textbook.js';
import { DUALS, k0, k1 } from '../reference/textbook-duals.js';

interface Golden {
  readonly case: string;
  readonly architecture: ArchitectureJson;
  readonly x: readonly (readonly number[])[];
  readonly z: readonly (readonly number[])[] | null;
  readonly nngp: readonly (readonly number[])[];
  readonly ntk: readonly (readonly number[])[] | null;
}

// This file runs from dist/test/layers/; the numbers stay in test/.
const GOLDEN_PATH = new URL('../../../test/reference/golden.json', import.meta.url);
const GOLDEN: readonly Golden[] = JSON.parse(readFileSync(GOLDEN_PATH, 'utf8')).cases;

function relative(found: number, expected: number, scale: number): number {
  return Math.abs(found - expected) / (scale === 0 ? 1 : scale);
}

describe('the textbook oracle', () => {
  test('has the arc-cosine values of formulas.md, 0.1', () => {
    const u = [-1, -0.5, 0, 0.5, 0.9, 1];
    const first = [0, 1 / 3, 1 / 2, 2 / 3, 0.856433706871, 1];
    const second = [0, 0.108997781044, 0.318309886184, 0.608997781044, 0.909538398845, 1];
    u.forEach((value, i) => {
      expect(k0(value)).toBeCloseTo(first[i], 11);
      expect(k1(value)).toBeCloseTo(second[i], 11);
    });
  });

  test('has a normal distribution good to 15 digits', () => {
    expect(normalCdf(1.96)).toBeCloseTo(0.9750021048517795, 15);
    expect(erfc(1.9999999)).toBeCloseTo(erfc(2.0000001), 8);
    expect(relative(erfc(5), 1.5374597944280349e-12, 1.5374597944280349e-12)).toBeLessThan(1e-13);
  });

  test.each(GOLDEN.map((golden) => [golden.case, golden] as const))('gives the values of %s', (_name, golden) => {
    const { architecture, x, z } = golden;
    const found = textbookKernels(architecture, x, z);
    const own = (rows: readonly (readonly number[])[], kernel: 'nngp' | 'ntk') =>
      rows.map((row) => textbookKernels(architecture, [row])[kernel][0][0]);
    for (const kernel of ['nngp', 'ntk'] as const) {
      const left = own(x, kernel);
      const right = own(z ?? x, kernel);
      golden[kernel]?.forEach((row, i) => {
        row.forEach((expected, j) => {
          expect(relative(found[kernel][i][j], expected, Math.sqrt(left[i] * right[j]))).toBeLessThan(1e-10);
        });
      });
    }
  });
});

/**
 * Own variances and correlations: small, large, unequal, close to and at the ends; squares, so that u = 1 is 1 exactly.
 */
const VARIANCES: readonly (readonly [number, number])[] = [
  [1, 1],
  [0.0625, 0.25],
  [0.25, 4],
  [9, 4],
];
const CORRELATIONS = [-1, -0.999, -0.6, 0, 0.3, 0.95, 0.9999, 1];
const GRID: readonly Covariance[] = VARIANCES.flatMap(([k11, k22]) =>
  CORRELATIONS.map((u) => ({ k11, k22, k12: u * Math.sqrt(k11 * k22) })),
);

describe('closed forms and quadrature from the definition agree', () => {
  test.each(
    Object.keys(ACTIVATIONS).flatMap(
      (kind) =>
        (kind === 'leakyRelu'
          ? [
              [kind, 0.2],
              [kind, -0.7],
            ]
          : [[kind, 0]]) as [string, number][],
    ),
  )('%s (%p)', (kind, parameter) => {
    const { phi, slope } = ACTIVATIONS[kind](parameter);
    const dual = DUALS[kind](parameter);
    for (const k of GRID) {
      const [value, slopeValue] = dual(k);
      expect(Math.abs(expectation(phi, k) - value)).toBeLessThan(1e-9 * (1 + Math.sqrt(k.k11 * k.k22)));
      if (slope !== null) expect(Math.abs(expectation(slope, k) - slopeValue)).toBeLessThan(1e-9);
    }
  });
});

describe('averages over networks of finite width approach the textbook kernels', () => {
  const file = (...layers: ArchitectureJson['layers']): ArchitectureJson => ({
    format: 'ntk-architecture/1',
    name: '',
    layers,
  });
  const dense = { kind: 'dense', weightStd: 1.2, biasStd: 0.3 };
  const cases: readonly (readonly [string, ArchitectureJson])[] = [
    [
      'two activations, both biases',
      file({ ...dense, scaling: 'none' }, { kind: 'relu' }, { ...dense, biasInit: 'zero' }, { kind: 'gelu' }, dense),
    ],
    [
      'a sum, frozen and weighted layers',
      file(
        dense,
        { kind: 'residual', alpha: 0.7, branch: [{ kind: 'erf' }, { ...dense, train: false }] },
        { kind: 'elu' },
        { ...dense, train: 0.5 },
      ),
    ],
    [
      'layerNorm and a skip of its own',
      file(
        dense,
        { kind: 'layerNorm' },
        { kind: 'abs' },
        { kind: 'residual', branch: [dense], skip: [dense] },
        { kind: 'leakyRelu', slope: 0.2 },
        dense,
      ),
    ],
  ];
  test.each(cases)('%s', (_name, architecture) => {
    const x = [0.5, -1, 0.8];
    const z = [0.9, 0.2, 0.4];
    const found = monteCarlo(architecture, x, z, { width: 48, draws: 3000, seed: 7 });
    const { nngp, ntk } = textbookKernels(architecture, [x, z]);
    const error = (value: number, k: typeof nngp) => relative(value, k[0][1], Math.sqrt(k[0][0] * k[1][1]));
    // Five standard errors of the mean of 3000 products, and a bias of some 1 / 48.
    expect(error(found.nngp, nngp)).toBeLessThan(0.12);
    expect(error(found.ntk, ntk)).toBeLessThan(0.05);
  });
});
