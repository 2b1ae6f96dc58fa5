import { fileURLToPath } from 'node:url';
import {
  empiricalKernel,
  type KernelOptions,
  kernelMatrix,
  type NdArray,
  presetArchitecture,
  readInput,
} from '../../src/index.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import { RandomSource } from '../../src/linalg/random.js';
import { DenseOperator } from '../../src/operators/operator.js';
import { fitKernel } from '../../src/regression/fit.js';
import { fitByProducts } from '../../src/regression/fit-by-products.js';
import { predict } from '../../src/regression/predict.js';
import { type RegressData, regress } from '../../src/regression/regress.js';
import { describe, expect, test } from '../jest.js';

const algebras = [await linearAlgebra('off'), await linearAlgebra('auto')];
const [algebra] = algebras;
const report = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/reports/flow-repeated-${name}.csv`, import.meta.url));
const [x, y, z] = await Promise.all(['x', 'y', 'z'].map((name) => readInput(report(name))));
const TIMES = [1, 10, 1e3, 1e6, 1e15, 1e100, 1e300, Infinity];
const LIMIT = [0.6439445, 0.8780461];

type Options = Pick<KernelOptions, 'kind' | 'precision'>;

async function dataOf(
  train: NdArray,
  test_: NdArray,
  targets: Float64Array,
  options: Options = {},
): Promise<RegressData> {
  const common = { architecture: presetArchitecture('fc', { depth: 1 }), threads: 1, ...options };
  const valuesOf = async (rows: NdArray, more: Pick<KernelOptions, 'z'>): Promise<Float64Array> => {
    const { ntk, nngp } = await kernelMatrix(rows, { ...common, ...more });
    return Float64Array.from((options.kind === 'nngp' ? nngp : ntk)?.data ?? []);
  };
  const kernel = await valuesOf(train, {});
  const cross = await valuesOf(test_, { z: train });
  const roundoff = options.precision === 'f32' ? 2 ** -24 : 2 ** -53;
  return { kernel, cross, targets, n: train.shape[0], roundoff };
}

const targets = Float64Array.from(y.data);
const reported = await dataOf(x, z, targets);

/** Largest difference over the largest of both. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const size = Math.max(...left.map(Math.abs), ...right.map(Math.abs));
  return Math.max(...left.map((v, i) => Math.abs(v - right[i]))) / size;
}

/**
 * Rows of which every second repeats the one before, test rows, and two columns of labels that differ within a pair.
 */
function pairs(n: number, d: number, seed: number) {
  const random = new RandomSource(seed);
  const data = random.normals(n * d).map((v) => 40 * v);
  for (let i = 1; i < n; i += 2) data.copyWithin(i * d, (i - 1) * d, i * d);
  const rows = { data, shape: [n, d] };
  return { rows, others: { data: random.normals(3 * d), shape: [3, d] }, labels: random.normals(2 * n) };
}

/** Each row once, with the mean of its labels: what the limit of the flow on repeated rows predicts. */
function once({ rows, labels }: ReturnType<typeof pairs>) {
  const [n, d] = rows.shape;
  const keep = Array.from({ length: Math.ceil(n / 2) }, (_, k) => 2 * k);
  const data = Float64Array.from(keep.flatMap((i) => Array.from(rows.data.subarray(i * d, (i + 1) * d))));
  const means = [0, n].flatMap((at) =>
    keep.map((i) => (i + 1 < n ? (labels[at + i] + labels[at + i + 1]) / 2 : labels[at + i])),
  );
  return { rows: { data, shape: [keep.length, d] }, labels: Float64Array.from(means) };
}

describe('repeated rows with different labels', () => {
  test.each(TIMES)('stay at the limit of the flow: time %d', async (time) => {
    for (const each of algebras) {
      const { predictions, residual, error, warnings } = await regress(reported, { ridge: 0, time, algebra: each });
      expect(difference(predictions, LIMIT)).toBeLessThan(1e-7);
      // Of the labels, differences of 1 within two pairs are never learnt: a part of norm 1.
      expect(residual).toBeCloseTo(1 / Math.hypot(...targets), 9);
      expect(error).toBeLessThan(1e-9);
      expect(warnings.join()).toContain('2 of 6');
    }
  });

  test('a ridge next to nothing, and a list of times, give the limit as well', async () => {
    for (const ridge of [1e-300, 1e-30, 1e-20]) {
      for (const fit of await fitKernel(reported, { ridges: [ridge], times: TIMES, algebra })) {
        expect(difference(predict(reported.cross, fit.coefficients, 6), LIMIT)).toBeLessThan(1e-7);
      }
    }
  });

  test('in single precision, of the NNGP kernel and of a finite network: late times and the limit agree', async () => {
    const single = await dataOf(x, z, targets, { precision: 'f32' });
    const process_ = await dataOf(x, z, targets, { kind: 'nngp' });
    const network = { architecture: presetArchitecture('fc', { depth: 1 }), width: 60, seed: 3 };
    const own = Float64Array.from((await empiricalKernel(x, network)).ntk.data);
    const finite = { ...single, kernel: own, cross: (await empiricalKernel(z, { ...network, z: x })).ntk.data };
    for (const data of [single, process_, { ...finite, roundoff: 2 ** -53 }]) {
      const first = await regress(data, { ridge: 0, time: 1e4, algebra });
      for (const time of TIMES.slice(3)) {
        const { predictions } = await regress(data, { ridge: 0, time, algebra });
        expect(difference(predictions, first.predictions)).toBeLessThan(1e-9);
      }
      const small = await regress(data, { ridge: 1e-9, algebra });
      expect(difference(first.predictions, small.predictions)).toBeLessThan(1e-5);
    }
    expect(difference((await regress(single, { ridge: 0, algebra })).predictions, LIMIT)).toBeLessThan(1e-5);
  });

  test.each([
    [7, 3],
    [24, 5],
    [61, 9],
  ])('%d rows in R^%d and two outputs: as each row once with the mean of its labels', async (n, d) => {
    const drawn = pairs(n, d, n);
    const all = await dataOf(drawn.rows, drawn.others, drawn.labels);
    const single = once(drawn);
    const expected = await regress(await dataOf(single.rows, drawn.others, single.labels), { ridge: 0, algebra });
    for (const each of algebras) {
      for (const time of [1e9, 1e30, 1e300, Infinity]) {
        const { predictions } = await regress(all, { ridge: 0, time, algebra: each });
        expect(difference(predictions, expected.predictions)).toBeLessThan(1e-6);
      }
    }
  });

  test('leave-one-out errors of the smallest ridges are finite, and those of leaving out', async () => {
    const { leaveOneOut, ridge, warnings } = await regress(reported, { ridge: 'auto', algebra });
    expect(leaveOneOut).toHaveLength(15);
    for (const tried of leaveOneOut ?? []) {
      let sum = 0;
      for (let out = 0; out < 6; out++) {
        const keep = [0, 1, 2, 3, 4, 5].filter((i) => i !== out);
        const kernel = Float64Array.from(keep.flatMap((i) => keep.map((j) => reported.kernel[6 * i + j])));
        const row = Float64Array.from(keep, (j) => reported.kernel[6 * out + j]);
        const mean = [...keep.keys()].reduce((total, i) => total + kernel[6 * i], 0) / 5;
        const whole = Float64Array.from({ length: 6 }, (_, i) => reported.kernel[7 * i]).reduce((a, b) => a + b) / 6;
        const left = Float64Array.from(keep, (i) => targets[i]);
        const options = { ridge: (tried.ridge * whole) / mean, time: 1e300, algebra };
        const fit = await regress({ kernel, cross: row, targets: left, n: 5 }, options);
        sum += (fit.predictions[0] - targets[out]) ** 2;
      }
      expect(tried.error / (sum / 6)).toBeCloseTo(1, 2);
    }
    expect(ridge).toBeGreaterThan(1e-12);
    expect(warnings).toEqual([]);
  });

  test('conjugate gradients give the limit as well', async () => {
    const kernel = new DenseOperator(reported.kernel, 6);
    const rows = async (numbers: readonly number[]) =>
      Float64Array.from(numbers.flatMap((i) => Array.from(reported.kernel.subarray(6 * i, 6 * i + 6))));
    const options = { ridges: [0], tolerance: 1e-6, iterations: 1000, rank: 16, seed: 0, algebra };
    for (const rank of [1, 3, 16]) {
      const [fit] = await fitByProducts({ kernel, rows, targets }, { ...options, rank });
      expect(fit.converged).toBe(true);
      expect(fit.residual).toBeCloseTo(1 / Math.hypot(...targets), 6);
      expect(fit.warnings.join()).toContain('26 %');
      expect(difference(predict(reported.cross, fit.coefficients, 6), LIMIT)).toBeLessThan(1e-5);
    }
  });
});

describe('what is small but not nothing', () => {
  test('an eigenvalue of 1e-10 of the norm is learnt in its time', async () => {
    const kernel = Float64Array.of(1, 0, 0, 1e-10);
    const data = { kernel, cross: kernel, targets: Float64Array.of(1, 1), n: 2 };
    for (const [time, learnt] of [
      [1, 1e-10],
      [1e10, 1 - Math.exp(-1)],
      [1e12, 1],
    ]) {
      const { predictions } = await regress(data, { ridge: 0, time, algebra });
      expect(predictions[1] / learnt).toBeCloseTo(1, 6);
    }
  });

  test.each([1e-300, 1e-200, 1e200, 1e300])('kernels of the size %d are as those of size 1', async (scale) => {
    const scaled = {
      ...reported,
      kernel: reported.kernel.map((v) => (v * scale) / 1e4),
      cross: Float64Array.from(reported.cross, (v) => (v * scale) / 1e4),
    };
    for (const options of [{ ridge: 0 }, { ridge: 0, time: scale < 1 ? Infinity : 1e300 }, { ridge: 1e-30 }] as const) {
      const { predictions } = await regress(scaled, { ...options, algebra });
      expect(difference(predictions, LIMIT)).toBeLessThan(1e-7);
    }
    const small = await regress(scaled, { ridge: 'auto', algebra });
    const own = await regress(reported, { ridge: 'auto', algebra });
    expect(small.ridge).toBe(own.ridge);
    expect(difference(small.predictions, own.predictions)).toBeLessThan(1e-7);
  });
});
