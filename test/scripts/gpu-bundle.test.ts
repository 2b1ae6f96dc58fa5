import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/sources.js';
import { describe, expect, test } from '../jest.js';

function listed(what: string): readonly string[] {
  const program = join(ROOT, 'scripts/gpu/bundle-files.mjs');
  return execFileSync(process.execPath, [program, what], { encoding: 'utf8' }).trim().split('\n');
}

describe('what scripts/gpu-bundle takes along', () => {
  test('packages with all that they depend on', () => {
    const packages = listed('packages');
    expect(packages).toContain('node_modules/webgpu');
    expect(packages).toContain('node_modules/yargs-parser');
    expect(packages.filter((path) => !existsSync(join(ROOT, path, 'package.json')))).toEqual([]);
  });

  test('every file that the check and its programs load, and nothing that needs a package', () => {
    const code = listed('code');
    for (const file of [
      'scripts/gpu-check',
      'scripts/gpu/programs/variant',
      'test/fuzz/fuzz',
      'test/kernels/precise',
    ]) {
      expect(code).toContain(`dist/${file}.js`);
    }
    expect(code.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const loaded = code.flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^(?:import|\}) .*?'([^']+)'|^import '([^']+)'/gm)].map(
        ([, from, alone]) => from ?? alone,
      ),
    );
    expect(loaded.length).toBeGreaterThan(50);
    expect(loaded.filter((name) => !name.startsWith('.') && !name.startsWith('node:'))).toEqual([]);
  });

  test('of TensorFlow the binding, without its libraries', () => {
    if (!existsSync(join(ROOT, '.tensorflow'))) {
      process.stdout.write('the binding was not listed: .tensorflow is not here\n');
      return;
    }
    const files = listed('tensorflow');
    const folder = '.tensorflow/node_modules/@tensorflow/tfjs-node';
    expect(files).toContain(`${folder}/lib/napi-v8/tfjs_binding.node`);
    expect(files).toContain(`${folder}/package.json`);
    expect(files.filter((path) => path.includes('.so'))).toEqual([]);
  });
});
