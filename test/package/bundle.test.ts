import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { installBeside, pack, plainEnvironment, ROOT, run } from './packed.js';

const ESBUILD = join(ROOT, 'node_modules/esbuild/bin/esbuild');

/**
 * Vectors and images on threads, a finite network on threads, and tensors: every file that is looked up at run time.
 */
const PROGRAM = `
import { readInput, kernelMatrix, presetArchitecture, empiricalKernel, readArchitecture } from 'ntk-engine';
async function main() {
  const x = await readInput('digits.csv', { labelColumn: 64, rows: { start: 0, end: 120 } });
  const architecture = presetArchitecture('fc', { depth: 2 });
  const options = { architecture, threads: 2, native: 'off' };
  const { ntk, run } = await kernelMatrix(x, { ...options, backend: 'host' });
  const images = { data: x.data.slice(0, 30 * 64), shape: [30, 8, 8, 1] };
  const cntk = presetArchitecture('cntk', { depth: 1 });
  const conv = await kernelMatrix(images, { ...options, architecture: cntk, backend: 'host' });
  const tensors = await kernelMatrix(x, { ...options, backend: 'tfjs', precision: 'f32' });
  const finite = await empiricalKernel(x, { ...options, width: 32, outputs: 2 });
  const numbers = [ntk, conv.ntk, tensors.ntk, finite.ntk].map(({ data }) => Number(data[1].toPrecision(12)));
  console.log(JSON.stringify([run.plan.backend, run.plan.threads, ...numbers]));
}
main().catch((error) => {
  console.log(error.name + ': ' + error.message);
  process.exitCode = 2;
});
`;

describe('a program that is bundled', () => {
  let folder = '';
  let right = '';

  const app = (name: string): string => join(folder, name);

  /** A folder with the program, its data and the installed package. */
  function makeApp(name: string, packed: ReturnType<typeof pack>, without: readonly string[] = []): void {
    mkdirSync(app(name));
    writeFileSync(join(app(name), 'package.json'), '{ "private": true }\n');
    writeFileSync(join(app(name), 'program.mjs'), PROGRAM);
    cpSync(join(ROOT, 'data/digits/test.csv'), join(app(name), 'digits.csv'));
    installBeside(packed, app(name), without);
  }

  function bundle(name: string, out: string, ...flags: readonly string[]): void {
    // A program of its own where its script of installation ran, else one for Node.
    run(ESBUILD, ['program.mjs', '--bundle', '--platform=node', `--outfile=${out}`, ...flags], app(name));
  }

  function printed(path: string, cwd: string): { readonly code: number | null; readonly text: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], {
      cwd,
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    return { code: status, text: stdout + stderr };
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ntk-bundle-'));
    const packed = pack(folder);
    makeApp('whole', packed);
    makeApp('bare', packed, ['koffi', '@koffi', '@koromix', 'webgpu']);
    right = printed('program.mjs', app('whole')).text;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('computes the same unbundled as ever', () => {
    const [backend, threads, ...numbers] = JSON.parse(right);
    expect({ backend, threads, count: numbers.length }).toEqual({ backend: 'host', threads: 2, count: 4 });
    expect(numbers.every((value: number) => value > 0)).toBe(true);
  });

  test.each([
    ['whole', 'out/esm.mjs', ['--format=esm']],
    ['whole', 'out/small.mjs', ['--format=esm', '--minify']],
    ['whole', 'out/common.cjs', ['--format=cjs', '--log-level=error']],
    ['whole', 'out/external.mjs', ['--format=esm', '--external:ntk-engine']],
    ['bare', 'out/bare.mjs', ['--format=esm']],
  ])('with esbuild computes the same: %s %s', (name, out, flags) => {
    bundle(name, out, ...flags);
    expect(printed(out, app(name))).toEqual({ code: 0, text: right });
  });

  test('that is carried away from its package names the file that is missing, and what to do', () => {
    bundle('whole', 'out/away.mjs', '--format=esm');
    const away = join(folder, 'away');
    mkdirSync(away);
    cpSync(join(app('whole'), 'out/away.mjs'), join(away, 'away.mjs'));
    cpSync(join(app('whole'), 'digits.csv'), join(away, 'digits.csv'));
    const { code, text } = printed('away.mjs', away);
    expect(code).toBe(2);
    expect(text).toMatch(
      /^BackendError: dist\/kernels\/host\/host-\w+\.wasm: must lie in the package ntk-engine, .*, got no package ntk-engine for file:.*away\.mjs\. .*--external:ntk-engine.*install ntk-engine where the bundle runs\.\n$/,
    );
  });
});
