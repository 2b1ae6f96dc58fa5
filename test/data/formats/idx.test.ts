import { gzipSync } from 'node:zlib';
import { readInput, readLabels } from '../../../src/data/index.js';
import { DataError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { elements, idxFile, refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();

describe('IDX', () => {
  test.each([
    [8, 'u1', Float32Array],
    [9, 'i1', Float32Array],
    [11, 'i2', Float32Array],
    [12, 'i4', Float64Array],
    [13, 'f4', Float32Array],
    [14, 'f8', Float64Array],
  ] as const)('type %i is %s, big-endian', async (code, type, store) => {
    const content = idxFile(code, [2, 3], elements(type, [0, 1, 2, 3, 100, 127], false));
    const input = await readInput(await folder.write('x-idx2', content));
    expect([...input.data]).toEqual([0, 1, 2, 3, 100, 127]);
    expect(input.shape).toEqual([2, 3]);
    expect(input.data).toBeInstanceOf(store);
  });

  test('rank 1 is a column and labels, rank 3 gets a channel, rank 4 stays', async () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 10);
    const shapeOf = async (shape: readonly number[]) =>
      (await readInput(await folder.write('x', idxFile(8, shape, bytes)))).shape;
    expect(await shapeOf([24])).toEqual([24, 1]);
    expect(await shapeOf([2, 3, 4])).toEqual([2, 3, 4, 1]);
    expect(await shapeOf([1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
    const labels = await readLabels(await folder.write('l', idxFile(8, [24], bytes)), { rows: { start: 22, end: 24 } });
    expect(labels).toMatchObject({ data: new Float64Array([220, 230]), shape: [2] });
  });

  test('gzipped, with rows', async () => {
    const path = await folder.write('x-ubyte.gz', gzipSync(idxFile(8, [3, 1, 2], Uint8Array.from([1, 2, 3, 4, 5, 6]))));
    const input = await readInput(path, { rows: { start: 1, end: 2 } });
    expect([...input.data]).toEqual([3, 4]);
    expect(input.shape).toEqual([1, 1, 2, 1]);
  });

  const read =
    (content: Uint8Array, name = 'bad-ubyte') =>
    async () =>
      readInput(await folder.write(name, content));

  test('refuses a file that is truncated, too long, empty or of a wrong rank', async () => {
    const content = idxFile(8, [3, 2], new Uint8Array(6));
    await refused(read(content.subarray(0, 17)), DataError, 'bad-ubyte', 'truncated');
    await refused(read(content.subarray(0, 6)), DataError, 'bad-ubyte');
    await refused(read(Buffer.concat([content, Buffer.alloc(1)])), DataError, 'one array');
    await refused(read(idxFile(8, [0, 2], new Uint8Array(0))), DataError, 'at least one row');
    await refused(read(idxFile(8, [1, 1, 1, 1, 1], new Uint8Array(1))), DataError, 'rank 1 to 4');
    await refused(read(idxFile(10, [1], new Uint8Array(1))), DataError, 'IDX', '0 0 10 1');
    await refused(read(idxFile(8, [0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(8))), DataError, 'claims');
  });

  test('refuses gzip that is cut off, damaged, or holds too little', async () => {
    const packed = gzipSync(
      idxFile(
        8,
        [100, 20],
        Uint8Array.from({ length: 2000 }, (_, i) => (i * i) % 251),
      ),
    );
    await refused(read(packed.subarray(0, packed.length - 20), 'cut-ubyte.gz'), DataError, 'cut-ubyte.gz', 'truncated');
    const damaged = Buffer.from(packed);
    damaged[40] ^= 0xff;
    await refused(read(damaged, 'damaged-ubyte.gz'), DataError, 'damaged-ubyte.gz');
    await refused(read(gzipSync(idxFile(8, [100, 20], new Uint8Array(1999))), 'short.gz'), DataError, 'complete');
    await refused(read(gzipSync(Buffer.alloc(0)), 'empty.gz'), DataError, 'starts with nothing');
  });
});
