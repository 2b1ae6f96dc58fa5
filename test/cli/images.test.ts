import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { npyOf } from '../data/fixtures.js';
import { bench, type Ended, numbers } from './ntk.js';

const at = bench();

beforeAll(() => {
  at.write('images.npy', npyOf([3, 4, 2, 2], numbers(48)));
  at.write('other.npy', npyOf([3, 2, 4, 2], numbers(48)));
  at.write('sequences.npy', npyOf([3, 8, 2], numbers(48)));
  at.write('rows.npy', npyOf([3, 16], numbers(48)));
});

const SHORT = ['--arch', 'cntk', '--depth', '1'];

function entries({ code, stdout, stderr }: Ended): readonly number[] {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .flatMap((line) => line.split(',').map(Number));
}

async function refused(part: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await at.ntk(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(part);
}

describe('ntk kernel on images', () => {
  test('reads them from the file, or from rows with --image, and filters take the axes of the data', async () => {
    const images = entries(await at.ntk('kernel', 'images.npy', ...SHORT));
    expect(images).toHaveLength(9);
    expect(entries(await at.ntk('kernel', 'rows.npy', ...SHORT, '--image', '4x2x2'))).toEqual(images);
    const sequences = entries(await at.ntk('kernel', 'sequences.npy', ...SHORT));
    expect(entries(await at.ntk('kernel', 'rows.npy', ...SHORT, '--image', '8x2'))).toEqual(sequences);
    expect(sequences).not.toEqual(images);
    const flat = ['--arch', 'fc', '--depth', '1'];
    expect(entries(await at.ntk('kernel', 'images.npy', ...flat))).toEqual(
      entries(await at.ntk('kernel', 'rows.npy', ...flat)),
    );
  });

  test('--scale unit-pixels makes the diagonal that of a network on unit pixels', async () => {
    const k = entries(await at.ntk('kernel', 'images.npy', ...SHORT, '--kind', 'nngp', '--scale', 'unit-pixels'));
    // S = w^2 mean of |x|^2 / C0 = 1 behind the conv, 1/2 behind the relu.
    for (const i of [0, 4, 8]) expect(k[i]).toBeCloseTo(0.5, 12);
  });

  test('goes on to eigs and regress', async () => {
    const eigs = await at.ntk('eigs', 'sequences.npy', ...SHORT, '-k', '3', '--json');
    expect(eigs.code).toBe(0);
    const { values, architecture } = JSON.parse(eigs.stdout);
    expect(architecture.layers[0].filter).toEqual([3]);
    const k = entries(await at.ntk('kernel', 'sequences.npy', ...SHORT));
    expect(values.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(k[0] + k[4] + k[8], 12);
    at.write('labels.csv', 'y\n0\n1\n1\n');
    const regress = await at.ntk('regress', 'images.npy', 'images.npy', ...SHORT, '--labels', 'labels.csv', '--json');
    expect({ code: regress.code, rows: JSON.parse(regress.stdout).rows.length }).toEqual({ code: 0, rows: 1 });
  });

  test('regress takes conjugate gradients, prefixes and variances of images', async () => {
    at.write('labels.csv', 'y\n0\n1\n1\n');
    const solved = async (...more: readonly string[]) => {
      const fixed = ['images.npy', 'images.npy', ...SHORT, '--labels', 'labels.csv', '--ridge', '0.1', '--json'];
      const { code, stdout } = await at.ntk('regress', ...fixed, ...more);
      expect(code).toBe(0);
      return JSON.parse(stdout).rows;
    };
    const rows = await solved('--train-sizes', '2,3', '--solver', 'cg');
    expect(rows.map((row: { trainSize: number }) => row.trainSize)).toEqual([2, 3]);
    await solved('--solver', 'cg', '--out', 'cg.csv');
    await solved('--solver', 'cholesky', '--out', 'cholesky.csv', '--variance', 'variance.csv');
    const read = (name: string): readonly number[] =>
      readFileSync(at.path(name), 'utf8').trim().split(/[,\n]/).map(Number);
    const direct = read('cholesky.csv');
    read('cg.csv').forEach((value, i) => {
      expect(value).toBeCloseTo(direct[i], 6);
    });
    // K - K (K + r)^-1 K = K r (K + r)^-1 lies between 0 and r, here 0.1 of the mean diagonal.
    const k = entries(await at.ntk('kernel', 'images.npy', ...SHORT));
    const ridge = (0.1 * (k[0] + k[4] + k[8])) / 3;
    for (const value of read('variance.csv')) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(ridge);
    }
  });

  test('refuses vectors, images of another shape, and networks that do not fit, with the remedy', async () => {
    await refused('layers[0]: conv needs the positions of an image, got vectors of 16', 'kernel', 'rows.npy', ...SHORT);
    await refused('other.npy: images must have the shape', 'kernel', 'images.npy', 'other.npy', ...SHORT);
    await refused('layers[0].filter: must fit', 'kernel', 'images.npy', ...SHORT, '--padding', 'valid');
    await refused('layers[1]: branch and skip', 'arch', 'rescntk', '--padding', 'valid');
  });

  test.each([['profile'], ['sphere', '--dim', '3']])('ntk %s is for vectors', async (command, ...args) => {
    await refused('must be a network of vectors, got cntk L=3', command, '--arch', 'cntk', ...args);
  });
});

describe('ntk arch on images', () => {
  test('--describe shows the sizes of --input, and checks them', async () => {
    const { code, stdout } = await at.ntk('arch', 'rescntk', '--depth', '1', '--describe', '--input', '8x6x3');
    expect(code).toBe(0);
    expect(stdout).toMatch(/layers\[0\] +conv filter=1x1 +8x6x3 -> 8x6xn +yes/);
    expect(stdout).toMatch(/layers\[2\] +flatten +8x6xn -> 48 n/);
    expect(stdout).toMatch(/convention: Barzilai/);
    await refused('layers[2].filter', 'arch', 'cntk', '--padding', 'valid', '--describe', '--input', '4x4x3');
    await refused('vectors of 784', 'arch', 'cntk', '--describe', '--input', '784');
    expect((await at.ntk('arch', 'cntk', '--describe')).stdout).toMatch(/-> hxwxn .*\n(.*\n)*shapes: --input/);
  });

  test('--shader prints what a GPU will run for images of --input', async () => {
    const { code, stdout } = await at.ntk('arch', 'cntk', '--describe', '--input', '8x6x3', '--shader');
    expect(code).toBe(0);
    expect(stdout).toContain('fn stage0(');
    expect(stdout).toMatch(/let g\d+ = windowGap\(/);
  });

  test('--image WxC asks for filters of one axis', async () => {
    const { stdout } = await at.ntk('arch', 'cntk', '--image', '100x3', '--filter', '5', '--first-filter', '7');
    const filters = JSON.parse(stdout).layers.flatMap((layer: { filter?: number[] }) => layer.filter ?? []);
    expect(filters).toEqual([7, 5, 5]);
  });
});
