import { mkdirSync } from 'node:fs';
import { elements, npyDictionary, npyFile, npyOf, zipFile } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { bench, numbers, refused } from './ntk.js';

const at = bench();

const kernelOf = (...files: readonly string[]): readonly string[] => [
  'kernel',
  ...files,
  '--arch',
  'fc',
  '--out',
  'K.npy',
];

describe('unfit data is exit code 2 with one message, and writes nothing', () => {
  const whole = npyOf([4, 3], numbers(12));

  test.each<[string, string | Uint8Array | null, readonly string[]]>([
    ['missing.npy', null, ['no such file']],
    ['empty.npy', '', ['empty.npy']],
    ['empty.csv', '', ['empty.csv']],
    ['truncated.npy', whole.subarray(0, whole.length - 5), ['truncated.npy']],
    ['header.npy', whole.subarray(0, 20), ['header.npy']],
    ['claims.npy', npyFile(npyDictionary('<f8', [1_000_000, 3]), elements('f8', [1, 2, 3])), ['claims.npy']],
    ['huge.npy', npyFile(npyDictionary('<f8', [1e15, 3]), elements('f8', [1, 2, 3])), ['huge.npy']],
    ['object.npy', npyFile(npyDictionary('|O', [2, 2]), elements('f8', [1, 2, 3, 4])), ['object.npy', 'O']],
    ['complex.npy', npyFile(npyDictionary('<c16', [1, 2]), elements('f8', [1, 2, 3, 4])), ['complex.npy', 'c16']],
    ['scalar.npy', npyFile(npyDictionary('<f8', []).replace('()', '()'), elements('f8', [1])), ['scalar.npy']],
    ['foreign.npy', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), ['foreign.npy']],
    ['foreign.bin', Buffer.from([0, 1, 2, 3, 255, 254, 253, 0, 0]), ['foreign.bin']],
    ['ragged.csv', '1,2,3\n4,5\n', ['ragged.csv', 'line 2']],
    ['words.csv', '1,2,3\n4,five,6\n', ['words.csv', 'line 2', 'column 2']],
    ['nan.npy', npyOf([2, 2], [1, Number.NaN, Number.NaN, 2]), ['nan.npy', '2 NaN or infinite', 'first']],
    ['infinite.csv', '1,2\n3,inf\n', ['infinite.csv', 'line 2']],
    ['archive.npz', zipFile([]), ['archive.npz']],
  ])('%s', async (name, content, parts) => {
    if (content !== null) at.write(name, content);
    await refused(at, kernelOf(name), ...parts);
  });

  test('an archive that expands beyond the memory promise', async () => {
    const body = npyOf([2000, 5000], new Array<number>(10_000_000).fill(0));
    at.write('bomb.npz', zipFile([{ name: 'x.npy', content: body, deflate: true }]));
    await refused(at, [...kernelOf('bomb.npz'), '--memory', '60MB'], 'bomb.npz', 'memory');
  });

  test('a member that is not in the archive', async () => {
    at.write('two.npz', zipFile([{ name: 'a.npy', content: npyOf([2, 2], [1, 2, 3, 4]) }]));
    await refused(at, kernelOf('two.npz:b'), 'two.npz', 'b');
  });

  test('rows of another length in Z', async () => {
    at.write('wide.csv', '1,2,3,4\n');
    await refused(at, kernelOf('x.npy', 'wide.csv'), 'wide.csv', '3 values, got 4');
  });

  test('labels of another number', async () => {
    at.write('labels.csv', '1\n2\n');
    await refused(at, [...kernelOf('x.npy'), '--labels', 'labels.csv'], 'labels.csv', 'got 2 for 6 rows');
  });

  test.each(['{ "format": ', '[]', '{ "format": "ntk-architecture/1", "layers": [{ "kind": "dens" }] }'])(
    'architecture file %j',
    async (text) => {
      at.write('net.json', text);
      const before = at.files();
      const { code, stdout, stderr } = await at.ntk('kernel', 'x.npy', '--arch', 'net.json', '--out', 'K.npy');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^ntk: net\.json/);
      expect(at.files()).toEqual(before);
    },
  );

  test.each<[string, string, string]>([
    ['missing.json', '', 'no such file'],
    ['none.json', '', 'an empty file'],
    ['text.json', 'angles', 'must be JSON'],
    ['net.json', '{ "format": "ntk-architecture/1" }', 'must be a record (ntk-record/1)'],
    ['arch.json', '{ "format": "ntk-record/1", "command": "arch" }', 'got one of arch'],
    [
      'short.json',
      '{"format":"ntk-record/1","command":"profile","kind":"ntk","architecture":{},"angles":[0,1],"curves":[{"name":"a","arch":"a"}],"values":[[1]]}',
      'a number an angle',
    ],
  ])('record %s to plot', async (name, text, part) => {
    if (name !== 'missing.json') at.write(name, text);
    await refused(at, ['plot', name, '--out', 'F.svg'], name, part);
  });
});

describe('an output that cannot be written is exit code 2', () => {
  test.each<[string, string]>([
    ['none/K.npy', 'existing folder'],
    ['x.npy/K.npy', 'existing folder'],
    ['K.mat', 'must end in'],
    ['K', 'must end in'],
    ['x.npy', 'must not exist yet'],
  ])('--out %s', async (out, part) => {
    await refused(at, ['kernel', 'x.npy', '--arch', 'fc', '--out', out], '--out', part);
  });

  test('a folder', async () => {
    mkdirSync(at.path('folder.npy'));
    await refused(at, ['kernel', 'x.npy', '--arch', 'fc', '--out', 'folder.npy'], 'got a folder');
  });

  test('a record that exists', async () => {
    at.write('R.json', '{}');
    await refused(at, ['kernel', 'x.npy', '--arch', 'fc', '--out', 'R.npy'], 'R.json', '--force');
  });

  test.each<readonly string[]>([
    ['profile', '--arch', 'fc', '--out', 'none/p.json'],
    ['profile', '--arch', 'fc', '--out', 'p.txt'],
    ['arch', 'fc', '--out', 'none/fc.json'],
    ['arch', 'fc', '--out', 'x.npy'],
  ])('ntk %s %s %s %s %s', async (...args) => {
    await refused(at, args);
  });
});
