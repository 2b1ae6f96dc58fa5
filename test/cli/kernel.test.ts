import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { resolveArchitecture } from '../../src/architecture/resolve.js';
import { readInput } from '../../src/data/input.js';
import { npyOf } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { bench } from './ntk.js';

const at = bench();
const RESNTK = ['--arch', 'resntk', '--depth', '4', '--alpha', '0.5'];

/** The stages of a record, and how far their sum is from `seconds`, relatively. */
function stageGap({ stages, seconds }: { stages: Readonly<Record<string, number>>; seconds: number }): number {
  return Math.abs(Object.values(stages).reduce((sum, stage) => sum + stage, 0) - seconds) / seconds;
}

describe('ntk kernel', () => {
  test('writes the matrix and its record, and says so on stderr', async () => {
    const { code, stdout, stderr } = await at.ntk(
      'kernel',
      'x.npy',
      'z.csv',
      ...RESNTK,
      '--rows-z',
      '0:1',
      '--out',
      'K.npy',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^K\.npy: 6 x 1 ntk in f64 on host/);
    expect((await readInput(at.path('K.npy'))).shape).toEqual([6, 1]);
    const record = JSON.parse(readFileSync(at.path('K.json'), 'utf8'));
    expect(record).toMatchObject({
      command: 'kernel',
      format: 'ntk-record/1',
      backend: 'host',
      precision: 'f64',
      warnings: [],
      out: 'K.npy',
      shape: [6, 1],
      kind: 'ntk',
      normalized: false,
      seed: 0,
      rows: null,
      rowsZ: '0:1',
    });
    const sha256 = createHash('sha256')
      .update(readFileSync(at.path('x.npy')))
      .digest('hex');
    expect(record.inputs[0]).toEqual({ path: 'x.npy', shape: [6, 3], sha256 });
    expect(record.inputs[1].shape).toEqual([1, 3]);
    expect(parseArchitecture(record.architecture)).toEqual(resolveArchitecture('resntk', { depth: 4, alpha: 0.5 }));
    expect(record.peakMemoryBytes).toBeGreaterThan(1e7);
  });

  test('--json prints the record as one object and nothing else', async () => {
    const { code, stdout, stderr } = await at.ntk('kernel', 'x.npy', ...RESNTK, '--out', 'J.npy', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(readFileSync(at.path('J.json'), 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject({ command: 'kernel', shape: [6, 6] });
  });

  test('stages sum to the seconds, within 5 %', async () => {
    const { stdout } = await at.ntk('kernel', 'x.npy', ...RESNTK, '--out', 'S.npy', '--json');
    const record = JSON.parse(stdout);
    expect(Object.keys(record.stages)).toEqual(['load', 'compile', 'compute', 'write', 'check']);
    expect(Object.values(record.stages).every((stage) => Number(stage) >= 0)).toBe(true);
    expect(stageGap(record)).toBeLessThan(0.05);
  });

  test.each(['f64', 'f32'])('csv on stdout in %s reads back as the numbers of the file', async (precision) => {
    const options = [...RESNTK, '--precision', precision];
    await at.ntk('kernel', 'x.npy', ...options, '--out', `${precision}.npy`);
    const { code, stdout, stderr } = await at.ntk('kernel', 'x.npy', ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(',').length)).toEqual(new Array(6).fill(6));
    const { data } = await readInput(at.path(`${precision}.npy`));
    const read = lines.join(',').split(',').map(Number);
    expect(precision === 'f32' ? read.map(Math.fround) : read).toEqual([...data]);
  });

  test('csv files hold the same numbers', async () => {
    await at.ntk('kernel', 'x.npy', ...RESNTK, '--out', 'C.csv');
    const { stdout } = await at.ntk('kernel', 'x.npy', ...RESNTK);
    expect(readFileSync(at.path('C.csv'), 'utf8')).toBe(stdout);
  });

  test('--kind both writes both arrays', async () => {
    expect((await at.ntk('kernel', 'x.npy', ...RESNTK, '--kind', 'both', '--out', 'B.npz')).code).toBe(0);
    await at.ntk('kernel', 'x.npy', ...RESNTK, '--kind', 'nngp', '--out', 'N.npy');
    const nngp = await readInput(`${at.path('B.npz')}:nngp`);
    expect(nngp.data).toEqual((await readInput(at.path('N.npy'))).data);
    expect((await readInput(`${at.path('B.npz')}:ntk`)).shape).toEqual([6, 6]);
  });

  test('an existing output needs --force', async () => {
    at.write('F.npy', 'old');
    const run = ['kernel', 'x.npy', ...RESNTK, '--out', 'F.npy'];
    expect((await at.ntk(...run)).code).toBe(2);
    expect(readFileSync(at.path('F.npy'), 'utf8')).toBe('old');
    expect((await at.ntk(...run, '--force')).code).toBe(0);
    expect((await readInput(at.path('F.npy'))).shape).toEqual([6, 6]);
  });

  test('--plan says what it would need and writes nothing', async () => {
    const before = at.files();
    const plain = await at.ntk('kernel', 'x.npy', ...RESNTK, '--out', 'P.npy', '--plan');
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout).toMatch(/^result +6 x 6 in f64[\s\S]*tiles +\d[\s\S]*memory +[\s\S]*time +about/);
    const json = JSON.parse((await at.ntk('kernel', 'x.npy', ...RESNTK, '--plan', '--json')).stdout);
    expect(json).toMatchObject({ shape: [6, 6], plan: { symmetric: true, shape: [6, 6] } });
    expect(stageGap(json)).toBeLessThan(0.05);
    expect(at.files()).toEqual(before);
  });

  test('warns about zero rows and large rows, on stderr and in the record', async () => {
    at.write('zero.npy', npyOf([3, 2], [0, 0, 100, 200, 300, 400]));
    const { stderr } = await at.ntk('kernel', 'zero.npy', '--arch', 'fc', '--scale', 'unit-rows', '--out', 'Z.npy');
    expect(stderr).toContain('warning: zero.npy: 1 zero row cannot be scaled to norm 1 and stay zero');
    expect(JSON.parse(readFileSync(at.path('Z.json'), 'utf8')).warnings).toHaveLength(1);
    const large = await at.ntk('kernel', 'zero.npy', '--arch', 'fc', '--bias', '1', '--out', 'L.npy');
    expect(large.stderr).toContain('root mean square');
    expect((await at.ntk('kernel', 'zero.npy', '--arch', 'fc', '--out', 'L2.npy')).stderr).not.toContain('warning');
  });

  test('labels are taken out and recorded', async () => {
    at.write('labelled.csv', 'a,label,b\n1,0,2\n3,1,4\n5,0,6\n');
    const { stdout } = await at.ntk(
      'kernel',
      'labelled.csv',
      '--label-column',
      'label',
      ...RESNTK,
      '--out',
      'Y.npy',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      inputs: [{ path: 'labelled.csv', shape: [3, 2] }],
      labels: { path: 'labelled.csv', count: 3, distinct: 2 },
    });
  });

  test('--progress shows a bar on stderr; without a terminal there is none', async () => {
    const run = ['kernel', 'x.npy', ...RESNTK, '--force', '--out', 'O.npy'];
    expect((await at.ntk(...run, '--progress')).stderr).toMatch(/entries\/s/);
    expect((await at.ntk(...run)).stderr).not.toContain('%');
  });
});
