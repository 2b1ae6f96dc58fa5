import { readFileSync } from 'node:fs';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { describe, expect, test } from '../jest.js';
import { bench } from './ntk.js';

const at = bench();

/** First step of the arc-cosine recursion: the NTK of `fc` at depth 1, normalised. */
function fcDepth1(t: number): number {
  const kappa1 = (Math.sin(t) + Math.cos(t) * (Math.PI - t)) / Math.PI;
  return (kappa1 + (Math.cos(t) * (Math.PI - t)) / Math.PI) / 2;
}

describe('ntk profile', () => {
  test('a sweep is one record with a row a value, beside Laplace', async () => {
    const run = ['profile', '--arch', 'fc', '--depth', '1,4,16', '--arch', 'laplace:2', '--angles', '91'];
    const { code, stdout, stderr } = await at.ntk(...run, '--out', 'p.json', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(readFileSync(at.path('p.json'), 'utf8'));
    const { angles, values, curves, architecture, seconds, stages } = JSON.parse(stdout);
    expect(angles).toHaveLength(91);
    expect([angles[0], angles[90]]).toEqual([0, Math.PI]);
    expect(curves.map(({ name }: { name: string }) => name)).toEqual([
      'fc depth 1',
      'fc depth 4',
      'fc depth 16',
      'laplace:2',
    ]);
    expect(architecture).toHaveLength(4);
    expect(values.map((row: number[]) => row.length)).toEqual([91, 91, 91, 91]);
    for (const [k, t] of angles.entries()) {
      expect(values[0][k]).toBeCloseTo(fcDepth1(t), 13);
      expect(values[3][k]).toBeCloseTo(Math.exp(-4 * Math.sin(t / 2)), 13);
    }
    const half: readonly number[] = curves.map(({ halfAngle }: { halfAngle: number }) => halfAngle);
    expect(half[0]).toBeGreaterThan(half[1]);
    expect(half[1]).toBeGreaterThan(half[2]);
    expect(Math.abs(stages.load + stages.compute - seconds) / seconds).toBeLessThan(0.05);
  });

  test('combines lists, and gives each architecture the flags that it has', async () => {
    const { stdout } = await at.ntk(
      'profile',
      '--arch',
      'resntk',
      '--arch',
      'fc',
      '--depth',
      '1,2',
      '--alpha',
      '0.5,1',
      '--json',
    );
    const { curves } = JSON.parse(stdout);
    expect(curves.map(({ depth, alpha }: { depth: number; alpha?: number }) => [depth, alpha])).toEqual([
      [1, 0.5],
      [1, 1],
      [2, 0.5],
      [2, 1],
      [1, undefined],
      [2, undefined],
    ]);
  });

  test('of one architecture records it as its file has it', async () => {
    const { stdout } = await at.ntk('profile', '--arch', 'resntk', '--json');
    expect(parseArchitecture(JSON.parse(stdout).architecture).name).toBe('resntk L=3 alpha=1');
  });

  test('prints a table for people, and csv with the numbers of the record', async () => {
    const { stdout } = await at.ntk('profile', '--arch', 'fc', '--depth', '1,32', '--kind', 'nngp');
    expect(stdout).toMatch(/^Normalised NNGP[\s\S]*fc depth 1 .*█[\s\S]*fc depth 32 .*█/);
    await at.ntk('profile', '--arch', 'fc', '--arch', 'gamma:1.5,1', '--angles', '5', '--out', 'p.csv');
    const record = JSON.parse(
      (await at.ntk('profile', '--arch', 'fc', '--arch', 'gamma:1.5,1', '--angles', '5', '--json')).stdout,
    );
    const [header, ...rows] = readFileSync(at.path('p.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('angle,fc L=3,"gamma:1.5,1"');
    const expected = record.angles.map((angle: number, k: number) => [angle, record.values[0][k], record.values[1][k]]);
    expect(rows.map((row) => row.split(',').map(Number))).toEqual(expected);
  });
});

describe('ntk arch', () => {
  test('prints a file that it reads back, and describes it', async () => {
    const { stdout } = await at.ntk('arch', 'resntk', '--depth', '2', '--gamma', '1');
    at.write('net.json', stdout);
    expect(await at.ntk('arch', 'net.json')).toEqual({ code: 0, stdout, stderr: '' });
    const described = await at.ntk('arch', 'net.json', '--describe', '--input', '28x28');
    expect(described.stdout).toMatch(/resntk L=2[\s\S]*784[\s\S]*zonal/);
    const json = JSON.parse((await at.ntk('arch', 'resntk', '--depth', '2', '--json')).stdout);
    expect(json).toMatchObject({ command: 'arch', architecture: { format: 'ntk-architecture/1' }, inputs: [] });
  });
});

describe('ntk backends', () => {
  test('gives a reason and a remedy for each that is missing', async () => {
    const { backends } = JSON.parse((await at.ntk('backends', '--json')).stdout);
    expect(backends.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['host', 'reference']));
    for (const { available, reason, remedy } of backends) expect(available || (reason && remedy)).toBeTruthy();
    expect((await at.ntk('backends')).stdout).toMatch(/host +yes/);
  });
});
