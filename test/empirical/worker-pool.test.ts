import { parseArchitecture } from '../../src/architecture/parse.js';
import { presetArchitecture } from '../../src/architecture/presets.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { planEmpirical } from '../../src/empirical/plan.js';
import { EmpiricalRun } from '../../src/empirical/run.js';
import { isMine } from '../../src/empirical/threads/partition.js';
import { localPool, threadPool, type WorkerPool } from '../../src/empirical/threads/worker-pool.js';
import type { EmpiricalOptions } from '../../src/empirical/types.js';
import { InterruptedError } from '../../src/errors.js';
import type { Engine } from '../../src/network/engine.js';
import { drawWeights } from '../../src/network/weights.js';
import { describe, expect, test } from '../jest.js';
import { type Case, EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from './networks.js';

/** Cotangents of all outputs are one but for factors at the last convolution. */
const POOLED = parseArchitecture({
  format: 'ntk-architecture/1',
  name: 'pooled',
  layers: [
    { kind: 'conv', filter: [3, 3], padding: 'same' },
    { kind: 'relu' },
    { kind: 'conv', filter: [3, 3], padding: 'circular', biasStd: 0.3 },
    { kind: 'gelu' },
    { kind: 'globalAvgPool' },
    { kind: 'dense', width: 7 },
    { kind: 'dense', biasStd: 0.1 },
  ],
});

const CASES: readonly (readonly [string, Case])[] = [
  ['vectors', { architecture: EVERY_VECTOR_LAYER, x: inputs([40, 3], 1), z: inputs([7, 3], 2) }],
  ['images', { architecture: EVERY_IMAGE_LAYER, x: inputs([5, 7, 4, 2], 3), z: inputs([2, 7, 4, 2], 4) }],
  ['pooled images', { architecture: POOLED, x: inputs([5, 7, 4, 2], 3), z: inputs([2, 7, 4, 2], 4) }],
];

const pause = async (): Promise<void> => undefined;

/** The kernel by a pool of so many workers, each on a thread of its own; 1 is the calling thread. */
async function byPool(workers: number, { architecture, x }: Case, more: Partial<EmpiricalOptions>) {
  const options = { architecture, width: 6, native: 'off', ...more };
  const planned = await planEmpirical(x, options);
  const { network, product } = planned;
  const weights = drawWeights(network, { seed: 1 }, product);
  const engine: Engine = { precision: 'f64', product, weights };
  const { operations } = network;
  const pool: WorkerPool =
    workers === 1
      ? localPool(operations, engine, pause)
      : await threadPool(operations, engine, options.native, workers, pause);
  const run = new EmpiricalRun(planned, engine, pool, options);
  await run.compute(x.data, (options.z ?? x).data);
  await pool.close(true);
  return run;
}

describe.each(CASES)('%s', (_name, known) => {
  test.each([
    [2, {}],
    [3, { outputs: 3, contract: 'full', examples: 4 }],
    [2, { outputs: 3, outputsAtOnce: 2, z: known.z }],
    [2, { outputs: 2, contract: 'full', z: known.z, method: 'jacobian', contributions: true }],
    [3, { outputs: 2, contract: 'full', method: 'structured', native: 'auto' }],
    [2, { method: 'products', examples: 3 }],
  ] as const)('%d threads and one give the same kernel %#', async (workers, options) => {
    const [one, many] = [await byPool(1, known, options), await byPool(workers, known, options)];
    const scale = Math.max(
      ...one.ntk.map(Math.abs),
      ...[...(one.contributions?.values() ?? [])].flatMap((s) => [...s]),
    );
    const close = (a: ArrayLike<number>, b: ArrayLike<number>): void => {
      for (let k = 0; k < b.length; k++) expect(Math.abs(a[k] - b[k])).toBeLessThanOrEqual(1e-12 * scale);
    };
    close(many.ntk, one.ntk);
    for (const [path, share] of one.contributions ?? []) close(many.contributions?.get(path) ?? [], share);
    for (let k = 0; k < one.outputs.length; k++) expect(many.outputs[k]).toBeCloseTo(one.outputs[k], 12);
  });
});

test.each([undefined, CASES[2][1].z])(
  'a Jacobian that outputs have in common gives what structure gives %#',
  async (z) => {
    for (const contract of ['full', 'trace'] as const) {
      const options = { outputs: 3, contract, ...(z === undefined ? {} : { z }) };
      const one = await byPool(1, CASES[2][1], { ...options, method: 'structured' });
      const other = await byPool(2, CASES[2][1], { ...options, method: 'jacobian' });
      const scale = Math.max(...one.ntk.map(Math.abs));
      for (let k = 0; k < one.ntk.length; k++) {
        expect(Math.abs(one.ntk[k] - other.ntk[k])).toBeLessThanOrEqual(1e-12 * scale);
      }
    }
  },
);

test('every piece of work is that of one member', () => {
  for (let index = 0; index < 20; index++) {
    const owners = [0, 1, 2].filter((worker) => isMine({ worker, workers: 3 }, index));
    expect(owners).toHaveLength(1);
  }
});

test('a run on threads stops when its signal fires', async () => {
  const controller = new AbortController();
  const { architecture } = CASES[0][1];
  const x = inputs([600, 3], 5);
  const running = empiricalKernel(x, {
    architecture,
    width: 400,
    outputs: 10,
    threads: 2,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(running).rejects.toThrow(InterruptedError);
});

test('a signal stops threads in the middle of a layer', async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const started = performance.now();
  // Each of the two layers takes as long; the signal fires while the second is added.
  const running = empiricalKernel(inputs([2500, 3], 5), {
    architecture: presetArchitecture('fc', { depth: 1 }),
    width: 3000,
    threads: 2,
    native: 'off',
    signal: controller.signal,
    onProgress: ({ done }) => {
      told.push(done);
      setTimeout(() => controller.abort(), 0.2 * (performance.now() - started));
    },
  });
  await expect(running).rejects.toThrow(InterruptedError);
  expect(told).toHaveLength(1);
});
