import { ArchitectureError, type NdArray, NumericalError } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { type ImageLayerJson, imageNetwork } from '../reference/image-layers.js';
import { monteCarloImages } from '../reference/monte-carlo-images.js';
import { type Combination, label } from './backends.js';
import { IMAGE_COMBINATIONS, imageKernels, randomImages } from './image-kernels.js';
import { limits } from './tolerances.js';

const conv = (filter: readonly number[], fields: Partial<ImageLayerJson> = {}): ImageLayerJson => ({
  kind: 'conv',
  filter,
  ...fields,
});
const relu: ImageLayerJson = { kind: 'relu' };
const dense: ImageLayerJson = { kind: 'dense' };
const he = { weightStd: Math.SQRT2 };
const HEADS = { pixel: { kind: 'pixel' }, flatten: { kind: 'flatten' }, globalAvgPool: { kind: 'globalAvgPool' } };
type Head = keyof typeof HEADS;
const REFERENCE: Combination = { backend: 'reference', precision: 'f64' };

const block = (alpha: number): ImageLayerJson => ({
  kind: 'residual',
  alpha,
  branch: [conv([3]), relu, conv([3], he)],
});

/** Compiled in one precision: the other has the same formulas, and each network takes the compiler. */
const WANTED = IMAGE_COMBINATIONS.filter(({ backend, precision }) => backend !== 'compiled' || precision === 'f64');

describe.each(WANTED.map((c) => [label(c), c] as const))('values of images on %s', (_label, c) => {
  const { image } = limits(c);

  /**
   * Section 3 of the formulas: two layers, filters of 3, alpha 1, everything trained, five unit pixels of two channels;
   * x, then z.
   */
  const rows = [
    [1, 0, 0, 1, 0.6, 0.8, 0, -1, -1, 0],
    [0.6, 0.8, 1, 0, 0, 1, 0.8, -0.6, 0, -1],
  ];
  const pair: NdArray = { data: Float64Array.from(rows.flat()), shape: [2, 5, 2] };
  const plain = [conv([3], he), relu, conv([3], he), relu];
  const residual = [conv([1]), block(1), block(1)];
  test.each<[string, Head, readonly ImageLayerJson[], number, number]>([
    ['ResCNTK', 'pixel', residual, 3.227234074299, 1.133149595576],
    ['ResCNTK', 'flatten', residual, 3.178525492088, 1.064695937019],
    ['ResCNTK', 'globalAvgPool', residual, 1.873180620145, 0.680509269259],
    ['CNTK', 'pixel', plain, 0.560671345774, 0.310731671307],
    ['CNTK', 'flatten', plain, 0.594787858757, 0.320090087145],
    ['CNTK', 'globalAvgPool', plain, 0.438463546501, 0.270902175028],
  ])('%s with %s has the published numbers', async (_name, head, layers, ntk, nngp) => {
    const k = await imageKernels(imageNetwork(...layers, HEADS[head], dense), pair, c);
    const limit = Math.max(1e-12, 4 * image);
    expect(Math.abs((k.ntk?.data[1] ?? Number.NaN) - ntk)).toBeLessThanOrEqual(limit);
    expect(Math.abs((k.nngp?.data[1] ?? Number.NaN) - nngp)).toBeLessThanOrEqual(limit);
  });

  test('a filter larger than the image is right where it wraps or reads zeros, and refused inside', async () => {
    const x = randomImages(3, [2], 3, 1);
    const net = (padding: string, filter: number) =>
      imageNetwork(conv([filter], { padding }), relu, conv([filter], { padding }), { kind: 'flatten' });
    // Four taps round two pixels read each twice, as two taps do once.
    const [wide, narrow] = [await imageKernels(net('circular', 4), x, c), await imageKernels(net('circular', 2), x, c)];
    wide.ntk?.data.forEach((v, at) => {
      expect(Math.abs(v - (narrow.ntk?.data[at] ?? Number.NaN))).toBeLessThanOrEqual(image * 4);
    });
    // Of five taps with zeros outside, three read pixels or the zero beside them: the rest only divides.
    const [five, three] = [await imageKernels(net('same', 5), x, c), await imageKernels(net('same', 3), x, c)];
    five.nngp?.data.forEach((v, at) => {
      const expected = ((three.nngp?.data[at] ?? Number.NaN) * 9) / 25;
      expect(Math.abs(v - expected)).toBeLessThanOrEqual(image * 4);
    });
    await expect(imageKernels(net('valid', 5), x, c)).rejects.toThrow(ArchitectureError);
  });

  const same = conv([3, 3], { padding: 'same', weightStd: 1.4, biasStd: 0.2 });
  const pooled = (side: number): ImageLayerJson => ({ kind: 'avgPool', window: [side, side], stride: [side, side] });
  test.each<[string, readonly ImageLayerJson[]]>([
    ['a pool that leaves positions out', [same, relu, pooled(3), { kind: 'flatten' }]],
    [
      'pools whose angles are read',
      [same, { kind: 'erf' }, pooled(2), same, { kind: 'gelu' }, HEADS.globalAvgPool, dense, relu],
    ],
  ])('%s: as all pairs of positions have it', async (_name, layers) => {
    const x = randomImages(4, [5, 5], 2, 7);
    const json = imageNetwork(...layers, dense);
    const [k, truth] = [await imageKernels(json, x, c), await imageKernels(json, x, REFERENCE)];
    for (const kind of ['nngp', 'ntk'] as const) {
      const expected = truth[kind]?.data ?? [];
      expected.forEach((v, at) => {
        const scale = Math.sqrt(expected[5 * Math.floor(at / 4)] * expected[5 * (at % 4)]);
        expect(Math.abs(v - (k[kind]?.data[at] ?? Number.NaN)) / scale).toBeLessThanOrEqual(image);
      });
    }
  });

  test('zero pixels and zero images have entries of 0 and no NaN, copies those of the diagonal', async () => {
    const x = randomImages(4, [3, 2], 2, 2);
    x.data.fill(0, 12, 24);
    x.data.fill(0, 24, 30);
    x.data.copyWithin(36, 0, 12);
    for (const head of Object.values(HEADS)) {
      const json = imageNetwork(conv([2, 1]), relu, conv([2, 2], { padding: 'same' }), relu, head, dense);
      const { nngp, ntk } = await imageKernels(json, x, c, { mayBeIrregular: true });
      for (const k of [nngp, ntk]) {
        if (k === null) throw new Error('both kernels were asked for');
        expect(k.data.every((v) => Number.isFinite(v))).toBe(true);
        for (let i = 0; i < 4; i++) expect([k.data[4 + i], k.data[4 * i + 1]]).toEqual([0, 0]);
        expect([k.data[3], k.data[15]]).toEqual([k.data[0], k.data[0]]);
      }
    }
  });

  test('the NTK alone is that beside the NNGP, also where nothing but a normalisation reads a pool', async () => {
    const network = imageNetwork(conv([3]), relu, conv([3]), HEADS.globalAvgPool, { kind: 'layerNorm' });
    const x = randomImages(4, [4], 2, 7);
    for (const normalized of [false, true]) {
      const [alone, both] = [
        await imageKernels(network, x, c, { kind: 'ntk', normalized }),
        await imageKernels(network, x, c, { normalized }),
      ];
      both.ntk?.data.forEach((v, at) => {
        expect(Math.abs(v - (alone.ntk?.data[at] ?? Number.NaN))).toBeLessThanOrEqual(image);
      });
    }
  });

  test('deep networks overflow with an error, and are finite when normalised', async () => {
    const x = randomImages(2, [2], 2, 3);
    // 5^600 and 1601^100 are beyond doubles. TensorFlow, of which an operation takes longest, has the operations of
    // `tfjs`, which runs 600 blocks.
    const [count, alpha] = c.backend === 'tensorflow' ? [100, 40] : [600, 2];
    const blocks = Array.from({ length: count }, () => block(alpha));
    const json = imageNetwork(conv([1]), ...blocks, { kind: 'globalAvgPool' }, dense);
    await expect(imageKernels(json, x, c)).rejects.toThrow(NumericalError);
    const { nngp, ntk } = await imageKernels(json, x, c, { normalized: true });
    for (const k of [nngp, ntk]) {
      expect(k?.data.every((v) => Number.isFinite(v))).toBe(true);
      for (const at of [0, 3]) expect(Math.abs((k?.data[at] ?? Number.NaN) - 1)).toBeLessThanOrEqual(image);
    }
  });
});

