import type { NdArray } from '../../src/index.js';
import type { Case } from './compute.js';
import type { LayerJson } from './layers.js';

/**
 * Every list that is a list with one step less: a layer left out, a sum replaced by one of its paths, a field at its
 * default, or one inside.
 */
function* smaller(layers: readonly LayerJson[]): Generator<readonly LayerJson[]> {
  for (const [k, layer] of layers.entries()) {
    const put = (...instead: readonly LayerJson[]): readonly LayerJson[] => [
      ...layers.slice(0, k),
      ...instead,
      ...layers.slice(k + 1),
    ];
    yield put();
    if (layer.branch !== undefined) {
      yield put(...(layer.skip ?? []));
      yield put(...layer.branch);
    }
    for (const field of ['branch', 'skip'] as const) {
      for (const inner of smaller(layer[field] ?? [])) yield put({ ...layer, [field]: inner });
    }
    yield* plainer(layer, put);
  }
}

function* plainer(
  layer: LayerJson,
  put: (instead: LayerJson) => readonly LayerJson[],
): Generator<readonly LayerJson[]> {
  for (const [field, value] of Object.entries(layer)) {
    if (['kind', 'branch', 'slope', 'filter', 'window'].includes(field)) continue;
    const { [field]: _, ...rest } = layer;
    yield put({ ...rest, kind: layer.kind });
    if (typeof value === 'number' && value !== 1) yield put({ ...layer, [field]: 1 });
  }
  for (const field of ['filter', 'window', 'stride', 'at']) {
    const list = layer[field];
    if (!Array.isArray(list)) continue;
    const least = field === 'at' ? 0 : 1;
    for (const [axis, n] of list.entries()) {
      if (n > least) yield put({ ...layer, [field]: list.map((m, a) => (a === axis ? n - 1 : m)) });
    }
  }
}

/** The part of each input that lies below `sizes` on each axis, in the first `channels`. */
function crop({ data, shape }: NdArray, after: readonly number[]): NdArray {
  const inside = [shape[0], ...after];
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const picked: number[] = [];
  data.forEach((value, at) => {
    if (strides.every((stride, axis) => Math.floor(at / stride) % shape[axis] < inside[axis])) picked.push(value);
  });
  return { data: Float64Array.from(picked), shape: inside };
}

function without({ data, shape }: NdArray, row: number): NdArray {
  const length = data.length / shape[0];
  const rows = Array.from(data).filter((_, at) => Math.floor(at / length) !== row);
  return { data: Float64Array.from(rows), shape: [shape[0] - 1, ...shape.slice(1)] };
}

function* smallerInputs(which: Case): Generator<Case> {
  const { network, x } = which;
  for (let row = 0; row < x.shape[0]; row++) if (x.shape[0] > 1) yield { ...which, x: without(x, row) };
  const inside = x.shape.slice(1);
  for (const [axis, n] of inside.entries()) {
    if (n === 1) continue;
    const after = inside.map((m, a) => (a === axis ? m - 1 : m));
    const sizes = network.sizes === null ? null : after.slice(0, -1);
    yield { ...which, x: crop(x, after), network: { ...network, sizes, channels: after[after.length - 1] } };
  }
  for (const digits of [1, 3]) {
    const rounded = x.data.map((v) => Number(v.toFixed(digits)));
    if (rounded.some((v, k) => v !== x.data[k])) yield { ...which, x: { ...x, data: Float64Array.from(rounded) } };
  }
  if (which.normalized) yield { ...which, normalized: false };
}

/** Cases that are one step smaller. */
function* candidates(which: Case): Generator<Case> {
  const { network } = which;
  for (const layers of smaller(network.json.layers)) {
    yield { ...which, network: { ...network, json: { ...network.json, layers } } };
  }
  yield* smallerInputs(which);
}

/** Most cases that are tried on the way to a smallest one. */
const MOST_TRIES = 3000;

/** The smallest case found that still fails: no smaller network, no smaller inputs. */
export async function shrink(which: Case, fails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let smallest = which;
  let tries = 0;
  for (let found = true; found && tries < MOST_TRIES; ) {
    found = false;
    for (const candidate of candidates(smallest)) {
      tries += 1;
      if (tries > MOST_TRIES || !(await fails(candidate))) continue;
      smallest = candidate;
      found = true;
      break;
    }
  }
  return smallest;
}
