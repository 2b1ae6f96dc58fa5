import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDS } from '../../src/report/records/index.js';
import { bench } from '../cli/ntk.js';
import { ROOT } from '../house/sources.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { fits, fitsRecord } from './fits.js';

const at = bench();
const DIGITS = join(ROOT, 'data/digits/test.csv');
const FIXTURES = join(ROOT, 'test/fixtures/records');
const LABELLED = [DIGITS, '--label-column', '64', '--rows', '0:12'];
const FC = ['--arch', 'fc'];

type Name = keyof typeof RECORDS;

const isName = (name: string): name is Name => Object.hasOwn(RECORDS, name);

/** Command lines whose records differ in what they have; `--json` is added. */
const RUNS: readonly (readonly [Name, readonly string[]])[] = [
  ['kernel', ['kernel', ...LABELLED, ...FC, '--out', 'k1.npy']],
  ['kernel', ['kernel', 'x.npy', 'z.csv', '--arch', 'laplace:1', '--precision', 'f32', '--plan', '--out', 'k2.npy']],
  ['empirical', ['empirical', 'x.npy', 'z.csv', ...FC, '--width', '8', '--out', 'e1.npy']],
  ['empirical', ['empirical', 'x.npy', ...FC, '--width', '8', '--contract', 'full', '--plan', '--out', 'e2.npy']],
  ['empirical', ['empirical', ...LABELLED, '--model', join(ROOT, 'data/digits/model.json'), '--out', 'e3.npy']],
  ['compare', ['compare', 'x.npy', ...FC, '--widths', '4,8', '--seeds', '3', '--out', 'c1']],
  ['compare', ['compare', 'x.npy', ...FC, '--widths', '4', '--seeds', '1', '--init', 'gaussian', '--out', 'c2']],
  ['compare-plan', ['compare', 'x.npy', ...FC, '--widths', '4,8', '--plan', '--out', 'c3']],
  ['profile', ['profile', ...FC, '--angles', '5']],
  [
    'profile',
    ['profile', '--arch', 'resntk', '--depth', '2,3', '--alpha', '0.5', '--arch', 'gaussian:1', '--angles', '3'],
  ],
  ['eigs', ['eigs', ...LABELLED, ...FC, '-k', '4', '--density']],
  ['eigs', ['eigs', 'x.npy', ...FC, '--depth', '1,2', '-k', '2', '--which', 'smallest']],
  ['eigs', ['eigs', 'x.npy', ...FC, '--width', '8', '-k', '2', '--method', 'power']],
  ['eigs', ['eigs', 'zero.csv', '-k', '2']],
  ['regress', ['regress', DIGITS, DIGITS, '--label-column', '64', '--rows', '0:12', ...FC]],
  [
    'regress',
    ['regress', DIGITS, DIGITS, '--label-column', '64', '--rows', '0:12', ...FC, '--ridge', 'auto', '--time', '1,10'],
  ],
  ['regress', ['regress', DIGITS, DIGITS, '--label-column', '64', '--rows', '0:12', ...FC, '--solver', 'cg']],
  ['regress', ['regress', '--kernel', 'K.npy', '--cross', 'K.npy', '--labels', 'y.csv', '--task', 'regress']],
  ['sphere', ['sphere', ...FC, '--dim', '3', '--max-degree', '8']],
  ['sphere', ['sphere', '--arch', 'resntk', '--gamma', '0,1', '--dim', '2000', '--max-degree', '4', '--normalized']],
  ['receptive-field', ['receptive-field', '--arch', 'cntk', '--input', '8x8x3', '--head', 'eq', '--depth', '1,2']],
  [
    'receptive-field',
    ['receptive-field', '--arch', 'cntk', '--input', '9x3', '--head', 'eq', '--width', '8', '--seeds', '2'],
  ],
  [
    'receptive-field',
    ['receptive-field', '--arch', 'rescntk', '--input', '8x8x3', '--head', 'eq', '--width', '4', '--seeds', '1'],
  ],
  ['paper', ['paper', 'belfer', '--claims', '1,3', '--out', 'belfer']],
  ['fit', ['fit', ...FC, '--angles', '5', '--to', 'gamma']],
  [
    'fit',
    [
      'fit',
      '--arch',
      'laplace:1',
      ...FC,
      '--data',
      DIGITS,
      '--label-column',
      '64',
      '--scale',
      'unit-rows',
      '--rows',
      '0:12',
    ],
  ],
  ['sphere-positions', ['sphere', '--arch', 'cntk', '--positions', '2', '--dim', '3', '--max-degree', '4']],
  [
    'sphere-positions',
    ['sphere', '--arch', 'rescntk', '--depth', '1,2', '--positions', '2', '--dim', '2', '--max-degree', '2'],
  ],
  ['plot', ['plot', 'p.json', '--out', 'p.svg', '--data', 'p.csv']],
  ['arch', ['arch', 'fc']],
  ['arch', ['arch', 'cntk', '--describe', '--input', '8x8x3']],
  ['backends', ['backends']],
];

beforeAll(async () => {
  at.write('zero.csv', '0,0\n0,0\n');
  at.write('y.csv', `${Array.from({ length: 6 }, (_, i) => i / 7).join('\n')}\n`);
  await at.ntk('kernel', 'x.npy', ...FC, '--out', 'K.npy');
  await at.ntk('profile', ...FC, '--out', 'p.json');
});

describe('records', () => {
  test.each(RUNS)('of %s: %p', async (name, args) => {
    const { code, stdout, stderr } = await at.ntk(...args, '--json');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    fitsRecord(stdout, name);
  });

  test('beside results are the same objects', () => {
    for (const [file, name] of [
      ['k1.json', 'kernel'],
      ['e1.json', 'empirical'],
      ['c1/compare.json', 'compare'],
    ] as const) {
      fitsRecord(readFileSync(at.path(file), 'utf8'), name);
    }
  });

  test('every command has one among the runs', () => {
    // Those of benchmarks, which take long, are looked at where benchmarks are tested.
    expect([...new Set([...RUNS.map(([name]) => name), 'bench'])].toSorted()).toEqual(Object.keys(RECORDS).toSorted());
  });

  test.each(readdirSync(FIXTURES))('of the fixture %s', (file) => {
    const name = file.replace('.json', '');
    if (!isName(name)) throw new TypeError(`fixtures must be called after commands, got ${file}`);
    fitsRecord(readFileSync(join(FIXTURES, file), 'utf8'), name);
  });
});

describe('a schema', () => {
  const { parse } = JSON;
  const kernel: Readonly<Record<string, unknown>> = parse(readFileSync(join(FIXTURES, 'kernel.json'), 'utf8'));

  test('refuses each field of another type, and each that is missing', () => {
    for (const key of Object.keys(kernel)) {
      expect({ key, fits: RECORDS.kernel.safeParse({ ...kernel, [key]: { wrong: true } }).success }).toEqual({
        key,
        fits: false,
      });
      const { [key]: _, ...rest } = kernel;
      expect({ key, fits: RECORDS.kernel.safeParse(rest).success }).toEqual({ key, fits: false });
    }
  });

  test('shows fields that it does not know', () => {
    expect(() => fits({ ...kernel, more: 1 }, RECORDS.kernel)).toThrow(/more/);
    const plan = kernel.plan as object;
    expect(() => fits({ ...kernel, plan: { ...plan, more: 1 } }, RECORDS.kernel)).toThrow(/more/);
  });
});
