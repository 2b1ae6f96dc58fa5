import { readInput, zcaWhitening } from '../../src/index.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, numbers } from './ntk.js';
import { processBench } from './process.js';

const at = bench();
/** Plans count what a process holds already: that of other tests may be more than all that whitening takes. */
const apart = processBench();

const SHAPE = [4, 4, 2];
const SIZE = 32;
const [TRAIN, TEST] = [12, 6];

/** An image `[4, 4, 2]` of a list, mirrored left to right. */
function mirrored(values: ArrayLike<number>, from: number): number[] {
  return Array.from({ length: SIZE }, (_, k) => {
    const [y, x, c] = [Math.floor(k / 8), Math.floor((k % 8) / 2), k % 2];
    return values[from + y * 8 + (3 - x) * 2 + c];
  });
}

beforeAll(() => {
  const train = numbers(TRAIN * SIZE);
  const copies = Array.from({ length: TRAIN }, (_, i) => {
    return [...train.slice(i * SIZE, (i + 1) * SIZE), ...mirrored(train, i * SIZE)];
  });
  const labels = Array.from({ length: TRAIN }, (_, i) => i % 3);
  at.write('train.npy', npyOf([TRAIN, ...SHAPE], train));
  at.write('copies.npy', npyOf([2 * TRAIN, ...SHAPE], copies.flat()));
  at.write('rows.npy', npyOf([TRAIN, SIZE], train));
  at.write('test.npy', npyOf([TEST, ...SHAPE], numbers(TEST * SIZE + 5).slice(5)));
  at.write('labels.npy', npyOf([TRAIN], labels));
  at.write(
    'twice.npy',
    npyOf(
      [2 * TRAIN],
      labels.flatMap((label) => [label, label]),
    ),
  );
  at.write('tests.npy', npyOf([TEST], [0, 1, 2, 0, 1, 2]));
});

const NET = ['--arch', 'cntk', '--depth', '1', '--test-labels', 'tests.npy', '--json'];
const ONCE = ['train.npy', 'test.npy', '--labels', 'labels.npy', ...NET];
const TWICE = ['copies.npy', 'test.npy', '--labels', 'twice.npy', ...NET];

