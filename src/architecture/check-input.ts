import { ArchitectureError, type ArchitectureProblem, UsageError } from '../errors.js';
import { checkLayers, dataSignal } from '../layers/check.js';
import type { AnyFieldTable } from '../layers/fields.js';
import { definitionOf } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import type { InputShape } from './lower.js';
import type { KernelDefinition } from './types.js';

/** The lists of layers inside a layer, by the name of their field. */
export function innerLayers(layer: LayerNode): readonly (readonly [name: string, layers: readonly LayerNode[]])[] {
  const fields: AnyFieldTable = definitionOf(layer.kind)?.fields ?? {};
  return Object.entries(layer).filter(([name]) => fields[name]?.holds === 'layers');
}

/** The first layer that works on positions, with its path; null in a network of vectors. */
export function firstImageLayer(
  layers: readonly LayerNode[],
  path = 'layers',
): { readonly path: string; readonly kind: string } | null {
  for (const [i, layer] of layers.entries()) {
    const here = `${path}[${i}]`;
    if (definitionOf(layer.kind)?.needsPositions) return { path: here, kind: layer.kind };
    for (const [name, inner] of innerLayers(layer)) {
      const found = firstImageLayer(inner, `${here}.${name}`);
      if (found !== null) return found;
    }
  }
  return null;
}

/**
 * Whether a network reads images: one with a conv, a pool, a flatten or a pixel layer. Images are flattened for any
 * other.
 */
export function isImageNetwork(definition: KernelDefinition): boolean {
  return definition.format === 'ntk-architecture/1' && firstImageLayer(definition.layers) !== null;
}

/**
 * Axes of the first sizes that some layer has: 1 (`"filter": [3]`) as only networks of sequences have, 2 of images;
 * null where no layer has any.
 */
export function axesOf(layers: readonly LayerNode[]): number | null {
  for (const layer of layers) {
    const sizes = Object.values(layer).find(
      (value: unknown): value is readonly number[] => Array.isArray(value) && typeof value[0] === 'number',
    );
    const inside = sizes?.length ?? axesOf(innerLayers(layer).flatMap(([, inner]) => inner));
    if (inside !== null) return inside;
  }
  return null;
}

/**
 * What networks take of an array `[n, ...]`: `none` nothing but its rows, `known` examples whose axes they fix
 * themselves, `open` images or sequences, as the array has them.
 *
 * A preset is open, whose filters are fitted to the data.
 */
export type Positions = 'none' | 'known' | 'open';

/** What these networks together take of their data. */
export function positionsOf(definitions: readonly KernelDefinition[]): Positions {
  const ofImages = definitions.filter((one) => one.format === 'ntk-architecture/1' && isImageNetwork(one));
  if (ofImages.length === 0) return 'none';
  return ofImages.every((one) => 'layers' in one && axesOf(one.layers) === 1) ? 'known' : 'open';
}

/** The shape in which a network takes inputs `[n, ...]`: flattened unless it is one of images. */
export function inputShapeOf(definition: KernelDefinition, shape: readonly number[]): InputShape {
  const channels = shape.slice(1).reduce((a, b) => a * b, 1);
  if (shape.length < 3 || !isImageNetwork(definition)) return { positions: null, channels };
  return { positions: shape.slice(1, -1), channels: shape[shape.length - 1] };
}

/**
 * Refuses a network of images where only vectors make sense; `where` says who refuses, and `instead` what to do.
 *
 * @throws UsageError for a network of images
 */
export function requireVectors(definition: KernelDefinition, where: string, instead: string): void {
  if (!isImageNetwork(definition)) return;
  throw new UsageError(`${where}: must be a network of vectors, got ${definition.name}, one of images. ${instead}`);
}

/** Reports a network of images whose output has several positions left; `path` names its last layer. */
export function requireOnePosition(count: string, path: string, report: (path: string, message: string) => void): void {
  if (count !== 'several') return;
  report(
    path,
    'a network of images must end with one position, got several. Add a readout: { "kind": "flatten" }, { "kind": ' +
      '"globalAvgPool" } or { "kind": "pixel" }, and a dense layer behind it if you like.',
  );
}

/**
 * Checks what depends on the shape of the inputs: ranks, windows larger than the image, pixels outside it, shapes of
 * branch and skip.
 *
 * @throws ArchitectureError with every problem, each with its path, also for a network of images that is given vectors
 */
export function checkInput(definition: KernelDefinition, { positions, channels }: InputShape): void {
  if (definition.format !== 'ntk-architecture/1') return;
  const first = firstImageLayer(definition.layers);
  if (first === null) return;
  const problems: ArchitectureProblem[] = [];
  const report = (path: string, message: string) => problems.push({ path, message });
  if (positions === null) {
    report(
      first.path,
      `${first.kind} needs the positions of an image, got vectors of ${channels} numbers. Give images [n, h, w, c] ` +
        'or sequences [n, w, c], or read the rows as such with --image HxWxC.',
    );
  } else checkLayers(definition.layers, dataSignal(positions), 'layers', { tangent: false, report });
  if (problems.length > 0) throw new ArchitectureError(problems);
}
