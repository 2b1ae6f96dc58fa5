import { readdirSync, readFileSync } from 'node:fs';
import { isHomogeneous } from '../../src/programme/degree.js';
import { ANGLE_DUALS, SMOOTH_DUALS, sameMap } from '../../src/programme/maps/index.js';
import { keepNeeded, pairOperands } from '../../src/programme/needs.js';
import { rulesOf, STEPS } from '../../src/programme/steps/index.js';
import type { Programme, Step } from '../../src/vocabulary/steps.js';
import { wholeWindow } from '../../src/vocabulary/windows.js';
import { describe, expect, test } from '../jest.js';

const ROOT = new URL('../../../', import.meta.url);
const phi = { map: 'piecewiseLinear', even: 0.5, odd: 0.5 } as const;

/** One step of each kind: a new kind must be added here. */
const EXAMPLES: { readonly [Op in Step['op']]: Extract<Step, { readonly op: Op }> } = {
  inner: { op: 'inner' },
  radial: { op: 'radial', rate: 1, power: 1 },
  sum: {
    op: 'sum',
    terms: [
      { value: 0, weight: 1 },
      { value: 1, weight: 2 },
    ],
    constant: 3,
  },
  dual: { op: 'dual', of: 1, phi },
  dualDerivative: { op: 'dualDerivative', of: 1, phi },
  product: { op: 'product', left: 0, right: 1 },
  normalise: { op: 'normalise', of: 0, by: 1 },
  window: { op: 'window', of: 1, windows: wholeWindow([2, 2]) },
  pool: { op: 'pool', of: 1, windows: wholeWindow([2, 2]) },
  pixel: { op: 'pixel', of: 1, at: [1, 1] },
};

describe('the table of steps', () => {
  test.each(Object.values(EXAMPLES))('$op: renumbering changes operands and nothing else', (step) => {
    const rules = rulesOf(step);
    const moved = rules.renumber(step, (v) => v + 10);
    expect(rules.operands(moved)).toEqual(rules.operands(step).map((v) => v + 10));
    expect(rules.renumber(moved, (v) => v - 10)).toEqual(step);
  });

  test.each(Object.values(EXAMPLES))('$op: what is read for a pair is an operand', (step) => {
    const rules = rulesOf(step);
    const all = rules.operands(step);
    for (const v of [...pairOperands(step), ...(rules.selfOperands?.(step) ?? []), ...(rules.divisors?.(step) ?? [])]) {
      expect(all).toContain(v);
    }
  });

  test.each(Object.values(EXAMPLES))('$op: takes each position alone, or says what it reads in both forms', (step) => {
    const { taps, offsets, evaluateImages } = rulesOf(step);
    expect(taps === undefined).toBe(offsets === undefined);
    if (step.op !== 'inner') expect(evaluateImages === undefined).toBe(taps === undefined);
  });

  test('one file a step', () => {
    const files = new Set(readdirSync(new URL('src/programme/steps/', ROOT)));
    const named = Object.keys(STEPS).map((op) => `${op.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}.ts`);
    expect(named.filter((file) => !files.has(file))).toEqual([]);
  });

  test('a pass names no step: it asks the table', () => {
    const passes = ['needs', 'degree', 'zonal', 'self-kernels', 'image-self-kernels', 'evaluate', 'evaluate-images'];
    const more = [
      'translate',
      'images/translate',
      'shapes',
      'layout',
      'verify',
      'images/places',
      'images/needed-offsets',
      'images/self-kernels',
    ];
    // Instructions (`i`) have names of their own.
    const names = /(?<!\bi)\.op [!=]==|switch \(step\.op\)/;
    const naming = [...passes, ...more, 'images/describe', 'images/plan', 'images/components'].filter((pass) =>
      names.test(readFileSync(new URL(`src/programme/${pass}.ts`, ROOT), 'utf8')),
    );
    expect(naming).toEqual([]);
  });
});

describe('the tables of maps', () => {
  test('every map stands in one of them', () => {
    expect(Object.keys(ANGLE_DUALS).filter((map) => map in SMOOTH_DUALS)).toEqual([]);
  });

  test.each([...Object.keys(SMOOTH_DUALS)])('%s has no degree', (map) => {
    const steps: Step[] = [{ op: 'inner' }, { op: 'dual', of: 0, phi: { map } as (typeof EXAMPLES)['dual']['phi'] }];
    expect(isHomogeneous({ steps, nngp: 1, ntk: null })).toBe(false);
  });

  test('a map is the same if its numbers are', () => {
    expect(sameMap(phi, { ...phi })).toBe(true);
    expect(sameMap(phi, { ...phi, even: 1 })).toBe(false);
    expect(sameMap({ map: 'erf' }, { map: 'gelu' })).toBe(false);
  });
});

test('keepNeeded drops what no output rests on, and renumbers the rest', () => {
  const programme: Programme = {
    steps: [
      { op: 'inner' },
      { op: 'dual', of: 0, phi: { map: 'erf' } },
      { op: 'dualDerivative', of: 0, phi },
      { op: 'product', left: 0, right: 2 },
    ],
    nngp: null,
    ntk: 3,
  };
  expect(keepNeeded(programme)).toEqual({
    steps: [{ op: 'inner' }, { op: 'dualDerivative', of: 0, phi }, { op: 'product', left: 0, right: 1 }],
    nngp: null,
    ntk: 2,
  });
});
