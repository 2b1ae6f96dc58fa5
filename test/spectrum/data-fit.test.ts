import { fileURLToPath } from 'node:url';
import { presetArchitecture } from '../../src/architecture/presets.js';
import { DataError, MemoryError } from '../../src/errors.js';
import { kernelMatrix, type NdArray, readInput, scale } from '../../src/index.js';
import { RandomSource } from '../../src/linalg/random.js';
import { fitRadialToData } from '../../src/spectrum/fit/data-fit.js';
import { fittedKernel } from '../../src/spectrum/fit/models.js';
import { pairAt } from '../../src/spectrum/fit/pairs.js';
import { describe, expect, test } from '../jest.js';
import { radial } from './sphere-kernels.js';

const DIGITS = fileURLToPath(new URL('../../../data/digits/train.csv', import.meta.url));

async function digits(count: number): Promise<NdArray> {
  const input = await readInput(DIGITS, { labelColumn: 64, rows: { start: 0, end: count } });
  return scale(input, 'unit-rows').x;
}

function randomRows(n: number, d: number, seed: number): NdArray {
  return { data: new RandomSource(seed).normals(n * d), shape: [n, d] };
}

/** Kernel and distance of each pair, directly. */
async function pairsOf(x: NdArray, architecture: Parameters<typeof kernelMatrix>[1]['architecture']) {
  const { ntk } = await kernelMatrix(x, { architecture, normalized: true });
  const [n] = x.shape;
  const size = x.data.length / n;
  const pairs: { k: number; r: number }[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      let square = 0;
      for (let t = 0; t < size; t++) square += (x.data[i * size + t] - x.data[j * size + t]) ** 2;
      pairs.push({ k: ntk.data[i * n + j], r: Math.sqrt(square) });
    }
  }
  return pairs;
}

describe('fits to data', () => {
  test.each([
    ['laplace', true],
    ['gaussian', false],
    ['gamma', false],
  ] as const)('%s, affine %s: the sums are those over the pairs, and no neighbour is lower', async (to, affine) => {
    const x = await digits(40);
    const architecture = presetArchitecture('fc', { depth: 3 });
    const found = await fitRadialToData(x, { architecture, to, affine });
    const { parameters } = found;
    if (parameters === null) throw new Error('no fit');
    const pairs = await pairsOf(x, architecture);
    const objective = (p: typeof parameters): number => {
      const model = fittedKernel(to, p);
      return pairs.reduce((sum, { k, r }) => sum + (k - model(r)) ** 2, 0);
    };
    expect(found.pairs).toBe(780);
    expect(objective(parameters) / (found.objective ?? 0)).toBeCloseTo(1, 9);
    expect(found.rmsDeviation).toBeCloseTo(Math.sqrt(objective(parameters) / 780), 12);
    for (const [name, value] of Object.entries(parameters)) {
      for (const factor of [0.999, 1.001])
        expect(objective({ ...parameters, [name]: value * factor })).toBeGreaterThan(objective(parameters));
    }
    const model = fittedKernel(to, parameters);
    const off = pairs.map(({ k, r }) => Math.abs(k - model(r)));
    expect(found.maxDeviation).toBeCloseTo(Math.max(...off), 12);
    expect(found.maxPair).toEqual(pairAt(off.indexOf(Math.max(...off)), 40));
    expect(found.dial).toBeCloseTo(3 / (2 * Math.PI), 10);
    expect(found.curves.pairs.reduce((a, b) => a + b, 0)).toBe(780);
  });

  test('a kernel of the distance is its own fit, at any scale and between near duplicates', async () => {
    const near = await digits(30);
    near.data.set(near.data.subarray(0, 64), 64);
    near.data[64] += 1e-9;
    for (const factor of [1, 255]) {
      const x = { data: Float64Array.from(near.data, (v) => factor * v), shape: near.shape };
      const laplace = await fitRadialToData(x, { architecture: radial(`laplace:${0.8 / factor}`) });
      expect((laplace.parameters?.c ?? 0) * factor).toBeCloseTo(0.8, 11);
      const gamma = { architecture: radial(`gamma:0.6,${1 / factor ** 0.6}`), to: 'gamma' as const };
      const { parameters, maxDeviation } = await fitRadialToData(x, gamma);
      expect(parameters?.g).toBeCloseTo(0.6, 9);
      expect(maxDeviation).toBeLessThan(1e-12);
    }
  });

  test('rows of different norms, zero rows, duplicates and images', async () => {
    const architecture = presetArchitecture('fc', { depth: 2 });
    const rows = randomRows(12, 4, 3);
    rows.data.fill(0, 8, 12);
    rows.data.set(rows.data.subarray(0, 4), 16);
    const found = await fitRadialToData(rows, { architecture });
    expect(found).toMatchObject({ rows: 12, used: 11, pairs: 55, dial: null });
    expect(found.warnings.join('\n')).toMatch(/1 row is left out[\s\S]*rows differ in norm/);
    expect(found.maxPair?.includes(2)).toBe(false);
    const images = { data: randomRows(10, 48, 5).data, shape: [10, 4, 4, 3] };
    const ofImages = await fitRadialToData(images, { architecture: presetArchitecture('cntk', { depth: 2 }) });
    expect(ofImages).toMatchObject({ pairs: 45, dial: null });
    expect(ofImages.parameters?.c).toBeGreaterThan(0);
  });

  test('data that do not determine the parameters are refused', async () => {
    const architecture = presetArchitecture('fc');
    await expect(fitRadialToData(randomRows(2, 3, 1), { architecture, affine: true })).rejects.toThrow(DataError);
    const broken = { data: Float64Array.of(1, 2, Number.NaN, 4, 5, 6), shape: [3, 2] };
    await expect(fitRadialToData(broken, { architecture })).rejects.toThrow('--data: values must be finite, got 1 NaN');
    await expect(fitRadialToData(randomRows(1, 3, 1), { architecture })).rejects.toThrow('at a distance above 0');
  });

  test('too little memory takes some rows, by the seed, and says so; far too little is refused', async () => {
    const architecture = presetArchitecture('fc');
    const x = randomRows(6000, 3, 2);
    const memory = process.memoryUsage().rss + 300 * 2 ** 20;
    const found = await fitRadialToData(x, { architecture, memory, seed: 1, threads: 1 });
    expect(found.used).toBeLessThan(6000);
    expect(found.used).toBeGreaterThan(100);
    expect(found.pairs).toBe((found.used * (found.used - 1)) / 2);
    expect(found.warnings.join()).toMatch(/fitted to the pairs of \d+ of 6000 rows, drawn by seed 1: memory holds/);
    await expect(fitRadialToData(x, { architecture, memory: 1e6 })).rejects.toThrow(MemoryError);
  });
});
