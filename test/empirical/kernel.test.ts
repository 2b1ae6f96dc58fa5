import fc from 'fast-check';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { NdArray, Precision } from '../../src/data/array.js';
import { checkBlock } from '../../src/empirical/check.js';
import { empiricalKernel, engineOf, plannedEmpirical } from '../../src/empirical/kernel.js';
import { planEmpirical } from '../../src/empirical/plan.js';
import type { EmpiricalKernel, EmpiricalOptions } from '../../src/empirical/types.js';
import { InterruptedError, NumericalError } from '../../src/errors.js';
import { LAYERS } from '../../src/layers/index.js';
import { matrixProduct } from '../../src/linalg/product.js';
import type { Engine } from '../../src/network/engine.js';
import { forward } from '../../src/network/forward.js';
import { finiteNetwork } from '../../src/network/network.js';
import type { LayerWeights } from '../../src/network/weights.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import { describe, expect, test } from '../jest.js';
import { arbitraryCase, type Case, EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER, inputs } from './networks.js';

const CASES: readonly (readonly [string, Case])[] = [
  ['vectors', { architecture: EVERY_VECTOR_LAYER, x: inputs([4, 3], 1), z: inputs([3, 3], 2) }],
  ['images', { architecture: EVERY_IMAGE_LAYER, x: inputs([3, 7, 4, 2], 3), z: inputs([2, 7, 4, 2], 4) }],
];

function difference(a: NdArray, b: NdArray): number {
  expect(a.shape).toEqual(b.shape);
  let [scale, worst] = [Number.MIN_VALUE, 0];
  for (let k = 0; k < b.data.length; k++) {
    expect(a.data[k]).not.toBeNaN();
    scale = Math.max(scale, Math.abs(b.data[k]));
    worst = Math.max(worst, Math.abs(b.data[k] - a.data[k]));
  }
  return worst / scale;
}

/**
 * Derivatives of all outputs by all trained numbers, by central differences: rows `[n, o]`, one column a number, scaled
 * by sqrt(train).
 */
async function differences(
  { architecture, x }: Case,
  options: Partial<EmpiricalOptions>,
): Promise<readonly Float64Array[]> {
  const { weights } = await empiricalKernel(x, { architecture, native: 'off', ...options });
  const network = finiteNetwork(architecture, x.shape, options);
  const product = await matrixProduct('off', 'f64');
  const engine: Engine = { precision: 'f64', product, weights };
  const run = (): Float64Array => Float64Array.from(forward(network.operations, x.data, x.shape[0], engine).output);
  const columns: Float64Array[] = [];
  for (const { path, fields } of weightsOf(network.operations)) {
    const { matrix, bias } = weights.get(path) as LayerWeights;
    for (const numbers of bias === null ? [matrix] : [matrix, bias]) {
      for (let k = 0; k < numbers.length; k++) {
        const [before, step] = [numbers[k], 1e-5];
        numbers[k] = before + step;
        const up = run();
        numbers[k] = before - step;
        const down = run();
        numbers[k] = before;
        columns.push(up.map((v, i) => (Math.sqrt(Number(fields.train)) * (v - down[i])) / (2 * step)));
      }
    }
  }
  return columns;
}

describe('the cases hold every kind of layer', () => {
  test('but step, which has no NTK', () => {
    const text = JSON.stringify([EVERY_IMAGE_LAYER, EVERY_VECTOR_LAYER]);
    const missing = Object.keys(LAYERS).filter((kind) => !text.includes(`"kind":"${kind}"`));
    expect(missing).toEqual(['step']);
  });
});

