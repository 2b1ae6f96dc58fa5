import { writeFileSync } from 'node:fs';
import { storedOperator } from '../../src/index.js';
import { crossFile, openMatrixFile } from '../../src/operators/matrix-file.js';
import { temporaryFolder } from '../data/fixtures.js';
import { store } from '../fuzz/stored/files.js';
import { describe, expect, test } from '../jest.js';

const at = temporaryFolder();
/** More than one panel of 8 MiB. */
const N = 1100;
const symmetric = Float64Array.from({ length: N * N }, (_, k) => {
  const [i, j] = [Math.floor(k / N), k % N];
  return Math.cos(i * j) + (i === j ? 3 : 0);
});

async function check(layout: 'npy' | 'fortran' | 'big endian', entries: Float64Array): Promise<void> {
  const operator = await storedOperator(await store(at.path('K'), layout, entries, [N, N]));
  try {
    await operator.check?.();
  } finally {
    await operator.close();
  }
}

function changed(change: (a: Float64Array) => void): Float64Array {
  const a = symmetric.slice();
  change(a);
  return a;
}

describe('a matrix that is read panel by panel', () => {
  test.each(['npy', 'fortran', 'big endian'] as const)('%s: is taken as it is, and to rounding', async (layout) => {
    await expect(check(layout, symmetric)).resolves.toBeUndefined();
    const noise = changed((a) => {
      for (let k = 0; k < a.length; k += 7) a[k] *= 1 + 2 ** -52;
    });
    await expect(check(layout, noise)).resolves.toBeUndefined();
    for (const scale of layout === 'npy' ? [2 ** -1000, 2 ** 1000] : []) {
      await expect(
        check(
          layout,
          symmetric.map((v) => v * scale),
        ),
      ).resolves.toBeUndefined();
    }
  });

  test.each([
    [5, 1090, 1e-6],
    [1098, 1099, 1e-8],
    [0, 700, 3],
  ])('one entry (%d, %d) that differs by %d from its mirror image is named', async (i, j, by) => {
    const wrong = changed((a) => {
      a[i * N + j] += by;
    });
    for (const layout of by === 3 ? (['npy', 'fortran'] as const) : (['npy'] as const)) {
      await expect(check(layout, wrong)).rejects.toThrow(new RegExp(`entry \\((${i}, ${j}|${j}, ${i})\\).*symmetric`));
    }
  });

  test('an entry that is not finite is named by the place in the file', async () => {
    const wrong = changed((a) => {
      a[1077 * N + 31] = Number.NaN;
    });
    for (const layout of ['npy', 'fortran', 'big endian'] as const) {
      await expect(check(layout, wrong)).rejects.toThrow(/K\.npy: entry \(1077, 31\) .* got NaN/);
    }
  });
});

test('a matrix between test and training rows gives the same products from every layout', async () => {
  const values = Float64Array.from({ length: 15 }, (_, k) => Math.sin(k + 1));
  const vector = Float64Array.of(1, -2, 0.5, 3, 4, 1, 2, 3, 4, 5);
  const expected = [0, 1].flatMap((c) =>
    [0, 1, 2].map((i) => [0, 1, 2, 3, 4].reduce((sum, j) => sum + values[5 * i + j] * vector[5 * c + j], 0)),
  );
  for (const layout of ['npy', 'fortran', 'big endian', 'csv', 'csv.gz', 'npz'] as const) {
    const path = await store(at.path(`Z-${layout.replace(' ', '-')}`), layout, values, [3, 5]);
    const file = await openMatrixFile(path, { memory: Number.MAX_SAFE_INTEGER });
    expect(file.shape).toEqual([3, 5]);
    const cross = await crossFile(file);
    const found = await cross.apply(vector, 2);
    await cross.close();
    for (const [k, value] of expected.entries()) expect(found[k]).toBeCloseTo(value, 12);
  }
});

test('small integers are exact, singles are not', async () => {
  const memory = Number.MAX_SAFE_INTEGER;
  const integers = await store(at.path('I'), 'integers', Float64Array.of(1, 2, 2, 5), [2, 2]);
  expect((await openMatrixFile(integers, { memory })).roundoff).toBe(2 ** -53);
  const singles = await store(at.path('S'), 'singles', Float64Array.of(1.5, 2, 2, 5), [2, 2]);
  expect((await openMatrixFile(singles, { memory })).roundoff).toBe(2 ** -24);
  writeFileSync(at.path('text.csv'), '1,2\n2,5\n');
  expect((await openMatrixFile(at.path('text.csv'), { memory })).roundoff).toBe(2 ** -53);
});
