import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readInput, readLabels } from '../../src/data/index.js';
import { DataError, InterruptedError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';
import { npyOf, refused, sharedData, temporaryFolder } from './fixtures.js';

const folder = temporaryFolder();

describe('readInput refuses', () => {
  test('a missing file, a folder, an empty file, a file in a file, a device', async () => {
    await refused(() => readInput(folder.path('none.csv')), DataError, 'none.csv', 'no such file', 'Check the path');
    await mkdir(folder.path('sub'), { recursive: true });
    await refused(() => readInput(folder.path('sub')), DataError, 'sub', 'a directory');
    await refused(async () => readInput(await folder.write('empty.npy', '')), DataError, 'empty.npy', 'an empty file');
    await folder.write('file', 'x');
    await refused(() => readInput(folder.path('file/x.npy')), DataError, 'no such file');
    await refused(() => readInput('/dev/null'), DataError, 'a special file');
  });

  test('bytes that no format knows, and those too short to say', async () => {
    await refused(async () => readInput(await folder.write('x.dat', Buffer.from([1, 2, 3]))), DataError, '01 02 03');
    await refused(async () => readInput(await folder.write('x.dat', Buffer.from([0x1f, 0x8b]))), DataError, 'x.dat');
    await refused(async () => readInput(await folder.write('x.dat', Buffer.from('PK\x03\x04'))), DataError, 'zip');
  });
});

describe('readInput', () => {
  test('recognises content whatever the name', async () => {
    expect((await readInput(await folder.write('x.csv', npyOf([1, 2], [3, 4])))).shape).toEqual([1, 2]);
    expect((await readInput(await folder.write('x.npy', '3,4\n5,6\n')).catch(() => null))?.shape).toEqual([2, 2]);
  });

  test('reads rows as images', async () => {
    const path = await folder.write('i.npy', npyOf([2, 12], Array(24).fill(1)));
    expect((await readInput(path, { image: [2, 2, 3], rows: { start: 1, end: 2 } })).shape).toEqual([1, 2, 2, 3]);
  });

  test('stops when it is aborted', async () => {
    const path = await folder.write('a.npy', npyOf([2, 1], [1, 2]));
    await expect(readInput(path, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(InterruptedError);
    await expect(readLabels(path, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(InterruptedError);
  });
});

const data = sharedData();

(data ? describe : describe.skip)('the data sets of the project', () => {
  const at = (name: string) => join(data ?? '', name);

  test('digits', async () => {
    const input = await readInput(at('digits/train.csv'), { labelColumn: 64, image: [8, 8, 1] });
    expect(input.shape).toEqual([2999, 8, 8, 1]);
    expect(input.range).toEqual([0, 16]);
    expect([...(input.labels?.data.subarray(0, 3) ?? [])]).toEqual([0, 0, 7]);
    const hash = createHash('sha256').update(await readFile(at('digits/train.csv')));
    expect(input.sha256).toBe(hash.digest('hex'));
  });

  test('MNIST', async () => {
    const input = await readInput(at('mnist/t10k-images-idx3-ubyte.gz'), { rows: { start: 0, end: 100 } });
    expect(input.shape).toEqual([100, 28, 28, 1]);
    expect(input.range).toEqual([0, 255]);
    const hash = createHash('sha256').update(await readFile(at('mnist/t10k-images-idx3-ubyte.gz')));
    expect(input.sha256).toBe(hash.digest('hex'));
    const labels = await readLabels(at('mnist/t10k-labels-idx1-ubyte.gz'));
    expect(labels.shape).toEqual([10_000]);
    expect([...labels.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  test('CIFAR-10', async () => {
    const input = await readInput(at('cifar10/test.bin'));
    expect(input.shape).toEqual([846, 32, 32, 3]);
    expect(input.data).toBeInstanceOf(Float32Array);
    const bytes = await readFile(at('cifar10/test.bin'));
    expect(input.labels?.data[845]).toBe(bytes[845 * 3073]);
    expect(input.data[845 * 3072 + 3 * 100 + 2]).toBe(bytes[845 * 3073 + 1 + 2048 + 100]);
  });
});
