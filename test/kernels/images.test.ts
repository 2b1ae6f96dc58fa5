import fc from 'fast-check';
import type { FloatArray, NdArray } from '../../src/index.js';
import { arbitraryImageNetwork } from '../architecture/arbitrary-images.js';
import { describe, expect, test } from '../jest.js';
import { type ImageArchitectureJson, type ImageLayerJson, imageNetwork } from '../reference/image-layers.js';
import { textbookKernels } from '../reference/textbook.js';
import { type Pixels, textbookImageKernels } from '../reference/textbook-images.js';
import { type Combination, label } from './backends.js';
import { eigenvalues } from './eigenvalues.js';
import { IMAGE_COMBINATIONS, type ImageOptions, imageKernels, randomImages } from './image-kernels.js';
import { limits } from './tolerances.js';

const SEED = 6;

/** Where each network is compiled first, in one precision: vectors of images are tested in both. */
const TESTED = IMAGE_COMBINATIONS.filter(({ backend, precision }) => backend !== 'compiled' || precision === 'f64');

/** Networks drawn for a test; few where each is compiled. */
function runs({ backend }: Combination): { readonly seed: number; readonly numRuns: number } {
  return { seed: SEED, numRuns: backend === 'compiled' ? 3 : 20 };
}

const KINDS = ['nngp', 'ntk'] as const;
/** What a formula that takes acos of rounded cosines leaves, here for pixels that are not near each other. */
const TEXTBOOK = 1e-9;

/** The same where pixels may be nearly parallel, as those of one channel are. */
const NEAR_PIXELS = 1e-6;
/** Images of a network drawn at random. */
const N = 3;

/** Images whose pixels move by `by` along each axis, round the border. */
function rolled({ data, shape }: NdArray, by: readonly number[]): NdArray {
  const [positions, channels] = [shape.slice(1, -1), shape[shape.length - 1]];
  const size = positions.reduce((a, b) => a * b, 1);
  const from = Array.from({ length: size }, (_, p) => {
    let [rest, index, unit] = [p, 0, 1];
    for (let axis = positions.length - 1; axis >= 0; axis--) {
      const n = positions[axis];
      index += (((((rest % n) - by[axis]) % n) + n) % n) * unit;
      unit *= n;
      rest = Math.floor(rest / n);
    }
    return index;
  });
  const moved = data.map((_, i) => {
    const [image, inner] = [Math.floor(i / (size * channels)), i % (size * channels)];
    return data[image * size * channels + from[Math.floor(inner / channels)] * channels + (inner % channels)];
  });
  return { data: moved, shape };
}

/** Image `i` as the channels of each position. */
function pixels({ data, shape }: NdArray, i: number): Pixels {
  const channels = shape[shape.length - 1];
  const size = data.length / shape[0];
  return Array.from({ length: size / channels }, (_, p) =>
    Array.from(data.subarray(i * size + p * channels, i * size + (p + 1) * channels)),
  );
}

/**
 * Largest |a - b| over sqrt(K(x,x) K(z,z)), with the diagonals of `selfKernels` (b, where that is the symmetric
 * kernel).
 */
function distance(a: FloatArray, b: FloatArray, selfKernels: FloatArray = b): number {
  const n = Math.sqrt(selfKernels.length);
  const errors = Array.from(a, (v, at) => {
    const scale = Math.sqrt(selfKernels[Math.floor(at / n) * (n + 1)]) * Math.sqrt(selfKernels[(at % n) * (n + 1)]);
    const difference = Math.abs(v - b[at]);
    return scale === 0 ? (difference === 0 ? 0 : Infinity) : difference / scale;
  });
  return errors.some(Number.isNaN) ? Infinity : Math.max(...errors);
}

type Both = Readonly<Record<(typeof KINDS)[number], FloatArray>>;

async function both(
  json: ImageArchitectureJson,
  x: NdArray,
  c: Combination,
  options: ImageOptions = {},
): Promise<Both> {
  const { nngp, ntk } = await imageKernels(json, x, c, { ...options, mayBeIrregular: true });
  if (nngp === null || ntk === null) throw new Error('both kernels were asked for');
  return { nngp: nngp.data, ntk: ntk.data };
}

/** A convolution that wraps round the border and keeps every position. */
function circular(rank: number): fc.Arbitrary<ImageLayerJson> {
  const fields = {
    weightStd: fc.constantFrom(0.75, 1, 1.5),
    biasStd: fc.constantFrom(0, 0.25),
    biasInit: fc.constantFrom('normal', 'zero'),
    train: fc.constantFrom<boolean | number>(true, false, 0.5),
  };
  return fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: rank, maxLength: rank }),
      fc.record(fields, { requiredKeys: [] }),
    )
    .map(([filter, given]) => ({ kind: 'conv', filter, ...given }));
}

