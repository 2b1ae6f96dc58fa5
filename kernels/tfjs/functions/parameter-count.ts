import type * as TensorFlow from '@tensorflow/tfjs';
import type { WeightEntry } from '../../../src/data/model-files.js';
import { DataError } from '../../../src/errors.js';
import { complaint, quoted } from '../../../src/message.js';

const numbersOf = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((product, size) => product * (size ?? 1), 1);

/** The shape that a layer asks for as an array, whatever tfjs was given. */
function shapeOf(given: unknown): readonly number[] {
  return Array.isArray(given) ? given.map(Number) : [Number.NaN];
}

/** Builds that are under way: the count belongs to one at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Builds a model whose layers together may ask for as many numbers as its weights have, and no more: tfjs makes an
 * array of zeros for every weight of every layer before it looks at those that were saved, so that a few letters in
 * `model.json` would take any memory.
 *
 * @throws DataError as soon as a layer asks for more
 */
export async function withinParameters<T>(
  layer: typeof TensorFlow.layers.Layer,
  entries: readonly WeightEntry[],
  path: string,
  build: () => Promise<T>,
): Promise<T> {
  const turn = last.then(
    () => counted(layer, entries, path, build),
    () => counted(layer, entries, path, build),
  );
  last = turn;
  return turn;
}

async function counted<T>(
  { prototype }: typeof TensorFlow.layers.Layer,
  entries: readonly WeightEntry[],
  path: string,
  build: () => Promise<T>,
): Promise<T> {
  const most = entries.reduce((sum, { shape }) => sum + numbersOf(shape), 0);
  const addWeight: unknown = Reflect.get(prototype, 'addWeight');
  if (typeof addWeight !== 'function') return build();
  let count = 0;
  const counting = function (this: TensorFlow.layers.Layer, ...given: readonly unknown[]): unknown {
    const shape = shapeOf(given[1]);
    count += numbersOf(shape);
    if (!(count <= most)) {
      const rule = `the layers must have the ${most} numbers of weightsManifest`;
      const got = `more: layer ${quoted(this.name)} asks for [${shape.join(', ')}]`;
      throw new DataError(complaint(path, rule, got, 'Save the model again, with its weights.'));
    }
    return Reflect.apply(addWeight, this, given);
  };
  Reflect.set(prototype, 'addWeight', counting);
  try {
    return await build();
  } finally {
    Reflect.set(prototype, 'addWeight', addWeight);
  }
}
