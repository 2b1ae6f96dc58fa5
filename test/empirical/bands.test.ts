import { parseArchitecture } from '../../src/architecture/parse.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { addStructured } from '../../src/empirical/methods/structured.js';
import { type MatrixProduct, matrixProduct } from '../../src/linalg/product.js';
import type { Engine } from '../../src/network/engine.js';
import { patchNumbers } from '../../src/network/memory.js';
import { finiteNetwork } from '../../src/network/network.js';
import { applyOperation, vjp } from '../../src/network/operations/index.js';
import { backBandsOf, bandsOf } from '../../src/network/patches.js';
import { drawWeights, type LayerWeights } from '../../src/network/weights.js';
import { windowTaps } from '../../src/programme/taps.js';
import { type WeightsOperation, weightScale, weightsOf } from '../../src/vocabulary/operations.js';
import type { Windows } from '../../src/vocabulary/steps.js';
import { describe, expect, test } from '../jest.js';
import { inputs } from './networks.js';

const CASES = [
  { filter: [3, 3], padding: 'same', stride: [1, 1], bands: true },
  { filter: [2, 3], padding: 'circular', stride: [1, 1], bands: true },
  { filter: [4, 1], padding: 'valid', stride: [1, 1], bands: true },
  { filter: [3, 2], padding: 'same', stride: [1, 2], bands: true },
  // Every other row of the image: rows of windows are no neighbours in it.
  { filter: [3, 3], padding: 'same', stride: [2, 1], bands: false },
  // Taller than twice the image: some taps read nothing but the border.
  { filter: [35, 3], padding: 'same', stride: [1, 1], bands: true },
] as const;

const CHANNELS = 16;
const SHAPE = [3, 16, 12, CHANNELS];

function network(layer: object) {
  const conv = { kind: 'conv', biasStd: 0.2, ...layer };
  return parseArchitecture({
    format: 'ntk-architecture/1',
    name: 'two convolutions',
    layers: [conv, { kind: 'relu' }, conv, { kind: 'globalAvgPool' }, { kind: 'dense' }],
  });
}

describe.each(CASES)('filter $filter, $padding, stride $stride', ({ bands, ...layer }) => {
  const architecture = network(layer);
  const { operations } = finiteNetwork(architecture, SHAPE, { width: 5 });
  const first = weightsOf(operations)[0] as WeightsOperation & { readonly windows: Windows };
  const h = inputs(SHAPE, 1).data;

  async function engineOf(): Promise<Engine> {
    const product = await matrixProduct('off', 'f64');
    const weights = drawWeights(finiteNetwork(architecture, SHAPE, { width: 5 }), { seed: 2 }, product);
    return { precision: 'f64', product, weights };
  }

  test('rows of windows are read as bands where they lie side by side', () => {
    expect(bandsOf(first.windows, CHANNELS).isWhole).toBe(!bands);
    if (layer.stride[1] === 1) expect(backBandsOf(first.windows, CHANNELS).isWhole).toBe(!bands);
  });

  test('a convolution is the sum over its taps', async () => {
    const engine = await engineOf();
    const { matrix, bias } = engine.weights.get(first.path) as LayerWeights;
    const { at, count } = windowTaps(first.windows);
    const [positions, windows] = [16 * 12, at.length / count];
    const out = applyOperation(first, h, 3, engine);
    expect(out.length).toBe(3 * windows * 5);
    for (let k = 0; k < out.length; k++) {
      const [unit, window, example] = [k % 5, Math.floor(k / 5) % windows, Math.floor(k / 5 / windows)];
      let sum = 0;
      for (let t = 0; t < count; t++) {
        const from = (example * positions + at[window * count + t]) * CHANNELS;
        if (at[window * count + t] < 0) continue;
        for (let c = 0; c < CHANNELS; c++) sum += matrix[(unit * count + t) * CHANNELS + c] * h[from + c];
      }
      expect(out[k]).toBeCloseTo(weightScale(first) * sum + 0.2 * (bias?.[unit] ?? 0), 12);
    }
  });

  test('the way back is its transpose', async () => {
    const engine = await engineOf();
    const { matrix } = engine.weights.get(first.path) as LayerWeights;
    const linear = { ...engine, weights: new Map([[first.path, { matrix, bias: null }]]) };
    const forth = applyOperation(first, h, 3, linear);
    const cotangent = inputs([2 * forth.length], 3).data;
    const back = vjp(first, h, cotangent, 3, engine);
    for (const copy of [0, 1]) {
      let [one, other] = [0, 0];
      for (let k = 0; k < h.length; k++) one += h[k] * back[copy * h.length + k];
      for (let k = 0; k < forth.length; k++) other += forth[k] * cotangent[copy * forth.length + k];
      expect(one).toBeCloseTo(other, 10);
    }
  });

  test('methods agree, of several outputs too', async () => {
    const x = inputs(SHAPE, 1);
    const second = inputs([2, ...SHAPE.slice(1)], 4);
    for (const [contract, z] of [
      ['full', undefined],
      ['full', second],
      ['trace', undefined],
    ] as const) {
      const options = {
        architecture,
        width: 5,
        outputs: 3,
        contract,
        ...(z === undefined ? {} : { z }),
      } as const;
      const [one, other] = await Promise.all(
        (['structured', 'jacobian'] as const).map((method) => empiricalKernel(x, { ...options, method })),
      );
      const scale = Math.max(...one.ntk.data.map(Math.abs));
      expect(Math.max(...one.ntk.data.map((v, k) => Math.abs(v - other.ntk.data[k])))).toBeLessThan(1e-11 * scale);
      expect(other.check.difference).toBeLessThan(1e-11);
    }
  });
});

