import { readFileSync } from 'node:fs';
import { readableBytes } from '../../src/data/budget.js';
import { readInput } from '../../src/data/input.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, numbers, refused } from './ntk.js';

const at = bench();
const SMALL = ['--arch', 'fc', '--depth', '2', '--width', '20'];

beforeAll(() => at.write('images.npy', npyOf([3, 4, 2, 2], numbers(48))));

async function json(...args: readonly string[]) {
  const { code, stdout, stderr } = await at.ntk('empirical', ...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function values(name: string): Promise<readonly number[]> {
  return [...(await readInput(at.path(name))).data];
}

describe('ntk empirical', () => {
  test('computes with tensors of TensorFlow.js what it computes itself', async () => {
    const args = ['x.npy', ...SMALL, '--precision', 'f32', '--outputs', '2'];
    const record = await json(...args, '--backend', 'tfjs', '--out', 'tensors.npy');
    expect(record).toMatchObject({ backend: 'tfjs', precision: 'f32', plan: { backend: 'tfjs' } });
    await json(...args, '--backend', 'host', '--out', 'host.npy');
    const host = await values('host.npy');
    const scale = Math.max(...host);
    (await values('tensors.npy')).forEach((v, k) => {
      expect(Math.abs(v - host[k]) / scale).toBeLessThan(1e-5);
    });
  });

  test('writes the matrix and its record, and the same again from the saved weights', async () => {
    const record = await json(
      'x.npy',
      ...SMALL,
      '--outputs',
      '3',
      '--save-weights',
      'W.npz',
      '--seed',
      '5',
      '--out',
      'K.npy',
    );
    expect(record).toMatchObject({ command: 'empirical', shape: [6, 6], outputs: 3, seed: 5, backend: 'host' });
    expect(record).toEqual(JSON.parse(readFileSync(at.path('K.json'), 'utf8')));
    expect(record.check.difference).toBeLessThanOrEqual(record.check.tolerance);
    const sum = Object.values<number>(record.stages).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - record.seconds) / record.seconds).toBeLessThan(0.05);
    await json('x.npy', ...SMALL, '--outputs', '3', '--weights', 'W.npz', '--out', 'L.npy');
    expect(await values('L.npy')).toEqual(await values('K.npy'));
    expect((await readInput(`${at.path('W.npz')}:layers[2].W`)).shape).toEqual([20, 20]);
  });

  test('the plan that is printed is the one that is kept: weights of a file do not count twice', async () => {
    const args = ['empirical', 'x.npy', '--arch', 'fc', '--depth', '2', '--width', '2000'];
    await at.ntk(...args, '--save-weights', 'wide.npz', '--out', 'first.npy');
    const { code, stderr } = await at.ntk(...args, '--weights', 'wide.npz', '--out', 'second.npy');
    const { plan } = JSON.parse(readFileSync(at.path('second.json'), 'utf8'));
    expect(code).toBe(0);
    expect(stderr).toContain(`memory    ${readableBytes(plan.memoryBytes)} at the peak`);
    expect(await values('second.npy')).toEqual(await values('first.npy'));
  });

  test('full has four axes, whose diagonal pairs have the trace as their mean; layers sum to the whole', async () => {
    const args = ['x.npy', 'z.csv', ...SMALL, '--outputs', '2'];
    await json(...args, '--contract', 'full', '--out', 'F.npy');
    await json(...args, '--out', 'T.npz', '--contributions', 'C.npz');
    const full = await readInput(at.path('F.npy'));
    expect(full.shape).toEqual([6, 2, 2, 2]);
    const trace = await values('T.npz');
    const shares = await Promise.all([0, 2, 4].map((i) => values(`C.npz:layers[${i}]`)));
    trace.forEach((v, k) => {
      expect((full.data[4 * k] + full.data[4 * k + 3]) / 2).toBeCloseTo(v, 12);
      expect(shares.reduce((sum, share) => sum + share[k], 0)).toBeCloseTo(v, 12);
    });
  });

  test('prints csv without --out, for images too, in f32 and with orthogonal weights', async () => {
    const images = await at.ntk(
      'empirical',
      'images.npy',
      '--arch',
      'cntk',
      '--depth',
      '1',
      '--width',
      '4',
      '--precision',
      'f32',
    );
    expect({ code: images.code, lines: images.stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 3 });
    const orthogonal = await at.ntk('empirical', 'x.npy', ...SMALL, '--init', 'orthogonal');
    const gaussian = await at.ntk('empirical', 'x.npy', ...SMALL);
    expect(orthogonal.code).toBe(0);
    expect(orthogonal.stdout).not.toBe(gaussian.stdout);
  });

  test('--plan says methods and memory, and writes nothing', async () => {
    const before = at.files();
    const { code, stdout } = await at.ntk('empirical', 'x.npy', ...SMALL, '--plan');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^result +6 x 6 in f64[\s\S]+methods +structured for 3 layers/);
    expect(at.files()).toEqual(before);
  });

  test.each([
    [['x.npy'], '--arch: must be given'],
    [['x.npy', '--arch', 'laplace:1'], '--arch: must be a network, got laplace:1'],
    [['x.npy', '--arch', 'fc', '--width', '0'], '--width: must be a whole number of at least 1'],
    [['x.npy', ...SMALL, '--contract', 'full'], '--contract full: must go to .npy or .npz'],
    [['x.npy', ...SMALL, '--memory', '1MiB'], '--memory: the computation needs about'],
    [['x.npy', ...SMALL, '--backend', 'tfjs'], '--backend tfjs: computes in f32, got f64'],
    [['x.npy', ...SMALL, '--backend', 'reference'], '--backend reference: must be host, tfjs or tensorflow'],
    [['x.npy', ...SMALL, '--weights', 'none.npz'], 'none.npz'],
    [['x.npy', ...SMALL, '--save-weights', 'W.npy'], 'W.npy: must end in .npz'],
    [
      ['images.npy', '--arch', 'cntk', '--init', 'orthogonal'],
      'layers[0]: only weights of dense layers can be orthogonal',
    ],
    [['x.npy', 'images.npy', ...SMALL], 'images.npy'],
  ])('refuses %j', async (args, part) => refused(at, ['empirical', ...args], part));
});
