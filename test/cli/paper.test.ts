import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { bench, numbers } from './ntk.js';

const at = bench();
const DIGITS = fileURLToPath(new URL('../../../data/digits/test.csv', import.meta.url));

beforeAll(() => at.write('grey.npy', npyOf([3, 2, 2, 1], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])));

describe('ntk paper', () => {
  test('without a name lists papers and claims', async () => {
    const { code, stdout } = await at.ntk('paper');
    expect(code).toBe(0);
    for (const name of ['belfer', 'geifman', 'barzilai']) expect(stdout).toContain(`${name}: `);
    expect(stdout.match(/^ +\d+ {2}\S/gm)).toHaveLength(11);
    const { stdout: json } = await at.ntk('paper', '--json');
    const papers: readonly { readonly claims: readonly { readonly id: number }[] }[] = JSON.parse(json).papers;
    expect(papers.flatMap(({ claims }) => claims.map(({ id }) => id)).toSorted((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 17, 18, 19, 20, 30, 31, 32,
    ]);
  });

  test('measures claims, and writes a record and a page', async () => {
    const { code, stdout, stderr } = await at.ntk('paper', 'belfer', '--claims', '1,3', '--out', 'belfer');
    expect([code, stderr]).toEqual([0, 'claim 1 (1 of 2) ...\nclaim 3 (2 of 2) ...\n']);
    expect(stdout).toMatch(/1 {2}holds[\s\S]*3 {2}holds[\s\S]*belfer\/index.html/);
    const record = JSON.parse(readFileSync(at.path('belfer/paper.json'), 'utf8'));
    expect(record).toMatchObject({ command: 'paper', size: 'quick', seed: 0, paper: { arxiv: '2104.03093' } });
    expect(record.claims).toMatchObject([
      { id: 1, verdict: 'holds', measured: expect.stringMatching(/rotation \S+e-1\d/) },
      { id: 3, verdict: 'holds', why: expect.stringMatching(/RKHS/) },
    ]);
    expect(readFileSync(at.path('belfer/index.html'), 'utf8')).toMatch(/<section id="claim-3">/);
    const again = await at.ntk('paper', 'belfer', '--claims', '1', '--out', 'belfer');
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/paper\.json: must not exist yet.*--force/)]);
  });

  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux('refuses before any work a folder that cannot be made', async () => {
    const { code, stdout, stderr } = await at.ntk('paper', 'geifman', '--claims', '31', '--out', '/proc/ntk');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^ntk: --out: must be a folder that can be made, got \/proc\/ntk \(ENOENT[^\n]*\n$/);
  });

  test('takes own data, with labels', async () => {
    const data = ['--data', DIGITS, '--label-column', '64', '--rows', '0:120'];
    const { code, stdout } = await at.ntk('paper', 'geifman', '--claims', '32', ...data, '--out', 'own', '--json');
    expect(code).toBe(0);
    const record = JSON.parse(stdout);
    expect(record.inputs).toMatchObject([{ path: DIGITS, shape: [120, 64] }]);
    expect(record.claims[0].range).toMatch(/84 training and 36 test rows/);
  });

  test('leaves out images that no kernel tells apart', async () => {
    const image = numbers(24);
    const images = [
      ...image,
      ...image.map((value) => 2 * value),
      ...new Array<number>(24).fill(0),
      ...numbers(48).slice(24),
    ];
    at.write('twice.npy', npyOf([4, 4, 3, 2], images));
    const args = ['barzilai', '--claims', '20', '--data', 'twice.npy', '--out', 'twice', '--json'];
    const { code, stdout } = await at.ntk('paper', ...args);
    expect(code).toBe(0);
    const { claims, warnings } = JSON.parse(stdout);
    expect(warnings).toEqual([expect.stringMatching(/^claim 20: 2 images are left out/)]);
    expect(claims[0].range).toMatch(/; 2 of 4 examples of twice\.npy/);
    expect(claims[0].measured).not.toMatch(/NaN|Infinity/);
  });

  test('says where data are of no use', async () => {
    const { code, stdout, stderr } = await at.ntk(
      'paper',
      'belfer',
      '--claims',
      '3',
      '--data',
      DIGITS,
      '--out',
      'no',
      '--json',
    );
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning: --data: not used, as no claim/)]);
    expect(JSON.parse(stdout).warnings).toContainEqual(expect.stringMatching(/^--data: not used/));
  });

  test('refuses data before it measures other claims', async () => {
    const { code, stderr } = await at.ntk('paper', 'geifman', '--data', 'x.npy', '--out', 'early');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^ntk: .*must have labels for claim 32.*--claims\.\n$/)]);
  });

  const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown paper', ['belfr', '--out', 'a'], /NAME must be one of .*, got belfr\. .*belfer/],
    ['no folder', ['belfer'], /--out: must be given, got none/],
    [
      'a claim of another paper',
      ['belfer', '--claims', '17', '--out', 'a'],
      /--claims: must be of 1, 2, 3, 4 for belfer, got 17/,
    ],
    ['no claims', ['belfer', '--claims', '', '--out', 'a'], /--claims: needs a value/],
    ['an unknown size', ['belfer', '--size', 'huge', '--out', 'a'], /--size: must be one of quick, full, got huge/],
    ['flags of data without data', ['belfer', '--image', '8x8x1', '--out', 'a'], /--image: must come with --data/],
    ['flags without a paper', ['--size', 'full'], /--size: must come with a paper/],
    ['a file for a folder', ['belfer', '--out', 'x.npy'], /--out: must be a folder, got the file x\.npy/],
    ['a folder in no folder', ['belfer', '--out', 'none/a'], /must lie in a folder that exists/],
    ['data that are not there', ['geifman', '--data', 'none.csv', '--out', 'a'], /none\.csv/],
    [
      'rows without labels',
      ['geifman', '--claims', '32', '--data', 'x.npy', '--out', 'a'],
      /must have labels for claim 32/,
    ],
    [
      'vectors for images',
      ['barzilai', '--claims', '20', '--data', 'x.npy', '--out', 'a'],
      /must be images for claim 20.*--image/,
    ],
    [
      'equal images',
      ['barzilai', '--claims', '20', '--data', 'grey.npy', '--out', 'a'],
      /must hold two images for claim 20 that differ by more than a factor, got 1\. Give other images/,
    ],
    [
      'too little memory',
      ['belfer', '--claims', '2', '--memory', '20MB', '--out', 'a'],
      /--memory: claim 2 needs about .*, got a promise of 19\.07 MiB\. Raise --memory, or leave the claim out/,
    ],
    [
      'labels of one class',
      ['geifman', '--claims', '32', '--data', DIGITS, '--label-column', '0', '--rows', '0:20', '--out', 'a'],
      /labels must be of two classes at least for claim 32, got one/,
    ],
    [
      'few rows',
      ['geifman', '--claims', '32', '--data', DIGITS, '--label-column', '64', '--rows', '0:4', '--out', 'a'],
      /must be at least 10 for claim 32, got 4\. Give more data/,
    ],
  ];
  test.each(WRONG)('refuses %s', async (_name, args, message) => {
    const { code, stdout, stderr } = await at.ntk('paper', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
