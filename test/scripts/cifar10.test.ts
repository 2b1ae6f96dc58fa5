import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fitSizes } from '../../scripts/cifar/fits.js';
import { readImages, scaledRows } from '../../scripts/cifar/images.js';
import { entriesOf, type JobResult } from '../../scripts/cifar/job.js';
import { cifarOptions } from '../../scripts/cifar/options.js';
import { linearAlgebra, regress, targetsOf } from '../../src/index.js';
import { ROOT } from '../house/sources.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { gram, numbers } from '../linalg/matrices.js';

let folder = '';

/** Records of CIFAR-10: of class k the k-th band of rows is bright, on a ground that grows to the right. */
function records(count: number, seed: number): Uint8Array {
  const noise = numbers(count * 3072, seed);
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    const label = i % 3;
    bytes[i * 3073] = label;
    for (let k = 0; k < 3072; k++) {
      const [row, column] = [Math.floor((k % 1024) / 32), k % 32];
      const bright = Math.floor(row / 10) === label ? 90 : 0;
      bytes[i * 3073 + 1 + k] = Math.round(60 + bright + column + 60 * noise[i * 3072 + k]);
    }
  }
  return bytes;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-test-cifar10-'));
  for (const name of ['data', 'batches']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'data/train.bin'), records(14, 1));
  writeFileSync(join(folder, 'data/test.bin'), records(9, 2));
  writeFileSync(join(folder, 'batches/data_batch_1.bin'), records(5, 1));
  writeFileSync(join(folder, 'batches/data_batch_2.bin'), records(5, 3));
  writeFileSync(join(folder, 'batches/test_batch.bin'), records(9, 2));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cifar(...args: readonly string[]): Promise<Run> {
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } };
  return new Promise((resolve) => {
    execFile(join(ROOT, 'scripts/cifar10'), args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const resultOf = (path: string): JobResult => JSON.parse(readFileSync(join(folder, path), 'utf8'));

describe('options of scripts/cifar10', () => {
  const jobs = (...args: readonly string[]): readonly string[] =>
    cifarOptions(['--data', 'D', ...args]).jobs.map(({ kernel, scale }) => `${kernel} ${scale}`);

  test('shares are disjoint and together all jobs', () => {
    const shares = [1, 2, 3, 4, 5].map((i) => jobs('--part', `${i}/5`));
    expect(shares.flat().sort()).toEqual([...jobs()].sort());
    expect(new Set(shares.flat()).size).toBe(12);
    expect(jobs('--kernels', 'laplace,myrtle5', '--scales', 'zca')).toEqual(['laplace zca', 'myrtle5 zca']);
  });

  test('sizes ascend, and mirrored copies go to the largest unless less is asked for', () => {
    expect(cifarOptions(['--data', 'D', '--sizes', '500,100'])).toMatchObject({ sizes: [100, 500], flips: 500 });
    expect(cifarOptions(['--data', 'D', '--sizes', '500,100', '--flips', '100'])).toMatchObject({ flips: 100 });
    expect(cifarOptions(['--data', 'D', '--flips', '0'])).toMatchObject({ flips: 0, mode: 'run' });
    expect(entriesOf({ ...cifarOptions(['--data', 'D', '--sizes', '3,5', '--flips', '3', '--tests', '2']) })).toBe(52);
  });

  test('what cannot be meant is refused', () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^--data: must name the folder of CIFAR-10, got none\. /],
      [['--data', 'D', '--kernels', 'fc'], /^--kernels: must be one of laplace, .*, got fc\. /],
      [['--data', 'D', '--scales', 'none'], /^--scales: must be one of standard, zca, got none\. /],
      [['--data', 'D', '--sizes', '0'], /^--sizes: must be a whole number of at least 1, got 0\. /],
      [['--data', 'D', '--flips', '7'], /^--flips: must be 0 or one of --sizes, 100, 200, 500, got 7\. /],
      [['--data', 'D', '--part', '3/2'], /^--part: must be i\/m with i from 1 to m, got 3\/2\. /],
      [['--data', 'D', '--ridges=-1'], /^--ridges: must be numbers from 0 on, got -1\. /],
      [['--data', 'D', '--precision', 'f16'], /^--precision: must be one of f32, f64, got f16\. /],
      [['--join', '--plan'], /^--join: must come without --plan, got both\. /],
      [['--colour'], /^scripts\/cifar10: .*Its flags are --data, /],
    ];
    for (const [args, message] of wrong) expect(() => cifarOptions(args)).toThrow(message);
  });
});

describe('images of scripts/cifar10', () => {
  test('batches one after the other, and no more than there are', async () => {
    const { train, test: tests } = await readImages(join(folder, 'batches'), 7, 9);
    expect(train.x.shape).toEqual([7, 32, 32, 3]);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 0, 1]);
    expect(tests.x.shape[0]).toBe(9);
    await expect(readImages(join(folder, 'batches'), 11, 9)).rejects.toThrow(
      /--sizes: .* the 10 images there are, got 11/,
    );
    await expect(readImages(join(folder, 'data'), 5, 10)).rejects.toThrow(/--tests: .* the 9 images there are, got 10/);
    await expect(readImages(folder, 5, 5)).rejects.toThrow(/--data: must hold train\.bin or data_batch_1\.bin, got /);
  });

  test('copies stand behind all images, and every row has norm 1', async () => {
    const images = await readImages(join(folder, 'data'), 4, 2);
    for (const how of ['standard', 'zca'] as const) {
      const { train, test: tests } = await scaledRows(images, 2, how);
      expect([train.shape[0], tests.shape[0]]).toEqual([6, 2]);
      const norms = [0, 5].map((i) => Math.hypot(...train.data.slice(i * 3072, (i + 1) * 3072)));
      for (const norm of norms) expect(norm).toBeCloseTo(1, 12);
    }
  });
});

