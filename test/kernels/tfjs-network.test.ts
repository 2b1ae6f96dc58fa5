import fc from 'fast-check';
import { tensorBackend } from '../../kernels/tfjs/backend.js';
import type { Engine } from '../../kernels/tfjs/engine.js';
import { backward, disposeActivations, forward } from '../../kernels/tfjs/network/passes.js';
import type { Backend } from '../../src/backend/contract.js';
import type { FloatArray, NdArray, Precision } from '../../src/data/array.js';
import { DeviceRun, openNetwork } from '../../src/empirical/device.js';
import { empiricalKernel } from '../../src/empirical/kernel.js';
import { planEmpirical } from '../../src/empirical/plan.js';
import type { EmpiricalOptions } from '../../src/empirical/types.js';
import { InterruptedError } from '../../src/errors.js';
import { finiteNetwork } from '../../src/network/network.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { positionCount } from '../../src/vocabulary/windows.js';
import { arbitraryCase, EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from '../empirical/networks.js';
import { describe, expect, test } from '../jest.js';
import { tensorEngines } from './tensor-engines.js';

const ENGINES = await tensorEngines();

/** Largest difference, relative to the largest entry. */
const TOLERANCE: Readonly<Record<Precision, number>> = { f64: 1e-12, f32: 1e-4 };

function backendOf(engine: Engine): Backend {
  const pace = { product: 1e10, step: 1e-8 };
  return tensorBackend({
    name: engine.kind,
    load: async () => ({ engine }),
    remedy: '',
    base: { processor: 0, device: 0 },
    precisions: ['f64', 'f32'],
    pace,
  });
}

function difference(a: FloatArray, b: FloatArray): number {
  expect(a).toHaveLength(b.length);
  let [scale, worst] = [Number.MIN_VALUE, 0];
  for (let k = 0; k < b.length; k++) {
    expect(a[k]).not.toBeNaN();
    scale = Math.max(scale, Math.abs(b[k]));
    worst = Math.max(worst, Math.abs(b[k] - a[k]));
  }
  return worst / scale;
}

/** The kernel on a device, block by block, with the weights of the one that it is compared with. */
async function onDevice(
  engine: Engine,
  precision: Precision,
  x: NdArray,
  options: EmpiricalOptions,
): Promise<DeviceRun> {
  const { plan, network } = await planEmpirical(x, { ...options, precision, native: 'off' });
  const job = await openNetwork(backendOf(engine), network, plan, options, options.weights ?? new Map());
  try {
    const run = new DeviceRun(job, network, plan, options);
    await run.compute(x.data, (options.z ?? x).data);
    return run;
  } finally {
    await job.close();
  }
}

const CASES = [
  ['vectors', EVERY_VECTOR_LAYER, [5, 3], [3, 3]],
  ['images', EVERY_IMAGE_LAYER, [4, 7, 4, 2], [3, 7, 4, 2]],
] as const;

test('wasm and plain JavaScript are there', () => {
  expect(ENGINES.map(([name]) => name)).toEqual(expect.arrayContaining(['tfjs wasm', 'tfjs cpu']));
});

describe.each(ENGINES)('finite networks on %s', (_name, engine, precision) => {
  describe.each(CASES)('every layer of %s', (_kind, architecture, shape, other) => {
    const [x, z] = [inputs(shape, 1), inputs(other, 2)];
    const common = { architecture, width: 6, outputs: 3, native: 'off' } as const;

    test.each([
      ['symmetric, in blocks', { examples: 2 }],
      ['one output after the other', { z, outputsAtOnce: 1 }],
      ['all pairs of outputs', { contract: 'full', examples: 3 }],
      ['by structure, layer by layer', { z, method: 'structured', contributions: true }],
      ['by Jacobian, layer by layer', { method: 'jacobian', contributions: true }],
      ['by Jacobian, all pairs of outputs', { z, method: 'jacobian', contract: 'full' }],
      ['by structure, all pairs of outputs', { method: 'structured', contract: 'full', contributions: true }],
    ] as const)('%s: as on the host in double precision', async (_, more) => {
      const before = engine.tensors(precision).held;
      const options: EmpiricalOptions = { ...common, ...more };
      const truth = await empiricalKernel(x, options);
      const run = await onDevice(engine, precision, x, { ...options, weights: truth.weights });
      expect(difference(run.outputs, truth.outputs.data)).toBeLessThan(TOLERANCE[precision]);
      if (run.contributions === null) expect(difference(run.ntk, truth.ntk.data)).toBeLessThan(TOLERANCE[precision]);
      expect([...(run.contributions?.keys() ?? [])]).toEqual([...(truth.contributions?.keys() ?? [])]);
      for (const [path, share] of run.contributions ?? []) {
        expect(difference(share, truth.contributions?.get(path)?.data ?? new Float64Array())).toBeLessThan(
          TOLERANCE[precision],
        );
      }
      expect(engine.tensors(precision).held).toBe(before);
    });

    test('gives its tensors back wherever the way back is left', async () => {
      const before = engine.tensors(precision).held;
      const { weights } = await empiricalKernel(x, common);
      const { operations, input, outputs } = finiteNetwork(architecture, shape, common);
      const own = (values: FloatArray) => (precision === 'f64' ? values : Float32Array.from(values));
      const layers = [...weights].map(
        ([path, { matrix, bias }]) => [path, { matrix: own(matrix), bias: bias && own(bias) }] as const,
      );
      const tf = engine.tensors(precision);
      const device = { tf, weights: new Map(layers) };
      const h = tf.tensor(x.data, [shape[0], positionCount(input.positions ?? []), input.channels]);
      const { output, saved } = forward(device, operations, h);
      const held = engine.tensors(precision).held;
      const ones = () => ({
        saved,
        cotangent: tf.tensor(new Float32Array(shape[0] * outputs).fill(1), [shape[0], 1, outputs]),
      });
      const trained = weightsOf(operations).filter(({ fields }) => Number(fields.train) > 0).length;
      // Behind the last one the way ends by itself.
      for (let last = 1; last <= trained + 1; last++) {
        let here = 0;
        for (const { meetings } of backward(device, operations, [ones()])) {
          expect(tf.readSync(meetings[0].cotangent).length).toBeGreaterThan(0);
          here += 1;
          if (here === last) break;
        }
        expect(here).toBe(Math.min(last, trained));
        expect(engine.tensors(precision).held).toBe(held);
      }
      for (const tensor of [h, output]) tensor.dispose();
      disposeActivations(saved);
      expect(engine.tensors(precision).held).toBe(before);
    });

    test('gives its tensors back where it is interrupted', async () => {
      const { weights } = await empiricalKernel(x, common);
      const before = engine.tensors(precision).held;
      const { plan, network } = await planEmpirical(x, { ...common, precision });
      const job = await openNetwork(backendOf(engine), network, plan, common, weights);
      const batch = await job.pass(precision === 'f64' ? x.data : Float32Array.from(x.data), x.shape[0]);
      const working = job.kernel(batch, batch, 0, 3);
      await new Promise((resolve) => setImmediate(resolve));
      await job.close();
      await expect(working).rejects.toThrow(InterruptedError);
      expect(engine.tensors(precision).held).toBe(before);
    });
  });

  test('random networks', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(), async ({ architecture, x, z }) => {
        const options = { architecture, width: 5, outputs: 2, native: 'off', z } as const;
        const truth = await empiricalKernel(x, options);
        const run = await onDevice(engine, precision, x, { ...options, weights: truth.weights });
        expect(difference(run.ntk, truth.ntk.data)).toBeLessThan(TOLERANCE[precision]);
      }),
      { numRuns: 15, seed: 5 },
    );
  });
});

