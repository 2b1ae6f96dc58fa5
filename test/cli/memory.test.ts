import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npyOf } from '../data/fixtures.js';
import { ROOT } from '../house/sources.js';
import { describe, expect, test } from '../jest.js';
import { COMBINATIONS, nativePlaces } from '../kernels/backends.js';
import { numbers } from './ntk.js';
import { ended, processBench } from './process.js';

const at = processBench();
const MIB = 2 ** 20;

describe('a memory promise', () => {
  // 5,000 x 5,000 in f64 are 191 MiB: the result alone would break the budget if it were held.
  test.each([
    ['f64', 'fc'],
    ['f32', 'fc'],
    ['f64', 'biased'],
  ])('is kept in %s for %s, by the count of the system', async (precision, network) => {
    at.write('rows.npy', npyOf([5000, 32], numbers(160_000)));
    const arch = network === 'fc' ? ['--arch', 'fc'] : ['--arch', 'fc', '--bias', '0.3', '--bias-init', 'normal'];
    const promise = ['--memory', '190MiB', '--precision', precision];
    const run = ['kernel', 'rows.npy', ...arch, ...promise, '--out', 'K.npy', '--force', '--json'];
    const { code, stdout, stderr } = await at.ntk(...run);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { peakMemoryBytes, plan } = JSON.parse(stdout);
    expect(peakMemoryBytes).toBeLessThan(190 * MIB);
    expect(peakMemoryBytes).toBeLessThan(plan.memoryBytes);
    expect(plan.memoryBytes).toBeLessThan(190 * MIB);
  });
});

describe('a memory promise for images', () => {
  // Every pair of positions of one pair of 32 x 32 images in f32 would be 4 MiB a value; thousands of pairs meet here.
  test.each([
    ['gap', 12, '220MiB'],
    ['tr', 400, '300MiB'],
  ])('is kept by %s', async (head, count, promise) => {
    at.write('images.npy', npyOf([count, 32, 32, 3], numbers(3072 * count)));
    const network = ['--arch', 'cntk', '--depth', '2', '--head', head, '--precision', 'f32', '--threads', '2'];
    const run = ['kernel', 'images.npy', ...network, '--memory', promise, '--out', 'I.npy', '--force', '--json'];
    const { code, stdout, stderr } = await at.ntk(...run);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { peakMemoryBytes, plan } = JSON.parse(stdout);
    expect(peakMemoryBytes).toBeLessThan(plan.memoryBytes);
    expect(plan.memoryBytes).toBeLessThan(Number.parseInt(promise, 10) * MIB);
  });
});

