import { allocate, type FloatArray, type NdArray, type Precision } from '../data/array.js';
import { type NpzArrays, openNpz } from '../data/npz-arrays.js';
import { writeNpz } from '../data/write/npz.js';
import { DataError } from '../errors.js';
import { type WeightsOperation, weightsOf } from '../vocabulary/operations.js';
import type { FiniteNetwork } from './network.js';
import { fileShape, type LayerWeights, reorder, type Weights } from './weights.js';

/**
 * Writes weights as `.npz`, arrays `layers[1].branch[0].W` and `.B`: W `[units, channels]` or
 * `[units, channels, ...taps]`, B `[units]`.
 *
 * Without `replace` a file of that name stays.
 *
 * @throws OutputError when the file cannot be written, or its name is taken
 */
export async function saveWeights(
  path: string,
  network: FiniteNetwork,
  weights: Weights,
  replace = true,
): Promise<void> {
  const arrays: Record<string, NdArray> = {};
  for (const operation of weightsOf(network.operations)) {
    const { matrix, bias } = weights.get(operation.path) as LayerWeights;
    const data = matrix.slice();
    reorder(operation, matrix, data, true);
    arrays[`${operation.path}.W`] = { data, shape: fileShape(operation) };
    if (bias !== null) arrays[`${operation.path}.B`] = { data: bias, shape: [bias.length] };
  }
  await writeNpz(path, arrays, { replace });
}

/** Reads one array and compares its sizes with those that the network wants. */
async function readArray(file: NpzArrays, path: string, name: string, shape: readonly number[]): Promise<FloatArray> {
  const wanted = shape.length === 1 ? [...shape, 1] : shape;
  // Before a number of it is read: a file of a few bytes can claim any size.
  const stored = await file.shapeOf(name);
  if (stored.join() === wanted.join()) return (await file.read(name)).data;
  throw new DataError(
    `${path}:${name}: must have the sizes of its layer, [${shape.join(', ')}], got [${stored.join(', ')}]. Give ` +
      'the --width, --outputs and architecture that the weights belong to.',
  );
}

async function readLayer(
  file: NpzArrays,
  path: string,
  operation: WeightsOperation,
  precision: Precision,
): Promise<LayerWeights> {
  const stored = await readArray(file, path, `${operation.path}.W`, fileShape(operation));
  const matrix = allocate(stored.length, precision);
  reorder(operation, stored, matrix);
  if (operation.fields.biasStd === 0) return { matrix, bias: null };
  const bias = allocate(operation.to.channels, precision);
  bias.set(await readArray(file, path, `${operation.path}.B`, [bias.length]));
  return { matrix, bias };
}

/**
 * Reads the weights of a network from an `.npz` file, laid out as `saveWeights` writes them; other arrays in it are
 * left alone.
 *
 * @throws DataError when an array is missing, has other sizes than its layer, or is not finite
 */
export async function loadWeights(
  path: string,
  network: FiniteNetwork,
  precision: Precision = 'f64',
): Promise<Weights> {
  const file = await openNpz(path);
  try {
    const weights = new Map<string, LayerWeights>();
    for (const operation of weightsOf(network.operations)) {
      weights.set(operation.path, await readLayer(file, path, operation, precision));
    }
    return weights;
  } finally {
    await file.close();
  }
}