describe.each(CASES)('%s', (_name, known) => {
  const { architecture, x, z } = known;

  test('the kernel is the Gram matrix of the Jacobian by finite differences', async () => {
    const options = { width: 4, outputs: 2, contract: 'full', seed: 5 } as const;
    const columns = await differences(known, options);
    const { ntk } = await empiricalKernel(x, { architecture, ...options, native: 'off' });
    const [n, , o] = ntk.shape;
    const gram = new Float64Array(ntk.data.length);
    for (let k = 0; k < gram.length; k++) {
      const [b, a, j, i] = [k % o, Math.floor(k / o) % o, Math.floor(k / o ** 2) % n, Math.floor(k / (o ** 2 * n))];
      for (const column of columns) gram[k] += column[i * o + a] * column[j * o + b];
    }
    expect(difference({ data: gram, shape: ntk.shape }, ntk)).toBeLessThan(1e-7);
  });

  test.each([{}, { z }])('blocks, outputs at a time, layers and precisions agree %#', async (second) => {
    const kernel = (more: Partial<EmpiricalOptions>): Promise<EmpiricalKernel> =>
      empiricalKernel(x, { architecture, ...second, width: 9, outputs: 3, native: 'off', ...more });
    const whole = await kernel({});
    const full = await kernel({ contract: 'full' });
    const o = 3;
    const mean = whole.ntk.data.map((_, k) =>
      [0, 1, 2].reduce((sum, a) => sum + full.ntk.data[k * o * o + a * o + a] / o, 0),
    );
    expect(difference({ data: mean, shape: whole.ntk.shape }, whole.ntk)).toBeLessThan(1e-13);
    const shares = await kernel({ contributions: true });
    const sum = whole.ntk.data.map((_, k) =>
      [...(shares.contributions?.values() ?? [])].reduce((s, a) => s + a.data[k], 0),
    );
    expect(difference({ data: sum, shape: whole.ntk.shape }, whole.ntk)).toBeLessThan(1e-13);
    expect([...(shares.contributions?.keys() ?? [])].toSorted()).toEqual(
      whole.plan.layers.map(({ path }) => path).toSorted(),
    );
    for (const contract of ['trace', 'full'] as const) {
      const parts = await kernel({ contract, examples: 2, outputsAtOnce: contract === 'full' ? 3 : 2 });
      expect(difference(parts.ntk, (contract === 'full' ? full : whole).ntk)).toBeLessThan(1e-13);
      expect(parts.outputs).toEqual(whole.outputs);
    }
    const single = await kernel({ precision: 'f32' });
    expect(single.ntk.data).toBeInstanceOf(Float32Array);
    expect(difference(single.ntk, whole.ntk)).toBeLessThan(2e-5);
    expect(single.check.difference).toBeLessThan(single.check.tolerance);
  });

  test('a symmetric kernel is symmetric bit for bit', async () => {
    const { ntk } = await empiricalKernel(x, { architecture, width: 9, outputs: 2, contract: 'full' });
    const [n, , o] = ntk.shape;
    const at = (i: number, j: number, a: number, b: number): number => ntk.data[((i * n + j) * o + a) * o + b];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let a = 0; a < o; a++) for (let b = 0; b < o; b++) expect(at(i, j, a, b)).toBe(at(j, i, b, a));
      }
    }
  });
});

test('all methods agree on random networks', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryCase(),
      fc.boolean(),
      fc.constantFrom(1, 2),
      async ({ architecture, x, z }, hasZ, outputs) => {
        const kernel = (more: Partial<EmpiricalOptions>): Promise<EmpiricalKernel> =>
          empiricalKernel(x, { architecture, width: 5, outputs, contract: 'full', ...(hasZ ? { z } : {}), ...more });
        const { ntk, check } = await kernel({ native: 'off', method: 'structured' });
        expect(check.difference).toBeLessThan(1e-11);
        expect(difference((await kernel({ native: 'off', method: 'jacobian' })).ntk, ntk)).toBeLessThan(1e-10);
        expect(difference((await kernel({ native: 'off', method: 'products' })).ntk, ntk)).toBeLessThan(1e-10);
        expect(difference((await kernel({ native: 'auto' })).ntk, ntk)).toBeLessThan(1e-10);
      },
    ),
    { seed: 7, numRuns: 60 },
  );
});

