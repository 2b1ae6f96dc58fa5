import { presetArchitecture } from '../../src/architecture/presets.js';
import type { Architecture } from '../../src/architecture/types.js';
import { compareWidths } from '../../src/compare/compare-widths.js';
import type { Comparison } from '../../src/compare/types.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { inputs } from '../empirical/networks.js';
import { beforeAll, describe, expect, test } from '../jest.js';

const WIDTHS = [64, 128, 256, 512, 1024];

/** Rows that are far from parallel: errors of a network are then means over many directions, and scatter little. */
const NETWORKS: readonly (readonly [string, Architecture, readonly number[], number])[] = [
  ['fc', presetArchitecture('fc', { depth: 2 }), [20, 30], 20],
  ['resntk', presetArchitecture('resntk', { depth: 2 }), [20, 30], 20],
  ['cntk tr', presetArchitecture('cntk', { depth: 2, head: 'tr' }), [8, 3, 3, 16], 10],
  ['rescntk gap', presetArchitecture('rescntk', { depth: 1, head: 'gap' }), [8, 3, 3, 16], 10],
];

/** What a bias may be: an error that chance gives to the mean, doubled, or 5 / width. */
function expectMeans({ widths, meanKernel: { errors, expected } }: Comparison, bias: (width: number) => number): void {
  for (const [i, width] of widths.entries()) {
    const chance = expected[i] ?? Number.NaN;
    expect(errors[i]).toBeLessThan(2 * chance + bias(width));
  }
}

describe.each(NETWORKS)('%s', (_name, architecture, shape, seeds) => {
  let result: Comparison;
  beforeAll(async () => {
    result = (await compareWidths(inputs(shape, 21), { architecture, widths: WIDTHS, seeds })).comparison;
  });

  test('errors fall with slope -1/2 over widths 64 to 1024', () => {
    expect(result.slope).toBeGreaterThan(-0.6);
    expect(result.slope).toBeLessThan(-0.4);
    const [low, high] = result.slopeInterval ?? [0, 0];
    expect(low).toBeLessThan(-0.5);
    expect(high).toBeGreaterThan(-0.5);
    // Single errors are resolved: they lie far above rounding and below the kernel itself.
    for (const error of result.errorsOfSeeds.flat()) expect(error).toBeGreaterThan(1e-3);
    for (const error of result.errors) expect(error).toBeLessThan(0.6);
  });

  test('the mean kernel is the analytic one within its chance and 5 / width', () => {
    expectMeans(result, (width) => 5 / width);
    // Sharper than that bound alone at the largest width: an error of a tenth of the kernel would be seen.
    expect(2 * (result.meanKernel.expected[4] ?? 1) + 5 / 1024).toBeLessThan(0.1);
  });

  test('eigenvalues, angles and shares of layers approach the analytic ones', () => {
    const { eigenvalues, eigenspaces, layers } = result;
    const last = WIDTHS.length - 1;
    for (const [j, value] of eigenvalues.analytic.entries()) {
      const error = (i: number): number => Math.abs(eigenvalues.empirical[i][j] - value) / eigenvalues.analytic[0];
      expect(error(last)).toBeLessThan(0.1);
    }
    expect(eigenspaces.angles[last][0]).toBeLessThan(eigenspaces.angles[0][0]);
    for (const { analytic, empirical, deviation } of layers) {
      const chance = (deviation[last] ?? 1) / Math.sqrt(seeds);
      expect(Math.abs(empirical[last] - analytic)).toBeLessThan(4 * chance + 5 / 1024);
    }
  });
});

describe('one hidden layer', () => {
  const x = inputs([4, 3], 5);

  test('has no bias at any width, not even of one unit: its expected kernel is the analytic one', async () => {
    const architecture = presetArchitecture('fc', { depth: 1, bias: 0.4 });
    const { comparison } = await compareWidths(x, { architecture, widths: [1, 2, 5], seeds: 1500 });
    expectMeans(comparison, () => 0);
    expect(Math.max(...comparison.meanKernel.expected.map(Number))).toBeLessThan(0.06);
  });

  test('two hidden layers of one unit have one, which a comparison sees', async () => {
    const architecture = presetArchitecture('fc', { depth: 2 });
    const { comparison } = await compareWidths(x, { architecture, widths: [1], seeds: 1000, outputs: 8 });
    const { errors, expected } = comparison.meanKernel;
    expect(errors[0]).toBeGreaterThan(2 * (expected[0] ?? 0));
  });

  test('a linear one on one row has the kernel of its weights: |x|^2 (|w|^2 / m + |W x|^2 / (m |x|^2))', async () => {
    const { width, seed } = { width: 3, seed: 8 };
    const architecture: Architecture = {
      format: 'ntk-architecture/1',
      name: 'linear',
      layers: presetArchitecture('fc', { depth: 1 }).layers.map((layer) =>
        layer.kind === 'relu' ? { kind: 'identity' } : 'weightStd' in layer ? { ...layer, weightStd: 1 } : layer,
      ),
    };
    const row = inputs([1, 2], 2);
    const { comparison } = await compareWidths(row, { architecture, widths: [width], seeds: 1, seed });
    const { weights } = await empiricalKernel(row, { architecture, width, seed: comparison.networkSeeds[0][0] });
    const [first, last] = [...weights.values()].map(({ matrix }) => matrix);
    const [a, b] = row.data;
    const square = a * a + b * b;
    let kernel = 0;
    for (let i = 0; i < width; i++) {
      kernel += (last[i] ** 2 * square + (first[2 * i] * a + first[2 * i + 1] * b) ** 2) / width;
    }
    expect(comparison.errors[0]).toBeCloseTo(Math.abs(kernel - 2 * square) / (2 * square), 12);
    expect(comparison.eigenvalues.analytic[0]).toBeCloseTo(2 * square, 12);
    expect(comparison.eigenvalues.empirical[0][0]).toBeCloseTo(kernel, 12);
  });
});

test('orthogonal and Gaussian weights approach the same kernel', async () => {
  const [, architecture, shape] = NETWORKS[0];
  const x = inputs(shape, 21);
  const [gaussian, orthogonal] = await Promise.all(
    (['gaussian', 'orthogonal'] as const).map(async (init) => {
      return (await compareWidths(x, { architecture, init, widths: [64, 128, 256], seeds: 16 })).comparison;
    }),
  );
  for (const result of [gaussian, orthogonal]) expectMeans(result, (width) => 5 / width);
  expect(orthogonal.errorsOfSeeds).not.toEqual(gaussian.errorsOfSeeds);
  const [low, high] = orthogonal.slopeInterval ?? [0, 0];
  expect(low).toBeLessThan(-0.5);
  expect(high).toBeGreaterThan(-0.5);
});
