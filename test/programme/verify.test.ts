import { extendedNumbers } from '../../src/programme/extended-exponent.js';
import { planImages } from '../../src/programme/images/plan.js';
import { ANY_INPUTS, evenValues } from '../../src/programme/images/self-kernels.js';
import { keepNeeded } from '../../src/programme/needs.js';
import { rowFactors } from '../../src/programme/self-kernels.js';
import { instructionsOf } from '../../src/programme/translate.js';
import { verified, verify, verifyPasses } from '../../src/programme/verify.js';
import { decideZonal } from '../../src/programme/zonal.js';
import type { Programme, ScalarMap, Step, Windows } from '../../src/vocabulary/steps.js';
import { placeWindows, wholeWindow } from '../../src/vocabulary/windows.js';
import { afterEach, describe, expect, test } from '../jest.js';

const RELU: ScalarMap = { map: 'piecewiseLinear', even: 0.5, odd: 0.5 };
const INNER: Step = { op: 'inner' };

const vectors = (...steps: readonly Step[]): Programme => ({ steps, nngp: steps.length - 1, ntk: null });
const images = (...steps: readonly Step[]): Programme => ({ ...vectors(...steps), positions: [4, 4] });

function windows(change: Partial<Windows> = {}): Windows {
  const placed = placeWindows([4, 4], [3, 3], [1, 1], 'same');
  if (placed === null) throw new Error('windows must fit');
  return { ...placed, ...change };
}

const half = wholeWindow([2, 2]);
const flatten: Step = { op: 'pixel', of: 0, at: [0, 0] };

const SOUND: readonly (readonly [string, Programme])[] = [
  ['nothing is wanted', { steps: [], nngp: null, ntk: null }],
  [
    'a dense network',
    vectors(INNER, { op: 'dual', of: 0, phi: RELU }, { op: 'sum', terms: [{ value: 1, weight: 2 }], constant: 0.1 }),
  ],
  ['a radial kernel', vectors({ op: 'radial', rate: 0.5, power: 2 })],
  [
    'a convolution',
    images(INNER, { op: 'window', of: 0, windows: windows() }, { op: 'pool', of: 1, windows: wholeWindow([4, 4]) }),
  ],
  ['layerNorm', vectors(INNER, { op: 'normalise', of: 0, by: 0 })],
];

