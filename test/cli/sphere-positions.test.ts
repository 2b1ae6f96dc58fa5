import { readFileSync } from 'node:fs';
import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const RUN = ['sphere', '--arch', 'rescntk', '--depth', '2', '--head', 'eq', '--positions', '3', '--dim', '2'];

/** Fields that the record of one kernel has beside `rows`. */
const FIELDS = ['eigenvalues', 'errorBounds', 'dependsOn', 'lines', 'trace', 'nodes'];

describe('ntk sphere --positions', () => {
  test('one kernel: its fields stand at the top of the record', async () => {
    const { code, stdout, stderr } = await at.ntk(...RUN, '--max-degree', '3', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ command: 'sphere', kind: 'ntk', normalized: false, dim: 2, positions: 3 });
    expect(record.architecture.layers[0]).toMatchObject({ kind: 'conv', filter: [1] });
    expect(record.frequencies).toHaveLength(64);
    expect(record.frequencies[6]).toEqual([0, 1, 2]);
    expect(record.multiplicities[6]).toBe(4);
    for (const field of FIELDS) expect(record.rows[0][field]).toEqual(record[field]);
    const { computed, tail, diagonal, bound } = record.trace;
    const sum = record.eigenvalues.reduce((s: number, v: number, i: number) => s + v * record.multiplicities[i], 0);
    expect(sum).toBeCloseTo(computed, 12);
    expect(Math.abs(computed + tail - diagonal)).toBeLessThan(bound);
    expect(diagonal).toBeCloseTo(8, 12);
    expect(record.lines.map(({ name }: { name: string }) => name)).toEqual(['axis', 'neighbour', 'diagonal']);
  });

  test('a sweep is one record with a row a value; a table for people, and csv with the numbers', async () => {
    const sweep = ['sphere', '--arch', 'cntk', '--depth', '1,2', '--arch', 'rescntk', '--positions', '2', '--dim', '3'];
    const { code, stdout } = await at.ntk(...sweep, '--max-degree', '2', '--normalized', '--out', 's.json', '--json');
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(at.path('s.json'), 'utf8'));
    const record = JSON.parse(stdout);
    expect(record.rows.map(({ name }: { name: string }) => name)).toEqual([
      'cntk depth 1',
      'cntk depth 2',
      'rescntk depth 1',
      'rescntk depth 2',
    ]);
    for (const row of record.rows) expect(row.trace.diagonal).toBe(1);
    for (const field of FIELDS) expect(record).not.toHaveProperty(field);
    await at.ntk(...sweep, '--max-degree', '2', '--normalized', '--out', 's.csv');
    const [header, ...rows] = readFileSync(at.path('s.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toMatch(/^k_1,k_2,multiplicity,cntk depth 1,cntk depth 1 error bound,/);
    const numbers = rows.map((row) => row.split(',').map(Number));
    expect(numbers.map((row) => row.slice(0, 4))).toEqual(
      record.frequencies.map((k: number[], i: number) => [
        ...k,
        record.multiplicities[i],
        record.rows[0].eigenvalues[i],
      ]),
    );
    const table = (await at.ntk(...RUN, '--max-degree', '10')).stdout;
    expect(table).toMatch(/^Eigenvalues of the NTK on the product of 3 unit spheres in R\^2 by frequency\n/);
    expect(table).toMatch(/\(k, 0, \.\.\.\)[\s\S]*K\(x,x\)[\s\S]*\(1, 0, 0\)[\s\S]*The largest 20 of 1331/);
  });

  test('records are drawn with the predicted slopes, apart from those of one sphere', async () => {
    await at.ntk(...RUN, '--max-degree', '16', '--out', 'p.json');
    expect((await at.ntk('plot', 'p.json', '--out', 'p.svg', '--data', 'p.csv')).code).toBe(0);
    const svg = readFileSync(at.path('p.svg'), 'utf8');
    expect(svg).toMatch(/product of 3 unit spheres in R\^2/);
    for (const text of ['slowest decay predicted', 'fastest decay predicted', '(0, k, 0, ...)', 'degree k']) {
      expect(svg).toContain(text);
    }
    const [header, first] = readFileSync(at.path('p.csv'), 'utf8').split('\n');
    expect(header.split(',').length).toBeGreaterThanOrEqual(7);
    expect(first).toMatch(/^0,/);
    await at.ntk('sphere', '--arch', 'fc', '--dim', '3', '--max-degree', '8', '--out', 'one.json');
    await refused(at, ['plot', 'one.json', 'p.json', '--out', 'q.svg'], 'p.json: must be on one sphere');
  });

  test('a file of a network with one axis; the pixel that it reads comes first', async () => {
    const layers = [
      { kind: 'conv', filter: [3], padding: 'circular', weightStd: Math.SQRT2 },
      { kind: 'relu' },
      { kind: 'pixel', at: [2] },
      { kind: 'dense' },
    ];
    at.write('net.json', JSON.stringify({ format: 'ntk-architecture/1', name: 'third', layers }));
    const run = ['sphere', '--arch', 'net.json', '--positions', '5', '--dim', '2', '--max-degree', '1', '--json'];
    const record = JSON.parse((await at.ntk(...run)).stdout);
    expect(record.dependsOn).toEqual([0, 1, 4]);
    const at1 = record.frequencies.findIndex((k: number[]) => k.join() === '0,1,0,0,0');
    expect(record.eigenvalues[at1]).toBeGreaterThan(0.01);
  });

  test('bad usage is exit code 2', async () => {
    const cntk = ['sphere', '--arch', 'cntk'];
    await refused(at, [...cntk, '--positions', '3'], '--dim: must be given');
    await refused(at, [...cntk, '--dim', '3'], 'Give --positions P');
    for (const positions of ['0', '2.5', '2,3', '99999']) {
      await refused(at, [...cntk, '--dim', '3', '--positions', positions], '--positions: must be a whole number');
    }
    await refused(at, [...cntk, '--dim', '2', '--positions', '3', '--max-degree', '501'], '--max-degree: must be');
    await refused(at, [...cntk, '--dim', '2', '--positions', '3', '--head', 'gap'], 'Choose --head eq or --head tr');
    await refused(at, ['sphere', '--arch', 'fc', '--dim', '2', '--positions', '3'], 'one of vectors');
    await refused(at, ['sphere', '--arch', 'laplace:1', '--dim', '2', '--positions', '3'], 'one of vectors');
    await refused(at, [...cntk, '--dim', '2', '--positions', '3', '--memory', '1MiB'], '--memory: the grid');
    await refused(at, ['sphere', '--arch', 'fc', '--dim', '3', '--memory', '1GiB'], 'must come with --positions');
    const wide = [...cntk, '--dim', '2', '--positions', '40', '--depth', '9', '--max-degree', '1'];
    await refused(at, wide, 'Give fewer --positions, or a smaller --depth or --filter');
    const planar = [{ kind: 'conv', filter: [3, 3] }, { kind: 'relu' }, { kind: 'flatten' }, { kind: 'dense' }];
    at.write('planar.json', JSON.stringify({ format: 'ntk-architecture/1', name: 'planar', layers: planar }));
    await refused(at, ['sphere', '--arch', 'planar.json', '--dim', '2', '--positions', '3'], 'layers[0].filter');
  });
});
