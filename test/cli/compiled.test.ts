import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { selectBackend } from '../../src/backend/select.js';
import { describe, expect, test } from '../jest.js';
import { bench, type Ended } from './ntk.js';
import { ended, MAIN } from './process.js';

const canCompile = await selectBackend('compiled', 'f64').then(
  () => true,
  () => false,
);
const compiling = canCompile ? test : test.skip;
const [hasClang, hasGcc] = ['clang', 'gcc'].map((name) => spawnSync(name, ['--version']).status === 0);

const at = bench();

/** Keeps a process from finding koffi. */
const WITHOUT_KOFFI = `data:text/javascript,${encodeURIComponent(`
import { register } from 'node:module';
const hook = \`export async function resolve(name, context, next) {
  if (name === 'koffi') throw new Error('not here');
  return next(name, context);
}\`;
register('data:text/javascript,' + encodeURIComponent(hook));
`)}`;

/** \`ntk\` in a process whose environment has \`variables\`, with options of Node. */
function ntk(variables: NodeJS.ProcessEnv, args: readonly string[], options: readonly string[] = []): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', NTK_DEBUG: '', ...variables };
  return ended(spawn(process.execPath, [...options, MAIN, ...args], { cwd: at.path('.'), env }));
}

const KERNEL = ['kernel', 'x.npy', '--arch', 'fc', '--depth', '2', '--force'];

describe('--backend compiled', () => {
  compiling('computes, and the record names compiler and instructions', async () => {
    expect(await at.ntk(...KERNEL, '--backend', 'compiled', '--out', 'C.npy')).toMatchObject({ code: 0 });
    const { backend, plan, warnings } = JSON.parse(readFileSync(at.path('C.json'), 'utf8'));
    expect({ backend, warnings }).toEqual({ backend: 'compiled', warnings: [] });
    expect(plan.compiler).toMatch(/^\S+ \d+\.\d+.*, \S+/);
    expect(plan.compiler).toBe((await selectBackend('compiled', 'f64')).availability.version);
  });

  (hasClang && hasGcc ? test : test.skip)('gives the same bits by gcc and by clang; both must be here', async () => {
    const runs = ['gcc', 'clang'].map(async (name) => {
      const out = `by-${name}.npy`;
      const { code } = await ntk({ NTK_CC: name }, [...KERNEL, '--backend', 'compiled', '--out', out]);
      const { plan } = JSON.parse(readFileSync(at.path(`by-${name}.json`), 'utf8'));
      expect({ code, compiler: plan.compiler }).toEqual({ code: 0, compiler: expect.stringContaining(name) });
      return readFileSync(at.path(out));
    });
    const [gcc, clang] = await Promise.all(runs);
    expect(gcc.equals(clang)).toBe(true);
  });

  test.each([
    ['no compiler', { NTK_CC: '/nowhere/cc' }, [], 'NTK_CC names no program that is here, got /nowhere/cc. Name one'],
    [
      'one that fails',
      { NTK_CC: 'false' },
      [],
      'must be a C compiler that tells its version, got exit code 1. Install',
    ],
    ['no folder to write to', { NTK_CACHE: '/dev/null/x' }, [], '/dev/null/x: must be a folder for compiled code, got'],
    [
      'no koffi',
      {},
      ['--import', WITHOUT_KOFFI],
      'the package koffi, which calls compiled libraries, is not installed',
    ],
  ])('with %s leaves the work to host, with one line', async (name, variables, options, reason) => {
    const out = `${name.replaceAll(' ', '-')}.npy`;
    const { code, stderr } = await ntk(variables, [...KERNEL, '--backend', 'compiled', '--out', out], options);
    const lines = stderr.split('\n').filter((line) => line.startsWith('ntk: warning: '));
    expect({ code, lines }).toEqual({ code: 0, lines: [expect.stringContaining(reason)] });
    const { backend, warnings, plan } = JSON.parse(readFileSync(at.path(out.replace('.npy', '.json')), 'utf8'));
    expect({ backend, compiler: plan.compiler }).toEqual({ backend: 'host', compiler: null });
    expect(warnings).toEqual([expect.stringMatching(/^host computes in the place of compiled: .*[^.]\.$/)]);
    expect(lines).toEqual([`ntk: warning: ${warnings[0]}`]);
  });

  compiling('leaves to host what fails after the trial, products of what is never stored too', async () => {
    // A compiler that knows the trial alone.
    at.write(
      'late',
      `#!/bin/sh
case "$*" in *--version*) exec cc --version ;; esac
cat >"$0.c"
if grep -q ntk_trial "$0.c"; then exec cc "$@" <"$0.c"; fi
echo '<stdin>:1: error: too late' >&2
exit 1
`,
    );
    chmodSync(at.path('late'), 0o700);
    const variables = { NTK_CC: at.path('late'), NTK_CACHE: at.path('late-cache') };
    const reason = `${at.path('late')}: must compile the C of a kernel, got <stdin>:1: error: too late. Install`;
    const eigs = ['eigs', 'x.npy', '--arch', 'fc', '-k', '1', '--method', 'lanczos', '--force'];
    for (const [args, out] of [
      [KERNEL, 'late.npy'],
      [eigs, 'late.json'],
    ] as const) {
      const { code, stderr } = await ntk(variables, [...args, '--backend', 'compiled', '--out', out]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(reason) });
      const { backend, warnings } = JSON.parse(readFileSync(at.path('late.json'), 'utf8'));
      expect({ backend, warnings }).toEqual({ backend: 'host', warnings: [expect.stringContaining(reason)] });
    }
  });

  test('is no backend for finite networks', async () => {
    const { code, stderr } = await at.ntk(
      'empirical',
      'x.npy',
      '--arch',
      'fc',
      '--backend',
      'compiled',
      '--width',
      '8',
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('--backend compiled: must be host, tfjs or tensorflow for finite networks'),
    });
  });
});

describe('arch --describe --source', () => {
  test.each(['f64', 'f32'])('prints C in %s, for vectors and for images', async (precision) => {
    const type = precision === 'f64' ? 'double' : 'float';
    for (const network of [['fc'], ['cntk', '--input', '8x8x3']]) {
      const args = ['arch', ...network, '--depth', '2', '--describe', '--source', '--precision', precision];
      const { code, stdout, stderr } = await at.ntk(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`typedef ${type} T;`);
      expect(stdout).toMatch(/^\/\/ (Double|Single) precision, (not )?compiled here(:| by) /m);
      expect(stdout).toMatch(/^int64_t \w+\(uint8_t \*/m);
    }
  });

  test('is refused alone', async () => {
    for (const [flag, owner] of [
      [['--source'], '--describe'],
      [['--describe', '--precision', 'f32'], '--source'],
    ] as const) {
      const { code, stderr } = await at.ntk('arch', 'fc', ...flag);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining(`must come with ${owner}, got it alone`),
      });
    }
  });
});
