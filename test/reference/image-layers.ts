import type { ArchitectureJson, LayerJson } from './textbook.js';

/** A layer of a network on images as the file has it, defaults not filled in. */
export interface ImageLayerJson extends LayerJson {
  readonly filter?: readonly number[];
  readonly stride?: readonly number[];
  readonly padding?: string;
  readonly window?: readonly number[];
  readonly at?: readonly number[];
  readonly branch?: readonly ImageLayerJson[];
  readonly skip?: readonly ImageLayerJson[];
}

/** A network on images as the file has it. */
export interface ImageArchitectureJson extends ArchitectureJson {
  readonly layers: readonly ImageLayerJson[];
}

/** A network of these layers. */
export function imageNetwork(...layers: readonly ImageLayerJson[]): ImageArchitectureJson {
  return { format: 'ntk-architecture/1', name: 'test', layers };
}

/** A grid and what each position of it reads from the grid before: positions in C order, null outside. */
export interface Reads {
  readonly positions: readonly number[];
  readonly taps: readonly (readonly (number | null)[])[];
}

/** All combinations of one number from each list, in C order. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((value) => [...head, value])), [[]]);
}

/** One axis: what each output reads. */
function axisReads(n: number, filter: number, stride: number, padding: string): (number | null)[][] {
  const outputs = padding === 'valid' ? Math.floor((n - filter) / stride) + 1 : Math.ceil(n / stride);
  const total = padding === 'valid' ? 0 : Math.max((outputs - 1) * stride + filter - n, 0);
  const first = Math.floor(total / 2);
  return Array.from({ length: outputs }, (_, j) =>
    Array.from({ length: filter }, (__, k) => {
      const at = j * stride + k - first;
      if (padding === 'circular') return (at + n * filter) % n;
      return at >= 0 && at < n ? at : null;
    }),
  );
}

function windowReads(from: readonly number[], filter: readonly number[], stride: readonly number[], padding: string) {
  const axes = from.map((n, axis) => axisReads(n, filter[axis], stride[axis], padding));
  const index = (at: readonly (number | null)[]): number | null =>
    at.reduce<number | null>((sum, p, axis) => (sum === null || p === null ? null : sum * from[axis] + p), 0);
  return {
    positions: axes.map((outputs) => outputs.length),
    taps: combinations(axes).map((lists) => combinations(lists).map(index)),
  };
}

/** What each position behind a layer reads: windows of conv and pools, one position of pixel, else itself. */
export function layerReads(layer: ImageLayerJson, from: readonly number[]): Reads {
  const ones = from.map(() => 1);
  const { filter = ones, stride = ones, padding = 'circular', window = ones, at = from.map(() => 0) } = layer;
  if (layer.kind === 'conv') return windowReads(from, filter, stride, padding);
  if (layer.kind === 'avgPool') return windowReads(from, window, layer.stride ?? window, 'valid');
  const all = combinations(from.map((n) => Array.from({ length: n }, (_, i) => i)));
  if (layer.kind === 'flatten' || layer.kind === 'globalAvgPool')
    return { positions: ones, taps: [all.map((_, i) => i)] };
  if (layer.kind === 'pixel') return { positions: ones, taps: [[all.findIndex((p) => p.join() === at.join())]] };
  return { positions: from, taps: all.map((_, i) => [i]) };
}