describe.each(nativePlaces().map((native) => [native]))('a memory promise with products by %s', (native) => {
  test.each(['f64', 'f32'])('is kept in %s', async (precision) => {
    at.write('wide.npy', npyOf([4000, 200], numbers(800_000)));
    const run = ['kernel', 'wide.npy', '--arch', 'fc', '--native', native, '--precision', precision, '--threads', '2'];
    const { code, stdout, stderr } = await at.ntk(...run, '--memory', '240MiB', '--out', 'W.npy', '--force', '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { peakMemoryBytes, plan } = JSON.parse(stdout);
    expect(plan.native).toContain('las');
    expect(peakMemoryBytes).toBeLessThan(plan.memoryBytes);
    expect(plan.memoryBytes).toBeLessThan(240 * MIB);
  });
});

test('the kernel of a finite network goes to its file some rows at a time where the promise does not hold it', async () => {
  // 6,000 x 6,000 in f64 are 275 MiB.
  at.write('thin.npy', npyOf([6000, 3], numbers(18_000)));
  const run = ['empirical', 'thin.npy', '--arch', 'fc', '--width', '16', '--out', 'E.npy', '--json'];
  const { code, stdout, stderr } = await at.ntk(...run, '--memory', '270MiB');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { peakMemoryBytes, plan, shape } = JSON.parse(stdout);
  expect(shape).toEqual([6000, 6000]);
  expect(plan.rowsAtOnce).toBeLessThan(6000);
  expect(plan.memoryBytes).toBeLessThanOrEqual(270 * MIB);
  expect(peakMemoryBytes).toBeLessThan(plan.memoryBytes);
  const little = await at.ntk(...run, '--force', '--memory', '150MiB');
  expect(little).toMatchObject({ code: 2, stdout: '' });
  expect(little.stderr).toMatch(/needs about [\d.]+ MiB, got a promise of 150 MiB/);
});

test('sizes of memory in all forms', async () => {
  for (const memory of ['4GiB', '4000MB', '1e9', '1073741824', '0.5gib']) {
    const { stdout } = await at.ntk(
      'kernel',
      'x.npy',
      '--arch',
      'resntk',
      '--depth',
      '4',
      '--alpha',
      '0.5',
      '--plan',
      '--json',
      '--memory',
      memory,
    );
    expect(JSON.parse(stdout).plan.memoryLimit).toBeGreaterThan(5e8);
  }
});

test('the plan of a saved model counts what its kernel takes', async () => {
  const digits = join(ROOT, 'data/digits');
  for (const name of ['model.json', 'model.weights.bin']) copyFileSync(join(digits, name), at.path(name));
  const data = [join(digits, 'test.csv'), '--label-column', '64', '--rows', '0:6', '--model', 'model.json'];
  const run = [...data, '--out', 'M.npy', '--contributions', 'C.npz', '--json'];
  const { code, stdout, stderr } = await at.ntk('empirical', ...run);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { peakMemoryBytes, plan } = JSON.parse(stdout);
  expect(peakMemoryBytes).toBeLessThan(plan.memoryBytes);
});

test('a comparison keeps the promise over several large networks', async () => {
  const args = [
    'x.npy',
    '--arch',
    'fc',
    '--depth',
    '3',
    '--widths',
    '3000',
    '--seeds',
    '3',
    '--out',
    'large',
    '--json',
  ];
  const { plan } = JSON.parse((await at.ntk('compare', ...args, '--plan')).stdout);
  const promise = plan.memoryBytes + 2 ** 25;
  const { code, stdout, stderr } = await at.ntk('compare', ...args, '--memory', String(promise));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { peakMemoryBytes, pairs } = JSON.parse(stdout);
  expect(peakMemoryBytes).toBeLessThan(promise);
  expect(pairs.done).toBe(3);
});

describe('a memory promise of ntk eigs', () => {
  async function store(n: number): Promise<void> {
    at.write('rows.npy', npyOf([n, 8], numbers(8 * n)));
    const { code, stderr } = await at.ntk('kernel', 'rows.npy', '--arch', 'fc', '--out', 'S.npy', '--force');
    expect({ code, stderr }).toMatchObject({ code: 0 });
  }

  // 4,500 x 4,500 in f64 are 154 MiB: the matrix alone would break the budget if it were held.
  test('is kept by iterations on a stored matrix, of which only panels are read', async () => {
    await store(4500);
    const { code, stdout } = await at.ntk('eigs', 'S.npy', '-k', '5', '--memory', '150MiB', '--json');
    expect(code).toBe(0);
    const { peakMemoryBytes, method, converged } = JSON.parse(stdout);
    expect({ method, converged }).toEqual({ method: 'lanczos', converged: true });
    expect(peakMemoryBytes).toBeLessThan(150 * MIB);
  });

  test.each(['auto', 'off'])(
    'is kept by a decomposition with --native %s, or refused before it starts',
    async (native) => {
      await store(1500);
      const dense = ['eigs', 'S.npy', '-k', '5', '--method', 'dense', '--native', native];
      const { code, stdout } = await at.ntk(...dense, '--memory', '250MiB', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout).peakMemoryBytes).toBeLessThan(250 * MIB);
      const little = await at.ntk(...dense, '--memory', '140MiB');
      expect(little).toMatchObject({ code: 2, stdout: '' });
      expect(little.stderr).toContain('--memory');
    },
  );
});

test('eigenpairs of a kernel that would not fit keep the promise', async () => {
  // 8,000 x 8,000 singles are 244 MiB.
  at.write('sphere.npy', npyOf([8000, 20], numbers(160_000)));
  const run = ['eigs', 'sphere.npy', '--arch', 'fc', '--scale', 'unit-rows', '-k', '2', '--precision', 'f32', '--json'];
  const { code, stdout, stderr } = await at.ntk(...run, '--native', 'off', '--backend', 'host', '--memory', '220MiB');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { peakMemoryBytes, residuals, norm, tol, matrix } = JSON.parse(stdout);
  expect(matrix).toBe('computed on host');
  expect(peakMemoryBytes).toBeLessThan(220 * MIB);
  expect(Math.max(...residuals)).toBeLessThanOrEqual(tol * norm);
});

