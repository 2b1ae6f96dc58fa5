import type { Architecture } from '../../src/architecture/types.js';
import type { FloatArray } from '../../src/data/array.js';
import { matrixProduct } from '../../src/linalg/product.js';
import { backward, type Side, startCotangent } from '../../src/network/backward.js';
import type { Engine } from '../../src/network/engine.js';
import { forward } from '../../src/network/forward.js';
import { type FiniteNetwork, finiteNetwork } from '../../src/network/network.js';
import { drawWeights } from '../../src/network/weights.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from '../empirical/networks.js';
import { describe, expect, test } from '../jest.js';

interface Prepared {
  readonly network: FiniteNetwork;
  readonly engine: Engine;
  readonly sides: readonly Side[];
}

/** Two batches that have passed a network, with the cotangents of all outputs. */
async function prepared(architecture: Architecture, shape: readonly number[]): Promise<Prepared> {
  const network = finiteNetwork(architecture, shape, { width: 5, outputs: 2 });
  const product = await matrixProduct('off', 'f64', 1);
  const weights = drawWeights(network, { seed: 1, precision: 'f64' }, product);
  const engine: Engine = { precision: 'f64', product, weights };
  const sides = [3, 2].map((count, seed) => {
    const { data } = inputs([count, ...shape.slice(1)], seed);
    const { saved } = forward(network.operations, data, count, engine);
    return { count, saved, cotangent: startCotangent(engine, network.outputs, 0, network.outputs, count) };
  });
  return { network, engine, sides };
}

describe.each([
  ['vectors', EVERY_VECTOR_LAYER, [3, 3]],
  ['images', EVERY_IMAGE_LAYER, [3, 7, 4, 2]],
] as const)('the way back through every layer of %s', (_kind, architecture, shape) => {
  test('stops once at every trained layer, and ends at the first', async () => {
    const { network, engine, sides } = await prepared(architecture, shape);
    const trained = weightsOf(network.operations).filter(({ fields }) => Number(fields.train) > 0);
    const reached = Array.from(backward(network.operations, sides, engine), ({ operation }) => operation.path);
    expect([...reached].sort()).toEqual(trained.map(({ path }) => path).sort());
    expect([reached[0], reached.at(-1)]).toEqual([trained.at(-1)?.path, trained[0].path]);
  });

  test('what is kept stays what it was when it was reached', async () => {
    const { network, engine, sides } = await prepared(architecture, shape);
    const then: FloatArray[] = [];
    const kept: FloatArray[] = [];
    for (const { meetings } of backward(network.operations, sides, engine, { keeps: true })) {
      for (const { input, cotangent } of meetings) {
        then.push(input.slice(), cotangent.slice());
        kept.push(input, cotangent);
      }
    }
    const again: FloatArray[] = [];
    for (const { meetings } of backward(network.operations, sides, engine)) {
      for (const { input, cotangent } of meetings) again.push(input.slice(), cotangent.slice());
    }
    expect(kept).toEqual(then);
    expect(again).toEqual(then);
  });

  test('goes no further where it is left', async () => {
    const { network, engine, sides } = await prepared(architecture, shape);
    const layers = backward(network.operations, sides, engine);
    for (const { meetings } of layers) {
      expect(meetings.map(({ count }) => count)).toEqual([3, 2]);
      break;
    }
    expect(layers.next()).toEqual({ done: true, value: undefined });
  });
});