describe('fits of scripts/cifar10', () => {
  test('each size is what a regression on its rows alone gives', async () => {
    const [n, flips, m] = [8, 4, 5];
    const all = n + flips;
    const whole = gram(all + m, 20, 0.1, 3);
    const at = (i: number, j: number): number => whole[i * (all + m) + j];
    const block = (rows: readonly number[], columns: readonly number[]): Float64Array =>
      Float64Array.from(rows.flatMap((i) => columns.map((j) => at(i, j))));
    const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
    const kernels = {
      ...{ kernel: block(range(0, all), range(0, all)), cross: block(range(all, all + m), range(0, all)) },
      ...{ train: n, flips },
    };
    const labels = { train: Float64Array.from([0, 1, 2, 1, 0, 2, 1, 0]), test: Float64Array.from([0, 1, 2, 1, 0]) };
    const settings = { ...cifarOptions(['--data', 'D']), sizes: [4, 8], flips, ridges: [1e-2] };
    const algebra = await linearAlgebra('off');
    const found = await fitSizes(kernels, labels, settings, algebra);
    expect(found.map(({ size, flip }) => [size, flip])).toEqual([
      [4, false],
      [4, true],
      [8, false],
    ]);
    const columns = [range(0, 4), [0, 8, 1, 9, 2, 10, 3, 11], range(0, 8)];
    for (const [k, list] of columns.entries()) {
      const { values, classes } = targetsOf(Float64Array.from(list, (i) => labels.train[i % n]));
      const data = {
        kernel: block(list, list),
        cross: block(range(all, all + m), list),
        targets: values,
        n: list.length,
      };
      const { predictions } = await regress(data, { ridge: 1e-2, algebra });
      const right = Array.from(labels.test, (label, i) => {
        const row = [...predictions.slice(i * 3, (i + 1) * 3)];
        return classes?.[row.indexOf(Math.max(...row))] === label ? 1 : 0;
      });
      expect(found[k].fixed).toEqual([{ ridge: 1e-2, accuracy: right.reduce<number>((a, b) => a + b, 0) / m }]);
    }
  });
});

describe('scripts/cifar10', () => {
  const call = ['--data', 'data', '--out', 'res', '--sizes', '6,12', '--flips', '6', '--tests', '9', '--depth', '1'];
  const two = [...call, '--kernels', 'laplace,cntk-tr', '--scales', 'standard'];

  test('writes a file for each job, goes on where it was stopped, and joins shares', async () => {
    const first = await cifar(...two, '--part', '1/2');
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('1 of 1 jobs to do');
    expect(resultOf('res/laplace-standard.json').results.map(({ size, flip }) => `${size} ${flip}`)).toEqual([
      '6 false',
      '6 true',
      '12 false',
    ]);
    const { code, stdout, stderr } = await cifar(...two, '--json');
    expect(code).toBe(0);
    expect(stderr).toContain('1 of 2 jobs to do');
    const { command, lines } = JSON.parse(stdout);
    expect(command).toBe('cifar10');
    // Bands of three places are told apart.
    expect(lines).toContainEqual({ name: 'cntk tr, standard, 12 images', value: 100, unit: '%' });
    const names = readdirSync(join(folder, 'res')).sort();
    expect(names).toEqual(['cifar10.md', 'cifar10.svg', 'cntk-tr-standard.json', 'laplace-standard.json']);
    expect(readFileSync(join(folder, 'res/cifar10.svg'), 'utf8')).toContain('accuracy on 9 test images (%)');
    const again = await cifar('--join', '--out', 'res');
    expect(again.stdout).toMatch(/^\| kernel \| 6 \| 12 \|\n\| --- \| --: \| --: \|\n\| laplace, standard \| /);
    expect(again.stdout).toMatch(/\| cntk tr, standard, flips \| [\d.]+ % \| {2}\|/);
  });

  test('plans from a measured pace, and refuses other settings in the same folder', async () => {
    const { code, stdout } = await cifar(...two, '--plan');
    expect(code).toBe(0);
    expect(stdout).toMatch(/job +entries +entries\/s +kernels take\n/);
    expect(stdout).toMatch(/laplace-standard +333 /);
    const other = await cifar(...two, '--tests', '8');
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/laplace-standard\.json: must have the settings that are asked for, got others\. /);
    const nothing = await cifar('--join', '--out', 'none');
    expect({ code: nothing.code, stderr: nothing.stderr }).toEqual({
      code: 2,
      stderr: '--out: must hold results, got none without. Run scripts/cifar10 without --join first.\n',
    });
    writeFileSync(join(folder, 'res/other.json'), '{}');
    expect((await cifar('--join', '--out', 'res')).stderr).toContain(
      'must be a file of scripts/cifar10, got something',
    );
  });
});