describe('the promise of ntk regress', () => {
  const peakOf = (stdout: string): number => JSON.parse(stdout).peakMemoryBytes;
  const ways = [
    ['cholesky', []],
    ['cholesky', ['--native', 'off']],
    ['cholesky', ['--precision', 'f32']],
    ['cholesky', ['--variance', 'V.npy', '--force']],
    ['cg', []],
  ] as const;

  // Long rows: what computing the kernel needs once does not go back at once, and predictions need it again.
  const shapes = [
    [1500, 16],
    [2600, 16],
    [1200, 784],
  ] as const;

  test.each(shapes.flatMap(([n, d]) => ways.map(([solver, more]) => [n, d, solver, more] as const)))(
    'n = %i, d = %i, %s %j: refused below what it says it needs, and kept at that',
    async (n, d, solver, more) => {
      at.write('many.npy', npyOf([n, d], numbers(d * n)));
      at.write('targets.npy', npyOf([n], numbers(n)));
      const data = ['many.npy', 'many.npy', '--rows-z', '0:300', '--labels', 'targets.npy', '--arch', 'fc'];
      const run = ['regress', ...data, '--ridge', '1e-2', '--solver', solver, ...more, '--json'];
      const little = await at.ntk(...run, '--memory', '80MiB');
      expect(little).toMatchObject({ code: 2, stdout: '' });
      const [, needed] = /needs about ([\d.]+) MiB/.exec(little.stderr) ?? [];
      // Resident memory at the start differs a little between runs.
      const promise = Math.ceil(Number(needed)) + 3;
      const { code, stdout, stderr } = await at.ntk(...run, '--memory', `${promise}MiB`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(peakOf(stdout)).toBeLessThan(promise * MIB);
    },
  );

  test('what Cholesky cannot hold is solved by products, in a fraction of the kernel', async () => {
    // 6,000 x 6,000 in f64 are 275 MiB.
    at.write('large.npy', npyOf([6000, 8], numbers(48_000)));
    at.write('large-y.npy', npyOf([6000], numbers(6000)));
    const data = ['large.npy', 'large.npy', '--rows-z', '0:500', '--labels', 'large-y.npy', '--arch', 'fc'];
    const run = ['regress', ...data, '--ridge', '1e-2', '--memory', '240MiB', '--json'];
    const refusedOne = await at.ntk(...run, '--solver', 'cholesky');
    expect(refusedOne.code).toBe(2);
    expect(refusedOne.stderr).toContain('--solver cg');
    const { code, stdout } = await at.ntk(...run);
    expect(code).toBe(0);
    const { solver, residual, peakMemoryBytes } = JSON.parse(stdout);
    expect(solver).toMatchObject({ name: 'cg', converged: true, preconditioner: 'partial Cholesky' });
    expect(solver.reason).toContain('more than 240 MiB');
    expect(residual).toBeLessThanOrEqual(1e-6);
    expect(peakMemoryBytes).toBeLessThan(240 * MIB);
  });
});

const DEVICES = COMBINATIONS.filter(({ backend }) => backend !== 'reference' && backend !== 'host');

test.each(DEVICES.map(({ backend }) => [backend]))(
  'the plan of %s counts its libraries and buffers',
  async (backend) => {
    at.write('few.npy', npyOf([600, 32], numbers(19_200)));
    const run = ['kernel', 'few.npy', '--arch', 'fc', '--bias', '0.3', '--backend', backend, '--precision', 'f32'];
    const { code, stdout } = await at.ntk(...run, '--out', 'F.npy', '--force', '--json');
    expect(code).toBe(0);
    const { peakMemoryBytes, plan } = JSON.parse(stdout);
    expect(peakMemoryBytes).toBeLessThan(plan.memoryBytes);
    const little = await at.ntk(...run, '--out', 'F.npy', '--force', '--memory', '90MiB');
    expect(little).toMatchObject({ code: 2 });
    expect(little.stderr).toContain('--memory');
  },
);

describe('a killed command', () => {
  test('leaves no file that looks finished', async () => {
    at.write('long.npy', npyOf([3000, 8], numbers(24_000)));
    rmSync(at.path('K.npy'), { force: true });
    rmSync(at.path('K.json'), { force: true });
    const before = at.files();
    const child = at.start('kernel', 'long.npy', '--arch', 'fc', '--depth', '100', '--bias', '1', '--out', 'K.npy');
    const end = ended(child);
    while (at.files().length === before.length) await sleep(20);
    await sleep(200);
    child.kill('SIGKILL');
    await end;
    const left = at.files().filter((name) => !before.includes(name));
    expect(left.every((name) => name.startsWith('.') && name.endsWith('.partial'))).toBe(true);
    // The same command goes through afterwards.
    expect((await at.ntk('kernel', 'long.npy', '--arch', 'fc', '--out', 'K.npy')).code).toBe(0);
    expect(JSON.parse(readFileSync(at.path('K.json'), 'utf8')).shape).toEqual([3000, 3000]);
  });
});
