import { finiteReceptiveField, parseArchitecture, presetArchitecture, receptiveField } from '../../src/index.js';
import { matrixProduct } from '../../src/linalg/product.js';
import { inputCotangents, startCotangent } from '../../src/network/backward.js';
import type { Engine } from '../../src/network/engine.js';
import { forward } from '../../src/network/forward.js';
import { finiteNetwork } from '../../src/network/network.js';
import { drawWeights } from '../../src/network/weights.js';
import { EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from '../empirical/networks.js';
import { describe, expect, test } from '../jest.js';
import { type ImageLayerJson, imageNetwork } from '../reference/image-layers.js';

describe('gradients by the inputs', () => {
  test.each([
    ['vectors', EVERY_VECTOR_LAYER, [2, 3]],
    ['images', EVERY_IMAGE_LAYER, [2, 7, 4, 2]],
  ] as const)('of %s are differences of the outputs', async (_kind, architecture, shape) => {
    const network = finiteNetwork(architecture, shape, { width: 5, outputs: 2 });
    const product = await matrixProduct('off', 'f64', 1);
    const engine: Engine = { precision: 'f64', product, weights: drawWeights(network, { seed: 3 }, product) };
    const { data } = inputs(shape, 4);
    const output = (x: Float64Array) => forward(network.operations, x, 2, engine).output;
    const { saved } = forward(network.operations, data, 2, engine);
    const cotangent = startCotangent(engine, 2, 0, 2, 2);
    const [gradient] = inputCotangents(network.operations, [{ count: 2, saved, cotangent }], engine);
    expect(gradient.length).toBe(2 * data.length);
    const size = data.length / 2;
    const h = 1e-6;
    let largest = 0;
    for (let k = 0; k < data.length; k++) {
      const [up, down] = [h, -h].map((by) => output(Float64Array.from(data, (v, j) => (j === k ? v + by : v))));
      const example = Math.floor(k / size);
      for (let a = 0; a < 2; a++) {
        const difference = (up[example * 2 + a] - down[example * 2 + a]) / (2 * h);
        const found = gradient[a * data.length + k];
        largest = Math.max(largest, Math.abs(found));
        expect(Math.abs(found - difference)).toBeLessThan(1e-6);
      }
    }
    expect(largest).toBeGreaterThan(1e-2);
  });
});

/** Differences from the field of the NNGP in standard errors; of pixels that no path reaches there is none. */
async function deviations(layers: readonly ImageLayerJson[] | null, depth: number, shape: readonly number[]) {
  const definition =
    layers === null ? presetArchitecture('rescntk', { depth }, 1) : parseArchitecture(imageNetwork(...layers));
  const { finite, nngp } = await finiteReceptiveField(definition, { shape, width: 256, seeds: 150, native: 'off' });
  expect(Math.abs(finite.field.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-12);
  const ntk = receptiveField(definition, { shape });
  const { errors } = finite;
  return {
    ...{ finite, nngp },
    apart: finite.field.map((v, i) => (nngp.field[i] === 0 ? v : (v - nngp.field[i]) / (errors?.[i] ?? 0))),
    fromNtk: finite.field.map((v, i) => (nngp.field[i] === 0 ? v : (v - ntk.field[i]) / (errors?.[i] ?? 0))),
  };
}

describe('the mean square gradient of networks of width 256', () => {
  test('tends to the field of the NNGP within 4 standard errors, and not to that of the NTK', async () => {
    const { finite, apart, fromNtk } = await deviations(null, 2, [11, 3]);
    expect(Math.max(...apart.map(Math.abs))).toBeLessThan(4);
    expect(Math.max(...fromNtk.map(Math.abs))).toBeGreaterThan(4);
    expect(finite.distance).toBeLessThan(2 * (finite.expected ?? 0));
  });

  test('as do smooth activations, borders, strides and layerNorm', async () => {
    const layers: readonly ImageLayerJson[] = [
      { kind: 'conv', filter: [3], padding: 'same', weightStd: 1.3, biasStd: 0.3 },
      { kind: 'erf' },
      { kind: 'conv', filter: [4], padding: 'same', stride: [2] },
      { kind: 'layerNorm' },
      { kind: 'gelu' },
      { kind: 'conv', filter: [3], padding: 'same' },
      { kind: 'pixel', at: [2] },
      { kind: 'dense' },
    ];
    const { apart } = await deviations(layers, 0, [10, 3]);
    expect(Math.max(...apart.map(Math.abs))).toBeLessThan(4);
  });

  test('of one channel by the number itself, with a warning', async () => {
    const definition = presetArchitecture('cntk', { depth: 2 }, 1);
    const { finite, nngp, warnings } = await finiteReceptiveField(definition, {
      ...{ shape: [9, 1], width: 64, seeds: 300, native: 'off' },
    });
    expect(warnings.join()).toMatch(/one channel/);
    finite.field.forEach((v, i) => {
      expect(Math.abs(v - nngp.field[i])).toBeLessThanOrEqual(4 * (finite.errors?.[i] ?? 0));
    });
  });
});

describe('seeds', () => {
  const cntk = presetArchitecture('cntk', { depth: 1 }, 1);
  const options = { shape: [7, 2], width: 8, native: 'off' };

  test('give the same field again, and others another', async () => {
    const [a, b, c] = await Promise.all(
      [0, 0, 40].map((seed) => finiteReceptiveField(cntk, { ...options, seeds: 3, seed })),
    );
    expect(a.finite).toEqual(b.finite);
    expect(a.finite.field).not.toEqual(c.finite.field);
  });

  test('of one network leave no standard error', async () => {
    const { finite } = await finiteReceptiveField(cntk, { ...options, seeds: 1 });
    expect([finite.errors, finite.expected]).toEqual([null, null]);
  });

  test('tell how far they are, and stop when they are told to', async () => {
    const done: number[] = [];
    await finiteReceptiveField(cntk, { ...options, seeds: 3, onProgress: (p) => done.push(p.done) });
    expect(done).toEqual([1, 2, 3]);
    const controller = new AbortController();
    const stopped = finiteReceptiveField(cntk, {
      ...{ ...options, seeds: 50, signal: controller.signal },
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow(/interrupted/);
  });
});

describe('refuses', () => {
  const options = { shape: [7, 2], width: 8 };

  test('step, no networks, no width, a width that no memory holds', async () => {
    const layers = [
      { kind: 'conv', filter: [3], train: false },
      { kind: 'step' },
      { kind: 'pixel' },
      { kind: 'dense' },
    ];
    const step = parseArchitecture(imageNetwork(...layers));
    await expect(finiteReceptiveField(step, options)).rejects.toThrow(/^width: .* step, whose gradient is 0/);
    const cntk = presetArchitecture('cntk', {}, 1);
    await expect(finiteReceptiveField(cntk, { ...options, seeds: 0 })).rejects.toThrow(/^seeds: must be a whole/);
    await expect(finiteReceptiveField(cntk, { ...options, width: 0.5 })).rejects.toThrow(/^width: must be a whole/);
    await expect(finiteReceptiveField(cntk, { ...options, width: 10_000_000 })).rejects.toThrow(/^width: the network/);
  });
});
