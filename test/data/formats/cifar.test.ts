import { gzipSync } from 'node:zlib';
import { readInput, readLabels } from '../../../src/data/index.js';
import { DataError, MemoryError, UsageError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { idxFile, refused, temporaryFolder } from '../fixtures.js';

const REPORT = 'test/fixtures/reports/cifar100.bin';

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
  expect(input.labels).toMatchObject({ data: new Float64Array([3, 9, 0]), shape: [3] });
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

/** Records of CIFAR-100 of these coarse and fine labels. */
function hundred(labels: readonly (readonly [coarse: number, fine: number])[]): Buffer {
  return Buffer.concat(
    labels.map((pair, row) =>
      Buffer.concat([
        Buffer.from(pair),
        records([0])
          .subarray(1)
          .map((byte) => (byte + row) % 256),
      ]),
    ),
  );
}

describe('CIFAR-100', () => {
  test('the file of the report is read with its fine labels', async () => {
    const { shape, labels, range } = await readInput(REPORT);
    expect({ shape, labels: [...(labels?.data ?? [])], range }).toEqual({
      shape: [4, 32, 32, 3],
      labels: [33, 99, 5, 0],
      range: [0, 0],
    });
  });

  test('has the planes behind two labels; rows and labels as in CIFAR-10', async () => {
    const pairs = [
      [19, 99],
      [0, 50],
      [7, 10],
    ] as const;
    const path = await folder.write('x.bin', hundred(pairs));
    const all = await readInput(path);
    expect(all.labels?.data).toEqual(new Float64Array([99, 50, 10]));
    const ten = await readInput(await folder.write('ten.bin', records([0])));
    expect([...all.data.subarray(0, 3072)]).toEqual([...ten.data]);
    const second = await readInput(path, { rows: { start: 1, end: 2 } });
    expect(second.shape).toEqual([1, 32, 32, 3]);
    expect([...second.data]).toEqual([...all.data.subarray(3072, 6144)]);
    expect((await readLabels(path, { rows: { start: 1, end: 3 } })).data).toEqual(new Float64Array([50, 10]));
  });

  test('gzipped, as CIFAR-10 is', async () => {
    const path = await folder.write(
      'h.bin.gz',
      gzipSync(
        hundred([
          [3, 42],
          [1, 9],
        ]),
      ),
    );
    expect((await readInput(path)).labels?.data).toEqual(new Float64Array([42, 9]));
    const ten = await folder.write('t.gz', gzipSync(records([3, 9, 0])));
    const { shape, labels } = await readInput(ten, { rows: { start: 1, end: 3 } });
    expect({ shape, labels: labels?.data }).toEqual({ shape: [2, 32, 32, 3], labels: new Float64Array([9, 0]) });
    await refused(
      async () => readInput(await folder.write('cut.bin.gz', gzipSync(records([3, 9]).subarray(0, 6000)))),
      DataError,
      'cut.bin.gz: must be whole CIFAR-10 records of 3073 bytes, got 6000 bytes',
    );
  });

  test('refuses labels that it does not have', async () => {
    const bad = await folder.write(
      'bad.bin',
      hundred([
        [1, 2],
        [1, 2],
        [20, 2],
      ]),
    );
    await refused(() => readInput(bad), DataError, 'the coarse label of record 2 must be 0 to 19, got 20');
    const fine = await folder.write(
      'fine.bin',
      hundred([
        [1, 2],
        [1, 2],
        [1, 100],
      ]),
    );
    await refused(() => readInput(fine), DataError, 'the fine label of record 2 must be 0 to 99, got 100');
  });

  test('format says which it is, and a wrong one is refused with the right one', async () => {
    expect((await readInput(REPORT, { format: 'cifar100' })).labels?.data[0]).toBe(33);
    await refused(
      () => readInput(REPORT, { format: 'cifar10' }),
      DataError,
      'whole records of CIFAR-100',
      '--format cifar100',
    );
    const ten = await folder.write('ten.bin', records([1, 2]));
    await refused(
      () => readInput(ten, { format: 'cifar100' }),
      DataError,
      '6146 bytes, whole records of CIFAR-10',
      'cifar10',
    );
    await refused(() => readInput(ten, { format: 'cifar' as 'cifar10' }), UsageError, 'must be one of npy, cifar10');
  });
});

describe('a size that both have', () => {
  // 3,073 records of 3,074 bytes are 3,074 of 3,073; of the zeros both labels are 0.
  const size = 3073 * 3074;

  test('is read by the name of the file or folder, or as format says; without either as CIFAR-10, with a warning', async () => {
    const counts: Record<string, readonly [number, number]> = {};
    for (const name of ['cifar100.bin', 'CIFAR-100-train.bin', 'cifar-10.bin', 'plain.bin']) {
      const { shape, warnings } = await readInput(await folder.write(name, Buffer.alloc(size)), {});
      counts[name] = [shape[0], warnings.length];
    }
    expect(counts).toEqual({
      'cifar100.bin': [3073, 0],
      'CIFAR-100-train.bin': [3073, 0],
      'cifar-10.bin': [3074, 0],
      'plain.bin': [3074, 1],
    });
    const plain = folder.path('plain.bin');
    expect((await readInput(plain)).warnings[0]).toContain('--format cifar100');
    const asked = await readInput(plain, { format: 'cifar100', rows: { start: 0, end: 2 } });
    expect({ shape: asked.shape, warnings: asked.warnings }).toEqual({ shape: [2, 32, 32, 3], warnings: [] });
    const ten = await readInput(folder.path('cifar100.bin'), { format: 'cifar10', rows: { start: 3073, end: 3074 } });
    expect(ten.shape[0]).toBe(1);
  });

  test('is told by labels that only one of them has', async () => {
    const bytes = Buffer.alloc(size);
    bytes[0] = 12;
    const { shape, warnings } = await readInput(await folder.write('told.bin', bytes), {
      rows: { start: 0, end: 3073 },
    });
    expect({ shape, warnings }).toEqual({ shape: [3073, 32, 32, 3], warnings: [] });
  });
});