describe('finite networks', () => {
  const inner = (padding: string, extra: Partial<ImageLayerJson> = {}) => conv([3], { padding, ...extra });
  const residual = (padding: string, alpha: number): ImageLayerJson => ({
    kind: 'residual',
    alpha,
    branch: [inner(padding), relu, inner(padding, he)],
  });

  /** Networks that differ in padding, stride, pool, readout, bias and dimensions, with the shape of their images. */
  test.each<[string, readonly ImageLayerJson[], readonly number[]]>([
    ['circular, flatten', [conv([1]), residual('circular', 1), residual('circular', 0.5), { kind: 'flatten' }], [4]],
    ['same, pool', [conv([1]), residual('same', 1), { kind: 'globalAvgPool' }], [4]],
    [
      'valid, stride, pixel',
      [
        conv([2], { padding: 'valid', biasStd: 0.5 }),
        relu,
        inner('circular', { stride: [2], ...he }),
        relu,
        { kind: 'pixel' },
      ],
      [5],
    ],
    [
      'two axes, projection, window',
      [
        conv([2, 2], he),
        {
          kind: 'residual',
          branch: [relu, conv([3, 2], { stride: [2, 1] })],
          skip: [conv([1, 1], { stride: [2, 1] })],
        },
        { kind: 'erf' },
        { kind: 'avgPool', window: [1, 2] },
        { kind: 'flatten' },
      ],
      [3, 2],
    ],
  ])('%s: the kernels lie in the confidence intervals of drawn networks', async (_name, layers, positions) => {
    const x = randomImages(2, positions, 2, 4);
    const json = imageNetwork(...layers, dense);
    const { nngp, ntk } = await imageKernels(json, x, REFERENCE);
    const size = x.data.length / 2;
    const images = [x.data.slice(0, size), x.data.slice(size)].map((v) => Float64Array.from(v));
    // At this width the bias of order 1 / width lies below the standard error of this many draws.
    const options = { width: 160, draws: 40, seed: 9 };
    for (const [i, j] of [
      [0, 0],
      [0, 1],
    ]) {
      const found = monteCarloImages(json, positions, [images[i], images[j]], options);
      for (const [kind, k] of [
        ['nngp', nngp],
        ['ntk', ntk],
      ] as const) {
        const expected = k?.data[i * 2 + j] ?? Number.NaN;
        const { mean, error } = found[kind];
        expect(error).toBeLessThan(0.1 * (k?.data[0] ?? Number.NaN));
        expect(Math.abs(mean - expected)).toBeLessThanOrEqual(3 * error);
      }
    }
  });
});
