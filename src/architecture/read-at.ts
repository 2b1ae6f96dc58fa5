import type { Layer } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import { innerLayers } from './check-input.js';
import type { Architecture } from './types.js';

/** Layers that leave one position of an image. */
const READOUTS: readonly string[] = ['flatten', 'globalAvgPool', 'pixel'];

function readPixel(layer: LayerNode, at: readonly number[] | null, replaced: Set<string>): LayerNode {
  if (READOUTS.includes(layer.kind)) {
    if (layer.kind !== 'pixel') replaced.add(layer.kind);
    const own = layer.kind === 'pixel' && 'at' in layer ? layer.at : null;
    return { kind: 'pixel', ...{ at: at ?? own } };
  }
  const inner = innerLayers(layer).map(([name, layers]) => [name, layers.map((l) => readPixel(l, at, replaced))]);
  return inner.length === 0 ? layer : { ...layer, ...Object.fromEntries(inner) };
}

/** A network that reads one position, and the readouts that it had instead. */
export interface PixelRead {
  readonly definition: Architecture;
  /** Kinds of the readouts that were replaced: `flatten`, `globalAvgPool`. */
  readonly replaced: readonly string[];
}

/**
 * The same network with every readout replaced by one position, `at` in the grid that reaches it; null: where it reads
 * one already, and the first position else.
 */
export function readAt(definition: Architecture, at: readonly number[] | null): PixelRead {
  const replaced = new Set<string>();
  const layers = definition.layers.map((layer) => readPixel(layer, at, replaced) as Layer);
  return { definition: { ...definition, layers }, replaced: [...replaced] };
}
