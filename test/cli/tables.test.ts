import { cpSync, readFileSync } from 'node:fs';
import { readInput } from '../../src/index.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, numbers, refused } from './ntk.js';

const at = bench();
const REPORTS = 'test/fixtures/reports';

beforeAll(() => {
  for (const name of ['numeric-header.csv', 'index-column.csv', 'text-labels.data']) {
    cpSync(`${REPORTS}/${name}`, at.path(name));
  }
  cpSync(`${REPORTS}/labels-numeric-header.csv`, at.path('labels.csv'));
  cpSync(`${REPORTS}/labels-x.npy`, at.path('labels-x.npy'));
});

/** The record of a run that must succeed, and what it said. */
async function record(...args: readonly string[]) {
  const { code, stdout, stderr } = await at.ntk(...args, '--json');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return { ...JSON.parse(stdout), stderr };
}

const HALVES = ['--rows', '0:40', '--rows-z', '40:60', '--arch', 'fc'];
const WORDS = ['regress', 'text-labels.data', 'text-labels.data', ...HALVES];
const REGRESS = ['regress', 'labels-x.npy', 'labels-x.npy', ...HALVES, '--labels', 'labels.csv'];

describe('classes that are words', () => {
  /** The same table with 0, 1, 2 for the names, sorted. */
  const numbered = (): string =>
    readFileSync(at.path('text-labels.data'), 'utf8')
      .replaceAll('Iris-setosa', '0')
      .replaceAll('Iris-versicolor', '1')
      .replaceAll('Iris-virginica', '2');

  test('regress as numbers do, and predictions are their names', async () => {
    const words = await record(...WORDS, '--label-column', '4', '--out', 'words.csv');
    expect(words).toMatchObject({ task: 'classify', train: 40, test: 20, outputs: 3, warnings: [] });
    expect(words.classes).toEqual(['Iris-setosa', 'Iris-versicolor', 'Iris-virginica']);
    at.write('numbers.csv', numbered());
    const same = ['regress', 'numbers.csv', 'numbers.csv', ...HALVES, '--label-column', '-1', '--out', 'outputs.npy'];
    const plain = await record(...same);
    expect(plain).toMatchObject({ accuracy: words.accuracy, classes: [0, 1, 2], predictions: null });
    const { data, shape } = await readInput(at.path('outputs.npy'));
    expect(shape).toEqual([20, 3]);
    const largest = Array.from({ length: 20 }, (_, i) => {
      const row = [...data.subarray(3 * i, 3 * i + 3)];
      return words.classes[row.indexOf(Math.max(...row))];
    });
    expect(words.predictions).toEqual(largest);
    expect(readFileSync(at.path('words.csv'), 'utf8')).toBe(`${largest.join('\n')}\n`);
    const lines = readFileSync(at.path('text-labels.data'), 'utf8').split('\n').slice(40, 60);
    const right = lines.filter((line, i) => line.endsWith(`,${largest[i]}`)).length;
    expect(words.accuracy).toBe(right / 20);
  });

  test('in a npy file the outputs stay, in the order of the classes', async () => {
    await record(...WORDS, '--label-column', '4', '--out', 'words.npy');
    expect((await readInput(at.path('words.npy'))).shape).toEqual([20, 3]);
  });

  test('in a file of their own, quoted where they hold commas', async () => {
    const names = ['"a, b"', 'c'];
    at.write('own.csv', Array.from({ length: 60 }, (_, i) => `${names[i % 2]}\n`).join(''));
    const run = [
      'regress',
      'labels-x.npy',
      'labels-x.npy',
      ...HALVES,
      '--labels',
      'own.csv',
      '--test-labels',
      'own.csv',
    ];
    expect((await record(...run, '--out', 'own-out.csv')).classes).toEqual(['a, b', 'c']);
    const lines = readFileSync(at.path('own-out.csv'), 'utf8').trim().split('\n');
    expect(lines.every((line) => names.includes(line))).toBe(true);
    expect(lines).toHaveLength(20);
  });

  test('one that TEST alone has is refused, with its line', async () => {
    const text = readFileSync(at.path('text-labels.data'), 'utf8').split('\n');
    text[50] = text[50].replace(/[^,]+$/, 'Iris-other');
    at.write('other.data', text.join('\n'));
    const run = ['regress', 'other.data', 'other.data', ...HALVES, '--label-column', '4'];
    await refused(at, run, 'other.data line 51, column 5', 'classes of TRAIN', 'got "Iris-other"');
    await refused(at, [...WORDS, '--label-column', '4', '--task', 'regress'], '--task', '"Iris-setosa"');
    // A kernel needs no classes.
    const rows = ['--rows', '0:40', '--rows-z', '40:60', '--label-column', '4', '--arch', 'fc'];
    expect((await at.ntk('kernel', 'other.data', 'other.data', ...rows)).code).toBe(0);
  });

  test('numbers that TEST alone has count as wrong, with a warning', async () => {
    at.write('nine.csv', numbered().replace(/,[012](\n+)$/, ',9$1'));
    const found = await record('regress', 'nine.csv', 'nine.csv', ...HALVES, '--label-column', '4');
    expect(found.warnings).toEqual([expect.stringContaining('9 are no classes of TRAIN')]);
    expect(found.accuracy).toBeLessThan(1);
  });

  test('of TEST must be of the kind of TRAIN', async () => {
    at.write('numbers.csv', numbered());
    const run = ['regress', 'text-labels.data', 'text-labels.data', ...HALVES, '--label-column', '4'];
    at.write('y.npy', npyOf([60], Array(60).fill(1)));
    await refused(at, [...run, '--test-labels', 'y.npy'], 'y.npy', 'must be names of classes', 'got numbers');
  });
});

