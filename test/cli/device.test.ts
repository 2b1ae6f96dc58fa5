import { tensorflow } from '../../kernels/tfjs/backend.js';
import { TensorflowDevice } from '../../kernels/tfjs/tensorflow/device.js';
import { readInput } from '../../src/index.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const { available, reason } = await tensorflow.probe();
const each = available ? test : test.skip;
afterAll(() => {
  if (!available) console.log(`not tested: tensorflow: ${reason}`);
});

const [N, M] = [40, 9];
const at = bench();

/** Numbers that look random, and a label. */
const line = (i: number): string => {
  const row = Array.from({ length: 4 }, (_, k) => Math.sin(12.9898 * (4 * i + k + 1)));
  return [...row, row[0] + row[1] > 0 ? 'up' : 'down'].join(',');
};

const OF_DATA = ['--label-column', '-1', '--scale', 'unit-rows', '--arch', 'fc', '--depth', '2'];
const SPLIT = ['t.csv', 't.csv', '--rows', `0:${N}`, '--rows-z', `${N}:${N + M}`];

beforeAll(async () => {
  const rows = Array.from({ length: N + M }, (_, i) => line(i));
  at.write('t.csv', rows.map((row) => `${row}\n`).join(''));
  at.write(
    'labels.csv',
    rows
      .slice(0, N)
      .map((row) => `${row.split(',')[4]}\n`)
      .join(''),
  );
  const kernels = [
    [...SPLIT.slice(0, 1), '--rows', `0:${N}`, '--out', 'K.npy'],
    ['t.csv', 't.csv', '--rows', `${N}:${N + M}`, '--rows-z', `0:${N}`, '--out', 'C.npy'],
  ];
  for (const words of kernels) expect((await at.ntk('kernel', ...words, ...OF_DATA)).code).toBe(0);
});

const TENSORFLOW = /^TensorFlow [\d.]+, (CPU|GPU), float64$/;

async function record(...words: readonly string[]) {
  const { code, stdout, stderr } = await at.ntk(...words, '--json');
  expect(code).toBe(0);
  return { ...JSON.parse(stdout), stderr };
}

describe('--backend tensorflow', () => {
  each.each([[[]], [['--method', 'dense']], [['--method', 'lanczos']], [['--which', 'smallest']]] as const)(
    'finds the eigenpairs of a stored matrix: %j',
    async (flags) => {
      const words = ['eigs', 'K.npy', '-k', '4', ...flags];
      const [there, here] = [
        await record(...words, '--backend', 'tensorflow'),
        await record(...words, '--backend', 'host', '--native', 'off'),
      ];
      expect(there.algebra).toMatch(TENSORFLOW);
      expect(here.algebra).toBe('built in');
      expect(there).toMatchObject({ backend: null, warnings: [], converged: true, stderr: '' });
      there.values.forEach((value: number, i: number) => {
        expect(Math.abs(value - here.values[i])).toBeLessThanOrEqual(1e-10 * here.norm);
      });
    },
  );

  const STORED = ['--kernel', 'K.npy', '--cross', 'C.npy', '--labels', 'labels.csv'];
  each.each([
    ['data', [...SPLIT, ...OF_DATA]],
    ['data, all eigenpairs', [...SPLIT, ...OF_DATA, '--ridge', 'auto']],
    ['data, gradient flow', [...SPLIT, ...OF_DATA, '--time', '10']],
    ['data, never stored', [...SPLIT, ...OF_DATA, '--solver', 'cg', '--tol', '1e-12', '--ridge', '1e-3']],
    ['stored kernels', STORED],
    ['stored kernels, by products', [...STORED, '--solver', 'cg', '--tol', '1e-12', '--ridge', '1e-3']],
  ])('predicts as the processor does, to 1e-10: %s', async (_name, words) => {
    const predictions: Float64Array[] = [];
    for (const backend of ['tensorflow', 'host']) {
      const found = await record('regress', ...words, '--backend', backend, '--out', 'p.npy', '--force');
      if (backend === 'tensorflow') expect(found.algebra).toMatch(TENSORFLOW);
      expect(found.warnings.filter((warning: string) => !warning.startsWith('--ridge auto'))).toEqual([]);
      predictions.push(Float64Array.from((await readInput(at.path('p.npy'))).data));
    }
    const [there, here] = predictions;
    expect(there.length).toBeGreaterThanOrEqual(M);
    there.forEach((value, i) => {
      expect(Math.abs(value - here[i])).toBeLessThanOrEqual(1e-10);
    });
  });

  each('gives the variances of the processor', async () => {
    const variances: Float64Array[] = [];
    for (const backend of ['tensorflow', 'host']) {
      const words = ['--backend', backend, '--kind', 'nngp', '--ridge', '1e-3', '--variance', 'v.npy', '--force'];
      await record('regress', ...SPLIT, ...OF_DATA, ...words);
      variances.push(Float64Array.from((await readInput(at.path('v.npy'))).data));
    }
    variances[0].forEach((value, i) => {
      expect(Math.abs(value - variances[1][i])).toBeLessThanOrEqual(1e-10);
    });
  });

  each.each([
    ['SelfAdjointEigV2', ['eigs', 'K.npy', '--method', 'dense'], 'the decomposition of 40 rows'],
    ['Cholesky', ['regress', ...STORED], 'Cholesky of 40 rows'],
    ['MatrixTriangularSolve', ['regress', ...STORED], 'Cholesky of 40 rows'],
    ['MatMul', ['eigs', 'K.npy', '--method', 'lanczos', '-k', '3'], 'the iteration with 40 rows'],
    ['MatMul', ['regress', ...STORED, '--solver', 'cg'], '(Cholesky|products with) .*40 rows'],
  ])('a device without %s hands over with a line: %j', async (operation, words, what) => {
    const { runAll } = TensorflowDevice.prototype;
    TensorflowDevice.prototype.runAll = function (name, ...rest) {
      if (name === operation) throw new Error(`Invalid TF_Status: 12\nMessage: No OpKernel registered for ${name}`);
      return runAll.call(this, name, ...rest);
    };
    try {
      const found = await record(...words, '--backend', 'tensorflow', '--native', 'off');
      const said = new RegExp(`TensorFlow .*: ${what} failed \\(No OpKernel .*${operation}\\); built in takes over$`);
      expect(found.warnings).toEqual([expect.stringMatching(said)]);
      expect(found.stderr).toBe(`ntk: warning: ${found.warnings[0]}\n`);
      expect(found.algebra).toMatch(/built in$/);
      expect(found.rows.length).toBe(1);
    } finally {
      TensorflowDevice.prototype.runAll = runAll;
    }
  });
});

describe('--backend with a stored matrix', () => {
  test.each(['webgpu', 'tfjs', 'reference'])('%s computes kernels alone, and is refused', async (backend) => {
    const message = `--backend: must be auto, host or tensorflow with a stored matrix, got ${backend}. Leave it out.`;
    await refused(at, ['eigs', 'K.npy', '--backend', backend], message);
    const stored = ['--kernel', 'K.npy', '--cross', 'C.npy', '--labels', 'labels.csv'];
    await refused(at, ['regress', ...stored, '--backend', backend], message);
  });
});