describe.each(CASES)('the check of %s', (_name, { architecture, x, z }) => {
  const options = { architecture, width: 6, outputs: 2, native: 'off', threads: 1 } as const;

  test.each(['structured', 'jacobian', 'products', undefined] as const)(
    'computes by others than %s',
    async (method) => {
      const { plan, check } = await empiricalKernel(x, { ...options, ...(method && { method }) });
      expect(check.methods).not.toContain(method);
      const used = new Set(plan.layers.map((layer) => layer.method));
      expect(check.methods.filter((other) => used.size > 1 || !used.has(other))).toEqual(check.methods);
    },
  );

  test.each([
    ['trace', undefined],
    ['full', undefined],
    ['full', z],
  ] as const)('finds one wrong entry, %s %#', async (contract, columns) => {
    const more = { ...options, contract, ...(columns && { z: columns }) };
    const planned = await planEmpirical(x, more);
    const { ntk } = await plannedEmpirical(x, more, planned);
    const engine = await engineOf(planned, more);
    const [, m] = ntk.shape;
    const pair = ntk.data.length / (x.shape[0] * m);
    const difference = async (place: number): Promise<number> => {
      const wrong = ntk.data.slice();
      wrong[place] += 1e-8 * ntk.data[0];
      const inputsOf = [x.data, (columns ?? x).data] as const;
      return (await checkBlock(planned, engine, inputsOf, wrong, async () => undefined)).difference;
    };
    for (let k = 0; k < 4 * pair; k++) {
      const row = Math.floor(k / (2 * pair));
      expect(await difference(row * m * pair + (k % (2 * pair)))).toBeGreaterThan(1e-10);
    }
  });
});

test('a check that is interrupted stops', async () => {
  const { architecture, x } = CASES[0][1];
  const planned = await planEmpirical(x, { architecture, width: 8 });
  const engine = await engineOf(planned, { architecture });
  const { ntk } = await plannedEmpirical(x, { architecture, width: 8 }, planned);
  const pause = async (): Promise<void> => {
    throw new InterruptedError();
  };
  await expect(checkBlock(planned, engine, [x.data, x.data], ntk.data, pause)).rejects.toThrow(InterruptedError);
});

test.each([
  ['f32', 1e25, 'got Infinity in row 3, column 3 (counted from 0) in f32. Use --precision f64'],
  ['f64', Number.NaN, 'got NaN in row 0, column 3 (counted from 0) in f64. Look for NaN'],
] as const)('an entry that is not finite in %s is refused, wherever it stands', async (precision, factor, got) => {
  const { data, shape } = inputs([4, 3], 1);
  // The check of a 2 x 2 block does not see the last example.
  const x = { data: data.map((v, k) => (k < 9 ? v : factor * v)), shape };
  const architecture = presetArchitecture('fc', { depth: 1 });
  const kernel = empiricalKernel(x, { architecture, width: 8, precision });
  await expect(kernel).rejects.toThrow(NumericalError);
  await expect(kernel).rejects.toThrow(got);
});

test('the plan counts inputs that are copied into the precision of the run, once', async () => {
  const architecture = presetArchitecture('fc', { depth: 1 });
  const x = inputs([50, 20_000], 1);
  const options = { architecture, width: 2, threads: 1, examples: 1 } as const;
  const added = async (data: NdArray, precision: Precision): Promise<number> =>
    (await planEmpirical(data, { ...options, precision })).added;
  const single = { data: Float32Array.from(x.data), shape: x.shape };
  expect((await added(single, 'f64')) - (await added(x, 'f64'))).toBe(8 * x.data.length);
  expect((await added(x, 'f32')) - (await added(single, 'f32'))).toBe(4 * x.data.length);
});

test('a promise of memory that is too small is refused before the start', async () => {
  const { architecture, x } = CASES[0][1];
  await expect(empiricalKernel(x, { architecture, memory: 1000 })).rejects.toThrow(
    /--memory: the computation needs about/,
  );
});

test('a smaller promise takes fewer outputs at once, then fewer examples', async () => {
  const { architecture } = CASES[0][1];
  const x = inputs([2000, 3], 9);
  const plan = async (memory: number) =>
    (await planEmpirical(x, { architecture, width: 1000, outputs: 8, memory, threads: 1 })).plan;
  const whole = await plan(2 ** 34);
  expect([whole.examples, whole.outputsAtOnce]).toEqual([2000, 8]);
  const some = await plan(whole.memoryBytes - 2 ** 27);
  expect(some.examples).toBe(2000);
  expect(some.outputsAtOnce).toBeLessThan(8);
  const least = await plan(whole.memoryBytes - 7 * 2 ** 27);
  expect(least.outputsAtOnce).toBe(1);
  expect(least.examples).toBeLessThan(2000);
  expect(least.memoryBytes).toBeLessThanOrEqual(least.memoryLimit);
});
