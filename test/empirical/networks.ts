import fc from 'fast-check';
import { parseArchitecture } from '../../src/architecture/parse.js';
import type { Architecture } from '../../src/architecture/types.js';
import type { NdArray } from '../../src/data/array.js';
import { RandomSource } from '../../src/linalg/random.js';
import { arbitraryArchitecture } from '../architecture/arbitrary.js';
import { arbitraryImageNetwork } from '../architecture/arbitrary-images.js';

/** A network with inputs that fit it. */
export interface Case {
  readonly architecture: Architecture;
  readonly x: NdArray;
  readonly z: NdArray;
}

/** Inputs that a seed determines. */
export function inputs(shape: readonly number[], seed: number): NdArray {
  const data = new RandomSource(seed, 'inputs').normals(shape.reduce((a, b) => a * b, 1));
  return { data, shape };
}

/** Random networks of vectors or images, three inputs x and two inputs z. */
export function arbitraryCase(): fc.Arbitrary<Case> {
  const vectors = arbitraryArchitecture({ nesting: 1, blocks: 3 }).map((json) => ({
    json,
    sizes: [3] as readonly number[],
  }));
  const images = arbitraryImageNetwork({ blocks: 2 }).map(({ json, shape }) => ({
    json,
    sizes: [...shape.positions, shape.channels],
  }));
  return fc.tuple(fc.oneof(vectors, images), fc.integer({ min: 0, max: 1000 })).map(([{ json, sizes }, seed]) => ({
    architecture: parseArchitecture(json),
    x: inputs([3, ...sizes], seed),
    z: inputs([2, ...sizes], seed + 1),
  }));
}

/** Every kind of layer of vectors, and of images, in one network each. */
export const EVERY_VECTOR_LAYER = parseArchitecture({
  format: 'ntk-architecture/1',
  name: 'every layer of vectors',
  layers: [
    { kind: 'dense', scaling: 'none', biasStd: 0.3, biasInit: 'zero' },
    { kind: 'relu' },
    { kind: 'dense', weightStd: 1.3, biasStd: 0.2, train: 0.7 },
    { kind: 'layerNorm' },
    { kind: 'gelu' },
    { kind: 'dense', weightStd: 1.4, init: 'orthogonal' },
    {
      kind: 'residual',
      alpha: 0.6,
      skip: [{ kind: 'layerNorm' }],
      branch: [{ kind: 'elu' }, { kind: 'dense' }, { kind: 'leakyRelu', slope: 0.2 }, { kind: 'dense', biasStd: 0.1 }],
    },
    { kind: 'erf' },
    { kind: 'dense', train: false },
    { kind: 'sin' },
    { kind: 'dense' },
    { kind: 'residual', skip: [{ kind: 'dense' }], branch: [{ kind: 'cos' }, { kind: 'dense', width: 4 }] },
    { kind: 'abs' },
    { kind: 'dense', biasStd: 0.5 },
    { kind: 'identity' },
    { kind: 'dense', biasStd: 0.2 },
  ],
});

export const EVERY_IMAGE_LAYER = parseArchitecture({
  format: 'ntk-architecture/1',
  name: 'every layer of images',
  layers: [
    { kind: 'avgPool', window: [2, 1], stride: [1, 1] },
    { kind: 'conv', filter: [2, 3], padding: 'same', biasStd: 0.3 },
    { kind: 'relu' },
    { kind: 'conv', filter: [3, 2], padding: 'circular', stride: [2, 1], weightStd: 1.4 },
    { kind: 'layerNorm' },
    {
      kind: 'residual',
      alpha: 0.5,
      branch: [
        { kind: 'erf' },
        { kind: 'conv', filter: [3, 3] },
        { kind: 'relu' },
        { kind: 'conv', filter: [1, 1], biasStd: 0.2 },
      ],
    },
    { kind: 'sin' },
    { kind: 'conv', filter: [1, 2], padding: 'valid', train: 1.5 },
    { kind: 'avgPool', window: [2, 2], stride: [1, 1] },
    {
      kind: 'residual',
      skip: [{ kind: 'flatten' }],
      branch: [
        {
          kind: 'residual',
          skip: [{ kind: 'globalAvgPool' }],
          branch: [{ kind: 'pixel', at: [1, 1] }, { kind: 'dense' }],
        },
        { kind: 'dense' },
      ],
    },
    { kind: 'dense', weightStd: 1.1 },
    { kind: 'gelu' },
    { kind: 'dense', weightStd: 1.2, biasStd: 0.1 },
  ],
});
