import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { openNpz } from '../../src/data/npz-arrays.js';
import { DataError, MemoryError } from '../../src/errors.js';
import { readInput } from '../../src/index.js';
import { openNpyPanels } from '../../src/store/npy-panels.js';
import {
  elements,
  idxFile,
  npyDictionary,
  npyFile,
  npyOf,
  refused,
  temporaryFolder,
  zipFile,
} from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';

const folder = temporaryFolder();
const LIMIT = 64 * 2 ** 20;
const MIB = 2 ** 20;
const small = npyOf([2, 2], [1, 2, 3, 4]);

/** The error of a file that is read with 64 MiB, and how long it took; the process may not have grown by much more. */
async function refusedSoon(
  path: string,
  errorClass: typeof DataError | typeof MemoryError,
  ...parts: readonly string[]
) {
  const start = performance.now();
  const before = process.memoryUsage().rss;
  await refused(() => readInput(path, { memoryLimit: LIMIT }), errorClass, ...parts);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(process.memoryUsage().rss - before).toBeLessThan(4 * LIMIT);
}

/** Many members of gzip that hold the same: they follow each other in one stream. */
function expanding(content: Uint8Array, times: number): Buffer {
  const packed = gzipSync(content, { level: 9 });
  return Buffer.concat(Array.from({ length: times }, () => packed));
}

describe('text that expands without end', () => {
  test.each<[string, Buffer]>([
    ['rows.csv.gz', expanding(Buffer.alloc(16 * MIB, '1,1,1,1\n'), 150)],
    ['line.csv.gz', expanding(Buffer.alloc(16 * MIB, '1,'), 150)],
    ['digits.csv.gz', expanding(Buffer.alloc(16 * MIB, '1'), 150)],
    ['blanks.csv.gz', expanding(Buffer.alloc(16 * MIB, ' '), 150)],
    ['records.bin.gz', expanding(Buffer.alloc(16 * MIB), 150)],
    ['quotes.csv.gz', expanding(Buffer.alloc(16 * MIB, '"a'), 150)],
  ])('%s', async (name, content) => {
    await refusedSoon(await folder.write(name, content), MemoryError, name, '64 MiB');
  });

  test('some rows of it are read nevertheless', async () => {
    const path = await folder.write('first.csv.gz', expanding(Buffer.alloc(16 * MIB, '1,1,1,1\n'), 8));
    const { shape } = await readInput(path, { memoryLimit: LIMIT, rows: { start: 0, end: 3 } });
    expect(shape).toEqual([3, 4]);
  });
});

test.each<[string, Uint8Array, typeof DataError | typeof MemoryError, string]>([
  [
    'claim.npy.gz',
    gzipSync(Buffer.concat([npyFile(npyDictionary('<f8', [1e5, 1e3]), Buffer.alloc(0)), Buffer.alloc(2 * MIB)])),
    DataError,
    '800000',
  ],
  [
    'zeros.npy.gz',
    expanding(Buffer.concat([npyFile(npyDictionary('<f8', [20_000, 1000]), Buffer.alloc(160 * 10 ** 6))]), 1),
    MemoryError,
    '64 MiB',
  ],
  [
    'idx.gz',
    gzipSync(Buffer.concat([idxFile(8, [4e9, 4e9], Buffer.alloc(0)), Buffer.alloc(MIB)])),
    DataError,
    'claims',
  ],
  ['garbage.csv.gz', Buffer.concat([gzipSync('1,2\n'), randomBytes(30)]), DataError, 'damaged'],
  ['nested.csv.gz', gzipSync(gzipSync('1,2\n')), DataError, 'a gzip archive'],
  ['half.npy.gz', gzipSync(small).subarray(0, 40), DataError, 'truncated'],
])('%s', async (name, content, errorClass, part) => {
  await refusedSoon(await folder.write(name, content), errorClass, name, part);
});

test('members of one gzip file are read as one', async () => {
  const path = await folder.write(
    'members.csv.gz',
    Buffer.concat([gzipSync('1,2\n'), gzipSync('3,4\n'), Buffer.alloc(50)]),
  );
  expect([...(await readInput(path)).data]).toEqual([1, 2, 3, 4]);
});

