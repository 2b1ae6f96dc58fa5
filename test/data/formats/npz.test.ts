import { readInput } from '../../../src/data/index.js';
import { DataError, MemoryError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { npyDictionary, npyFile, npyOf, refused, temporaryFolder, type ZipFixture, zipFile } from '../fixtures.js';

const folder = temporaryFolder();
const a = { name: 'a.npy', content: npyOf([2, 1], [1, 2]) };
const b = { name: 'b.npy', content: npyOf([1, 3], [3, 4, 5]) };

describe('readInput of .npz', () => {
  test.each<[string, Partial<ZipFixture>]>([
    ['stored', {}],
    ['deflated', { deflate: true }],
    ['zip64', { zip64: true }],
    ['deflated zip64', { deflate: true, zip64: true }],
  ])('%s', async (_, how) => {
    const path = await folder.write('ab.npz', zipFile([a, b].map((member) => ({ ...member, ...how }))));
    const input = await readInput(`${path}:b`);
    expect([...input.data]).toEqual([3, 4, 5]);
    expect(input.path).toBe(`${path}:b`);
    expect([...(await readInput(`${path}:a.npy`)).data]).toEqual([1, 2]);
    expect((await readInput(`${path}:a`)).sha256).toBe(input.sha256);
  });

  test('the name may be left out of an archive with one array', async () => {
    const path = await folder.write('one.npz', zipFile([{ name: 'note.txt', content: Buffer.from('hi') }, b]));
    expect([...(await readInput(path)).data]).toEqual([3, 4, 5]);
  });

  test('a comment at the end, a colon in the file name', async () => {
    const archive = Buffer.from(zipFile([a]));
    archive.writeUInt16LE(5, archive.length - 2);
    const path = await folder.write('co:lon.npz', Buffer.concat([archive, Buffer.from('hello')]));
    expect([...(await readInput(path)).data]).toEqual([1, 2]);
    expect([...(await readInput(`${path}:a`)).data]).toEqual([1, 2]);
  });

  test('rows of a large deflated member', async () => {
    const values = Array.from({ length: 200_000 }, (_, i) => i % 1000);
    const content = npyOf([1000, 200], values);
    const path = await folder.write('large.npz', zipFile([{ name: 'x.npy', content, deflate: true }]));
    const rows = { start: 998, end: 1000 };
    expect([...(await readInput(path, { rows })).data]).toEqual(values.slice(998 * 200));
    expect((await readInput(path, { rows: { start: 0, end: 2 } })).shape).toEqual([2, 200]);
  });
});

describe('readInput of .npz refuses', () => {
  const read =
    (members: readonly ZipFixture[], name = '') =>
    async () =>
      readInput((await folder.write('bad.npz', zipFile(members))) + name);

  test('no name with several arrays, an unknown name', async () => {
    await refused(read([a, b]), DataError, 'a, b', 'bad.npz:NAME');
    await refused(read([a, b], ':c'), DataError, 'a, b', 'name c');
  });

  test('an archive without arrays, an empty archive', async () => {
    await refused(read([{ name: 'x.txt', content: Buffer.from('1') }]), DataError, 'without any .npy');
    await refused(read([]), DataError, 'without any .npy');
  });

  test('a name given to another format or to a missing archive', async () => {
    const path = await folder.write('x.npy', a.content);
    await refused(() => readInput(`${path}:a`), DataError, '.npz archive', 'Leave out :a');
    await refused(() => readInput(`${folder.path('none.npz')}:a`), DataError, /none\.npz: /, 'no such file');
  });

  test('an array larger than the memory limit before it is expanded', async () => {
    const content = npyFile(npyDictionary('<f8', [1000, 1000]), new Uint8Array(8e6));
    const path = await folder.write('bomb.npz', zipFile([{ name: 'x.npy', content, deflate: true }]));
    await refused(() => readInput(path, { memoryLimit: 1e6 }), MemoryError, '8000000 bytes');
  });

  test('members whose header lies about their size', async () => {
    const bomb = npyFile(npyDictionary('<f8', [2, 1]), new Uint8Array(1e6));
    const claimedSize = bomb.length - 1e6 + 16;
    await refused(read([{ name: 'x.npy', content: bomb, deflate: true, claimedSize }]), DataError, 'declares', 'more');
    await refused(read([{ ...a, deflate: true, claimedSize: 4096 }]), DataError, 'bad.npz:a', '4096');
    const small = npyFile(npyDictionary('<f8', [1000, 1]), new Uint8Array(80));
    const larger = small.length + 8000 - 80;
    await refused(read([{ name: 'x.npy', content: small, deflate: true, claimedSize: larger }]), DataError, 'declares');
    await refused(read([{ ...a, claimedSize: 4096 }]), DataError, 'stored', 'one size');
  });

  test('a wrong checksum, encryption, another compression', async () => {
    await refused(read([{ ...a, checksum: 1 }]), DataError, 'checksum');
    await refused(read([{ ...a, checksum: 1, deflate: true }]), DataError, 'checksum');
    await refused(read([{ ...a, flags: 1 }]), DataError, 'encrypted');
    await refused(read([{ ...a, method: 12 }]), DataError, 'method 12');
  });

  test('an archive cut off anywhere', async () => {
    const archive = zipFile([{ ...a, deflate: true }]);
    for (let length = 5; length < archive.length; length += 7) {
      const path = await folder.write('cut.npz', archive.subarray(0, length));
      await refused(() => readInput(path), DataError, 'cut.npz');
    }
  });

  test('an archive with any byte changed never yields other values', async () => {
    const archive = zipFile([{ ...a, deflate: true }]);
    for (let at = 0; at < archive.length; at++) {
      const damaged = Buffer.from(archive);
      damaged[at] ^= 0xff;
      const path = await folder.write('damaged.npz', damaged);
      const result = await readInput(path).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
      else expect(result).toMatchObject({ shape: [2, 1], range: [1, 2] });
    }
  });
});
