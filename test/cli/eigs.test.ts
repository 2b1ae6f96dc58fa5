import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readInput } from '../../src/index.js';
import { npyOf } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { bench, numbers } from './ntk.js';

const at = bench();
const DIGITS = fileURLToPath(new URL('../../../data/digits/train.csv', import.meta.url));
const KERNEL = [DIGITS, '--label-column', '64', '--scale', 'unit-rows', '--arch', 'fc', '--depth', '2'];

interface Spectrum {
  readonly values: readonly number[];
  readonly residuals: readonly number[];
  readonly norm: number;
  readonly converged: boolean;
  readonly method: string;
  readonly products: number;
  readonly targetShares: readonly number[];
  readonly effectiveDimension: readonly { readonly value: number }[];
  readonly alignment: { readonly value: number };
  readonly numericalRank: object;
  readonly density: {
    readonly points: readonly number[];
    readonly values: readonly number[];
    readonly errors: readonly number[];
    readonly products: number;
  };
}

async function eigs(...flags: readonly string[]): Promise<Spectrum> {
  const { code, stdout, stderr } = await at.ntk('eigs', ...flags, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('ntk eigs', () => {
  test('stored or not, dense or by iteration: the same eigenvalues', async () => {
    expect((await at.ntk('kernel', ...KERNEL, '--out', 'K.npy', '--force')).code).toBe(0);
    const dense = await eigs('K.npy', '-k', '12', '--method', 'dense');
    const others = [
      await eigs('K.npy', '-k', '12', '--method', 'lanczos'),
      await eigs(...KERNEL, '-k', '12', '--method', 'lanczos'),
      await eigs(...KERNEL, '-k', '12'),
    ];
    for (const { values, residuals, norm, converged } of [dense, ...others]) {
      expect(converged).toBe(true);
      expect(values).toHaveLength(12);
      expect(Math.max(...residuals)).toBeLessThanOrEqual(1e-10 * norm);
      for (const [i, value] of values.entries()) expect(Math.abs(value - dense.values[i])).toBeLessThan(1e-9 * norm);
    }
    expect(others[0]).toMatchObject({ method: 'lanczos' });
    expect(others[0].products).toBeGreaterThan(12);
    const single = await eigs(...KERNEL, '-k', '4', '--precision', 'f32');
    expect(Math.abs(single.values[3] - dense.values[3])).toBeLessThan(1e-5 * dense.norm);
  });

  test('vectors are columns, orthonormal, and belong to the values', async () => {
    at.write('A.npy', npyOf([3, 3], [2, 1, 0, 1, 2, 0, 0, 0, 7]));
    const { values } = await eigs('A.npy', '-k', '2', '--vectors', 'V.npy', '--force');
    expect(values[0]).toBeCloseTo(7, 12);
    expect(values[1]).toBeCloseTo(3, 12);
    const { data, shape } = await readInput(at.path('V.npy'));
    expect(shape).toEqual([3, 2]);
    expect(Array.from(data, Math.abs)[4]).toBeCloseTo(1, 12);
    expect(Math.abs(data[1])).toBeCloseTo(Math.SQRT1_2, 12);
    const smallest = await eigs('A.npy', '-k', '1', '--which', 'smallest');
    expect(smallest.values[0]).toBeCloseTo(1, 12);
  });

  test('a sweep has a row a value, and the text names the floor', async () => {
    const flags = [...KERNEL.slice(0, -1), '1,2', '--rows', '0:80', '-k', '3'];
    const { code, stdout } = await at.ntk('eigs', ...flags, '--json');
    expect(code).toBe(0);
    const { rows, values } = JSON.parse(stdout);
    expect(rows.map(({ depth, n }: { depth: number; n: number }) => [depth, n])).toEqual([
      [1, 80],
      [2, 80],
    ]);
    expect(values).toBeUndefined();
    expect((await at.ntk('eigs', ...flags)).stdout).toContain('floor of the precision');
  });

  test('labels inside the data or in a file give alignment and shares; a density has error bars', async () => {
    const labelled = ['--rows', '0:120', ...KERNEL];
    const { code } = await at.ntk('kernel', ...labelled, '--out', 'K.npy', '--force');
    expect(code).toBe(0);
    const rows = readFileSync(DIGITS, 'utf8').trim().split('\n').slice(0, 120);
    at.write('labels.csv', `${rows.map((row) => row.split(',')[64]).join('\n')}\n`);
    const flags = ['-k', '120', '--ridge', '1e-3,1', '--density'];
    const inside = await eigs(...labelled, ...flags);
    const stored = await eigs('K.npy', '--labels', 'labels.csv', ...flags);
    for (const found of [inside, stored]) {
      const { targetShares, effectiveDimension, alignment, density, values, numericalRank } = found;
      expect(targetShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 8);
      const mean = values.reduce((sum, value) => sum + value, 0) / 120;
      for (const [i, ridge] of [1e-3, 1].entries()) {
        const expected = values.reduce((sum, value) => sum + value / (value + ridge * mean), 0);
        expect(effectiveDimension[i].value).toBeCloseTo(expected, 6);
      }
      expect(alignment.value).toBeCloseTo(inside.alignment.value, 10);
      expect(numericalRank).toEqual({ least: 120, most: 120 });
      expect(density.products).toBe(600);
      const step = density.points[1] - density.points[0];
      expect(density.values.reduce((sum, value) => sum + value, 0) * step).toBeCloseTo(1, 2);
      expect(Math.max(...density.errors)).toBeGreaterThan(0);
    }
    const { stdout } = await at.ntk('eigs', ...labelled, '-k', '3', '--density');
    for (const part of [
      'alignment',
      'effective dimension',
      'numerical rank',
      'condition number',
      'decay',
      '600 products',
    ])
      expect(stdout).toContain(part);
  });

  test('a tolerance that is not met is exit code 3, with what was found', async () => {
    at.write('R.npy', npyOf([6, 6], symmetric(numbers(36), 6)));
    const { code, stdout } = await at.ntk(
      'eigs',
      'R.npy',
      '--method',
      'lanczos',
      '-k',
      '2',
      '--tol',
      '1e-30',
      '--json',
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ converged: false, method: 'lanczos' });
  });

  test.each([
    [['none.npy'], 'none.npy'],
    [['rows.csv'], '--arch'],
    [['U.npy'], 'symmetric'],
    [['O.npy'], 'square'],
    [['A.npy', '-k', '0'], '-k'],
    [['A.npy', '--tol', '2'], '--tol'],
    [['A.npy', '--ridge', '0'], '--ridge'],
    [['A.npy', '--labels', 'z.csv'], 'z.csv'],
    [['A.npy', '--depth', '2'], '--depth'],
    [['A.npy', '--native', '/none.so'], '--native'],
    [['A.npy', '--method', 'qr'], '--method'],
  ])('%j is refused', async (flags, named) => {
    at.write('A.npy', npyOf([3, 3], [2, 1, 0, 1, 2, 0, 0, 0, 7]));
    at.write('U.npy', npyOf([2, 2], [1, 2, 3, 4]));
    at.write('O.npy', npyOf([2, 3], numbers(6)));
    const { code, stderr, stdout } = await at.ntk('eigs', ...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(named);
  });
});

function symmetric(list: readonly number[], n: number): number[] {
  return list.map((_, at_) => list[at_] + list[(at_ % n) * n + Math.floor(at_ / n)]);
}
