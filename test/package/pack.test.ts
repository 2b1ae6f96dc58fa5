import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The environment of a user's shell: nothing of jest's or of the `npm test` that started it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !/^npm_(package|lifecycle|command)/.test(name),
  );
  return Object.fromEntries(kept.filter(([name]) => name !== 'npm_config_local_prefix' && name !== 'INIT_CWD'));
}

describe('the packed package', () => {
  let folder = '';
  let files: readonly string[] = [];
  const run = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, { cwd, env: plainEnvironment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ntk-pack-'));
    // Without scripts: `prepack` would rebuild dist/, from which the other tests are running.
    const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
    const [{ filename, files: entries }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    files = entries.map(({ path }) => path);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename)], empty);
    cpSync(join(ROOT, 'data/digits/test.csv'), join(empty, 'digits.csv'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what runs and no sources, tests or data', () => {
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'CITATION.cff', 'dist/src/index.js', 'dist/src/cli/main.js']),
    );
    expect(files.filter((path) => path.endsWith('.wasm')).length).toBeGreaterThan(0);
    expect(files.filter((path) => /^(src|kernels|test|data|scripts|dist\/test|dist\/scripts)\//.test(path))).toEqual([
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
