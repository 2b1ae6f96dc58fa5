import { mkdir, readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import {
  allocate,
  type NdArray,
  npyHeader,
  readInput,
  writeBeside,
  writeNpy,
  writeNpz,
  zipStored,
} from '../../../src/data/index.js';
import { DataError, InterruptedError, OutputError } from '../../../src/errors.js';
import { describe, expect, test } from '../../jest.js';
import { refused, temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();

function counting(shape: readonly number[], precision: 'f64' | 'f32' = 'f64'): NdArray {
  const data = allocate(
    shape.reduce((a, b) => a * b, 1),
    precision,
  );
  for (let i = 0; i < data.length; i++) data[i] = i + 0.5;
  return { data, shape };
}

describe('npyHeader', () => {
  test('is what NumPy 2.4 writes', () => {
    const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }";
    const expected = Buffer.concat([
      Buffer.from('934e554d5059010076 00'.replace(' ', ''), 'hex'),
      Buffer.from(`${text.padEnd(117)}\n`),
    ]);
    expect(Buffer.from(npyHeader([3, 4], 'f64')).equals(expected)).toBe(true);
  });

  test('is a multiple of 64 long and ends in a line feed, for every shape', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (shape) => {
        const header = Buffer.from(npyHeader(shape, 'f32'));
        expect(header.length % 64).toBe(0);
        expect(header.readUInt16LE(8) + 10).toBe(header.length);
        expect(header[header.length - 1]).toBe(10);
      }),
      { seed: 4 },
    );
  });

  test('one axis has the comma of a tuple', () => {
    expect(Buffer.from(npyHeader([3], 'f32')).toString('latin1')).toContain(
      "'<f4', 'fortran_order': False, 'shape': (3,), }",
    );
  });
});

describe('writeNpy', () => {
  test.each(['f64', 'f32'] as const)('%s comes back', async (precision) => {
    const array = counting([3, 4], precision);
    await writeNpy(folder.path('k.npy'), array);
    const input = await readInput(folder.path('k.npy'));
    expect(input.shape).toEqual(array.shape);
    expect(input.data).toEqual(array.data);
  });

  test('replaces a file as a whole and leaves nothing beside it', async () => {
    await writeNpy(folder.path('r.npy'), counting([5]));
    await writeNpy(folder.path('r.npy'), counting([2]));
    expect((await readInput(folder.path('r.npy'))).shape).toEqual([2, 1]);
    expect((await readdir(folder.path('.'))).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('writes a view of a larger store', async () => {
    const { data } = counting([10]);
    await writeNpy(folder.path('view.npy'), { data: data.subarray(3, 5), shape: [2] });
    expect([...(await readInput(folder.path('view.npy'))).data]).toEqual([3.5, 4.5]);
  });
});

describe('writeBeside', () => {
  test('leaves nothing when writing fails', async () => {
    const fail = writeBeside(folder.path('f.npy'), async (handle) => {
      await handle.write('half');
      throw new InterruptedError();
    });
    await expect(fail).rejects.toBeInstanceOf(InterruptedError);
    expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('f.npy'))).toEqual([]);
  });

  test('refuses a missing folder and a directory', async () => {
    await refused(
      () => writeNpy(folder.path('none/x.npy'), counting([1])),
      OutputError,
      'none/x.npy',
      'missing folder',
      'Create',
    );
    await mkdir(folder.path('dir/sub'), { recursive: true });
    await refused(() => writeNpy(folder.path('dir'), counting([1])), OutputError, 'dir');
  });
});

describe('archives', () => {
  const ntk = counting([2, 3]);
  const nngp = counting([4], 'f32');

  test.each([
    ['32 bits', 0xffffffff],
    ['64 bits', 1],
  ])('sizes in %s', async (_, zip64From) => {
    const path = folder.path('k.npz');
    await writeNpz(path, { nngp, ntk }, { zip64From });
    expect((await readInput(`${path}:ntk`)).data).toEqual(ntk.data);
    expect((await readInput(`${path}:nngp`)).data).toEqual(nngp.data);
    await writeNpy(folder.path('n1.npy'), nngp);
    await writeNpy(folder.path('n2.npy'), ntk);
    const members = [
      { name: 'nngp', file: folder.path('n1.npy') },
      { name: 'ntk', file: folder.path('n2.npy') },
    ];
    await zipStored(folder.path('k2.npz'), members, { zip64From });
    expect((await readFile(folder.path('k2.npz'))).equals(await readFile(path))).toBe(true);
  });

  test('zipStored names a missing member and leaves nothing', async () => {
    const members = [{ name: 'x', file: folder.path('missing.npy') }];
    await refused(() => zipStored(folder.path('m.npz'), members), DataError, 'missing.npy', 'no such file');
    expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('m.npz'))).toEqual([]);
  });

  test('stops when it is aborted', async () => {
    const work = writeNpz(folder.path('ab.npz'), { ntk }, { signal: AbortSignal.abort() });
    await expect(work).rejects.toBeInstanceOf(InterruptedError);
  });
});