const BROKEN: readonly (readonly [string, Programme, RegExp])[] = [
  [
    'a step reads itself',
    vectors(INNER, { op: 'dual', of: 1, phi: RELU }),
    /step 1 \(dual\): it must read earlier steps alone, got step 1/,
  ],
  [
    'a step reads a later one',
    vectors(INNER, { op: 'product', left: 0, right: 2 }, { op: 'dual', of: 0, phi: RELU }),
    /step 1 \(product\).* got step 2/,
  ],
  [
    'a step reads what is no step',
    vectors(INNER, { op: 'normalise', of: 0, by: -1 }),
    /step 1 \(normalise\).* got step -1/,
  ],
  [
    'a weight below 0',
    vectors(INNER, { op: 'sum', terms: [{ value: 0, weight: -1 }], constant: 0 }),
    /step 1 \(sum\): the weight of term 0 must be a number >= 0, got -1/,
  ],
  [
    'a weight that is no number',
    vectors(INNER, { op: 'sum', terms: [{ value: 0, weight: Number.NaN }], constant: 0 }),
    /weight of term 0 .* got NaN/,
  ],
  [
    'a constant that is infinite',
    vectors(INNER, { op: 'sum', terms: [], constant: Infinity }),
    /its constant must be a number >= 0, got Infinity/,
  ],
  [
    'a map without slopes',
    vectors(INNER, { op: 'dual', of: 0, phi: { map: 'piecewiseLinear', even: 0, odd: 0 } }),
    /step 1 \(dual\): its slopes must be numbers, not both 0/,
  ],
  [
    'a power out of range',
    vectors({ op: 'radial', rate: 1, power: 2.5 }),
    /step 0 \(radial\): its power must lie above 0 and be at most 2, got 2.5/,
  ],
  [
    'a rate that is no number',
    vectors({ op: 'radial', rate: Number.NaN, power: 1 }),
    /step 0 \(radial\): its rate must be a number >= 0, got NaN/,
  ],
  [
    'a radial kernel of images',
    images({ op: 'radial', rate: 1, power: 1 }),
    /step 0 \(radial\): a radial kernel must be one of vectors/,
  ],
  ['two sources', vectors(INNER, INNER), /step 1 \(inner\): a programme must have one source, got step 0 before it/],
  [
    'a window on vectors',
    vectors(INNER, { op: 'window', of: 0, windows: windows() }),
    /step 1 \(window\): positions are joined on images alone/,
  ],
  [
    'windows on another grid',
    images(INNER, { op: 'window', of: 0, windows: windows({ from: [5, 5] }) }),
    /step 1 \(window\): its windows must lie on 4x4, what it reads, got 5x5/,
  ],
  [
    'windows of one axis',
    images(INNER, { op: 'window', of: 0, windows: windows({ filter: [3] }) }),
    /its windows must have 2 axes as the images do/,
  ],
  [
    'a filter of no taps',
    images(INNER, { op: 'window', of: 0, windows: windows({ filter: [3, 0] }) }),
    /"filter" of its windows must be whole numbers >= 1, got 0 on axis 1/,
  ],
  [
    'a window beside the grid',
    images(INNER, { op: 'window', of: 0, windows: windows({ before: [3, 1] }) }),
    /every window must reach the grid, got 4 of 3 from -3 by 1 on 4 positions of axis 0/,
  ],
  [
    'windows past the end',
    images(INNER, { op: 'window', of: 0, windows: windows({ to: [4, 6] }) }),
    /every window must reach the grid, .* of axis 1/,
  ],
  [
    'a pool that leaves the image',
    images(INNER, { op: 'pool', of: 0, windows: windows() }),
    /step 1 \(pool\): its windows must lie inside the image/,
  ],
  [
    'a pixel outside',
    images(INNER, { op: 'pixel', of: 0, at: [4, 0] }),
    /step 1 \(pixel\): its pixel must lie on 4x4, got \(4, 0\)/,
  ],
  [
    'a sum over two grids',
    images(INNER, flatten, {
      op: 'sum',
      terms: [
        { value: 0, weight: 1 },
        { value: 1, weight: 1 },
      ],
      constant: 0,
    }),
    /step 2 \(sum\): its operands must stand on one grid, got 4x4 and 1x1/,
  ],
  [
    'a product over two grids',
    images(INNER, flatten, { op: 'product', left: 1, right: 0 }),
    /step 2 \(product\): its operands must stand on one grid, got 1x1 and 4x4/,
  ],
  [
    'a normaliser of another grid',
    images(INNER, flatten, { op: 'normalise', of: 1, by: 0 }),
    /step 2 \(normalise\): its operands must stand on one grid/,
  ],
  ['an output that is no step', { ...vectors(INNER), ntk: 1 }, /ntk: it must be one of 1 steps, got step 1/],
  ['an output with positions', images(INNER), /nngp: it must have one position, got 4x4/],
];

describe('verify', () => {
  test.each(SOUND)('%s: passes', (_, programme) => {
    expect(() => verify(programme)).not.toThrow();
  });

  test.each(BROKEN)('%s: is found', (_, programme, message) => {
    expect(() => verify(programme)).toThrow(message);
  });

  test('the part of a layer that is no step', () => {
    expect(() => verify({ ...vectors(INNER), parts: [null, 0, 3] })).toThrow(
      /part 2: it must be one of 1 steps, got step 3/,
    );
  });

  test('the pass is named', () => {
    expect(() => verify(vectors(INNER, INNER), 'the pass needs')).toThrow(/^internal: the pass needs: step 1/);
  });

  test('windows on a grid that a step before has made smaller', () => {
    const smaller = placeWindows([4, 4], [2, 2], [2, 2], 'valid');
    if (smaller === null) throw new Error('windows must fit');
    const pooled: Step = { op: 'pool', of: 0, windows: smaller };
    expect(() => verify(images(INNER, pooled, { op: 'pool', of: 1, windows: half }))).not.toThrow();
    expect(() => verify(images(INNER, pooled, { op: 'pool', of: 1, windows: wholeWindow([4, 4]) }))).toThrow(
      /step 2 \(pool\): its windows must lie on 2x2, what it reads, got 4x4/,
    );
  });
});

describe('after each pass', () => {
  afterEach(() => verifyPasses(true));

  const twice = vectors(INNER, INNER);
  const norms = extendedNumbers([1]);

  test.each([
    ['needs', () => keepNeeded(twice)],
    ['zonal', () => decideZonal(twice, { x: norms, z: norms })],
    ['instructions', () => instructionsOf(twice, [rowFactors(twice, norms)])],
    ['constants on images', () => evenValues({ ...twice, positions: [1, 1] }, ANY_INPUTS)],
    ['plans on images', () => planImages({ ...twice, positions: [1, 1] }, ANY_INPUTS)],
  ])('%s: a broken programme is found', (_, run) => {
    expect(run).toThrow(/a programme must have one source/);
    verifyPasses(false);
    expect(run).not.toThrow();
  });

  test('what a pass is given comes back as it was', () => {
    const programme = vectors(INNER);
    expect(verified(programme, 'a pass')).toBe(programme);
  });
});