describe('labels', () => {
  test('as many as the data, before ranges are taken', async () => {
    await refused(at, [...REGRESS, '--test-labels', 'labels.csv'], 'got 61 for 60 rows', '--header yes');
    const told = await record(...REGRESS, '--test-labels', 'labels.csv', '--header', 'yes');
    expect(told.accuracy).toBe(1);
    at.write('short.npy', npyOf([40], Array(40).fill(1)));
    const run = ['regress', 'labels-x.npy', 'labels-x.npy', ...HALVES, '--labels', 'short.npy'];
    await refused(at, run, 'short.npy', 'got 40 for 60 rows');
  });

  test('one-hot are classes, several others targets', async () => {
    const labels = readFileSync(at.path('labels.csv'), 'utf8').trim().split('\n').slice(1).map(Number);
    const hot = labels.flatMap((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0)));
    at.write('hot.npy', npyOf([60, 3], hot));
    const rows = ['regress', 'labels-x.npy', 'labels-x.npy', ...HALVES];
    const classes = await record(...rows, '--labels', 'hot.npy', '--test-labels', 'hot.npy');
    expect(classes).toMatchObject({ task: 'classify', outputs: 3, classes: [0, 1, 2], accuracy: 1 });
    at.write('hot.csv', `red,green,blue\n${labels.map((_, i) => hot.slice(3 * i, 3 * i + 3).join()).join('\n')}\n`);
    const named = await record(...rows, '--labels', 'hot.csv', '--test-labels', 'hot.csv', '--out', 'hot-out.csv');
    expect(named).toMatchObject({ classes: ['red', 'green', 'blue'], accuracy: 1 });
    const predicted = labels.slice(40).map((label) => `${['red', 'green', 'blue'][label]}\n`);
    expect(readFileSync(at.path('hot-out.csv'), 'utf8')).toBe(predicted.join(''));
    const task = ['--task', 'regress', '--labels', 'hot.npy', '--test-labels', 'hot.npy', '--out', 'hot-out.npy'];
    const numbersOnly = await record(...rows, ...task);
    expect(numbersOnly).toMatchObject({ task: 'regress', outputs: 3, classes: null, accuracy: null });
    const { data } = await readInput(at.path('hot-out.npy'));
    const errors = Array.from(data).reduce((sum, v, i) => sum + (v - hot[120 + i]) ** 2, 0);
    expect(numbersOnly.rmse).toBeCloseTo(Math.sqrt(errors / data.length), 12);
  });

  test('several label columns give what each gives alone', async () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      numbers(5 * (i + 1))
        .slice(5 * i)
        .join(),
    );
    at.write('targets.csv', `a,b,c,d,e\n${rows.join('\n')}\n`);
    const run = ['regress', 'targets.csv', 'targets.csv', '--rows', '0:20', '--rows-z', '20:30', '--arch', 'fc'];
    const both = await record(...run, '--label-column', 'e', '--label-column', 'a', '--out', 'both.npy');
    expect(both).toMatchObject({ task: 'regress', outputs: 2 });
    const { data } = await readInput(at.path('both.npy'));
    let square = 0;
    for (const [k, column, other] of [
      [0, 'e', 'a'],
      [1, 'a', 'e'],
    ] as const) {
      const features = ['--drop-columns', other, '--label-column', column];
      const one = await record(...run, ...features, '--out', `${column}.npy`);
      const alone = await readInput(at.path(`${column}.npy`));
      for (let i = 0; i < 10; i++) expect(alone.data[i]).toBeCloseTo(data[2 * i + k], 10);
      square += one.rmse ** 2 / 2;
    }
    expect(both.rmse).toBeCloseTo(Math.sqrt(square), 10);
  });

  test('TEST may be without them', async () => {
    const lines = readFileSync(at.path('text-labels.data'), 'utf8').trim().split('\n');
    at.write(
      'unlabelled.csv',
      `${lines
        .slice(40)
        .map((line) => line.replace(/,[^,]+$/, ''))
        .join('\n')}\n`,
    );
    const run = ['regress', 'text-labels.data', 'unlabelled.csv', '--rows', '0:40', '--rows-z', ':', '--arch', 'fc'];
    const found = await record(...run, '--label-column', '-1');
    expect(found).toMatchObject({ accuracy: null, test: 20 });
    expect(found.predictions).toEqual((await record(...WORDS, '--label-column', '4')).predictions);
  });

  test('of stored kernels, from one column of a file', async () => {
    expect((await at.ntk('kernel', 'labels-x.npy', '--arch', 'fc', '--out', 'K.npy')).code).toBe(0);
    const rows = Array.from({ length: 60 }, (_, i) => `${i},${i % 2 === 0 ? 'even' : 'odd'}\n`);
    at.write('kinds.csv', `id,kind\n${rows.join('')}`);
    const stored = ['--kernel', 'K.npy', '--cross', 'K.npy', '--labels', 'kinds.csv', '--test-labels', 'kinds.csv'];
    const found = await record('regress', ...stored, '--label-column', 'kind', '--ridge', '1e-12');
    expect(found).toMatchObject({ classes: ['even', 'odd'], train: 60 });
    const eigs = await record('eigs', 'K.npy', '-k', '2', '--labels', 'kinds.csv', '--label-column', 'kind');
    expect(eigs.alignment.value).toBeGreaterThan(0);
    await refused(at, ['eigs', 'K.npy', '--label-column', 'kind'], '--label-column', '--arch');
    await refused(at, ['regress', ...stored, '--columns', '0'], '--columns', '--kernel');
  });
});

