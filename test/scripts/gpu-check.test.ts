import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checked } from '../../scripts/gpu/check.js';
import { keeps, type Line, measured, undone } from '../../scripts/gpu/lines.js';
import { checkOptions } from '../../scripts/gpu/options.js';
import { tableText, verdictText } from '../../scripts/gpu/table.js';
import { ROOT } from '../house/sources.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-test-gpu-check-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `scripts/gpu-check` in the folder. */
function check(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Run> {
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', ...env } };
  return new Promise((resolve) => {
    execFile(join(ROOT, 'scripts/gpu-check'), args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

interface CheckRecord {
  readonly format: string;
  readonly seconds: number;
  readonly devices: { readonly subjects: readonly { readonly backend: string; readonly precision: string }[] };
  readonly counts: Readonly<Record<string, number>>;
  readonly parts: readonly Checked[];
}

function recordOf(file: string): CheckRecord {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

const linesOf = ({ parts }: CheckRecord, name: string): readonly Line[] =>
  parts.find((part) => part.name === name)?.lines ?? [];

const PARTS = [{ name: 'probe' }, { name: 'fuzz' }, { name: 'variants', off: true as const }];
const options = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => checkOptions(args, env, PARTS);

describe('options of scripts/gpu-check', () => {
  test('choose parts', () => {
    expect(options([])).toMatchObject({ out: 'gpu-check.json', parts: ['probe', 'fuzz'], budget: 600 });
    expect(options(['a.json', '--variants']).parts).toEqual(['probe', 'fuzz', 'variants']);
    expect(options(['--only', 'variants,fuzz']).parts).toEqual(['fuzz', 'variants']);
    expect(options(['--skip', 'fuzz']).parts).toEqual(['probe']);
    const env = { NTK_GPU_CHECK_FAIL: 'probe,fuzz:hang', NTK_GPU_CHECK_SECONDS: '20' };
    expect(options([], env)).toMatchObject({
      budget: 20,
      faults: new Map(Object.entries({ probe: 'error', fuzz: 'hang' })),
    });
  });

  test.each([
    [['--only', 'fuz'], {}, '--only: must name parts (probe, fuzz, variants), got fuz. Did you mean fuzz?'],
    [['--skip', 'probe,fuzz'], {}, '--skip: must leave a part to run, got all of them. Name fewer.'],
    [['a.json', 'b.json'], {}, 'scripts/gpu-check: must be given one file, got a.json b.json. Leave out the rest.'],
    [['--fast'], {}, "scripts/gpu-check: Unknown option '--fast'"],
    [[], { NTK_GPU_CHECK_SECONDS: '0' }, 'NTK_GPU_CHECK_SECONDS: must be a positive number of seconds, got 0.'],
    [[], { NTK_GPU_CHECK_FAIL: 'probe:loud' }, 'NTK_GPU_CHECK_FAIL: must be PART or PART:error, PART:crash, PART:hang'],
  ] as const)('%j %j are refused', (args, env, message) => {
    expect(() => options(args, env)).toThrow(message);
  });
});

describe('the summary', () => {
  test('holds numbers to their limits', () => {
    expect(measured({ what: 'a' }, 1e-7, { limit: '<= 2e-6' }).verdict).toBe('ok');
    expect(measured({ what: 'a' }, 3e-6, { limit: '<= 2e-6' }).verdict).toBe('MISSED');
    expect(measured({ what: 'a' }, null, { limit: '<= 2e-6' }).verdict).toBe('MISSED');
    expect(measured({ what: 'a' }, 1).verdict).toBe('shown');
    expect(keeps(Number.NaN, '<= 1')).toBe(false);
    expect(keeps(0.9, '>= 0.9')).toBe(true);
  });

  test('names what was missed, failed and skipped', () => {
    const lines = [
      measured({ what: 'error', on: 'webgpu', precision: 'f32' }, 3e-6, { limit: '<= 2e-6' }),
      undone({ what: 'fuzz', on: 'tensorflow', precision: 'f64' }, 'failed', 'not done after its 10 s'),
      undone({ what: 'JAX' }, 'skipped', 'python3 does not have it'),
    ];
    const text = tableText([{ name: 'part', describe: 'says what', seconds: 1, limitSeconds: 2, lines }]);
    expect(text).toMatch(/^ {2}MISSED {3}error +webgpu f32 +3e-6 +<= 2e-6$/m);
    expect(text).toMatch(/^ {2}failed {3}fuzz +tensorflow f64\n +not done after its 10 s$/m);
    expect(verdictText(lines)).toContain('Not everything passed: 0 ok, 1 missed, 1 failed, 1 skipped, 0 only shown.');
    expect(verdictText(lines)).toContain('failed: fuzz tensorflow f64');
  });
});

describe('scripts/gpu-check', () => {
  test('where there is nothing to check says so, and is exit code 1', async () => {
    const env = { VK_ICD_FILENAMES: join(folder, 'none.json'), VK_DRIVER_FILES: '', NTK_TENSORFLOW_DIR: folder };
    const { code, stdout } = await check(env, 'nothing.json', '--quick');
    expect(code).toBe(1);
    expect(stdout).toContain('neither webgpu nor tensorflow is here: nothing can be checked');
    expect(recordOf('nothing.json').counts).toMatchObject({ ok: 0, MISSED: 0, failed: 1 });
  });

  test('refuses what cannot be meant with exit code 2', async () => {
    const wrong = await check({}, '--only', 'nonsense');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^--only: must name parts \(probe, .*variants\), got nonsense\./);
    expect(await check({}, join(folder, 'no', 'such.json'))).toMatchObject({ code: 2 });
    const libraries = await check({ NTK_TENSORFLOW_LIBRARIES: folder });
    expect(libraries).toMatchObject({ code: 2 });
    expect(libraries.stderr).toContain('NTK_TENSORFLOW_LIBRARIES: must be a folder with libtensorflow_cc.so.2');
  });

  test('ends what hangs, and keeps to its time', async () => {
    const env = { NTK_GPU_CHECK_SECONDS: '12', NTK_GPU_CHECK_FAIL: 'probe,near:hang' };
    const { code, stdout } = await check(env, 'hang.json', '--quick', '--only', 'near,jax');
    expect(code).toBe(1);
    const record = recordOf('hang.json');
    expect(record.seconds).toBeLessThan(12);
    // Where nothing is known of devices all of them are tried.
    const near = linesOf(record, 'near');
    expect(near.map(({ on, verdict }) => `${on} ${verdict}`)).toEqual(['tensorflow failed', 'webgpu failed']);
    expect(near[0].why).toMatch(/^not done after its \d+ s: made to fail on purpose/);
    expect(stdout).toMatch(/^ {2}failed {3}near +webgpu f32$/m);
    expect(linesOf(record, 'jax').length).toBeGreaterThan(0);
  });

  test('checks what is here, and a part that fails does not stop the others', async () => {
    const has = existsSync(join(ROOT, '.tensorflow')) || existsSync(join(ROOT, '.swiftshader'));
    if (!has) {
      process.stdout.write('gpu-check was not run whole: neither .swiftshader nor .tensorflow is here\n');
      return;
    }
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('ntk-gpu-check-'));
    const { code, stdout } = await check({ NTK_GPU_CHECK_FAIL: 'bench:crash' }, 'all.json', '--quick');
    const record = recordOf('all.json');
    expect(record.format).toBe('ntk-gpu-check/1');
    const wrong = record.parts.flatMap(({ lines }) => lines.filter(({ verdict }) => /MISSED|failed/.test(verdict)));
    const { subjects } = record.devices;
    // The part that was made to fail did, on every device, and nothing else.
    const because = 'ended by SIGSEGV: made to fail on purpose by NTK_GPU_CHECK_FAIL';
    const backends = [...new Set(subjects.map(({ backend }) => backend))];
    expect(wrong.map(({ what, why }) => `${what}: ${why}`).toSorted()).toEqual(
      backends.map((backend) => `ntk bench ${backend === 'webgpu' ? 'gpu' : backend}: ${because}`).toSorted(),
    );
    expect(code).toBe(1);
    for (const part of ['vectors', 'near', 'fuzz']) {
      for (const { backend, precision } of subjects) {
        const ok = linesOf(record, part).filter(({ on, precision: p }) => on === backend && p === precision);
        expect(ok.map(({ verdict }) => verdict)).toContain('ok');
      }
    }
    expect(record.parts.map(({ name }) => name)).toEqual([
      ...['probe', 'vectors', 'near', 'fuzz', 'bench', 'factor', 'regress', 'jax'],
    ]);
    for (const { name } of record.parts) expect(stdout).toMatch(new RegExp(`^${name}: .* s\\)$`, 'm'));
    expect(stdout).toMatch(/^ {2}failed {3}ntk bench \w+ +\w+( f32)?\n +ended by SIGSEGV: made to fail on purpose/m);
    expect(stdout).toMatch(/^ {2}ok {7}kernels above their limit +\w+ f(32|64) +0 in \d+ networks +<= 0$/m);
    expect(stdout).toContain('written: all.json');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('ntk-gpu-check-'))).toEqual(before);
  });
});
