import { expect, test } from '@jest/globals';
import { readInput, readLabels } from '../../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../../src/errors.js';
import { idxFile, refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();

/** Records whose byte at (row, channel, pixel) is a formula of all three. */
function records(labels: readonly number[]): Buffer {
  return Buffer.concat(
    labels.map((label, row) =>
      Buffer.from([label, ...Array.from({ length: 3072 }, (_, i) => (row * 7 + Math.floor(i / 1024) * 50 + i) % 256)]),
    ),
  );
}

test('planes become channels, labels come along', async () => {
  const path = await folder.write('data.any', records([3, 9, 0]));
  const input = await readInput(path);
  expect(input.shape).toEqual([3, 32, 32, 3]);
  expect(input.labels).toEqual({ data: new Float64Array([3, 9, 0]), shape: [3] });
  for (const [row, pixel, channel] of [
    [0, 0, 0],
    [1, 5, 2],
    [2, 1023, 1],
  ]) {
    expect(input.data[(row * 1024 + pixel) * 3 + channel]).toBe(
      (row * 7 + channel * 50 + channel * 1024 + pixel) % 256,
    );
  }
  const second = await readInput(path, { rows: { start: 1, end: 2 } });
  expect([...second.data]).toEqual([...input.data.subarray(3072, 6144)]);
  expect([...(await readLabels(path, { rows: { start: 1, end: 3 } })).data]).toEqual([9, 0]);
});

test('an IDX file of the same size stays one, records that look like IDX stay CIFAR-10', async () => {
  const idx = await folder.write('idx', idxFile(8, [1, 3073 * 2 - 16, 1], new Uint8Array(3073 * 2 - 16)));
  expect((await readInput(idx)).shape).toEqual([1, 6130, 1, 1]);
  const dark = records([0, 1]);
  dark.set([0, 0, 8, 3]);
  expect((await readInput(await folder.write('dark', dark))).shape).toEqual([2, 32, 32, 3]);
});

test('refuses truncated files, labels above 9, too little memory and a label column', async () => {
  const read = (content: Uint8Array) => async () => readInput(await folder.write('bad.bin', content));
  await refused(read(records([1, 2]).subarray(0, 6000)), DataError, 'bad.bin', '3073', '6000 bytes', 'truncated');
  const path = await folder.write('labels.bin', records([1, 2, 10]));
  await refused(() => readInput(path), DataError, 'record 2', '10');
  await refused(() => readInput(path, { memoryLimit: 1000 }), MemoryError, 'bytes');
  await refused(() => readInput(path, { labelColumn: 0 }), UsageError, 'csv only');
});