test.each([
  [
    [3, 3],
    [3, 3],
  ],
  [
    [4, 4],
    [1, 1],
  ],
  [
    [2, 3],
    [1, 1],
  ],
])('the way back of means over %j is their transpose', async (window, stride) => {
  const layers = [{ kind: 'avgPool', window, stride }, { kind: 'conv', filter: [1, 1] }, { kind: 'globalAvgPool' }];
  const architecture = parseArchitecture({
    format: 'ntk-architecture/1',
    name: 'means',
    layers: [...layers, { kind: 'dense' }],
  });
  const { operations } = finiteNetwork(architecture, [2, 4, 4, 3], { width: 3 });
  const engine: Engine = { precision: 'f64', product: await matrixProduct('off', 'f64'), weights: new Map() };
  const mean = operations[0] as Extract<(typeof operations)[number], { readonly op: 'mean' }>;
  expect(mean.op).toBe('mean');
  const h = inputs([2, 4, 4, 3], 6).data;
  const out = applyOperation(mean, h, 2, engine);
  const cotangent = inputs([2 * out.length], 7).data;
  const back = vjp(mean, h, cotangent, 2, engine);
  for (const copy of [0, 1]) {
    let [one, other] = [0, 0];
    for (let k = 0; k < h.length; k++) one += h[k] * back[copy * h.length + k];
    for (let k = 0; k < out.length; k++) other += out[k] * cotangent[copy * out.length + k];
    expect(one).toBeCloseTo(other, 12);
  }
});

test('Gram matrices of patches are made of some examples of either side at a time, as the plan counts them', async () => {
  const shape = [900, 2, 2, 512];
  const architecture = network({ filter: [3, 3], padding: 'circular' });
  const [operation] = weightsOf(finiteNetwork(architecture, shape, { width: 2 }).operations);
  let most = 0;
  const product: MatrixProduct = {
    name: 'none',
    isNative: false,
    multiply: (a, b) => {
      most = Math.max(most, a.data.length, b.data.length);
    },
  };
  const engine: Engine = { precision: 'f32', product, weights: new Map() };
  const meeting = { count: 900, input: new Float32Array(900 * 4 * 512), cotangent: new Float32Array(900 * 4 * 2) };
  const target = { data: new Float32Array(900 * 900), columns: 900, row: 0, column: 0, pair: 1 };
  const share = { operation, x: meeting, z: meeting, outputs: 1, allOutputs: 1, contraction: 'trace', target } as const;
  await addStructured(share, engine, async () => undefined);
  expect(most).toBeLessThanOrEqual(patchNumbers([operation], 900) / 2);
  expect(most).toBeLessThanOrEqual(2 ** 21);
});
