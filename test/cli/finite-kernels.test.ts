import { readInput } from '../../src/data/input.js';
import { npyOf } from '../data/fixtures.js';
import { DEVICES } from '../empirical/devices.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, numbers, refused } from './ntk.js';

const at = bench();
const NETWORK = ['--arch', 'fc', '--depth', '2', '--width', '24', '--seed', '3'];

beforeAll(async () => {
  at.write('train.npy', npyOf([12, 3], numbers(36)));
  at.write(
    'test.npy',
    npyOf(
      [5, 3],
      numbers(15).map((v) => v + 0.1),
    ),
  );
  at.write('labels.npy', npyOf([12], numbers(12)));
  at.write('test-labels.npy', npyOf([5], numbers(5)));
});

async function json(...args: readonly string[]) {
  const { code, stdout, stderr } = await at.ntk(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const labelled = ['--labels', 'labels.npy', '--test-labels', 'test-labels.npy', '--ridge', '1e-3', '--task', 'regress'];

describe('the kernel of one finite network', () => {
  test('has the same eigenvalues stored, from products and dense', async () => {
    await json('empirical', 'train.npy', ...NETWORK, '--save-weights', 'W.npz', '--out', 'K.npy');
    const stored = await json('eigs', 'K.npy', '-k', '4');
    const found = [
      await json('eigs', 'train.npy', ...NETWORK, '-k', '4', '--method', 'lanczos'),
      await json('eigs', 'train.npy', ...NETWORK, '-k', '4', '--method', 'dense'),
      await json('eigs', 'train.npy', '--arch', 'fc', '--depth', '2', '--weights', 'W.npz', '--width', '24', '-k', '4'),
    ];
    for (const { values, converged, backend } of found) {
      expect({ converged, backend }).toEqual({ converged: true, backend: 'host' });
      values.forEach((v: number, i: number) => {
        expect(Math.abs(v - stored.values[i]) / stored.values[0]).toBeLessThan(1e-10);
      });
    }
    expect(found[0].network).toEqual({ width: 24, init: null, outputs: null, weights: null });
    expect((await json('eigs', 'train.npy', '--arch', 'fc', '-k', '4')).network).toBeNull();
  });

  test('predicts the same stored, computed and from products; and not what the infinite network predicts', async () => {
    await json('empirical', 'train.npy', ...NETWORK, '--out', 'K.npy', '--force');
    await json('empirical', 'test.npy', 'train.npy', ...NETWORK, '--out', 'Kz.npy');
    const data = ['regress', 'train.npy', 'test.npy', ...labelled];
    const ways: Readonly<Record<string, readonly string[]>> = {
      stored: ['regress', '--kernel', 'K.npy', '--cross', 'Kz.npy', ...labelled],
      computed: [...data, ...NETWORK, '--native', 'off'],
      products: [...data, ...NETWORK, '--solver', 'cg', '--tol', '1e-12'],
      single: [...data, ...NETWORK, '--precision', 'f32'],
      infinite: [...data, '--arch', 'fc', '--depth', '2'],
    };
    const out: Record<string, readonly number[]> = {};
    for (const [name, args] of Object.entries(ways)) {
      const record = await json(...args, '--out', `${name}.npy`);
      expect(record.network === null).toBe(name === 'stored' || name === 'infinite');
      out[name] = [...(await readInput(at.path(`${name}.npy`))).data];
    }
    out.stored.forEach((v, i) => {
      expect(out.computed[i]).toBeCloseTo(v, 9);
      expect(out.products[i]).toBeCloseTo(v, 7);
      expect(out.single[i]).toBeCloseTo(v, 2);
    });
    expect(Math.abs(out.infinite[0] - out.stored[0])).toBeGreaterThan(1e-4);
  });

  test.each(DEVICES)(
    'is what %s makes of it in %s: eigenvalues, predictions, variances',
    async (backend, precision) => {
      const device = ['--backend', backend, '--precision', precision];
      const limit = precision === 'f64' ? 1e-12 : 1e-4;
      const close = (a: readonly number[], b: readonly number[], tolerance: number): void => {
        const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        b.forEach((value, i) => void expect(Math.abs(a[i] - value) / scale).toBeLessThan(tolerance));
      };
      const values = ['eigs', 'train.npy', ...NETWORK, '-k', '4'];
      const found = await json(...values, ...device);
      expect(found.backend).toBe(backend);
      close(found.values, (await json(...values)).values, limit);
      const predicted = ['regress', 'train.npy', 'test.npy', ...labelled, ...NETWORK, '--force'];
      const read = async (name: string) => [...(await readInput(at.path(name))).data];
      await json(...predicted, '--out', 'p.npy', '--variance', 'v.npy');
      const host = [await read('p.npy'), await read('v.npy')];
      const { rows } = await json(...predicted, ...device, '--out', 'p.npy', '--variance', 'v.npy');
      expect(rows[0].backend).toBe(backend);
      // The ridge of 1e-3 of the mean eigenvalue leaves three digits less.
      close(await read('p.npy'), host[0], 1e3 * limit);
      close(await read('v.npy'), host[1], 1e3 * limit);
    },
  );

  test('predicts a learning curve with variances', async () => {
    const sizes = ['--train-sizes', '4,12', '--width', '16', '--arch', 'fc'];
    const { rows } = await json('regress', 'train.npy', 'test.npy', ...labelled, ...sizes);
    expect(rows.map(({ trainSize }: { trainSize: number }) => trainSize)).toEqual([4, 12]);
    await json('regress', 'train.npy', 'test.npy', ...labelled, ...NETWORK, '--variance', 'v.csv');
    const variances = (await readInput(at.path('v.csv'))).data;
    for (const v of variances) expect(v).toBeGreaterThan(0);
  });

  test.each([
    [['--init', 'orthogonal'], '--init: must come with --width or --weights, got it alone'],
    [['--width', '8', '--kind', 'nngp'], '--width: must come with the NTK as it is, got --kind nngp'],
    [
      ['--width', '8', '--backend', 'reference'],
      '--backend reference: must be host, tfjs or tensorflow for finite networks',
    ],
    [['--width', '0'], '--width: must be a whole number'],
  ])('eigs %p is refused', async (args, message) => {
    await refused(at, ['eigs', 'train.npy', '--arch', 'fc', ...args], message);
  });

  test('a stored matrix has no width', async () => {
    await refused(at, ['eigs', 'K.npy', '--width', '8'], '--width: must come with --arch');
    const stored = ['--kernel', 'K.npy', '--cross', 'Kz.npy', ...labelled];
    await refused(at, ['regress', ...stored, '--width', '8'], '--width: must come with TRAIN');
    await refused(at, ['eigs', 'train.npy', '--arch', 'laplace:1', '--width', '8'], '--arch: must be a network');
  });
});
