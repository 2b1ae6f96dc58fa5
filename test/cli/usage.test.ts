import { describe, expect, test } from '../jest.js';
import { bench, refused } from './ntk.js';

const at = bench();
const KERNEL = ['kernel', 'x.npy', '--arch', 'fc', '--out', 'K.npy'];
const RESNTK = ['kernel', 'x.npy', '--arch', 'resntk', '--out', 'K.npy'];

describe('bad usage is exit code 2 with one message, and writes nothing', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['kernle'], ['got kernle', 'Did you mean kernel?']],
    [['--verison'], ['the command comes first']],
    [['eigs', 'none.npy'], ['none.npy']],
    [['sphere'], ['--arch: must be given']],
    [['sphere', '--arch', 'fc'], ['--dim: must be given']],
    [['sphere', '--arch', 'fc', '--dim', '1'], ['--dim: must be a whole number from 2']],
    [['receptive-field', '--input', '8x8x3'], ['--arch: must be given']],
    [
      ['receptive-field', '--arch', 'cntk'],
      ['--input: must be given, got none', '--input 32x32x3'],
    ],
    [
      ['receptive-field', '--arch', 'cntk', '--input', '32'],
      ['--input: must be HxWxC', 'got 32'],
    ],
    [
      ['receptive-field', '--arch', 'cntk', '--input', '8x0x3'],
      ['--input: must be HxWxC', 'got 8x0x3'],
    ],
    [['receptive-field', '--arch', 'cntk', '--input', '8x8x3', '--at', '8,0'], ['--at: must lie inside the 8x8']],
    [
      ['receptive-field', '--arch', 'cntk', '--input', '8x8x3', '--at', '1'],
      ['--at: must lie inside', 'got [1]'],
    ],
    [['receptive-field', '--arch', 'cntk', '--input', '8x8x3', '--at', '1,-1'], ['--at: must be whole numbers']],
    [['receptive-field', '--arch', 'cntk', '--input', '8x8x3', '--kind', 'both'], ['--kind: must be ntk or nngp']],
    [['receptive-field', '--arch', 'cntk', '--input', '8x8x3', '--seeds', '4'], ['--seeds: must come with --width']],
    [['receptive-field', '--arch', 'cntk', '--input', '200000x200000x3'], ['--input: the field needs more than']],
    [['receptive-field', '--arch', 'fc', '--input', '8x8x3'], ['--arch: must be a network of images']],
    [['receptive-field', '--arch', 'laplace:1', '--input', '8x8x3'], ['a function of the distance']],
    [
      ['receptive-field', '--arch', 'cntk', '--input', '4x4x3', '--filter', '5', '--padding', 'valid'],
      ['layers[0].filter: must fit into the 4x4 positions'],
    ],
    [['join'], ['comes later']],
    [['constructor'], ['must be followed by a command']],
    [
      ['kernel', '--arch', 'fc'],
      ['X: must be given', 'got none'],
    ],
    [['kernel', 'x.npy'], ['--arch: must be given']],
    [['kernel', 'x.npy', 'z.csv', 'y.npy', '--arch', 'fc'], ['takes at most 2 words']],
    [['arch'], ['PRESET: must be given']],
    [['backends', 'host'], ['takes only flags, got host']],
    [
      ['bench', 'kernl'],
      ['got kernl', 'Did you mean kernel?'],
    ],
    [['plot'], ['R.json: must be given']],
    [['profile'], ['--arch: must be given']],
    [['profile', '--arch', 'fc', '--arch', 'fc'], ['got fc twice']],
    [['profile', '--arch', 'fc', '--depth', '1,2,1'], ['values of a list must differ']],
    [['profile', '--arch', 'fc', '--depth', '1,,2'], ['--depth: must be a whole number of at least 1, got nothing']],
    [['profile', '--arch', 'fc', '--arch', 'laplace:1', '--alpha', '1'], ['--alpha']],
    [['profile', '--arch', 'fc', '--angles', '1'], ['--angles: must be a whole number from 2']],
    [['arch', 'fc', '--input', '8x8'], ['--input: must come with --describe']],
    [['arch', 'fc', '--describe', '--input', '8x0'], ['--input: must be a size']],
  ])('ntk %j', async (args, parts) => {
    await refused(at, args, ...parts);
  });

  test.each<[readonly string[], readonly string[]]>([
    [
      ['--dept', '3'],
      ['--dept:', 'Did you mean --depth?'],
    ],
    [['--outt=K'], ['--outt:', 'Did you mean --out?']],
    [['-x'], ['-x: must be a flag']],
    [['--no-json'], ['--no-json:']],
    [['--depth', '0'], ['--depth: must be a whole number of at least 1, got 0']],
    [['--depth', '-1'], ['--depth: must be a whole number of at least 1, got -1']],
    [['--depth', '1.5'], ['--depth: must be a whole number of at least 1, got 1.5']],
    [
      ['--depth', 'three'],
      ['--depth', 'got three'],
    ],
    [
      ['--depth', '0x3'],
      ['--depth', 'got 0x3'],
    ],
    [['--depth', '1,2'], ['lists are for sweeps in ntk profile']],
    [['--depth'], ['--depth: needs a value, got none']],
    [['--depth='], ['--depth: needs a value, got nothing']],
    [['--depth', '--normalized'], ['--depth: needs a value']],
    [['--depth', '2', '--depth', '3'], ['--depth: takes one value, got 2 (2, 3)']],
    [['--out', 'L.npy'], ['--out: takes one value']],
    [['--alpha', '1'], ['--alpha: must be a flag of the architecture']],
    [
      ['--bias', '-.5'],
      ['--bias', 'got -0.5'],
    ],
    [
      ['--bias', '-1e-3'],
      ['--bias', 'got -0.001'],
    ],
    [['--bias-init', 'one'], ['--bias-init: must be zero or normal']],
    [['--threads', '0'], ['--threads: must be a whole number of at least 1, got 0']],
    [
      ['--threads', '-2'],
      ['--threads', 'got -2'],
    ],
    [
      ['--threads', '1.5'],
      ['--threads', 'got 1.5'],
    ],
    [
      ['--threads', 'all'],
      ['--threads', 'got all'],
    ],
    [['--memory', '0'], ['--memory: must be a number of bytes']],
    [
      ['--memory', '4XB'],
      ['--memory', 'got 4XB'],
    ],
    [
      ['--memory', '-4GiB'],
      ['--memory', 'got -4GiB'],
    ],
    [
      ['--memory', 'lots'],
      ['--memory', 'For example 4GiB'],
    ],
    [
      ['--memory', '1MB'],
      ['--memory', 'needs'],
    ],
    [
      ['--seed', '-1'],
      ['--seed', 'got -1'],
    ],
    [
      ['--kind', 'both'],
      ['--kind', '.npz'],
    ],
    [['--kind', 'ntks'], ['--kind: must be one of ntk, nngp, both']],
    [['--precision', 'f16'], ['--precision: must be one of f64, f32']],
    [['--backend', 'cuda'], ['--backend: must be one of']],
    [
      ['--backend', 'webgpu'],
      ['--backend webgpu', 'f64'],
    ],
    [
      ['--backend', 'tfjs'],
      ['--backend tfjs', 'f64'],
    ],
    [['--native', '/none.so'], ['--native']],
    [['--scale', 'unit'], ['--scale: must be one of none, unit-rows']],
    [
      ['--scale', 'unit-pixels'],
      ['--scale', 'unit-pixels'],
    ],
    [['--image', '3'], ['--image: must be HxWxC']],
    [['--image', '2x2x1'], ['image 2x2x1 needs rows of 4 values, got 3']],
    [['--rows', '5'], ['--rows: must be a:b']],
    [['--rows', '3:1'], ['--rows: must hold at least one row, got 3:1']],
    [['--rows', '2:2'], ['--rows: must hold at least one row']],
    [
      ['--rows', '-1:2'],
      ['--rows: must be a:b', '-1:2'],
    ],
    [['--rows', '0:7'], ['rows must lie within the 6 rows, got 0:7']],
    [['--rows', '9:'], ['rows must lie within the 6 rows']],
    [['--rows-z', '0:1'], ['--rows-z: must come with a file Z']],
    [['--json=yes'], ['--json: takes no value, got yes']],
    [['--label-column', 'label'], ['label']],
  ])('ntk kernel x.npy --arch fc --out K.npy %j', async (args, parts) => {
    await refused(at, [...KERNEL, ...args], ...parts);
  });

  test.each<[readonly string[], readonly string[]]>([
    [['--alpha', 'x'], ['--alpha: must be a finite number, got x']],
    [['--alpha', 'NaN'], ['--alpha: must be a finite number, got NaN']],
    [
      ['--alpha', 'Infinity'],
      ['--alpha', 'got Infinity'],
    ],
    [
      ['--alpha', '1e999'],
      ['--alpha', 'got 1e999'],
    ],
    [
      ['--alpha', '-1'],
      ['--alpha', 'got -1'],
    ],
    [['--alpha', '1', '--gamma', '1'], ['--gamma: must not come together with --alpha']],
    [['--train', 'some'], ['--train']],
  ])('ntk kernel x.npy --arch resntk --out K.npy %j', async (args, parts) => {
    await refused(at, [...RESNTK, ...args], ...parts);
  });

  test.each([
    ['fcc', 'Did you mean fc?'],
    ['laplace', 'laplace:0.5'],
    ['laplace:-1', 'laplace:-1'],
    ['gamma:3,1', 'g must be'],
    ['cntk', '--image HxWxC'],
    ['none.json', 'no such file'],
  ])('--arch %s', async (arch, part) => {
    await refused(at, ['kernel', 'x.npy', '--arch', arch, '--out', 'K.npy'], part);
  });
});

describe('help and version', () => {
  test('come with exit code 0 on stdout', async () => {
    for (const flag of ['--help', '-h', 'help']) {
      expect(await at.ntk(flag)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('ntk kernel X [Z]'),
        stderr: '',
      });
    }
    expect(await at.ntk('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  test('of a command, also from help COMMAND and after wrong flags', async () => {
    const page = await at.ntk('kernel', '--help');
    expect(page).toMatchObject({ code: 0, stderr: '' });
    expect(page.stdout).toMatch(/--depth +.*\[default: 3\]/);
    expect(await at.ntk('help', 'kernel')).toEqual(page);
    expect(await at.ntk('kernel', '--nonsense', '-h')).toEqual(page);
  });

  test('no command at all is bad usage', async () => {
    expect(await at.ntk()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Commands:') });
  });
});