const activation = fc.constantFrom<ImageLayerJson>(
  { kind: 'relu' },
  { kind: 'leakyRelu', slope: 0.25 },
  { kind: 'erf' },
  { kind: 'gelu' },
);

/** A network without its readout, that takes every position alike; and the shape of its inputs. */
interface Instructions {
  readonly layers: readonly ImageLayerJson[];
  readonly positions: readonly number[];
  readonly channels: number;
  readonly seed: number;
}

/** Convolutions round the border, activations and sums with skips: what rolls with its inputs. */
function bodies(positions?: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Instructions> {
  return fc.integer({ min: 1, max: 2 }).chain((rank) => {
    const sizes = positions ?? fc.array(fc.integer({ min: 2, max: 4 }), { minLength: rank, maxLength: rank });
    const rest = sizes.chain((grid) => {
      const conv = circular(grid.length);
      const plain = fc.tuple(activation, conv);
      const sum = fc
        .tuple(activation, conv)
        .map((branch): readonly ImageLayerJson[] => [{ kind: 'residual', alpha: 0.5, branch }]);
      const norm = fc.constant<readonly ImageLayerJson[]>([{ kind: 'layerNorm' }]);
      const blocks = fc.array(fc.oneof(plain, sum, norm), { minLength: 1, maxLength: 3 });
      return fc.tuple(conv, blocks, activation).map(([first, middle, last]) => ({
        layers: [first, ...middle.flat(), last],
        positions: grid,
      }));
    });
    return fc
      .tuple(rest, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 1e6 }))
      .map(([body, channels, seed]) => ({ ...body, channels, seed }));
  });
}

function any(c: Combination, check: (body: Instructions) => Promise<void>, of = bodies()): Promise<void> {
  return fc.assert(fc.asyncProperty(of, check), runs(c));
}

const flatten: ImageLayerJson = { kind: 'flatten' };
const globalAvgPool: ImageLayerJson = { kind: 'globalAvgPool' };
const dense: ImageLayerJson = { kind: 'dense', biasStd: 0.5 };

/** All positions of a grid. */
function grid(positions: readonly number[]): number[][] {
  return positions.reduce<number[][]>(
    (all, n) => all.flatMap((p) => Array.from({ length: n }, (_, i) => [...p, i])),
    [[]],
  );
}

function meanOf(list: readonly FloatArray[]): Float64Array {
  return Float64Array.from(list[0], (_, at) => list.reduce((sum, k) => sum + k[at], 0) / list.length);
}

/** Kernels of vectors over all pairs of pixels of images i and j, averaged. */
function pixelMeans(
  layers: readonly ImageLayerJson[],
  x: NdArray,
  of: (k: readonly (readonly number[])[]) => number,
): Both {
  const vectors = {
    format: 'ntk-architecture/1',
    name: '',
    layers: layers.map((l) => (l.kind === 'conv' ? asDense(l) : l)),
  };
  const n = x.shape[0];
  const kernels = Array.from({ length: n * n }, (_, at) =>
    textbookKernels(vectors, pixels(x, Math.floor(at / n)), pixels(x, at % n)),
  );
  return { nngp: Float64Array.from(kernels, (k) => of(k.nngp)), ntk: Float64Array.from(kernels, (k) => of(k.ntk)) };
}

/** A convolution of one tap as the dense layer that it is. */
function asDense({ weightStd, biasStd, biasInit, train }: ImageLayerJson): ImageLayerJson {
  const given = Object.entries({ weightStd, biasStd, biasInit, train }).filter(([, value]) => value !== undefined);
  return { kind: 'dense', ...Object.fromEntries(given) };
}

/** The same layers with `change` made to every convolution, also within residual layers. */
function onConvs(layers: readonly ImageLayerJson[], change: (l: ImageLayerJson) => ImageLayerJson): ImageLayerJson[] {
  return layers.map((l) =>
    l.kind === 'conv' ? change(l) : l.branch ? { ...l, branch: onConvs(l.branch, change) } : l,
  );
}

const average = (k: readonly (readonly number[])[]) => k.flat().reduce((a, b) => a + b, 0) / k.flat().length;

