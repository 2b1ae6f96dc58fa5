import { type NdArray, zcaWhitening } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { numbers } from './matrices.js';

/** Correlated rows `[n, d]` far from 0. */
function rows(n: number, d: number, seed: number): NdArray<Float64Array> {
  const [drawn, mix] = [numbers(n * d, seed), numbers(d * d, seed + 1)];
  const data = Float64Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let sum = 3 + j;
    for (let k = 0; k < d; k++) sum += drawn[i * d + k] * mix[k * d + j] * (k + 1);
    return sum;
  });
  return { data, shape: [n, d] };
}

function repeated({ data, shape: [n, d] }: NdArray, times: number): NdArray {
  const all = new Float64Array(times * data.length);
  for (let k = 0; k < times; k++) all.set(data, k * data.length);
  return { data: all, shape: [times * n, d] };
}

/** X' X / n of rows that have no mean, `[d, d]`; and the largest mean. */
function covariance({ data, shape: [n, d] }: NdArray) {
  const mean = Float64Array.from({ length: d }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[i * d + j];
    return sum / n;
  });
  const matrix = Float64Array.from({ length: d * d }, (_, at) => {
    const [a, b] = [Math.floor(at / d), at % d];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (data[i * d + a] - mean[a]) * (data[i * d + b] - mean[b]);
    return sum / n;
  });
  return { matrix, mean: Math.max(...mean.map(Math.abs)) };
}

const product = (a: Float64Array, b: Float64Array, d: number): Float64Array =>
  Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let sum = 0;
    for (let k = 0; k < d; k++) sum += a[i * d + k] * b[k * d + j];
    return sum;
  });

const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

describe('whitening', () => {
  for (const native of ['auto', 'off']) {
    for (const [n, d] of [
      [60, 7],
      [6, 15],
      [8, 8],
    ]) {
      test(`covariance of ${n} rows of ${d} becomes C (C + shift)^-1, native ${native}`, async () => {
        const x = rows(n, d, 5);
        const whitening = await zcaWhitening(x, { epsilon: 0.1, native });
        const white = whitening.apply(x);
        const [before, after] = [covariance(x), covariance(white)];
        expect(after.mean).toBeLessThan(1e-12);
        // A (C + shift) = C says the same without an inverse.
        const lifted = before.matrix.map((value, at) => value + (at % (d + 1) === 0 ? whitening.shift : 0));
        const size = Math.max(...before.matrix);
        expect(gap(product(after.matrix, lifted, d), before.matrix)).toBeLessThan(1e-12 * size);
        const trace = before.matrix.reduce((sum, value, at) => sum + (at % (d + 1) === 0 ? value : 0), 0);
        expect(whitening.shift).toBeCloseTo((0.1 * trace) / d, 10);
        expect(white.shape).toEqual(x.shape);
      });
    }
  }

  test('few rows, and the same rows repeated until they are more than features: two routes, one result', async () => {
    const [x, z] = [rows(6, 20, 9), rows(5, 20, 11)];
    const few = await zcaWhitening(x, { epsilon: 0.01 });
    const many = await zcaWhitening(repeated(x, 5), { epsilon: 0.01 });
    expect(few.eigenvalues).toHaveLength(6);
    expect(many.eigenvalues).toHaveLength(20);
    expect(gap(few.eigenvalues.slice(0, 5), many.eigenvalues)).toBeLessThan(1e-11 * few.eigenvalues[0]);
    for (const each of [x, z]) {
      const [a, b] = [few.apply(each).data, many.apply(each).data];
      expect(gap(a, b)).toBeLessThan(1e-11 * Math.max(...a.map(Math.abs)));
    }
  });

  test('turned rows are whitened to turned rows', async () => {
    const [x, z] = [rows(30, 2, 3), rows(4, 2, 4)];
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turned = ({ data, shape }: NdArray): NdArray => {
      const to = Float64Array.from(data, (value, at) =>
        at % 2 === 0 ? c * value - s * data[at + 1] : s * data[at - 1] + c * value,
      );
      return { data: to, shape };
    };
    const first = turned((await zcaWhitening(x)).apply(z));
    const second = (await zcaWhitening(turned(x))).apply(turned(z));
    expect(gap(first.data, second.data)).toBeLessThan(1e-12);
  });

  test('scale and place of the features do not matter, from 1e-150 to 1e150; singles are taken as they are', async () => {
    const x = rows(9, 4, 21);
    const white = (await zcaWhitening(x)).apply(x);
    for (const factor of [2 ** -500, 2 ** 500]) {
      const far = { data: x.data.map((value) => value * factor), shape: x.shape };
      expect(gap((await zcaWhitening(far)).apply(far).data, white.data)).toBe(0);
    }
    const singles = { data: Float32Array.from(x.data), shape: x.shape };
    const doubles = { data: Float64Array.from(singles.data), shape: x.shape };
    const found = (await zcaWhitening(singles)).apply(singles);
    expect(found.data).toBeInstanceOf(Float64Array);
    expect([...found.data]).toEqual([...(await zcaWhitening(doubles)).apply(doubles).data]);
  });

  test('a constant feature is centred, and other values of it count by the shift alone', async () => {
    const x = rows(12, 3, 2);
    for (let i = 0; i < 12; i++) x.data[3 * i + 1] = 7;
    const whitening = await zcaWhitening(x, { epsilon: 0.5 });
    const white = whitening.apply(x);
    for (let i = 0; i < 12; i++) expect(Math.abs(white.data[3 * i + 1])).toBeLessThan(1e-15);
    const z = { data: x.data.slice(0, 3), shape: [1, 3] };
    z.data[1] = 8;
    expect(whitening.apply(z).data[1]).toBeCloseTo(1 / Math.sqrt(whitening.shift), 12);
  });

  test('full rank needs no epsilon: the covariance is the identity', async () => {
    const x = rows(40, 4, 31);
    const { matrix } = covariance((await zcaWhitening(x, { epsilon: 0 })).apply(x));
    expect(gap(matrix, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBeLessThan(1e-11);
  });

  test('what cannot be whitened is refused', async () => {
    const x = rows(5, 8, 1);
    const wrong = async (given: NdArray, options: object): Promise<string> => {
      const error: unknown = await zcaWhitening(given, options).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      return String(error);
    };
    for (const epsilon of [0, 1e-17]) expect(await wrong(x, { epsilon })).toMatch(/eigenvalues .* 0 to rounding/);
    for (const epsilon of [-1, Number.NaN, Infinity]) {
      expect(await wrong(x, { epsilon })).toMatch(/UsageError: scale: zca:eps needs a number from 0 on, got zca:/);
    }
    const equal = repeated({ data: Float64Array.from([1, 2]), shape: [1, 2] }, 4);
    expect(await wrong(equal, {})).toMatch(/needs training rows that differ, got equal ones/);
    expect(await wrong(x, { memory: 1e6 })).toMatch(/MemoryError: --memory: whitening needs about .*, got a promise/);
    const whitening = await zcaWhitening(x);
    await expect(zcaWhitening({ data: new Float64Array(0), shape: [0, 2] })).rejects.toThrow(
      'scale: zca needs training rows, got shape [0, 2]. Give some.',
    );
    expect(() => whitening.apply(rows(2, 7, 1))).toThrow(/zca was fitted to 8 features, got 7/);
  });
});
