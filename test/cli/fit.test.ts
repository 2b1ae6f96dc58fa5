import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fitRadial, presetArchitecture } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const DIGITS = fileURLToPath(new URL('../../../data/digits/train.csv', import.meta.url));
const DATA = ['--data', DIGITS, '--label-column', '64', '--scale', 'unit-rows', '--rows', '0:30'];

describe('ntk fit', () => {
  test('one kernel: its fields stand at the top of the record, and are those of the library', async () => {
    const { code, stdout, stderr } = await at.ntk('fit', '--arch', 'fc', '--to', 'laplace', '--affine', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ command: 'fit', to: 'laplace', affine: true, dim: null, kind: 'ntk', seed: null });
    const own = fitRadial(presetArchitecture('fc'), { affine: true });
    for (const field of ['parameters', 'rmsDeviation', 'maxDeviation', 'dial', 'slope', 'curves'] as const) {
      expect(record[field]).toEqual(own[field]);
      expect(record.rows[0][field]).toEqual(record[field]);
    }
    expect(record.curves.angles).toHaveLength(361);
  });

  test('a sweep has a row a value, a table for people, and csv of the curves', async () => {
    const run = ['fit', '--arch', 'resntk', '--depth', '1,4', '--arch', 'laplace:2', '--to', 'gamma', '--dim', '5'];
    const { stdout, stderr } = await at.ntk(...run);
    expect(stdout).toMatch(
      /^exp\(-c r\^g\) nearest to the normalised NTK.*weight sin\^3[\s\S]*resntk depth 4[\s\S]*dial/,
    );
    expect(stderr).toMatch(/resntk depth 1: the exponent is on its bound/);
    const record = JSON.parse((await at.ntk(...run, '--json')).stdout);
    expect(record.rows.map(({ name }: { name: string }) => name)).toEqual([
      'resntk depth 1',
      'resntk depth 4',
      'laplace:2',
    ]);
    expect(record).not.toHaveProperty('parameters');
    expect(record.rows[2].parameters).toMatchObject({ c: expect.closeTo(2, 9), g: expect.closeTo(1, 9) });
    expect((await at.ntk(...run, '--angles', '3', '--out', 'f.csv')).code).toBe(0);
    const [header, ...rows] = readFileSync(at.path('f.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe(
      'angle,resntk depth 1,resntk depth 1 fit,resntk depth 4,resntk depth 4 fit,laplace:2,laplace:2 fit',
    );
    expect(rows).toHaveLength(3);
    expect(rows[0]).toBe('0,1,1,1,1,1,1');
  });

  test('of data: pairs of rows, and of images', async () => {
    const { code, stdout } = await at.ntk('fit', '--arch', 'laplace:0.7', ...DATA, '--json');
    expect(code).toBe(0);
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ pairs: 435, backend: 'host', seed: 0, dial: expect.closeTo(0.7, 12) });
    expect(record.parameters.c).toBeCloseTo(0.7, 10);
    expect(record.recomputed.entries).toBeGreaterThan(0);
    expect(record.curves.pairs.reduce((a: number, b: number) => a + b, 0)).toBe(435);
    const image = ['fit', '--arch', 'cntk', '--depth', '2', '--to', 'gaussian', ...DATA.slice(0, 4), '--rows', '0:12'];
    const ofImages = JSON.parse((await at.ntk(...image, '--image', '8x8x1', '--json')).stdout);
    expect(ofImages).toMatchObject({ pairs: 66, dial: null });
    expect(ofImages.parameters.s).toBeGreaterThan(0);
  });

  test('a figure over the angle, and one over distances; not both in one', async () => {
    await at.ntk('fit', '--arch', 'fc', '--depth', '1,3', '--affine', '--out', 'a.json');
    await at.ntk('fit', '--arch', 'fc', ...DATA, '--out', 'd.json');
    for (const name of ['a', 'd']) {
      expect((await at.ntk('plot', `${name}.json`, '--out', `${name}.svg`, '--data', `${name}.csv`)).code).toBe(0);
      expect(readFileSync(at.path(`${name}.svg`), 'utf8')).toMatch(/normalised kernel[\s\S]*off by/);
    }
    expect(readFileSync(at.path('d.csv'), 'utf8')).toMatch(/^distance,fc.*least/);
    await refused(at, ['plot', 'a.json', 'd.json', '--out', 'n.svg'], 'd.json', 'over the angle or all to data');
  });

  test('without a minimum: exit code 3, null, and why', async () => {
    at.write('linear.json', '{"format":"ntk-architecture/1","name":"linear","layers":[{"kind":"dense"}]}');
    const run = ['fit', '--arch', 'linear.json', '--to', 'gaussian', '--affine', '--json'];
    const { code, stdout, stderr } = await at.ntk(...run);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).parameters).toBeNull();
    expect(stderr).toMatch(/linear: no affine fit of gaussian/);
  });

  test('bad usage is exit code 2', async () => {
    const fc = ['fit', '--arch', 'fc'];
    await refused(at, ['fit'], '--arch: must be given');
    await refused(at, [...fc, '--to', 'spline'], '--to: must be one of laplace, gamma, gaussian, got spline');
    for (const dim of ['1', '2.5', '1e9']) await refused(at, [...fc, '--dim', dim], '--dim: must be a whole');
    await refused(at, [...fc, '--angles', '1'], '--angles: must be a whole number from 2');
    await refused(at, [...fc, '--kind', 'both'], '--kind: must be ntk or nngp, got both');
    await refused(at, [...fc, '--out', 'f.txt'], 'must end in .json or .csv');
    await refused(at, [...fc, '--scale', 'unit-rows'], '--scale: must come with --data, got none');
    await refused(at, [...fc, '--threads', '2'], '--threads: must come with --data');
    await refused(at, [...fc, ...DATA, '--dim', '3'], '--dim: must come without --data');
    await refused(at, ['fit', '--arch', 'cntk'], '--arch: must be a network of vectors', 'with --data');
    await refused(at, [...fc, '--data', 'none.csv'], 'none.csv');
    at.write('same.csv', '1,2\n1,2\n1,2\n');
    await refused(at, [...fc, '--data', 'same.csv'], '--data: must hold pairs at a distance above 0, got 0');
    await refused(
      at,
      [...fc, '--data', DIGITS, '--label-column', '64', '--memory', '1MB'],
      '--memory: the pairs of 100 rows need about',
    );
  });
});
