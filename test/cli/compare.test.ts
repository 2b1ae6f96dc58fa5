import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { presetArchitecture } from '../../src/architecture/presets.js';
import { compareWidths } from '../../src/compare/compare-widths.js';
import { readInput } from '../../src/data/input.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, numbers, refused } from './ntk.js';

const at = bench();
const SMALL = ['--arch', 'fc', '--depth', '2', '--widths', '8,16', '--seeds', '3'];

beforeAll(() => at.write('y.npy', npyOf([6, 3], numbers(19).slice(1))));

async function compare(...args: readonly string[]) {
  const { code, stdout, stderr } = await at.ntk('compare', ...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const pairs = (out: string): readonly string[] => readdirSync(at.path(`${out}/pairs`)).toSorted();
const record = (out: string) => JSON.parse(readFileSync(at.path(`${out}/compare.json`), 'utf8'));

describe('ntk compare', () => {
  test('writes the record, and its networks are those of ntk empirical', async () => {
    const result = await compare('x.npy', ...SMALL, '--seed', '5', '--out', 'first');
    expect(record('first')).toEqual(result);
    expect(result).toMatchObject({
      command: 'compare',
      kind: 'ntk',
      widths: [8, 16],
      seeds: 3,
      seed: 5,
      shape: [6, 6],
    });
    expect(result.pairs).toEqual({ done: 6, reused: 0 });
    expect(result.errorsOfSeeds.map((row: readonly number[]) => row.length)).toEqual([3, 3]);
    expect(pairs('first')).toEqual([
      'analytic.npz',
      'job.json',
      ...[16, 8].flatMap((w) => [0, 1, 2].map((s) => `w${w}-s${s}.npz`)),
    ]);
    const sum = Object.values<number>(result.stages).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - result.seconds) / result.seconds).toBeLessThan(0.05);
    const seed = String(result.networkSeeds[1][2]);
    await at.ntk('empirical', 'x.npy', ...SMALL.slice(0, 4), '--width', '16', '--seed', seed, '--out', 'E.npy');
    await at.ntk('kernel', 'x.npy', ...SMALL.slice(0, 4), '--out', 'K.npy');
    const [e, k] = [await readInput(at.path('E.npy')), await readInput(at.path('K.npy'))];
    const norm = (v: Iterable<number>): number => Math.hypot(...v);
    const error = norm([...e.data].map((v, i) => v - k.data[i])) / norm(k.data);
    expect(result.errorsOfSeeds[1][2]).toBeCloseTo(error, 13);
  });

  test('prints a table, the slope and where the record is', async () => {
    const { code, stdout, stderr } = await at.ntk('compare', 'x.npy', ...SMALL, '--out', 'text');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^width +error of one network/);
    expect(stdout).toMatch(/The error of one network falls like width\^-\d\.\d+ \(95 %: -?\d\.\d+ to -?\d\.\d+\)/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('text/compare.json');
    expect(stderr).toMatch(/networks +6 to compute/);
  });

  test('more widths and seeds reuse what is there; the result is that of one run', async () => {
    await compare('x.npy', ...SMALL.slice(0, 4), '--widths', '8', '--seeds', '2', '--out', 'grow');
    const grown = await compare('x.npy', ...SMALL, '--out', 'grow');
    expect(grown.pairs).toEqual({ done: 6, reused: 2 });
    const atOnce = await compare('x.npy', ...SMALL, '--out', 'once');
    for (const key of ['errorsOfSeeds', 'slope', 'meanKernel', 'eigenvalues', 'eigenspaces', 'layers']) {
      expect(grown[key]).toEqual(atOnce[key]);
    }
  });

  test('another architecture, data, seed, law, outputs or precision is refused, and --force starts anew', async () => {
    await compare('x.npy', ...SMALL, '--out', 'held');
    const files = pairs('held');
    const cases: readonly (readonly [readonly string[], ...(readonly string[])])[] = [
      [['x.npy', ...SMALL, '--bias', '0.5'], 'another architecture: fc'],
      [['x.npy', ...SMALL, '--rows', '0:5'], 'another data: x.npy scale none'],
      [['x.npy', ...SMALL, '--scale', 'unit-rows'], 'x.npy scale unit-rows'],
      [['y.npy', ...SMALL], 'another data'],
      [['x.npy', ...SMALL, '--seed', '1'], 'another seed: 0 there, 1 here'],
      [['x.npy', ...SMALL, '--init', 'orthogonal'], 'another init'],
      [['x.npy', ...SMALL, '--outputs', '2'], 'another outputs: 1 there, 2 here'],
      [['x.npy', ...SMALL, '--precision', 'f32'], 'another precision: f64 there, f32 here'],
    ];
    for (const [args, part] of cases) await refused(at, ['compare', ...args, '--out', 'held'], part, '--force');
    expect(pairs('held')).toEqual(files);
    const network = { format: 'ntk-architecture/1', layers: [{ kind: 'dense' }, { kind: 'relu' }, { kind: 'dense' }] };
    at.write('nameless.json', JSON.stringify(network));
    await refused(
      at,
      ['compare', 'x.npy', '--arch', 'nameless.json', '--widths', '8,16', '--seeds', '3', '--out', 'held'],
      'there, a network without a name here',
    );
    writeFileSync(at.path('held/mine.txt'), 'mine');
    const { slope } = record('held');
    const again = await compare('x.npy', ...SMALL, '--seed', '1', '--out', 'held', '--force');
    expect(again.pairs.reused).toBe(0);
    expect(again.slope).not.toBe(slope);
    expect(readdirSync(at.path('held')).toSorted()).toEqual(
      expect.arrayContaining(['compare.json', 'mine.txt', 'pairs']),
    );
  });

  test('a damaged file is computed again, with a warning; networks without their job are refused', async () => {
    const good = await compare('x.npy', ...SMALL, '--out', 'hurt');
    truncateSync(at.path('hurt/pairs/w8-s1.npz'), statSync(at.path('hurt/pairs/w8-s1.npz')).size - 40);
    const bytes = readFileSync(at.path('hurt/pairs/w16-s0.npz'));
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(at.path('hurt/pairs/w16-s0.npz'), bytes);
    writeFileSync(at.path('hurt/pairs/analytic.npz'), 'nothing');
    const { code, stdout, stderr } = await at.ntk('compare', 'x.npy', ...SMALL, '--out', 'hurt', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.errorsOfSeeds).toEqual(good.errorsOfSeeds);
    expect(result.pairs).toEqual({ done: 6, reused: 4 });
    for (const name of ['analytic', 'w8-s1', 'w16-s0']) {
      expect(stderr).toContain(`${name}.npz`);
      expect(result.warnings.some((text: string) => text.includes(name))).toBe(true);
    }
    writeFileSync(at.path('hurt/pairs/job.json'), '{}');
    await refused(
      at,
      ['compare', 'x.npy', ...SMALL, '--out', 'hurt'],
      'job.json: must say what its networks belong to',
    );
  });

  test('a stopped run counts all networks that are kept, also those that it did not come to', async () => {
    const args = ['--arch', 'fc', '--depth', '2', '--seeds', '4', '--out', 'again'];
    await compare('x.npy', ...args, '--widths', '8,16');
    rmSync(at.path('again/pairs/analytic.npz'));
    rmSync(at.path('again/pairs/w8-s0.npz'));
    const [x, stop] = [await readInput(at.path('x.npy')), new AbortController()];
    const architecture = presetArchitecture('fc', { depth: 2 });
    const options = { architecture, widths: [8, 16], seeds: 4, folder: at.path('again'), signal: stop.signal };
    const stopped = compareWidths(x, { ...options, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow(/^interrupted; [78] of 8 networks are finished and kept in/);
  });

  test('what lies in the way is named, and stays', async () => {
    for (const path of ['way1/compare.json', 'way2/index.html', 'way3']) mkdirSync(at.path(path), { recursive: true });
    writeFileSync(at.path('way3/pairs'), 'a file');
    symlinkSync('nowhere', at.path('way4'));
    const cases: readonly (readonly [string, string])[] = [
      ['way1', 'way1/compare.json: must be a file, got a folder'],
      ['way2', 'way2/index.html: must be a file, got a folder'],
      ['way3', 'way3/pairs: must be a folder, got a file'],
      ['x.npy/c', 'x.npy/c: must lie in a folder that exists'],
    ];
    for (const [out, part] of cases) {
      for (const force of [[], ['--force']]) {
        await refused(at, ['compare', 'x.npy', ...SMALL, '--out', out, ...force], part);
      }
    }
    // In the folder of another process none can be made, and Node does not give up where it is asked for parents too.
    for (const out of ['way4', '/proc/none']) {
      const { code, stderr } = await at.ntk('compare', 'x.npy', ...SMALL, '--out', out);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/must be a folder, or a place where/),
      });
    }
    expect(readdirSync(at.path('way1'))).toEqual(['compare.json']);
    await compare('x.npy', ...SMALL, '--out', 'way5');
    rmSync(at.path('way5/index.html'));
    mkdirSync(at.path('way5/index.html'));
    await refused(at, ['compare', 'x.npy', ...SMALL, '--out', 'way5'], 'way5/index.html: must be a file, got a folder');
  });

  test('a result without its networks is replaced only with --force', async () => {
    mkdirSync(at.path('alone'));
    writeFileSync(at.path('alone/compare.json'), '{}');
    await refused(at, ['compare', 'x.npy', ...SMALL, '--out', 'alone'], 'compare.json: must not exist yet', '--force');
    expect(readFileSync(at.path('alone/compare.json'), 'utf8')).toBe('{}');
    await compare('x.npy', ...SMALL, '--out', 'alone', '--force');
    expect(record('alone').pairs.done).toBe(6);
  });

  test('--plan says networks, memory and time, and writes nothing', async () => {
    const before = at.files();
    const { code, stdout } = await at.ntk('compare', 'x.npy', ...SMALL, '--out', 'planned', '--plan');
    expect(code).toBe(0);
    expect(stdout).toMatch(/networks +6 to compute[\s\S]+memory +[\d.]+ [MG]iB[\s\S]+time +about/);
    const planned = JSON.parse((await at.ntk('compare', 'x.npy', ...SMALL, '--out', 'p', '--plan', '--json')).stdout);
    expect(planned.plan).toMatchObject({ networks: 6, reused: 0, shape: [6, 6] });
    expect(at.files()).toEqual(before);
  });

  test('one width has no slope, one seed no intervals, one row one eigenvalue', async () => {
    const one = await compare(
      'x.npy',
      '--arch',
      'fc',
      '--widths',
      '8',
      '--seeds',
      '1',
      '--rows',
      '0:1',
      '--out',
      'one',
    );
    expect(one).toMatchObject({ slope: null, slopeInterval: null, intercept: null, errorIntervals: [null] });
    expect(one.meanKernel).toMatchObject({ expected: [null], bias: [null] });
    expect(one.eigenspaces).toMatchObject({ dimensions: [1], gaps: [null], angles: [[0]], anglesDeviation: [[null]] });
    const text = await at.ntk('compare', 'x.npy', '--arch', 'fc', '--widths', '8', '--seeds', '1', '--out', 'one1');
    expect(text.stdout).toContain('at width 8 alone, which says nothing about how it falls');
  });

  test('networks of which nothing comes out, equal rows and rows of 0 make whole records and pages', async () => {
    const { code, stdout, stderr } = await at.ntk(
      ...['compare', 'x.npy', '--arch', 'fc', '--depth', '6', '--widths', '1,2', '--seeds', '3', '--out', 'dead'],
      '--json',
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/width 1: the kernel of 3 of 3 networks is 0/),
    });
    const dead = JSON.parse(stdout);
    expect(dead.warnings).toHaveLength(stderr.trimEnd().split('\n').length);
    for (const { empirical, deviation } of dead.layers) {
      expect([empirical[0], deviation[0]]).toEqual([0, null]);
      expect(empirical[1]).toBeGreaterThanOrEqual(0);
    }
    at.write('equal.npy', npyOf([4, 2], [1, 2, 1, 2, 1, 2, 1, 2]));
    const equal = await compare('equal.npy', ...SMALL, '--out', 'equal');
    expect(equal.eigenspaces.gaps).toEqual([expect.closeTo(1, 12), 0, 0, null]);
    expect(equal.eigenvalues.rounding).toBeGreaterThan(Math.abs(equal.eigenvalues.analytic[1]));
    at.write('some.npy', npyOf([3, 2], [1, 2, 0, 0, 0, 0]));
    expect((await compare('some.npy', ...SMALL, '--out', 'some')).eigenspaces.gaps).toEqual([1, 0, null]);
    for (const out of ['dead', 'equal', 'some']) expect(existsSync(at.path(`${out}/index.html`))).toBe(true);
    at.write('huge.npy', npyOf([2, 2], [1e100, 2e100, 3e100, 1e100]));
    // What cannot be computed does not hold the folder for itself.
    const huge = await at.ntk('compare', 'huge.npy', ...SMALL, '--out', 'huge');
    expect(huge.code).toBe(2);
    expect(huge.stderr).toMatch(/kernel: must have a trace from [^\n]* got 4\.5e\+201\. Use --scale unit-rows\.\n$/);
    expect(existsSync(at.path('huge'))).toBe(false);
    await compare('huge.npy', ...SMALL, '--scale', 'unit-rows', '--out', 'huge');
  });

  test('no interval of an error goes below 0; with everything there is nothing to compute', async () => {
    const args = ['compare', 'x.npy', '--arch', 'fc', '--widths', '8,16', '--seeds', '2', '--out', 'two'];
    const first = await at.ntk(...args);
    expect(first.stdout).not.toMatch(/\(-/);
    expect(record('two').errorIntervals.map(([low]: readonly [number]) => low)).toContain(0);
    expect((await at.ntk(...args)).stderr).toContain('nothing to compute: all kernels are there');
  });

  test('images, orthogonal weights, outputs and f32', async () => {
    at.write('images.npy', npyOf([3, 4, 2, 2], numbers(48)));
    const images = await compare('images.npy', '--arch', 'cntk', '--depth', '1', '--widths', '3', '--out', 'images');
    expect(images.shape).toEqual([3, 3]);
    const f32 = await compare(
      'x.npy',
      ...SMALL,
      '--outputs',
      '2',
      '--precision',
      'f32',
      '--init',
      'orthogonal',
      '--out',
      'f32',
    );
    expect(f32).toMatchObject({ precision: 'f32', outputs: 2, init: 'orthogonal' });
    expect(f32.check.networks).toBeLessThan(f32.check.networksTolerance);
  });

  test('finite networks run as tensors of TensorFlow.js too', async () => {
    const args = ['x.npy', ...SMALL, '--precision', 'f32'];
    const tensors = await compare(...args, '--backend', 'tfjs', '--out', 'tensors');
    expect(tensors).toMatchObject({ backend: 'tfjs', plan: { backend: 'tfjs' } });
    const host = await compare(...args, '--backend', 'host', '--out', 'host');
    for (const [i, error] of host.errors.entries()) expect(tensors.errors[i]).toBeCloseTo(error, 5);
  });

  test('refuses what cannot be', async () => {
    mkdirSync(at.path('empty'));
    at.write(
      'fixed.json',
      JSON.stringify({
        format: 'ntk-architecture/1',
        layers: [{ kind: 'dense', width: 4 }, { kind: 'relu' }, { kind: 'dense' }],
      }),
    );
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['x.npy', ...SMALL], '--out: must be given'],
      [['x.npy', '--arch', 'fc', '--out', 'c'], '--widths: must be given'],
      [['x.npy', '--widths', '4', '--out', 'c'], '--arch: must be given'],
      [['x.npy', '--arch', 'laplace:1', '--widths', '4', '--out', 'c'], '--arch: must be a network'],
      [['x.npy', '--arch', 'fc', '--widths', '16,8', '--out', 'c'], '--widths: must ascend, got 16,8'],
      [['x.npy', '--arch', 'fc', '--widths', '8,8', '--out', 'c'], '--widths: values of a list must differ'],
      [['x.npy', '--arch', 'fc', '--widths', '0,8', '--out', 'c'], '--widths: must be a whole number of at least 1'],
      [['x.npy', '--arch', 'fc', '--widths', '8', '--seeds', '0', '--out', 'c'], '--seeds: must be a whole number'],
      [['x.npy', '--arch', 'fc', '--widths', '8', '--seeds', '1e10', '--out', 'c'], 'seeds: must be'],
      [
        ['x.npy', '--arch', 'fc', '--widths', '8', '--seeds', '5000000000', '--out', 'c'],
        'seeds: must be at most 1000000',
      ],
      [['x.npy', '--arch', 'fc', '--widths', '8', '--seed', '9007199254740000', '--out', 'c'], '--seed: must be'],
      [['x.npy', '--arch', 'fixed.json', '--widths', '8', '--out', 'c'], '--widths: must change the network'],
      [['x.npy', ...SMALL, '--out', 'no/c'], 'no/c: must lie in a folder that exists'],
      [['x.npy', ...SMALL, '--out', 'x.npy'], 'x.npy: must be a folder, got a file'],
      [['x.npy', ...SMALL, '--memory', '1MiB', '--out', 'c'], '--memory: the comparison needs about'],
      [['x.npy', ...SMALL, '--backend', 'tfjs', '--out', 'c'], '--backend tfjs: computes in f32, got f64'],
      [['x.npy', 'y.npy', ...SMALL, '--out', 'c'], 'y.npy'],
      [['none.npy', ...SMALL, '--out', 'c'], 'none.npy'],
    ];
    for (const [args, part] of cases) await refused(at, ['compare', ...args], part);
  });
});
