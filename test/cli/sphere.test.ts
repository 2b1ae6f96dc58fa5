import { readFileSync } from 'node:fs';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();

/** Fields that the record of one kernel has beside `rows`. */
const FIELDS = ['eigenvalues', 'errorBounds', 'method', 'exponent', 'endpoints', 'predicted', 'fit', 'trace'];

describe('ntk sphere', () => {
  test('one kernel: its fields stand at the top of the record', async () => {
    const { code, stdout, stderr } = await at.ntk('sphere', '--arch', 'laplace:1', '--dim', '3', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ command: 'sphere', kind: 'ntk', normalized: false, dim: 3, precision: 'f64' });
    expect(record.degrees).toEqual(Array.from({ length: 61 }, (_, k) => k));
    expect(record.multiplicities.slice(0, 4)).toEqual([1, 3, 5, 7]);
    expect(record.eigenvalues).toHaveLength(61);
    expect(record.errorBounds).toHaveLength(61);
    expect(record.eigenvalues[0]).toBeCloseTo((1 - 3 * Math.exp(-2)) / 2, 13);
    expect(record).toMatchObject({ exponent: 3, endpoints: { nu: 0.5, c1: expect.closeTo(-Math.SQRT2, 13), cm: 0 } });
    for (const field of FIELDS) expect(record.rows[0][field]).toEqual(record[field]);
    expect(Math.abs(record.stages.load + record.stages.compute - record.seconds) / record.seconds).toBeLessThan(0.05);
  });

  test('a sweep is one record with a row a value', async () => {
    const run = ['sphere', '--arch', 'resntk', '--depth', '1,2', '--alpha', '0.5,1', '--arch', 'gaussian:1'];
    const flags = ['--dim', '100', '--max-degree', '6', '--normalized', '--kind', 'nngp', '--out', 's.json', '--json'];
    const { code, stdout } = await at.ntk(...run, ...flags);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(at.path('s.json'), 'utf8'));
    const record = JSON.parse(stdout);
    expect(record.architecture).toHaveLength(5);
    expect(record.rows.map(({ name }: { name: string }) => name)).toEqual([
      'resntk depth 1 alpha 0.5',
      'resntk depth 1 alpha 1',
      'resntk depth 2 alpha 0.5',
      'resntk depth 2 alpha 1',
      'gaussian:1',
    ]);
    for (const row of record.rows) {
      expect(row.eigenvalues).toHaveLength(7);
      expect(row.trace.diagonal).toBe(1);
    }
    expect(record).toMatchObject({ normalized: true, kind: 'nngp', degrees: [0, 1, 2, 3, 4, 5, 6] });
    for (const field of FIELDS) expect(record).not.toHaveProperty(field);
  });

  test('takes a file; prints a table for people, and csv with the numbers of the record', async () => {
    at.write('net.json', (await at.ntk('arch', 'fc', '--depth', '2')).stdout);
    const run = ['sphere', '--arch', 'net.json', '--dim', '4', '--max-degree', '30'];
    const { stdout } = await at.ntk(...run);
    expect(stdout).toMatch(/^Eigenvalues of the NTK on the unit sphere in R\^4[\s\S]*k\^-4[\s\S]*quadrature/);
    const record = JSON.parse((await at.ntk(...run, '--json')).stdout);
    expect(parseArchitecture(record.architecture).layers).toHaveLength(5);
    await at.ntk(...run, '--out', 's.csv');
    const [header, ...rows] = readFileSync(at.path('s.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toMatch(/^degree,multiplicity,(.*),\1 error bound,\1 predicted$/);
    const numbers = rows.map((row) => row.split(',').map((cell) => (cell === '' ? null : Number(cell))));
    const { degrees, multiplicities, eigenvalues, errorBounds, predicted } = record;
    expect(numbers).toEqual(
      degrees.map((k: number) => [k, multiplicities[k], eigenvalues[k], errorBounds[k], predicted[k]]),
    );
  });

  test('bad usage is exit code 2', async () => {
    const fc = ['sphere', '--arch', 'fc'];
    await refused(at, ['sphere', '--dim', '3'], '--arch: must be given');
    await refused(at, fc, '--dim: must be given');
    for (const dim of ['1', '2.5', '3,4', '1e9']) await refused(at, [...fc, '--dim', dim], '--dim: must be a whole');
    await refused(at, [...fc, '--dim', '3', '--max-degree', '-1'], '--max-degree: must be a whole number');
    await refused(at, [...fc, '--dim', '3', '--max-degree', '9999'], '--max-degree: must be a whole number from 0');
    await refused(at, [...fc, '--dim', '3', '--kind', 'both'], '--kind: must be ntk or nngp');
    await refused(at, [...fc, '--dim', '3', '--out', 's.txt'], 'must end in .json or .csv');
    const deep = ['sphere', '--arch', 'resntk', '--depth', '1100', '--dim', '3'];
    await refused(at, deep, 'Give --normalized');
  });
});
