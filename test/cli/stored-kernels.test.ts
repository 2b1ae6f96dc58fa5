import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readInput } from '../../src/index.js';
import { npyOf, temporaryFolder } from '../data/fixtures.js';
import { store } from '../fuzz/stored/files.js';
import { ntk, type Outcome } from '../fuzz/stored/ntk.js';
import { describe, expect, test } from '../jest.js';

const at = temporaryFolder();
const report = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/reports/${name}`, import.meta.url));
const INDEFINITE = report('indefinite-3x3.npy');
const LABELS = report('indefinite-y.npy');
const STORED = ['--kernel', INDEFINITE, '--cross', INDEFINITE, '--labels', LABELS];

function write(name: string, content: Uint8Array | string): string {
  writeFileSync(at.path(name), content);
  return at.path(name);
}

/** A case of wrong use: exit code 2, nothing on stdout, one line of the pattern with each part. */
function refused({ code, stdout, stderr }: Outcome, ...parts: readonly string[]): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trim().split('\n')).toHaveLength(1);
  for (const part of parts) expect(stderr).toContain(part);
}

describe('a matrix with the eigenvalues 2, 1, -0.25', () => {
  test.each([
    [[]],
    [['-k', '3']],
    [['--method', 'dense', '-k', '1']],
    [['--method', 'lanczos', '-k', '3']],
    [['--method', 'power', '-k', '3']],
    [['--which', 'smallest', '-k', '3']],
    [['--native', 'off']],
  ])('eigs %j: condition number 8, not positive semidefinite', async (flags) => {
    const { code, stdout, stderr } = await ntk('eigs', [INDEFINITE, ...flags, '--json']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/not positive semidefinite.* -0\.25\n/);
    const found = JSON.parse(stdout);
    expect(found.conditionAtLeast).toBeCloseTo(8, 8);
    expect(found).toMatchObject({ conditionResolved: true, positiveSemidefinite: false, effectiveDimension: null });
    expect(found).toMatchObject({ decay: null, doubleConstantBound: null, numericalRank: { least: 3, most: 3 } });
    expect(found.lowest).toBeCloseTo(-0.25, 9);
    expect(found.warnings.join()).toContain('-0.25');
    const text = await ntk('eigs', [INDEFINITE, ...flags]);
    expect(text.stdout).toContain('not positive semidefinite');
    expect(text.stdout).toContain('condition number 8.00e+0');
  });

  test.each([
    [['--ridge', '0', '--time', '1000']],
    [['--ridge', '0']],
    [['--ridge', '0.1']],
    [['--ridge', '0.27', '--time', '1']],
    [['--ridge', '0', '--native', 'off']],
    [['--ridge', '0.01', '--solver', 'cg']],
    [['--ridge', '0', '--time', '0']],
  ])('regress %j is refused by the eigenvalue', async (flags) => {
    refused(
      await ntk('regress', [...STORED, ...flags]),
      'indefinite-3x3.npy',
      'eigenvalue -0.25',
      '--ridge above 0.28',
    );
  });

  test.each([[['--ridge', '0.28']], [['--ridge', '1', '--time', '10']], [['--ridge', 'auto']]])(
    'regress %j, which lifts it, warns',
    async (flags) => {
      const { code, stderr } = await ntk('regress', [...STORED, ...flags]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/warning: .*not positive semidefinite, it has the eigenvalue -0\.25/);
    },
  );
});

describe('repeated rows with different labels', () => {
  const rows = [report('flow-repeated-x.csv'), report('flow-repeated-z.csv')];
  const flags = ['--labels', report('flow-repeated-y.csv'), '--task', 'regress', '--arch', 'fc', '--depth', '1'];
  const run = async (...more: readonly string[]) => {
    const out = at.path('P.npy');
    const { code, stderr } = await ntk('regress', [
      ...rows,
      ...flags,
      '--ridge',
      '0',
      ...more,
      '--out',
      out,
      '--force',
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('2 of 6');
    return (await readInput(out)).data;
  };

  test.each(['1', '2.5', '1e3', '1e15', '1e300'])('give the limit at time %s', async (time) => {
    const [first, second] = await run('--time', time);
    expect(first).toBeCloseTo(0.6439445, 7);
    expect(second).toBeCloseTo(0.8780461, 7);
  });

  test('and without a time, by the other algebra, in single precision', async () => {
    for (const [more, digits] of [
      [[], 7],
      [['--native', 'off'], 7],
      [['--precision', 'f32'], 5],
      [['--precision', 'f32', '--time', '1e250'], 5],
    ] as const) {
      const [first, second] = await run(...more);
      expect(first).toBeCloseTo(0.6439445, digits);
      expect(second).toBeCloseTo(0.8780461, digits);
    }
  });

  test('a list of times is a row each with one residual, and one warning', async () => {
    const all = [...rows, ...flags, '--ridge', '0', '--time', '1,1e10,1e300', '--json'];
    const { stdout, stderr } = await ntk('regress', all);
    const { rows: found } = JSON.parse(stdout);
    for (const { residual } of found) expect(residual).toBeCloseTo(found[0].residual, 9);
    expect(stderr.match(/warning/g)).toHaveLength(1);
  });
});

describe('what a kernel of a file must be', () => {
  const good = [4, 1, 0, 1, 3, 1, 0, 1, 2];
  const labels = (): string => write('y.npy', npyOf([3], [1, -1, 2]));

  async function regress(kernel: string, cross = write('good.npy', npyOf([3, 3], good)), ...more: readonly string[]) {
    return ntk('regress', ['--kernel', kernel, '--cross', cross, '--labels', labels(), '--task', 'regress', ...more]);
  }

  test('symmetric, by the place, for either solver and in either order', async () => {
    const values = [4, 1, 0, 1, 3, 1.5, 0, 1, 2];
    const turned = [4, 1, 0, 1, 3, 1, 0, 1.5, 2];
    for (const [name, bytes] of [
      ['A.npy', npyOf([3, 3], values)],
      ['A.csv', '4,1,0\n1,3,1.5\n0,1,2\n'],
    ] as const) {
      const path = write(name, bytes);
      for (const more of [[], ['--solver', 'cg'], ['--ridge', '0', '--time', '1']]) {
        const outcome = await regress(path, undefined, ...more);
        refused(outcome, name, 'symmetric', '1.5');
        expect(outcome.stderr).toMatch(/entry \((1, 2|2, 1)\)/);
      }
      refused(await ntk('eigs', [path]), name, 'symmetric');
    }
    await store(at.path('F'), 'fortran', Float64Array.from(turned), [3, 3]);
    const { stderr } = await regress(at.path('F.npy'));
    expect(stderr).toMatch(/entry \(2, 1\).* got 1\.5, and 1 |entry \(1, 2\).* got 1, and 1\.5 /);
  });

  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
  ])('without %s, which is called so, by file and place', async (name, value) => {
    const path = write('N.npy', npyOf([3, 3], [4, 1, 0, 1, 3, value, 0, value, 2]));
    for (const more of [[], ['--solver', 'cg'], ['--ridge', '0', '--time', '5'], ['--ridge', 'auto']]) {
      refused(await regress(path, undefined, ...more), 'N.npy', `got ${name}`, '(1, 2)');
      refused(await regress(write('good.npy', npyOf([3, 3], good)), path, ...more), 'N.npy', `got ${name}`, '(1, 2)');
    }
    refused(await ntk('eigs', [path]), 'N.npy', `got ${name}`, '(1, 2)');
  });

  test('of the sizes of one another', async () => {
    const wide = write('W.npy', npyOf([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]));
    refused(await regress(wide), 'W.npy', 'square', '[2, 4]');
    refused(await regress(write('good.npy', npyOf([3, 3], good)), wide), 'W.npy', '[m, 3]', '[2, 4]');
    refused(await ntk('eigs', [wide]), 'W.npy', 'square', '--arch');
    refused(await ntk('eigs', [write('rows.csv', '1,2\n3,4\n5,6\n')]), 'rows.csv', 'square', '--arch');
    refused(await ntk('eigs', [at.path('none.csv')]), 'none.csv', '--arch');
  });

  test('read as .npy, .npz, .csv or .csv.gz, of doubles, singles or integers, in any order of bytes and axes', async () => {
    const a = Float64Array.from(good);
    const expected = JSON.parse((await ntk('eigs', [write('K.npy', npyOf([3, 3], good)), '--json'])).stdout);
    for (const layout of ['npy', 'fortran', 'big endian', 'singles', 'integers', 'csv', 'csv.gz', 'npz'] as const) {
      const path = await store(at.path(layout.replace(' ', '-')), layout, a, [3, 3]);
      const { code, stdout, stderr } = await ntk('eigs', [path, '--json', '--labels', labels()]);
      expect({ layout, code, stderr }).toEqual({ layout, code: 0, stderr: '' });
      const found = JSON.parse(stdout);
      for (const [i, value] of found.values.entries()) expect(value).toBeCloseTo(expected.values[i], 12);
      expect(found.inputs[0]).toMatchObject({ path, shape: [3, 3] });
      const out = at.path('P.npy');
      for (const solver of ['cholesky', 'cg']) {
        const fitted = await regress(path, path, '--solver', solver, '--tol', '1e-12', '--out', out, '--force');
        expect({ layout, ...fitted, stdout: '' }).toEqual({ layout, code: 0, stdout: '', stderr: '' });
        const predictions = Array.from((await readInput(out)).data);
        for (const [i, label] of [1, -1, 2].entries()) expect(predictions[i]).toBeCloseTo(label, 4);
      }
    }
  });

  test('a csv larger than the promise is refused with what it needs', async () => {
    const n = 2200;
    const line = `${Array.from({ length: n }, () => 1).join(',')}\n`;
    const path = write('large.csv.gz', gzipSync(line.repeat(n)));
    const { code, stderr } = await ntk('eigs', [path, '--memory', '90MiB']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/large\.csv\.gz: reading the whole matrix needs .*iB.*--memory.*\.npy/);
  });
});

describe('what is asked', () => {
  test('of equations that are not solved to the tolerance: exit code 3, with it', async () => {
    const near = [1, 1, 1, 1 + 4e-15];
    const path = write('near.npy', npyOf([2, 2], near));
    const labels = write('two.npy', npyOf([2], [1, 2]));
    const run = ['--kernel', path, '--cross', path, '--labels', labels, '--task', 'regress', '--ridge', '0', '--json'];
    const { code, stdout, stderr } = await ntk('regress', [...run, '--tol', '1e-30']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/not converged: .*residual of .* tolerance 1e-30\. Raise --ridge or --tol/);
    expect(JSON.parse(stdout).solver).toMatchObject({ converged: false, tol: 1e-30 });
    expect((await ntk('regress', run)).code).toBe(0);
  });

  test('of a ridge that was chosen at an edge: which edge, and what helps', async () => {
    const kernel = write('ones.npy', npyOf([3, 3], [2, 1, 1, 1, 2, 1, 1, 1, 2]));
    const noise = write('noise.npy', npyOf([3], [1, -1, 0.1]));
    const run = ['--kernel', kernel, '--cross', kernel, '--task', 'regress', '--ridge', 'auto'];
    const largest = await ntk('regress', [...run, '--labels', noise]);
    expect(largest.stderr).toMatch(/--ridge auto: chose 100, the largest .* 1e-12 to 100\..* --ridge 1e2,1e3,1e4/);
    const smooth = Float64Array.from({ length: 36 }, (_, k) => Math.exp(-((Math.floor(k / 6) - (k % 6)) ** 2) / 60));
    const gaussian = write('gaussian.npy', npyOf([6, 6], [...smooth]));
    const sine = write(
      'sine.npy',
      npyOf(
        [6],
        Array.from({ length: 6 }, (_, i) => Math.sin(i / 5)),
      ),
    );
    const stored = ['--kernel', gaussian, '--cross', gaussian, '--task', 'regress', '--ridge', 'auto'];
    const smallest = await ntk('regress', [...stored, '--labels', sine]);
    expect(smallest.stderr).toMatch(/--ridge auto: chose 1e-12, the smallest .*--ridge 0/);
  });

  test('of any symmetric matrix: its eigenvalues, and null for what it has not', async () => {
    for (const [name, values, condition] of [
      ['negative', [-2, 1, 1, -2], 3],
      ['hollow', [0, 2, 2, 0], 1],
      ['zero', [0, 0, 0, 0], null],
      ['traceless', [1, 0, 0, -1], 1],
    ] as const) {
      for (const method of ['dense', 'lanczos', 'power']) {
        for (const which of ['largest', 'smallest']) {
          const path = write(`${name}.npy`, npyOf([2, 2], [...values]));
          const { code, stdout } = await ntk('eigs', [path, '--method', method, '--which', which, '--json']);
          expect({ name, method, which, code }).toEqual({ name, method, which, code: 0 });
          const found = JSON.parse(stdout);
          if (condition === null) expect(found.conditionAtLeast).toBeNull();
          else expect(found.conditionAtLeast).toBeCloseTo(condition, 8);
          expect(found.values[0] * found.values[1]).toBeCloseTo(values[0] * values[3] - values[1] * values[2], 8);
          expect(found.positiveSemidefinite).toBe(name === 'zero');
          expect(stdout).not.toContain('NaN');
        }
      }
    }
  });

  test('the largest of a matrix whose largest magnitude is negative, one at a time', async () => {
    const n = 40;
    const entries = Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? -(1 + (k / (n + 1)) ** 1.5) : 0));
    const path = write('down.npy', npyOf([n, n], entries));
    for (const method of ['power', 'lanczos', 'dense']) {
      const { stdout } = await ntk('eigs', [path, '--method', method, '-k', '2', '--json']);
      const { values, lowest } = JSON.parse(stdout);
      expect(values[0]).toBeCloseTo(-1, 8);
      expect(values[1]).toBeCloseTo(-2, 8);
      expect(lowest).toBeLessThan(-100);
    }
  });

  test('a decay exponent from 20 eigenvalues on, else why there is none', async () => {
    const n = 30;
    const entries = Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? (1 + k / (n + 1)) ** -2 : 0));
    const path = write('decay.npy', npyOf([n, n], entries));
    const few = JSON.parse((await ntk('eigs', [path, '-k', '19', '--json'])).stdout);
    expect(few.decay).toBeNull();
    expect((await ntk('eigs', [path, '-k', '19'])).stdout).toMatch(
      /no decay exponent: it takes 20 .*, got 19\. Raise -k\./,
    );
    const enough = JSON.parse((await ntk('eigs', [path, '-k', '20', '--json'])).stdout);
    expect(enough.decay.exponent).toBeCloseTo(2, 9);
  });
});
