import { allocate, type FloatArray, type Precision } from '../data/array.js';
import { UsageError } from '../errors.js';
import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import type { MatrixProduct } from '../linalg/product.js';
import { RandomSource } from '../linalg/random.js';
import { fanOf, type WeightsOperation, weightsOf } from '../vocabulary/operations.js';
import { positionCount } from '../vocabulary/windows.js';
import type { FiniteNetwork } from './network.js';
import { orthogonalRows } from './orthogonal.js';

/** The numbers of one layer. */
export interface LayerWeights {
  /** W `[units, taps, channels]`: a row for each unit, in the order in which windows are read. */
  readonly matrix: FloatArray;
  /** B `[units]`; null where the layer has no bias. */
  readonly bias: FloatArray | null;
}

/** Weights of a network by the path of their layer. */
export type Weights = ReadonlyMap<string, LayerWeights>;

/** Shape of a layer's W in files: `[units, channels]` or `[units, channels, ...taps]`. */
export function fileShape({ windows, from, to }: WeightsOperation): readonly number[] {
  return [to.channels, from.channels, ...(windows?.filter ?? [])];
}

/** W from the order of files, taps last, to that of windows, channels last; `back` turns it round. */
export function reorder(operation: WeightsOperation, source: FloatArray, target: FloatArray, back = false): void {
  const channels = operation.from.channels;
  const taps = positionCount(operation.windows?.filter ?? []);
  for (let o = 0; o < operation.to.channels; o++) {
    const row = o * taps * channels;
    for (let k = 0; k < taps; k++) {
      for (let c = 0; c < channels; c++) {
        const [file, own] = [row + c * taps + k, row + k * channels + c];
        if (back) target[file] = source[own];
        else target[own] = source[file];
      }
    }
  }
}

/** W with W W' (or W' W, the smaller) = max(units, inputs) I. */
function orthogonal(units: number, fan: number, random: RandomSource, product: MatrixProduct): Float64Array {
  const [short, long] = units <= fan ? [units, fan] : [fan, units];
  const rows = orthogonalRows(short, long, random, product);
  const scale = Math.sqrt(long);
  if (units <= fan) return rows.map((v) => scale * v);
  const w = new Float64Array(units * fan);
  for (let i = 0; i < units; i++) for (let k = 0; k < fan; k++) w[i * fan + k] = scale * rows[k * units + i];
  return w;
}

/** How weights are drawn. */
export interface DrawOptions {
  /** Seed; each layer draws from a stream of its own, named by its path. [0] */
  readonly seed?: number;
  /** Number format of the weights; single ones are the doubles, rounded. [f64] */
  readonly precision?: Precision;
}

function drawLayer(
  operation: WeightsOperation,
  { seed = COMPUTE_DEFAULTS.seed, precision = COMPUTE_DEFAULTS.precision }: DrawOptions,
  product: MatrixProduct,
): LayerWeights {
  const { fields, path, to } = operation;
  const fan = fanOf(operation);
  const random = new RandomSource(seed, path);
  const matrix = allocate(to.channels * fan, precision);
  if (fields.init === 'orthogonal') matrix.set(orthogonal(to.channels, fan, random, product));
  else if (operation.windows === null) random.fill(matrix);
  else reorder(operation, random.normals(matrix.length), matrix);
  if (fields.biasStd === 0) return { matrix, bias: null };
  const bias = allocate(to.channels, precision);
  const drawn = new RandomSource(seed, `${path}.B`);
  if (fields.biasInit === 'normal') drawn.fill(bias);
  return { matrix, bias };
}

/**
 * Weights at initialisation: entries N(0, 1) from `RandomSource(seed, path)` in the order of the file, biases from
 * `path.B`, or 0 for biasInit zero.
 *
 * Orthogonal layers (Huang, Du, Xu 2020, 2004.05867): Haar distributed, scaled so that the smaller Gram matrix is
 * max(units, inputs) I. `product` is one of double precision, for these.
 */
export function drawWeights(network: FiniteNetwork, options: DrawOptions, product: MatrixProduct): Weights {
  return new Map(weightsOf(network.operations).map((op) => [op.path, drawLayer(op, options, product)]));
}

/** Numbers of one kind of a layer, in the precision of a run. */
function given(path: string, numbers: FloatArray | null | undefined, length: number, precision: Precision): FloatArray {
  if (numbers?.length !== length) {
    throw new UsageError(
      `weights: must have ${length} numbers in ${path}, got ${numbers?.length ?? 'none'}. Give the width, outputs ` +
        'and architecture that they belong to.',
    );
  }
  if (numbers instanceof Float64Array === (precision === 'f64')) return numbers;
  const copy = allocate(length, precision);
  copy.set(numbers);
  return copy;
}

/**
 * Weights from elsewhere as a network needs them: products read all numbers in one precision, and no further than they
 * reach.
 *
 * @throws UsageError when a layer has none, or not as many as it needs
 */
export function givenWeights(network: FiniteNetwork, weights: Weights, precision: Precision): Weights {
  return new Map(
    weightsOf(network.operations).map((operation) => {
      const { path, to, fields } = operation;
      const layer = weights.get(path);
      const matrix = given(`${path}.W`, layer?.matrix, to.channels * fanOf(operation), precision);
      const bias = fields.biasStd === 0 ? null : given(`${path}.B`, layer?.bias, to.channels, precision);
      return [path, { matrix, bias }];
    }),
  );
}
