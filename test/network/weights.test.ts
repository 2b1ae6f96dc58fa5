import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { empiricalOperator } from '../../src/empirical/operator.js';
import { matrixProduct } from '../../src/linalg/product.js';
import { RandomSource } from '../../src/linalg/random.js';
import { finiteNetwork } from '../../src/network/network.js';
import { loadWeights, saveWeights } from '../../src/network/weight-files.js';
import { drawWeights, type LayerWeights } from '../../src/network/weights.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from '../empirical/networks.js';
import { afterAll, describe, expect, test } from '../jest.js';

const folder = mkdtempSync(join(tmpdir(), 'ntk-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function network(...layers: readonly object[]) {
  return parseArchitecture({ format: 'ntk-architecture/1', name: 'test', layers });
}

describe('sizes', () => {
  const sizes = (layers: readonly object[], options: object, shape: readonly number[] = [1, 3]) =>
    Object.fromEntries(
      weightsOf(finiteNetwork(network(...layers), shape, options).operations).map(({ path, from, to }) => [
        path,
        [from.channels, to.channels],
      ]),
    );
  const dense = { kind: 'dense' };
  const relu = { kind: 'relu' };

  test('hidden layers have the width, the last the outputs, and a width of its own stays', () => {
    expect(sizes([dense, relu, { ...dense, width: 7 }, relu, dense], { width: 5, outputs: 2 })).toEqual({
      'layers[0]': [3, 5],
      'layers[2]': [5, 7],
      'layers[4]': [7, 2],
    });
    expect(sizes([dense, relu, { ...dense, width: 4 }], {})).toEqual({ 'layers[0]': [3, 512], 'layers[2]': [512, 4] });
  });

  test('both ends of a last sum have the outputs, and so has what an identity skip carries', () => {
    const sum = { kind: 'residual', branch: [dense, relu, dense] };
    expect(sizes([dense, sum], { width: 5, outputs: 2 })).toEqual({
      'layers[0]': [3, 2],
      'layers[1].branch[0]': [2, 5],
      'layers[1].branch[2]': [5, 2],
    });
    expect(sizes([{ ...sum, skip: [dense] }], { width: 5, outputs: 2 })).toEqual({
      'layers[0].branch[0]': [3, 5],
      'layers[0].branch[2]': [5, 2],
      'layers[0].skip[0]': [3, 2],
    });
  });

  test('summands have equal widths', () => {
    const wide = { kind: 'residual', branch: [dense, relu, { ...dense, width: 9 }] };
    expect(sizes([{ ...wide, skip: [dense] }, relu, dense], { width: 5 })['layers[0].skip[0]']).toEqual([3, 9]);
    expect(() => sizes([dense, wide, relu, dense], { width: 5 })).toThrow(
      'layers[1].branch[2].width: must be 5 here, as many as the outputs asked for or as the other summand has, got 9.',
    );
    expect(() => sizes([dense, relu, { ...dense, width: 4 }], { outputs: 2 })).toThrow(
      'layers[2].width: must be 2 here',
    );
  });

  test('orthogonal convolutions are refused', () => {
    const layers = [{ kind: 'conv', filter: [3] }, { kind: 'flatten' }, dense];
    expect(() => sizes(layers, { init: 'orthogonal' }, [1, 5, 2])).toThrow(
      /layers\[0\]: only weights of dense layers can/,
    );
  });
});

describe('initialisation', () => {
  test('a seed gives these normals on every machine', () => {
    const random = new RandomSource(2026, 'layers[0]');
    expect(Array.from({ length: 4 }, () => random.normal())).toEqual(NORMALS);
  });

  test('normals have the moments of N(0, 1), and streams are their own', () => {
    const draw = new RandomSource(1, 'a').normals(200_000);
    const moment = (power: number): number => draw.reduce((sum, v) => sum + v ** power, 0) / draw.length;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(draw.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / draw.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / draw.length));
    expect(new RandomSource(1, 'b').normal()).not.toBe(draw[0]);
    expect(new RandomSource(2, 'a').normal()).not.toBe(draw[0]);
  });

  test.each([
    [50, 120],
    [120, 50],
    [70, 70],
    [1, 6],
  ])('orthogonal weights %d x %d have max(in, out) I as the Gram matrix of their shorter side', async (units, fan) => {
    const product = await matrixProduct('off', 'f64');
    const built = finiteNetwork(network({ kind: 'dense', init: 'orthogonal' }), [1, fan], { outputs: units });
    const { matrix } = drawWeights(built, { seed: 3 }, product).get('layers[0]') as LayerWeights;
    const [short, long] = [Math.min(units, fan), Math.max(units, fan)];
    const at = (i: number, k: number): number => (units <= fan ? matrix[i * fan + k] : matrix[k * fan + i]);
    for (let i = 0; i < short; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < long; k++) dot += at(i, k) * at(j, k);
        expect(Math.abs(dot / long - (i === j ? 1 : 0))).toBeLessThan(1e-14);
      }
    }
  });

  test('the product of doubles of a native library and the own one give the same Gaussian weights', async () => {
    const built = finiteNetwork(EVERY_VECTOR_LAYER, [1, 3], { width: 20, init: 'gaussian' });
    const [own, other] = [await matrixProduct('off', 'f64'), await matrixProduct('auto', 'f64')];
    const draws = [own, other].map((product) => drawWeights(built, { seed: 8 }, product));
    expect(draws[0]).toEqual(draws[1]);
  });
});