async function record(...args: readonly string[]) {
  const { code, stdout, stderr } = await at.ntk(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function refused(part: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await at.ntk(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(part);
  expect(stderr).toMatch(/^ntk: [\s\S]+: [\s\S]+, got [\s\S]+\. [A-Z][\s\S]*\.\n$/);
}

const MIRROR = 'must come with images, got rows of 32 values. Give --image HxWxC, HxWx1 where they are grey.';

describe('--flip', () => {
  for (const scaling of ['none', 'unit-rows', 'unit-pixels', 'standard', 'zca', 'zca:1']) {
    test(`is what a file with the copies gives, --scale ${scaling}`, async () => {
      const how = ['--scale', scaling];
      const flipped = await record('regress', ...ONCE, ...how, '--flip', '--out', `a-${how[1]}.npy`);
      const given = await record('regress', ...TWICE, ...how, '--out', `b-${how[1]}.npy`);
      const [a, b] = [await readInput(at.path(`a-${how[1]}.npy`)), await readInput(at.path(`b-${how[1]}.npy`))];
      expect([...a.data]).toEqual([...b.data]);
      expect(flipped).toMatchObject({ flip: true, train: 2 * TRAIN, rows: [{ trainSize: TRAIN }] });
      expect(given).toMatchObject({ flip: false, train: 2 * TRAIN, rows: [{ trainSize: 2 * TRAIN }] });
      expect(flipped.scale).toBe(scaling === 'zca' ? 'zca:0.1' : scaling);
    });
  }

  test('sizes count images without their copies', async () => {
    const all = await record('regress', ...ONCE, '--flip', '--train-sizes', '4,9');
    const few = await record('regress', ...ONCE, '--flip', '--rows', '0:9', '--rows-z', '0:6');
    expect(all.rows.map(({ trainSize }: { trainSize: number }) => trainSize)).toEqual([4, 9]);
    expect(all.rows[1].accuracy).toBe(few.accuracy);
    expect(all.train).toBe(18);
    const many = ['regress', ...ONCE, '--flip', '--train-sizes', '13'];
    await refused('--train-sizes: must be at most the rows of TRAIN, 12, got 13', ...many);
  });

  test('leave-one-out leaves an image and its copy out together', async () => {
    const errors = async (...args: readonly string[]): Promise<number[]> => {
      const { stdout } = await at.ntk('regress', ...args, '--ridge', 'auto');
      return JSON.parse(stdout).rows[0].leaveOneOut.map(({ error }: { error: number }) => error);
    };
    const [pairs, single] = [await errors(...ONCE, '--flip'), await errors(...TWICE)];
    expect(pairs.every((error, k) => k > 11 || error > single[k])).toBe(true);
  });

  test('networks of vectors and stored solvers take the copies as well', async () => {
    const fc = ['--arch', 'fc', '--depth', '1', '--test-labels', 'tests.npy', '--json'];
    const found = await record('regress', 'train.npy', 'test.npy', '--labels', 'labels.npy', ...fc, '--flip');
    expect(found.train).toBe(24);
    const cg = await record('regress', ...ONCE, '--flip', '--solver', 'cg', '--out', 'cg.npy');
    expect(cg.solver).toMatchObject({ name: 'cg', converged: true });
  });

  test('is said in the text, and refused where there are no images', async () => {
    const { stdout } = await at.ntk('regress', ...ONCE.slice(0, -1), '--flip');
    expect(stdout).toContain('12 training rows and their mirrored copies, 6 test rows');
    const rows = ['rows.npy', 'rows.npy', '--labels', 'labels.npy', '--arch', 'fc', '--depth', '1', '--flip'];
    await refused(MIRROR, 'regress', ...rows);
    await refused('got sequences of 16x2', 'regress', ...rows, '--image', '16x2');
    const stored = ['--kernel', 'rows.npy', '--cross', 'rows.npy', '--labels', 'labels.npy', '--flip'];
    await refused('--flip: must come with TRAIN and TEST, got --kernel', 'regress', ...stored);
    await refused('--flip', 'kernel', 'train.npy', '--arch', 'cntk', '--flip');
  });
});

describe('--scale zca', () => {
  test('whitens X and Z by X, in every command that scales', async () => {
    const whitening = await zcaWhitening(await readInput(at.path('train.npy')), { epsilon: 0.3 });
    const white = [
      whitening.apply(await readInput(at.path('train.npy'))),
      whitening.apply(await readInput(at.path('test.npy'))),
    ];
    at.write('white.npy', npyOf([TRAIN, ...SHAPE], [...white[0].data]));
    at.write('white-test.npy', npyOf([TEST, ...SHAPE], [...white[1].data]));
    const net = ['--arch', 'cntk', '--depth', '1'];
    const given = await at.ntk('kernel', 'white.npy', 'white-test.npy', ...net);
    const found = await at.ntk('kernel', 'train.npy', 'test.npy', ...net, '--scale', 'zca:0.3');
    expect(found).toEqual(given);
    const out = ['--out', 'K.npy', '--json', '--force'];
    expect((await record('kernel', 'train.npy', ...net, '--scale', 'zca:0.30', ...out)).scale).toBe('zca:0.3');
    const small = ['--arch', 'fc', '--depth', '1', '--scale', 'zca'];
    expect((await record('empirical', 'rows.npy', ...small, '--width', '8', ...out)).scale).toBe('zca:0.1');
    const eigs = await record('eigs', 'rows.npy', ...small, '-k', '3', '--json');
    expect(eigs.values).toHaveLength(3);
    const compare = ['compare', 'rows.npy', ...small, '--widths', '8,16', '--seeds', '2', '--out', 'DIR', '--json'];
    expect((await record(...compare)).scale).toBe('zca:0.1');
  });

  test('a plan counts what whitening takes, and the promise refuses it beforehand', async () => {
    apart.write('many.npy', npyOf([400, 400], numbers(160_000)));
    const call = ['kernel', 'many.npy', '--arch', 'laplace:1', '--plan', '--json', '--scale'];
    const planned = async (scale: string): Promise<number> =>
      JSON.parse((await apart.ntk(...call, scale)).stdout).plan.memoryBytes;
    expect(await planned('zca')).toBeGreaterThan(await planned('standard'));
    const wrong = await apart.ntk(...call, 'zca', '--memory', '20MiB');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^ntk: (--memory: whitening needs|many\.npy: reading needs) about /);
  });

  test('what is no epsilon, or none that does, is refused', async () => {
    const call = ['kernel', 'rows.npy', '--arch', 'fc', '--depth', '1', '--scale'];
    for (const text of ['zca:', 'zca:x', 'zca:1e999', 'zca:0,1']) {
      await refused(`--scale: must be zca:eps with a number from 0 on, got ${text}. `, ...call, text);
    }
    await refused('--scale: must be zca:eps with a number from 0 on, got zca:-1', ...call, 'zca:-1');
    const modes = 'none, unit-rows, unit-pixels, standard, zca, zca:eps';
    await refused(`--scale: must be one of ${modes}, got pca. For example --scale none.`, ...call, 'pca');
    await refused('scale: zca must lift the eigenvalues of the covariance that are 0 to rounding', ...call, 'zca:0');
    await refused('scale: zca needs training rows that differ, got equal ones', ...call, 'zca', '--rows', '0:1');
  });
});

describe('preset myrtle', () => {
  test('takes images of multiples of 32 alone', async () => {
    const part = 'images must have sides that are multiples of 32, since its pools halve them 5 times, got 4x4. Give';
    await refused(`--arch myrtle: ${part}`, 'kernel', 'train.npy', '--arch', 'myrtle');
    await refused(`--arch myrtle: ${part}`, 'regress', ...ONCE.slice(0, 4), '--arch', 'myrtle');
    await refused('got 33x32', 'arch', 'myrtle', '--describe', '--input', '33x32x3');
    await refused('--depth: must be 5, 7 or 10 for myrtle, got 6', 'arch', 'myrtle', '--depth', '6');
    await refused('which has --depth', 'arch', 'myrtle', '--padding', 'same');
    const { code, stdout } = await at.ntk('arch', 'myrtle', '--describe', '--input', '64x32x3');
    expect(code).toBe(0);
    expect(stdout).toContain('2x1xn');
  });
});