describe('headers that claim what is not there', () => {
  const shapes = [
    '(1000000000000000, 3)',
    '(-1, 3)',
    '(1.5, 2)',
    '(9007199254740993,)',
    '(3037000500, 3037000500)',
    '(0, 5)',
    '(1, 1, 1, 1, 1)',
    '()',
    '(99999999999999999999999,)',
    '((2, 2))',
    '[2, 2]',
    '(2, 2',
    `(${'1, '.repeat(5000)})`,
    '(2L, 2L, 1e9)',
    "('a', 2)",
  ];
  test.each(shapes)('npy of the shape %s', async (shape) => {
    const text = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
    const path = await folder.write('shape.npy', npyFile(text, elements('f8', [1, 2, 3, 4])));
    await refusedSoon(path, DataError, 'shape.npy');
    await refused(() => openNpyPanels(path), DataError, 'shape.npy');
  });

  test.each<[string, string]>([
    ['a nested dictionary', `{'a': ${'{'.repeat(50_000)}, 'shape': (2, 2)}`],
    ['a program', "__import__('os').system('x')"],
    ['no dictionary', 'x'.repeat(60_000)],
    ['quotes without end', `{'descr': '${"'".repeat(60_000)}`],
    ['blanks without end', `{'shape'${' '.repeat(60_000)}`],
    ['many keys', "'shape': (1".repeat(5_000)],
  ])('npy with %s for a header', async (_name, text) => {
    await refusedSoon(
      await folder.write('header.npy', npyFile(text, elements('f8', [1, 2, 3, 4]), 2)),
      DataError,
      'header.npy',
    );
  });

  test.each<[string, readonly number[]]>([
    ['length of the header', [8, 255, 255, 255, 127]],
    ['version', [6, 9]],
  ])('npy with another %s', async (_name, [at, ...bytes]) => {
    const content = Buffer.from(npyFile(npyDictionary('<f8', [2, 2]), elements('f8', [1, 2, 3, 4]), 2));
    content.set(bytes, at);
    await refusedSoon(await folder.write('lies.npy', content), DataError, 'lies.npy');
  });

  test.each([[[4e9, 4e9, 4e9]], [[0, 0]], [Array.from({ length: 255 }, () => 1)], [[2 ** 32 - 1]]])(
    'IDX of the sizes %j',
    async (sizes) => {
      await refusedSoon(
        await folder.write('sizes-idx3-ubyte', idxFile(8, sizes, Buffer.alloc(40))),
        DataError,
        'sizes',
      );
    },
  );
});

describe('archives', () => {
  const member = (name: string) => ({ name, content: small });

  test('whose member claims less or more than it expands to, or another sum', async () => {
    for (const claimedSize of [10, 1000, 2 ** 32 - 2]) {
      const path = await folder.write('claims.npz', zipFile([{ ...member('x.npy'), deflate: true, claimedSize }]));
      await refusedSoon(path, DataError, 'claims.npz');
    }
    await refusedSoon(
      await folder.write('sum.npz', zipFile([{ ...member('x.npy'), checksum: 1 }])),
      DataError,
      'checksum',
    );
  });

  test('that expand a thousandfold are refused by what their headers claim', async () => {
    const content = npyFile(npyDictionary('<f8', [16_000, 1000]), Buffer.alloc(128 * 10 ** 6));
    const path = await folder.write('bomb.npz', zipFile([{ name: 'x.npy', content, deflate: true, zip64: true }]));
    await refusedSoon(path, MemoryError, 'bomb.npz', '64 MiB');
    const nested = zipFile([{ name: 'x.npy', content: zipFile([member('x.npy')]), deflate: true }]);
    await refusedSoon(await folder.write('nested.npz', nested), DataError, 'nested.npz:x');
  });

  test('of 65,535 members, of names of any kind, of two of one name', async () => {
    const many = await folder.write('many.npz', zipFile(Array.from({ length: 65_535 }, (_, k) => member(`${k}.npy`))));
    expect((await readInput(`${many}:65000`)).shape).toEqual([2, 2]);
    await refusedSoon(many, DataError, '0, 1, 2', '19, ...');
    const odd = ['../../etc/x', '/etc/passwd', 'a\0b', '\u001b[31m', 'n'.repeat(60_000), 'CON', '..\\x', ''];
    const names = await folder.write('names.npz', zipFile(odd.map((name) => member(`${name}.npy`))));
    expect((await readInput(`${names}:../../etc/x`)).shape).toEqual([2, 2]);
    const error: unknown = await readInput(names).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(String(error).length).toBeLessThan(1000);
    expect(String(error)).not.toContain('\u001b');
    const twice = [member('x.npy'), { name: 'x.npy', content: npyOf([1, 1], [9]) }];
    await refused(async () => readInput(`${await folder.write('twice.npz', zipFile(twice))}:x`), DataError, 'x');
  });

  test('whose directory lies', async () => {
    const whole = Buffer.from(zipFile([member('x.npy')]));
    const end = whole.length - 22;
    const lies: readonly (readonly [number, number])[] = [
      [10, 0xffff],
      [12, 0x7fffffff],
      [16, 0xfffffff0],
      [16, 1],
      [12, 1],
    ];
    for (const [at, value] of lies) {
      const content = Buffer.from(whole);
      if (at === 10) content.writeUInt16LE(value, end + at);
      else content.writeUInt32LE(value, end + at);
      await refusedSoon(await folder.write('lies.npz', content), DataError, 'lies.npz');
    }
  });

  test('of weights are not read beyond their header when the sizes are others', async () => {
    const content = npyFile(npyDictionary('<f8', [16_000, 1000]), Buffer.alloc(128 * 10 ** 6));
    const path = await folder.write('weights.npz', zipFile([{ name: 'W.npy', content, deflate: true }]));
    const file = await openNpz(path);
    expect(await file.shapeOf('W')).toEqual([16_000, 1000]);
    await file.close();
    expect(deflateRawSync(content).length).toBeLessThan(MIB);
  });
});
