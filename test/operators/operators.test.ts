import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DataError,
  InterruptedError,
  kernelMatrix,
  type NdArray,
  presetArchitecture,
  UsageError,
  writeNpy,
} from '../../src/index.js';
import { computedOperator } from '../../src/kernel/operator.js';
import { DenseOperator, type SymmetricOperator, scaled, shifted, sum } from '../../src/operators/operator.js';
import { storedOperator } from '../../src/operators/stored.js';
import { npyDictionary, npyFile } from '../data/fixtures.js';
import { afterAll, describe, expect, test } from '../jest.js';
import { COMBINATIONS, label } from '../kernels/backends.js';
import { limits } from '../kernels/tolerances.js';
import { normals } from '../reference/monte-carlo.js';

const folder = mkdtempSync(join(tmpdir(), 'operators-'));
afterAll(() => rmSync(folder, { recursive: true }));

const N = 150;
const next = normals(21);
const x: NdArray = { data: Float64Array.from({ length: N * 6 }, next), shape: [N, 6] };
const architecture = presetArchitecture('fc', { depth: 2, bias: 0.2 });
const truth = Float64Array.from((await kernelMatrix(x, { architecture, threads: 1 })).ntk.data);
const COLUMNS = 6;
const block = Float64Array.from({ length: COLUMNS * N }, next);

/** A X by its definition. */
function product(a: Float64Array, vectors: Float64Array, n: number): Float64Array {
  return vectors.map((_, at) => {
    const [c, i] = [Math.floor(at / n), at % n];
    let total = 0;
    for (let k = 0; k < n; k++) total += a[i * n + k] * vectors[c * n + k];
    return total;
  });
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (v, i) => Math.abs(v - b[i])).reduce((most, v) => Math.max(most, v), 0);
}

const EXPECTED = product(truth, block, N);
/** Sum of |a x| over a row, at most: what rounding is relative to. */
const SIZE = Math.max(...truth) * N * 4;

async function check(operator: SymmetricOperator, tolerance: number): Promise<void> {
  expect(operator.size).toBe(N);
  expect(distance(await operator.apply(block, COLUMNS), EXPECTED)).toBeLessThan(tolerance * SIZE);
  expect(distance(await operator.apply(block.subarray(0, N), 1), EXPECTED.subarray(0, N))).toBeLessThan(
    tolerance * SIZE,
  );
  const diagonal = Float64Array.from({ length: N }, (_, i) => truth[i * (N + 1)]);
  expect(distance(await operator.diagonal(), diagonal)).toBeLessThan(tolerance * SIZE);
  expect(distance((await operator.entries()) ?? [], truth)).toBeLessThan(tolerance * SIZE);
  await operator.close();
}