describe('files', () => {
  test.each([
    ['vectors', EVERY_VECTOR_LAYER, [3, 3]],
    ['images', EVERY_IMAGE_LAYER, [3, 7, 4, 2]],
  ])('weights of %s saved and loaded give the same kernel', async (name, architecture, shape) => {
    const x = inputs(shape, 6);
    const path = join(folder, `${name}.npz`);
    const options = { architecture, width: 6, outputs: 2 } as const;
    const first = await empiricalKernel(x, { ...options, seed: 4 });
    const built = finiteNetwork(architecture, x.shape, options);
    await saveWeights(path, built, first.weights);
    const weights = await loadWeights(path, built);
    expect(weights).toEqual(first.weights);
    const second = await empiricalKernel(x, { ...options, weights });
    expect(second.ntk.data).toEqual(first.ntk.data);
    const other = finiteNetwork(architecture, x.shape, { width: 7, outputs: 2 });
    await expect(loadWeights(path, other)).rejects.toThrow(/\.W: must have the sizes of its layer, \[7,.*got \[6,/);
  });
});

describe('weights that are given', () => {
  const x = inputs([4, 3], 2);
  const options = { architecture: EVERY_VECTOR_LAYER, width: 6, outputs: 2 } as const;

  test.each(['auto', 'off'])(
    'of the other precision give the same kernel as their own, --native %s',
    async (native) => {
      const double = await empiricalKernel(x, { ...options, native });
      const single = await empiricalKernel(x, { ...options, native, precision: 'f32' });
      const doubled = await empiricalKernel(x, { ...options, native, weights: single.weights });
      const halved = await empiricalKernel(x, { ...options, native, precision: 'f32', weights: double.weights });
      expect(doubled.ntk.data).toBeInstanceOf(Float64Array);
      expect(halved.ntk.data).toEqual(single.ntk.data);
      double.ntk.data.forEach((v, k) => {
        expect(Math.abs(doubled.ntk.data[k] - v) / double.ntk.data[0]).toBeLessThan(1e-5);
      });
    },
  );

  test('must be those of the network', async () => {
    const { weights } = await empiricalKernel(x, options);
    const kernel = empiricalKernel(x, { ...options, width: 7, weights });
    await expect(kernel).rejects.toThrow('weights: must have 21 numbers in layers[0].W, got 18. Give the width');
    const operator = empiricalOperator(x, { ...options, weights: new Map([...weights].slice(1)) });
    await expect(operator).rejects.toThrow('weights: must have 18 numbers in layers[0].W, got none.');
    const unbiased = [...weights].map(([path, { matrix }]) => [path, { matrix, bias: null }] as const);
    const biased = empiricalKernel(x, { ...options, weights: new Map(unbiased) });
    await expect(biased).rejects.toThrow('weights: must have 6 numbers in layers[0].B, got none.');
  });
});

/** Made once by this generator, and compared bit for bit. */
const NORMALS = [-0.40419050260646394, 0.656363497872279, -0.668335247242062, -0.6924369524680719];
