import { zipFile } from '../data/bytes.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const FC = ['--arch', 'fc', '--depth', '1'];

beforeAll(async () => {
  at.write('y.npy', npyOf([6], [1, 2, 3, 4, 5, 6]));
  at.write('k.csv', '2,1\n1,3\n');
  at.write('two.csv', '1\n2\n');
  at.write(
    'a.npz',
    zipFile([
      { name: 'a.npy', content: npyOf([2, 2], [1, 0, 0, 1]) },
      { name: 'b.npy', content: npyOf([1, 1], [1]) },
    ]),
  );
  expect((await at.ntk('arch', 'fc', '--out', 'mine.json')).code).toBe(0);
});

describe('a file that is read is not written over, with --force either', () => {
  test.each<[string, readonly string[]]>([
    ['the record mine.json', ['kernel', 'x.npy', '--arch', 'mine.json', '--out', 'mine.npy']],
    ['--out x.npy', ['kernel', 'x.npy', ...FC, '--out', 'x.npy']],
    ['--out ./x.npy', ['kernel', 'x.npy', ...FC, '--out', './x.npy']],
    ['--out a.npz', ['kernel', 'a.npz:a', ...FC, '--out', 'a.npz']],
    ['--vectors x.npy', ['eigs', 'x.npy', ...FC, '--vectors', 'x.npy']],
    ['--out y.npy', ['regress', 'x.npy', 'x.npy', ...FC, '--labels', 'y.npy', '--out', 'y.npy']],
    [
      '--variance P.csv',
      ['regress', 'x.npy', 'x.npy', ...FC, '--labels', 'y.npy', '--out', 'P.csv', '--variance', 'P.csv'],
    ],
    [
      '--save-weights W.npz',
      ['empirical', 'x.npy', ...FC, '--width', '8', '--out', 'W.npz', '--save-weights', 'W.npz'],
    ],
  ])('%s', async (where, args) => {
    await refused(at, [...args, '--force'], `${where}: must be a file of its own`);
  });

  test('a file of before may be', async () => {
    const args = ['kernel', 'x.npy', ...FC, '--out', 'K.npy'];
    expect((await at.ntk(...args)).code).toBe(0);
    expect((await at.ntk(...args, '--force')).code).toBe(0);
  });
});

describe('columns of two tables', () => {
  beforeAll(() => {
    at.write('ab.csv', 'a,b,l\n1,2,0.5\n3,5,1.5\n');
    at.write('ba.csv', 'b,a,l\n2,1,0.5\n5,3,1.5\n');
    at.write('qb.csv', 'q,b,l\n1,2,0.5\n3,5,1.5\n');
  });
  const regress = (test: string, ...more: readonly string[]) =>
    ['regress', 'ab.csv', test, '--label-column', 'l', ...FC, '--ridge', '0', '--json', ...more] as const;

  test('with the same names in another order are refused, and --columns takes them by name', async () => {
    await refused(at, regress('ba.csv'), 'ba.csv: columns must stand in the order of those of ab.csv', '--columns a,b');
    const { code, stdout } = await at.ntk(...regress('ba.csv', '--columns', 'a,b'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout).rmse).toBeLessThan(1e-12);
  });

  test('with other names are taken by their places, and said', async () => {
    const { code, stdout } = await at.ntk(...regress('qb.csv'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout).warnings.join()).toContain('column 1 of the features is "q" for "a"');
  });
});

describe('what a stored kernel has no use for', () => {
  const stored = ['regress', '--kernel', 'k.csv', '--cross', 'k.csv', '--labels', 'two.csv', '--task', 'regress'];

  test.each([
    [['--normalized']],
    [['--scale', 'standard']],
    [['--depth', '3']],
    [['--kind', 'nngp']],
    [['--rows', '0:1']],
    [['--layout', 'nchw']],
    [['--precision', 'f32']],
  ])('is refused: %j', async (flags) => {
    await refused(at, [...stored, ...flags], `${flags[0]}: must come with TRAIN and TEST, got --kernel`);
    if (flags[0] !== '--rows') await refused(at, ['eigs', 'k.csv', ...flags], `${flags[0]}: must come with --arch`);
  });
});