describe('flags of tables', () => {
  const kernel = ['--arch', 'fc', '--out', 'T.npy', '--force'];

  test('the reported headers and indices are warned about; the flags that they name help', async () => {
    const header = await record('kernel', 'numeric-header.csv', ...kernel);
    expect(header.stderr).toContain('numeric-header.csv line 1');
    expect(header.shape).toEqual([4, 4]);
    const told = await record('kernel', 'numeric-header.csv', ...kernel, '--header', 'yes');
    expect(told).toMatchObject({ shape: [3, 3], warnings: [] });
    expect((await record('kernel', 'index-column.csv', ...kernel)).warnings[0]).toContain('--drop-columns 0');
    const dropped = await record('kernel', 'index-column.csv', ...kernel, '--drop-columns', '0');
    expect(dropped).toMatchObject({ shape: [3, 3], warnings: [] });
  });

  test('separator, decimal mark and columns', async () => {
    at.write('odd.txt', 'a~b~c\n1,5~2~x\n3~4,25~y\n5~1~z\n');
    const flags = ['--separator', '~', '--decimal', ',', '--columns', 'b,0'];
    await record('kernel', 'odd.txt', ...kernel, ...flags);
    at.write('plain.csv', '2,1.5\n4.25,3\n1,5\n');
    await record('kernel', 'plain.csv', '--arch', 'fc', '--out', 'P.npy');
    expect(readFileSync(at.path('T.npy')).equals(readFileSync(at.path('P.npy')))).toBe(true);
    at.write('tabs.txt', 'a b\t2\n');
    await refused(at, ['kernel', 'tabs.txt', ...kernel, '--separator', 'tab', '--header', 'no'], 'line 1, column 1');
  });

  test('sparse files of different features agree', async () => {
    at.write('train.svm', '1 1:1 2:2\n-1 2:3\n1 1:4\n');
    at.write('test.svm', '1 4:1\n-1 1:1 2:2\n');
    const found = await record('regress', 'train.svm', 'test.svm', '--arch', 'laplace:1', '--out', 'svm.csv');
    expect(found.inputs.map(({ shape }: { shape: readonly number[] }) => shape)).toEqual([
      [3, 4],
      [2, 4],
    ]);
    expect(found).toMatchObject({ task: 'classify', classes: [-1, 1] });
    at.write('zero.svm', '1 0:1 1:2\n');
    const zero = await record('kernel', 'train.svm', 'zero.svm', ...kernel);
    expect(zero.inputs[0].shape).toEqual([3, 3]);
  });

  test('--rows that Z does not have names --rows-z', async () => {
    await refused(at, ['kernel', 'labels-x.npy', 'x.npy', ...kernel, '--rows', '0:10'], 'x.npy', '0:10', '--rows-z');
  });

  test.each<[readonly string[], readonly string[]]>([
    [
      ['--header', 'maybe'],
      ['--header', 'yes, no', 'maybe'],
    ],
    [
      ['--separator', '::'],
      ['--separator', 'one character'],
    ],
    [
      ['--separator', '7'],
      ['--separator', 'one character'],
    ],
    [
      ['--decimal', ';'],
      ['--decimal', ';'],
    ],
    [
      ['--columns', 'a', '--drop-columns', 'b'],
      ['--drop-columns', '--columns'],
    ],
    [
      ['--columns', 'a,a'],
      ['--columns', 'differ'],
    ],
    [
      ['--columns', 'w'],
      ['z.csv', 'columns', '"w"'],
    ],
    [
      ['--drop-columns', '3'],
      ['z.csv', 'drop-columns', '0 to 2'],
    ],
    [
      ['--label-column', '-4'],
      ['z.csv', 'label column', '-1 for the last'],
    ],
    [
      ['--label-column', 'a', '--drop-columns', 'a'],
      ['z.csv', 'drop-columns'],
    ],
  ])('%j is refused', async (flags, parts) => {
    await refused(at, ['kernel', 'z.csv', '--arch', 'fc', ...flags], ...parts);
  });

  test('columns of a file that has none', async () => {
    await refused(at, ['kernel', 'x.npy', '--arch', 'fc', '--columns', '0,1'], 'x.npy', 'csv only');
  });
});
