import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { pack, ROOT, run } from './packed.js';

describe('the packed package', () => {
  let folder = '';
  let files: readonly string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ntk-pack-'));
    const packed = pack(folder);
    files = packed.files;
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', packed.archive], empty);
    cpSync(join(ROOT, 'data/digits/test.csv'), join(empty, 'digits.csv'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what runs, the digits of `ntk paper`, and no sources or tests', () => {
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'CITATION.cff', 'dist/src/index.js', 'dist/src/cli/main.js']),
    );
    expect(files.filter((path) => path.endsWith('.wasm')).length).toBeGreaterThan(0);
    expect(files.filter((path) => /^(src|kernels|test|data|scripts|dist\/test|dist\/scripts)\//.test(path))).toEqual([
      'data/digits/README.md',
      'data/digits/train.csv',
      'scripts/install-tensorflow',
    ]);
  });

  test('installed into an empty folder, `npx ntk kernel` writes a matrix and its record', () => {
    const cwd = join(folder, 'empty');
    const flags = [
      '--label-column',
      '64',
      '--rows',
      '0:20',
      '--scale',
      'unit-rows',
      '--arch',
      'resntk',
      '--out',
      'K.npy',
    ];
    run('npx', ['ntk', 'kernel', 'digits.csv', ...flags], cwd);
    expect(existsSync(join(cwd, 'K.npy'))).toBe(true);
    expect(readFileSync(join(cwd, 'K.npy')).length).toBeGreaterThan(20 * 20 * 8);
    expect(JSON.parse(readFileSync(join(cwd, 'K.json'), 'utf8'))).toMatchObject({
      command: 'kernel',
      precision: 'f64',
    });
  });

  test('the library loads by its name', () => {
    const code = "import('ntk-engine').then((m) => console.log(Object.keys(m).length))";
    expect(Number(run('node', ['-e', code], join(folder, 'empty')))).toBeGreaterThan(3);
  });
});
