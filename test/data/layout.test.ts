import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Layout, readInput } from '../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';
import { elements, idxFile, npyDictionary, npyFile, npyOf, refused, temporaryFolder, zipFile } from './fixtures.js';

const folder = temporaryFolder();

/** The element that stands at these indices of an array `[n, c, ...positions]`: a number that no other has. */
const valueAt = (indices: readonly number[]): number => indices.reduce((code, index) => 10 * code + index, 0);

/** All indices of an array of these sizes, the last fastest. */
function indicesOf(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<readonly (readonly number[])[]>(
    (before, size) => before.flatMap((indices) => Array.from({ length: size }, (_, i) => [...indices, i])),
    [[]],
  );
}

/** The array `[n, c, ...positions]` as a file, in C or in Fortran order. */
function fileOf(sizes: readonly number[], fortran: boolean): Uint8Array {
  const reversed = indicesOf([...sizes].reverse()).map((indices) => [...indices].reverse());
  const values = (fortran ? reversed : indicesOf(sizes)).map(valueAt);
  return npyFile(npyDictionary('<i4', sizes, fortran), elements('i4', values));
}

/** Whether every element of `[n, ...positions, c]` is the one of `[n, c, ...positions]`. */
function isTurned(data: ArrayLike<number>, [n, ...example]: readonly number[], firstRow = 0): boolean {
  return indicesOf([n, ...example]).every(([row, ...rest], i) => {
    const channel = rest[rest.length - 1];
    return data[i] === valueAt([row + firstRow, channel, ...rest.slice(0, -1)]);
  });
}

describe('layout nchw', () => {
  const size = fc.integer({ min: 1, max: 4 });

  test('of images and sequences, in C and in Fortran order, of any rows: channels stand last in the result', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 3, maxLength: 4 }), fc.boolean(), fc.nat(), async (sizes, f, at) => {
        const path = await folder.write('x.npy', fileOf(sizes, f));
        const start = at % sizes[0];
        const x = await readInput(path, { layout: 'nchw', rows: { start, end: sizes[0] } });
        expect(x.shape).toEqual([sizes[0] - start, ...sizes.slice(2), sizes[1]]);
        expect(isTurned(x.data, x.shape, start)).toBe(true);
        expect((await readInput(path)).shape).toEqual(sizes);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  test('of .npz, of .gz and of IDX with channels', async () => {
    const content = fileOf([2, 3, 2, 4], false);
    const bytes = Uint8Array.from(indicesOf([2, 3, 2, 4]).map((indices) => valueAt(indices) % 256));
    for (const [name, file] of [
      ['x.npz', zipFile([{ name: 'a.npy', content, deflate: true }])],
      ['x.npy.gz', gzipSync(content)],
    ] as const) {
      const x = await readInput(await folder.write(name, file), { layout: 'nchw' });
      expect({ shape: x.shape, turned: isTurned(x.data, x.shape) }).toEqual({ shape: [2, 2, 4, 3], turned: true });
    }
    const idx = await readInput(await folder.write('x-ubyte', idxFile(8, [2, 3, 2, 4], bytes)), { layout: 'nchw' });
    expect(idx.shape).toEqual([2, 2, 4, 3]);
    expect(idx.data[1]).toBe(valueAt([0, 1, 0, 0]) % 256);
  });

  test('reads rows as planes with image, which is HxWxC whatever the layout', async () => {
    const planes = indicesOf([2, 3, 2, 4]).map(valueAt);
    const csv = [planes.slice(0, 24), planes.slice(24)].map((row) => row.join(',')).join('\n');
    for (const path of [await folder.write('r.npy', npyOf([2, 24], planes)), await folder.write('r.csv', csv)]) {
      const x = await readInput(path, { layout: 'nchw', image: [2, 4, 3] });
      expect({ shape: x.shape, turned: isTurned(x.data, x.shape) }).toEqual({ shape: [2, 2, 4, 3], turned: true });
      const last = await readInput(path, { image: [2, 4, 3] });
      expect([...last.data]).toEqual(planes);
    }
    const sequences = await readInput(await folder.write('s.npy', npyOf([2, 24], planes)), {
      layout: 'nchw',
      image: [8, 3],
    });
    expect(sequences.shape).toEqual([2, 8, 3]);
    expect([...sequences.data.subarray(0, 3)]).toEqual([planes[0], planes[8], planes[16]]);
  });

  test('changes nothing where channels have no axis: rows, IDX of grey images, CIFAR', async () => {
    const rows = await folder.write('rows.npy', npyOf([2, 3], [1, 2, 3, 4, 5, 6]));
    expect(await readInput(rows, { layout: 'nchw' })).toEqual(await readInput(rows));
    const grey = await folder.write(
      'g-ubyte',
      idxFile(8, [2, 3, 2], Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
    );
    expect(await readInput(grey, { layout: 'nchw' })).toEqual(await readInput(grey));
    const cifar = await folder.write(
      'c.bin',
      Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? 3 : i % 251)),
    );
    expect(await readInput(cifar, { layout: 'nchw' })).toEqual(await readInput(cifar));
  });

  test('names the place of a NaN in the file, not in the result', async () => {
    const values = Array.from({ length: 12 }, (_, i) => (i === 5 ? Number.NaN : i));
    const path = await folder.write('nan.npy', npyOf([1, 3, 2, 2], values));
    await refused(() => readInput(path, { layout: 'nchw' }), DataError, 'element [1, 0, 1]');
  });

  test('keeps the promise of memory: the result is all that it allocates beside one example', async () => {
    const path = await folder.write(
      'm.npy',
      npyOf(
        [4, 3, 2, 2],
        Array.from({ length: 48 }, (_, i) => i),
      ),
    );
    expect((await readInput(path, { layout: 'nchw', memoryLimit: 48 * 8 })).shape).toEqual([4, 2, 2, 3]);
    await refused(() => readInput(path, { layout: 'nchw', memoryLimit: 48 * 8 - 1 }), MemoryError, 'limit');
  });

  test('refuses images that are not of the sizes given, channels that stand last already, and other words', async () => {
    const last = await folder.write(
      'last.npy',
      npyOf(
        [1, 2, 4, 3],
        Array.from({ length: 24 }, (_, i) => i),
      ),
    );
    await refused(
      () => readInput(last, { layout: 'nchw', image: [2, 4, 3] }),
      UsageError,
      'needs examples [3, 2, 4], got [2, 4, 3]',
    );
    await refused(() => readInput(last, { layout: 'nchw', image: [5, 5, 3] }), UsageError, 'needs rows of 75 values');
    await refused(() => readInput(last, { layout: 'chw' as Layout }), UsageError, 'nhwc, nchw, got "chw"');
  });
});
