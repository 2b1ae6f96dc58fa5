import fc from 'fast-check';
import type { InputShape } from '../../src/architecture/lower.js';
import type { ImageArchitectureJson, ImageLayerJson } from '../reference/image-layers.js';
import { activation, dense, number } from './arbitrary.js';

/** A network of images with inputs that it fits. */
export interface ImageNetwork {
  readonly json: ImageArchitectureJson;
  readonly shape: InputShape & { readonly positions: readonly number[] };
}

function axes(rank: number, min: number, max: number): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
}

/** A convolution that keeps the positions, or (`strides`) makes a coarser grid of them. */
function conv(rank: number, strides: boolean): fc.Arbitrary<ImageLayerJson> {
  const fields = {
    padding: fc.constantFrom('circular', 'same'),
    weightStd: number(0.5, 1.5),
    biasStd: number(0, 1),
    biasInit: fc.constantFrom('normal', 'zero'),
    train: fc.oneof(fc.boolean(), number(0, 3)),
    ...(strides ? { stride: axes(rank, 1, 2) } : {}),
  };
  return fc
    .tuple(axes(rank, 1, 4), fc.record(fields, { requiredKeys: [] }))
    .map(([filter, given]) => ({ kind: 'conv', filter, ...given }));
}

/** From a Gaussian state to a fresh one on the same positions. */
function fresh(rank: number): fc.Arbitrary<readonly ImageLayerJson[]> {
  const weights = fc.oneof({ weight: 3, arbitrary: conv(rank, false) }, { weight: 1, arbitrary: dense() });
  return fc.oneof(fc.tuple(activation(false), weights), fc.tuple(weights));
}

function block(rank: number): fc.Arbitrary<readonly ImageLayerJson[]> {
  const sum = fc
    .tuple(fresh(rank), fresh(rank), number(0, 1.5))
    .map(([first, last, alpha]): readonly ImageLayerJson[] => [
      { kind: 'residual', alpha, branch: [...first, ...last] },
    ]);
  const projected = fc
    .tuple(axes(rank, 1, 2), axes(rank, 1, 3), activation(false))
    .map(([stride, filter, act]): readonly ImageLayerJson[] => [
      {
        kind: 'residual',
        branch: [act, { kind: 'conv', filter, stride }],
        skip: [{ kind: 'conv', filter: filter.map(() => 1), stride, padding: 'same' }],
      },
    ]);
  const strided = fc.tuple(activation(false), conv(rank, true));
  const norm: readonly ImageLayerJson[] = [{ kind: 'layerNorm' }];
  return fc.oneof(fresh(rank), sum, projected, strided, fc.constant(norm));
}

/** Layers before the first weights, that no network needs; each fits a grid of at least two positions an axis. */
function start(rank: number): fc.Arbitrary<readonly ImageLayerJson[]> {
  const pool = fc
    .tuple(axes(rank, 1, 2), fc.boolean())
    .map(([window, overlaps]): readonly ImageLayerJson[] => [
      { kind: 'avgPool', window, ...(overlaps ? { stride: window.map(() => 1) } : {}) },
    ]);
  const valid = axes(rank, 1, 2).map((filter): readonly ImageLayerJson[] => [
    { kind: 'conv', filter, padding: 'valid' },
  ]);
  const weights = fc.tuple(fc.oneof(conv(rank, true), dense()));
  return fc.oneof(
    weights,
    valid,
    fc.tuple(pool, weights).map((parts) => parts.flat()),
  );
}

function readout(rank: number): fc.Arbitrary<ImageLayerJson> {
  return fc.constantFrom<ImageLayerJson>(
    { kind: 'flatten' },
    { kind: 'globalAvgPool' },
    { kind: 'pixel' },
    { kind: 'pixel', at: Array.from({ length: rank }, () => 0) },
  );
}

/**
 * Valid networks of images in the file format, in one dimension or two, with the shape of inputs that fit: windows of
 * every kind, strides, sums with and without projections, pools, every readout, and what a vector network has. Every
 * one has an NTK.
 */
export function arbitraryImageNetwork({ blocks = 3 } = {}): fc.Arbitrary<ImageNetwork> {
  return fc.integer({ min: 1, max: 2 }).chain((rank) => {
    const layers = fc
      .tuple(
        start(rank),
        fc.array(block(rank), { maxLength: blocks }),
        fc.option(activation(false), { nil: null }),
        readout(rank),
        dense(),
      )
      .map(([first, middle, act, read, last]) => [
        ...first,
        ...middle.flat(),
        ...(act === null ? [] : [act]),
        ...[read, last],
      ]);
    const shape = fc.record({ positions: axes(rank, 2, 5), channels: fc.integer({ min: 1, max: 3 }) });
    return fc
      .tuple(layers, shape)
      .map(([list, inputs]) => ({ json: { format: 'ntk-architecture/1', name: '', layers: list }, shape: inputs }));
  });
}