describe('as a backend', () => {
  const x = inputs([6, 3], 1);
  const options = { architecture: EVERY_VECTOR_LAYER, width: 6, precision: 'f32', backend: 'tfjs' } as const;

  test('tfjs is planned, checked by the host, and recorded', async () => {
    const { plan, check, ntk } = await empiricalKernel(x, options);
    expect(plan).toMatchObject({ backend: 'tfjs', algebra: 'TensorFlow.js, tfjs', threads: 1 });
    expect(check.difference).toBeLessThan(check.tolerance);
    const { ntk: truth } = await empiricalKernel(x, { ...options, backend: 'host' });
    expect(difference(ntk.data, truth.data)).toBeLessThan(TOLERANCE.f32);
  });

  test('tells how far it is', async () => {
    const told: number[] = [];
    const run = await empiricalKernel(x, { ...options, examples: 2, onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([4, 12, 20, 24, 32, 36]);
    expect(run.plan.examples).toBe(2);
  });

  test.each([
    [{ precision: 'f64' }, '--backend tfjs: computes in f32, got f64'],
    [{ backend: 'reference', precision: 'f64' }, '--backend reference: must be host, tfjs or tensorflow'],
    [{ method: 'products' }, 'method: must be structured or jacobian on a device, got products'],
    [{ memory: 1e6 }, '--memory: the computation needs about'],
  ] as const)('%p is refused', async (more, message) => {
    await expect(empiricalKernel(x, { ...options, ...more })).rejects.toThrow(message);
  });
});