describe.each(TESTED.map((c) => [label(c), c] as const))('networks of images on %s', (_label, c) => {
  const { image } = limits(c);
  const textbook = Math.max(image, TEXTBOOK);
  const close = (a: Both, b: Both, limit: number, selfKernels: Both = b) => {
    for (const kind of KINDS) expect(distance(a[kind], b[kind], selfKernels[kind])).toBeLessThanOrEqual(limit);
  };

  test('rolling both images leaves a kernel unchanged that wraps round the border', async () => {
    await any(c, async ({ layers, positions, channels, seed }) => {
      const x = randomImages(3, positions, channels, seed);
      const by = positions.map((n, axis) => (axis + 1) % n);
      for (const head of [flatten, globalAvgPool]) {
        const json = imageNetwork(...layers, head, dense);
        close(await both(json, rolled(x, by), c), await both(json, x, c), image);
      }
      const pixelAt = (at: readonly number[]) => imageNetwork(...layers, { kind: 'pixel', at }, dense);
      close(await both(pixelAt(by), rolled(x, by), c), await both(pixelAt(by.map(() => 0)), x, c), image);
    });
  });

  test('rolling one image leaves the kernel behind global average pooling unchanged', async () => {
    await any(c, async ({ layers, positions, channels, seed }) => {
      const x = randomImages(3, positions, channels, seed);
      const json = imageNetwork(...layers, globalAvgPool, dense);
      const z = rolled(
        x,
        positions.map(() => 1),
      );
      close(await both(json, x, c, { z }), await both(json, x, c), image);
    });
  });

  test('filters of one tap and global average pooling are the mean of vector kernels over pairs of pixels', async () => {
    await any(c, async ({ layers, positions, channels, seed }) => {
      const x = randomImages(2, positions, channels, seed);
      const small = onConvs(layers, (l) => ({ ...l, filter: positions.map(() => 1) }));
      const means = pixelMeans(onConvs(layers, asDense).concat(dense), x, average);
      close(await both(imageNetwork(...small, globalAvgPool, dense), x, c), means, textbook);
    });
  });

  test('an image of one pixel has the kernel of a vector', async () => {
    const one = fc.constantFrom<readonly number[]>([1], [1, 1]);
    await any(
      c,
      async ({ layers, positions, channels, seed }) => {
        const x = randomImages(3, positions, channels, seed);
        const means = pixelMeans(onConvs(layers, asDense).concat(dense), x, average);
        for (const head of [flatten, globalAvgPool, { kind: 'pixel' }]) {
          close(await both(imageNetwork(...layers, head, dense), x, c), means, textbook);
        }
      },
      bodies(one),
    );
  });

  test('flatten is the mean of the kernels of single pixels', async () => {
    await any(c, async ({ layers, positions, channels, seed }) => {
      const x = randomImages(2, positions, channels, seed);
      const single = await Promise.all(
        grid(positions).map((at) => both(imageNetwork(...layers, { kind: 'pixel', at }, dense), x, c)),
      );
      const means = { nngp: meanOf(single.map((k) => k.nngp)), ntk: meanOf(single.map((k) => k.ntk)) };
      close(await both(imageNetwork(...layers, flatten, dense), x, c), means, image);
    });
  });

  test('any network is the textbook, symmetric bit for bit, and positive', async () => {
    const networks = fc.tuple(arbitraryImageNetwork(), fc.integer({ min: 1, max: 1e6 }));
    await fc.assert(
      fc.asyncProperty(networks, async ([{ json, shape }, seed]) => {
        const x = randomImages(N, shape.positions, shape.channels, seed);
        const k = await both(json, x, c);
        for (const kind of KINDS) {
          const at = (i: number, j: number) => k[kind][i * N + j];
          for (let i = 0; i < N; i++) for (let j = 0; j < i; j++) expect(at(i, j)).toBe(at(j, i));
          const values = eigenvalues(k[kind], N);
          expect(Math.min(...values)).toBeGreaterThanOrEqual(-N * image * Math.max(...values));
          expect(k[kind].every((v) => Number.isFinite(v))).toBe(true);
        }
        const pair = (i: number, j: number) => textbookImageKernels(json, shape.positions, pixels(x, i), pixels(x, j));
        const [selfKernels, other, expected] = [pair(0, 0), pair(1, 1), pair(0, 1)];
        for (const kind of KINDS) {
          const scale = Math.sqrt(selfKernels[kind] * other[kind]);
          expect(Math.abs(k[kind][0] - selfKernels[kind])).toBeLessThanOrEqual(NEAR_PIXELS * selfKernels[kind]);
          expect(Math.abs(k[kind][1] - expected[kind])).toBeLessThanOrEqual(NEAR_PIXELS * scale);
        }
      }),
      runs(c),
    );
  });

  test('tiles and a copy of the images in the place of z change nothing', async () => {
    await any(c, async ({ layers, positions, channels, seed }) => {
      const x = randomImages(5, positions, channels, seed);
      const json = imageNetwork(...layers, globalAvgPool, dense);
      const k = await both(json, x, c);
      close(await both(json, x, c, { tile: 2 }), k, c.precision === 'f64' ? 0 : image);
      close(await both(json, x, c, { tile: 2, z: { ...x, data: x.data.slice() } }), k, image);
    });
  });
});
