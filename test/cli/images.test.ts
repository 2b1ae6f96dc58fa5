import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, type Ended, numbers } from './ntk.js';

const at = bench();

const REPORTS = fileURLToPath(new URL('../../../test/fixtures/reports/', import.meta.url));
const GREY = `${REPORTS}images-n-h-w.npz:x_train`;

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
    expect(stdout).toMatch(/let g\d+ = windowDistance\(/);
  });

  test('--image WxC asks for filters of one axis', async () => {
    const { stdout } = await at.ntk('arch', 'cntk', '--image', '100x3', '--filter', '5', '--first-filter', '7');
    const filters = JSON.parse(stdout).layers.flatMap((layer: { filter?: number[] }) => layer.filter ?? []);
    expect(filters).toEqual([7, 5, 5]);
  });
});

describe('what an array of images is taken for', () => {
  const WARNING = /^ntk: warning: .*\n/gm;

  /** The lines of stderr that are warnings about axes, and `warnings` of the record. */
  async function noted(command: string, ...args: readonly string[]): Promise<readonly string[]> {
    const { code, stderr, stdout } = await at.ntk(command, ...args, '--json');
    expect({ code, rest: stderr.replace(WARNING, '') }).toMatchObject({ code: 0 });
    const { warnings } = JSON.parse(stdout) as { readonly warnings: readonly string[] };
    const axes = warnings.filter((warning) => warning.includes(' was read as '));
    for (const warning of axes) expect(stderr).toContain(`ntk: warning: ${warning}\n`);
    return axes;
  }

  const PLAN = [...SHORT, '--plan'];

  test('[n, h, w] into an image network is a note that names --image, in the record too, of every command', async () => {
    at.write('four.csv', 'y\n0\n1\n1\n0\n');
    const calls = [
      ['kernel', GREY, ...PLAN],
      ['eigs', GREY, ...SHORT, '-k', '2'],
      ['regress', GREY, GREY, ...SHORT, '--labels', 'four.csv', '--ridge', '1'],
      ['empirical', GREY, ...PLAN, '--width', '4'],
      ['compare', GREY, ...PLAN, '--widths', '4', '--out', 'c'],
    ];
    for (const [command, ...args] of calls) {
      const [note, ...more] = await noted(command, ...args);
      expect(more).toEqual([]);
      expect(note).toContain('[4, 12, 12] was read as sequences [n, w, c] of 12 positions and 12 channels');
      expect(note).toContain('--image 12x12x1 reads grey images');
    }
  });

  test('nothing is said once it is clear: --image, --layout, few channels, filters of one axis, no image network', async () => {
    at.write('signal.npy', npyOf([3, 8, 1], numbers(24)));
    const layers = [
      { kind: 'conv', filter: [3], padding: 'circular' },
      { kind: 'relu' },
      { kind: 'flatten' },
      { kind: 'dense' },
    ];
    at.write('sequence.json', JSON.stringify({ format: 'ntk-architecture/1', name: 's', layers }));
    for (const args of [
      [GREY, ...PLAN, '--image', '12x12x1'],
      [GREY, ...PLAN, '--image', '12x12'],
      [GREY, ...PLAN, '--layout', 'nhwc'],
      [GREY, ...PLAN, '--layout', 'nchw'],
      [GREY, '--arch', 'fc', '--plan'],
      [GREY, '--arch', 'sequence.json', '--plan'],
      ['signal.npy', ...PLAN],
      ['sequences.npy', ...PLAN],
      ['images.npy', ...PLAN],
    ]) {
      expect({ args, notes: await noted('kernel', ...args) }).toEqual({ args, notes: [] });
    }
  });

  test('a network of two axes that is given [n, h, w] says so and names --image', async () => {
    const net = (await at.ntk('arch', 'cntk')).stdout;
    at.write('net.json', net);
    await refused('or read grey images [n, h, w] with --image HxWx1', 'kernel', GREY, '--arch', 'net.json');
  });

  test('[n, c, h, w] is a warning that names --layout nchw, with which it is read', async () => {
    at.write('planes.npy', npyOf([2, 3, 4, 5], numbers(120)));
    at.write('fours.npy', npyOf([2, 4, 4, 5], numbers(160)));
    const [note, ...more] = await noted('kernel', 'planes.npy', ...PLAN);
    expect({ note, more }).toEqual({
      note:
        'planes.npy: [2, 3, 4, 5] was read as images [n, h, w, c] of 5 channels; --layout nchw reads them as [n, c, ' +
        'h, w] of 3, --layout nhwc says that channels are last',
      more: [],
    });
    expect(await noted('kernel', 'planes.npy', ...PLAN, '--layout', 'nhwc')).toEqual([]);
    expect(await noted('kernel', 'fours.npy', ...PLAN)).toEqual([]);
    expect(await noted('kernel', 'planes.npy', '--arch', 'fc', '--plan')).toEqual([]);
    expect(await noted('kernel', 'planes.npy', '--arch', 'fc', '--plan', '--scale', 'unit-pixels')).toHaveLength(1);
  });

  test('--layout nchw gives the kernel of the images with channels last, in every command', async () => {
    const values = numbers(120);
    at.write('planes.npy', npyOf([2, 3, 4, 5], values));
    const last = Array.from({ length: 120 }, (_, i) => {
      const [row, pixel, channel] = [Math.floor(i / 60), Math.floor(i / 3) % 20, i % 3];
      return values[row * 60 + channel * 20 + pixel];
    });
    at.write('pixels.npy', npyOf([2, 4, 5, 3], last));
    at.write('flat.csv', `${values.slice(0, 60).join(',')}\n${values.slice(60).join(',')}\n`);
    at.write('two.csv', 'y\n0\n1\n');
    const right = entries(await at.ntk('kernel', 'pixels.npy', ...SHORT));
    expect(entries(await at.ntk('kernel', 'planes.npy', ...SHORT, '--layout', 'nchw'))).toEqual(right);
    const rows = ['kernel', 'flat.csv', ...SHORT, '--layout', 'nchw', '--image', '4x5x3'];
    const fromText = entries(await at.ntk(...rows));
    for (const [i, value] of fromText.entries()) expect(value).toBeCloseTo(right[i], 12);
    for (const [command, ...args] of [
      ['eigs', ...SHORT, '-k', '2'],
      ['empirical', ...SHORT, '--width', '4', '--out', 'E.npy', '--force'],
      ['compare', ...SHORT, '--widths', '4', '--seeds', '1', '--out', 'layout', '--force'],
    ]) {
      const results = [];
      for (const data of [['pixels.npy'], ['planes.npy', '--layout', 'nchw']]) {
        const { code, stdout } = await at.ntk(command, ...data, ...args, '--json');
        const { inputs, values: eigenvalues, errors } = JSON.parse(stdout);
        const matrix = command === 'empirical' ? readFileSync(at.path('E.npy'), 'hex') : null;
        results.push({ code, shape: inputs[0].shape, eigenvalues, errors, matrix });
      }
      expect(results[1]).toEqual(results[0]);
      expect(results[0]).toMatchObject({ code: 0, shape: [2, 4, 5, 3] });
    }
    const regress = ['regress', 'planes.npy', 'pixels.npy', ...SHORT, '--labels', 'two.csv', '--layout', 'nchw'];
    await refused('pixels.npy: images must have the shape', ...regress);
  });

  test('the record of CIFAR-100 has its fine labels, and --format what it is', async () => {
    const args = ['kernel', `${REPORTS}cifar100.bin`, ...PLAN, '--json'];
    for (const more of [[], ['--format', 'cifar100']]) {
      const { stdout } = await at.ntk(...args, ...more);
      expect(JSON.parse(stdout)).toMatchObject({
        inputs: [{ shape: [4, 32, 32, 3] }],
        labels: { count: 4, distinct: 4 },
        layout: 'nhwc',
      });
    }
    await refused('whole records of CIFAR-100. Give --format cifar100', ...args, '--format', 'cifar10');
    await refused(
      '--format: must be one of npy, cifar10, cifar100, idx, libsvm, csv, got mat',
      ...args,
      '--format',
      'mat',
    );
    await refused('--layout: must be one of nhwc, nchw, got chwn', ...args, '--layout', 'chwn');
    at.write('K.npy', npyOf([2, 2], [1, 0, 0, 1]));
    await refused('--layout: must come with --arch, got a stored matrix', 'eigs', 'K.npy', '--layout', 'nchw');
    await refused('got an HDF5 file', 'eigs', `${REPORTS}model.h5`);
  });
});