describe('an operator', () => {
  test('in memory', () => check(new DenseOperator(truth, N), 1e-15));

  test.each(COMBINATIONS.map((c) => [label(c), c] as const))(
    'computed on %s and never stored',
    async (_name, combination) => {
      const operator = await computedOperator(x, { architecture, threads: 2, ...combination });
      expect(operator.roundoff).toBe(combination.precision === 'f64' ? 2 ** -53 : 2 ** -24);
      await check(operator, limits(combination).entry / 10);
    },
  );

  test.each(['f64', 'f32'] as const)(
    'computed by host in %s, of odd sizes, with one vector and with many',
    async (precision) => {
      for (const n of [1, 3, 151]) {
        const odd: NdArray = { data: Float64Array.from({ length: n * 6 }, next), shape: [n, 6] };
        const options = { architecture, precision, backend: 'host', native: 'off' } as const;
        const entries = Float64Array.from((await kernelMatrix(odd, options)).ntk.data);
        const operator = await computedOperator(odd, { ...options, threads: 2 });
        for (const columns of [1, 4, 9]) {
          const v = Float64Array.from({ length: columns * n }, next);
          expect(distance(await operator.apply(v, columns), product(entries, v, n))).toBeLessThan(1e-15 * SIZE);
        }
        await operator.close();
      }
    },
  );

  test('tells how far a product is, and can be stopped within one', async () => {
    const told: number[] = [];
    const stop = new AbortController();
    const operator = await computedOperator(x, {
      architecture,
      signal: stop.signal,
      onProgress: ({ done, total }) => told.push(done / total),
    });
    await operator.apply(block, COLUMNS);
    expect(told.at(-1)).toBe(1);
    stop.abort();
    await expect(operator.apply(block, COLUMNS)).rejects.toThrow(InterruptedError);
    await operator.close();
  });

  test('computed of images has the diagonal and the products of their matrix, the last tile a narrow one', async () => {
    const n = 19;
    const images: NdArray = { data: Float64Array.from({ length: n * 12 }, next), shape: [n, 3, 2, 2] };
    const options = { architecture: presetArchitecture('cntk', { depth: 1 }) } as const;
    const entries = Float64Array.from((await kernelMatrix(images, options)).ntk.data);
    const operator = await computedOperator(images, options);
    expect(await operator.diagonal()).toEqual(Float64Array.from({ length: n }, (_, i) => entries[i * n + i]));
    const v = Float64Array.from({ length: 2 * n }, next);
    expect(distance(await operator.apply(v, 2), product(entries, v, n))).toBeLessThan(1e-13);
    await operator.close();
  });

  test('gives the same product every time', async () => {
    const operator = await computedOperator(x, { architecture, threads: 2 });
    const first = await operator.apply(block, COLUMNS);
    for (let k = 0; k < 3; k++) expect(await operator.apply(block, COLUMNS)).toEqual(first);
    await operator.close();
  });

  test.each([
    ['f64', 1e-15],
    ['f32', 1e-7],
  ] as const)('stored in %s', async (precision, tolerance) => {
    const path = join(folder, `${precision}.npy`);
    const data = precision === 'f64' ? truth : Float32Array.from(truth);
    await writeNpy(path, { data, shape: [N, N] });
    await check(await storedOperator(path), tolerance);
  });

  test('stored with the bytes the other way round', async () => {
    const path = join(folder, 'big.npy');
    const body = Buffer.alloc(32);
    for (const [at, value] of [1, 2, 2, 5].entries()) body.writeDoubleBE(value, 8 * at);
    writeFileSync(path, npyFile(npyDictionary('>f8', [2, 2]), body));
    const operator = await storedOperator(path);
    expect(await operator.apply(Float64Array.of(1, 10), 1)).toEqual(Float64Array.of(21, 52));
    await operator.close();
  });

  test('larger than a panel', async () => {
    const n = 1500;
    const a = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return 1 / (1 + Math.abs(i - j));
    });
    const path = join(folder, 'large.npy');
    await writeNpy(path, { data: a, shape: [n, n] });
    const operator = await storedOperator(path);
    const v = Float64Array.from({ length: 5 * n }, next);
    expect(distance(await operator.apply(v, 5), await new DenseOperator(a, n).apply(v, 5))).toBeLessThan(1e-11);
    await operator.close();
  });

  test('shifted, scaled and added', async () => {
    const a = new DenseOperator(Float64Array.of(2, 1, 1, 3), 2);
    const all = sum(scaled(a, 2), shifted(a, 10));
    expect(await all.apply(Float64Array.of(1, 0, 0, 1), 2)).toEqual(Float64Array.of(16, 3, 3, 19));
    expect(await all.diagonal()).toEqual(Float64Array.of(16, 19));
    expect(await all.entries()).toEqual(Float64Array.of(16, 3, 3, 19));
  });

  test('refuses what is no symmetric kernel', async () => {
    const path = join(folder, 'oblong.npy');
    await writeNpy(path, { data: new Float64Array(6), shape: [2, 3] });
    await expect(storedOperator(path)).rejects.toThrow(DataError);
    await expect(storedOperator(join(folder, 'none.npy'))).rejects.toThrow(DataError);
    await expect(computedOperator(x, { architecture, z: x })).rejects.toThrow(UsageError);
  });
});
