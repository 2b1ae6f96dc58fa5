import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { npyOf } from '../data/fixtures.js';
import { afterEach, beforeAll, describe, expect, test } from '../jest.js';
import { type Ended, numbers } from './ntk.js';
import { ended, MAIN, processBench } from './process.js';

const FAULTS = new URL('./faults.js', import.meta.url).href;
const at = processBench();

/** Starts `ntk` on a system that fails as `fault` says. */
function startFailing(fault: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', NTK_DEBUG: '', NTK_TEST_FAULT: fault };
  return spawn(process.execPath, ['--import', FAULTS, MAIN, ...args], { cwd: at.path('.'), env });
}

const failing = async (fault: string, args: readonly string[]): Promise<Ended> => ended(startFailing(fault, args));

const FC = ['--arch', 'fc', '--depth', '2'];
const SMALL = ['--width', '16'];

/** Every way out, by what it writes. */
const SINKS: Readonly<Record<string, readonly string[]>> = {
  'kernel npy': ['kernel', 'x.npy', ...FC, '--out', 'F.npy'],
  'kernel npz': ['kernel', 'x.npy', ...FC, '--kind', 'both', '--out', 'F.npz'],
  'kernel csv': ['kernel', 'x.npy', ...FC, '--out', 'F.csv'],
  'empirical npy': ['empirical', 'x.npy', ...FC, ...SMALL, '--out', 'F.npy'],
  'empirical full': ['empirical', 'x.npy', ...FC, ...SMALL, '--outputs', '2', '--contract', 'full', '--out', 'F.npy'],
  'empirical npz': ['empirical', 'x.npy', ...FC, ...SMALL, '--out', 'F.npz'],
  'empirical csv': ['empirical', 'x.npy', ...FC, ...SMALL, '--out', 'F.csv'],
  'eigenvectors npy': ['eigs', 'x.npy', ...FC, '-k', '2', '--vectors', 'F.npy'],
  'eigs record': ['eigs', 'x.npy', ...FC, '-k', '2', '--out', 'F.json'],
  'predictions npy': ['regress', 'x.npy', 'z.csv', ...FC, '--labels', 'y.npy', '--out', 'F.npy'],
  'predictions csv': ['regress', 'x.npy', 'z.csv', ...FC, '--labels', 'y.npy', '--out', 'F.csv'],
  'figure svg': ['plot', 'P.json', '--out', 'F.svg'],
  'figure pdf': ['plot', 'P.json', '--out', 'F.pdf'],
  'figure html': ['plot', 'P.json', '--out', 'F.html'],
  architecture: ['arch', 'fc', '--out', 'F.json'],
  profile: ['profile', ...FC, '--out', 'F.json'],
  'receptive field': ['receptive-field', '--arch', 'cntk', '--head', 'eq', '--input', '8x8x3', '--out', 'F.json'],
  fit: ['fit', ...FC, '--angles', '9', '--out', 'F.csv'],
  sphere: ['sphere', ...FC, '--dim', '5', '--max-degree', '6', '--out', 'F.csv'],
};

/** What may happen to each: the kind of fault, and what it is called. */
const FAULT_CASES = [
  ['open:EACCES:1', 'got a folder without permission to write'],
  ['write:ENOSPC:1', 'got a full disk'],
  ['write:EIO:2', 'got a fault of the disk (EIO)'],
  ['close:EDQUOT:1', 'got a full disk: the quota is used up'],
  ['name:EIO:1', 'got a fault of the disk (EIO)'],
] as const;

/** Sinks that write once have no second write to fail. */
const isOneWrite = (name: string): boolean => !/npy|npz|csv/.test(name) || /predictions csv|empirical csv/.test(name);

beforeAll(async () => {
  at.write('y.npy', npyOf([6], numbers(6)));
  at.write('long.npy', npyOf([2000, 8], numbers(16_000)));
  expect((await at.ntk('eigs', 'x.npy', ...FC, '-k', '3', '--out', 'P.json')).code).toBe(0);
});

afterEach(() => {
  for (const ending of ['npy', 'npz', 'csv', 'json', 'svg', 'pdf', 'html']) {
    for (const name of ['F', 'T']) rmSync(at.path(`${name}.${ending}`), { force: true });
  }
});

describe.each(Object.entries(SINKS))('%s', (name, args) => {
  test.each(FAULT_CASES)('on %s is refused in one line and leaves nothing', async (fault, got) => {
    if (fault.endsWith(':2') && isOneWrite(name)) return;
    const before = at.files();
    const { code, stdout, stderr } = await failing(fault, args);
    expect({ code, stdout }).toMatchObject({ code: 2 });
    expect(stderr).toContain(got);
    expect(stderr).toMatch(/^ntk: \S+: must be writable to the end, got [^\n]+; nothing was kept\.$/m);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(at.files()).toEqual(before);
  });

  test('is whole where the system takes half of every write', async () => {
    const { code } = await at.ntk(...args);
    expect(code).toBe(0);
    const file = args[args.length - 1];
    const whole = readFileSync(at.path(file));
    expect((await failing('short::1', [...args, '--force'])).code).toBe(0);
    const again = readFileSync(at.path(file));
    // Records hold times.
    if (/npy|csv|npz|svg/.test(file)) expect(again.equals(whole)).toBe(true);
    else expect(again.length).toBeGreaterThan(0.9 * whole.length);
  });
});

describe('a record that the disk does not take', () => {
  test.each([
    ['kernel', 'kernel npy', 'write:ENOSPC:3'],
    ['empirical', 'empirical npz', 'name:ENOSPC:2'],
  ])('leaves the result of ntk %s, and says so', async (_, sink, fault) => {
    const { code, stderr } = await failing(fault, SINKS[sink]);
    const out = SINKS[sink].at(-1) ?? '';
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`F\\.json: must be writable .*; ${out} is there without it\\.`));
    expect(at.files().filter((file) => file.startsWith('F') || file.includes('partial'))).toEqual([out]);
  });
});

describe('a disk without a second name of a file', () => {
  test('takes results all the same', async () => {
    const { code } = await failing('links:EPERM:1', [...SINKS.architecture]);
    expect(code).toBe(0);
  });
});

describe('a comparison on a disk that becomes full', () => {
  test('keeps what is finished and goes on with it', async () => {
    const args = ['compare', 'x.npy', ...FC, '--widths', '8,16', '--seeds', '2', '--out', 'C'];
    const { code, stderr } = await failing('name:ENOSPC:4', args);
    expect(code).toBe(2);
    expect(stderr).toContain('got a full disk');
    expect((await at.ntk(...args, '--no-progress')).code).toBe(0);
  });
});

describe('a thread that dies in the middle', () => {
  const DEEP = ['--arch', 'fc', '--depth', '40', '--bias', '1', '--threads', '2'];
  const long = (out: string) => ['kernel', 'many.npy', ...DEEP, '--out', out];

  beforeAll(() => at.write('many.npy', npyOf([2500, 8], numbers(20_000))));

  test.each([
    ['kernel', long('T.npy'), 'exit:1'],
    ['kernel', long('T.csv'), 'throw:1'],
    ['eigs', ['eigs', 'many.npy', ...DEEP, '-k', '2'], 'exit:1'],
  ])('ends ntk %s, and leaves nothing', async (_, args, what) => {
    const before = at.files();
    const { code, stdout, stderr } = await failing(`thread:${what}`, args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /ntk: unexpected failure: internal: a host thread (ended with code 7|failed: made by a test)/,
    );
    expect(at.files()).toEqual(before);
  });
});

describe('a process that is stopped and goes on', () => {
  test('gives the same', async () => {
    const args = ['kernel', 'long.npy', '--arch', 'fc', '--depth', '40', '--bias', '1'];
    expect((await at.ntk(...args, '--out', 'S.npy')).code).toBe(0);
    const before = at.files();
    const child = at.start(...args, '--out', 'S2.npy');
    const end = ended(child);
    while (at.files().length === before.length) await sleep(10);
    for (let times = 0; times < 3; times++) {
      child.kill('SIGSTOP');
      await sleep(150);
      child.kill('SIGCONT');
      await sleep(50);
    }
    expect((await end).code).toBe(0);
    expect(readFileSync(at.path('S2.npy')).equals(readFileSync(at.path('S.npy')))).toBe(true);
  });
});

describe('a clock that is set back', () => {
  test('is not what times are taken from', async () => {
    const args = ['kernel', 'long.npy', '--arch', 'fc', '--depth', '40', '--bias', '1', '--progress', '--json'];
    const { code, stdout, stderr } = await failing('clock::', [...args, '--out', 'T.npy']);
    expect(code).toBe(0);
    const { seconds, stages } = JSON.parse(stdout);
    const sum = Object.values(stages as Record<string, number>).reduce((a, b) => a + b, 0);
    expect(seconds).toBeLessThan(120);
    expect(sum).toBeGreaterThan(0.95 * seconds);
    expect(sum).toBeLessThan(1.05 * seconds);
    expect(stderr).not.toMatch(/-\d+(\.\d+)? ?(s|min|h|entries)/);
  });
});

describe('two processes with one --out', () => {
  const two = async (...more: readonly string[]): Promise<readonly Ended[]> => {
    const args = ['kernel', 'long.npy', '--arch', 'fc', '--bias', '1', '--out', 'D.npy', ...more];
    return Promise.all([at.ntk(...args, '--depth', '20'), at.ntk(...args, '--depth', '21')]);
  };

  test('one writes, the other is told, and the record belongs to the file', async () => {
    const all = await two();
    expect(all.map(({ code }) => code).toSorted()).toEqual([0, 2]);
    const loser = all.find(({ code }) => code === 2);
    expect(loser?.stderr).toMatch(/D\.(npy|json): must not exist yet, got (an existing file|a file)/);
    const { architecture } = JSON.parse(readFileSync(at.path('D.json'), 'utf8'));
    expect(architecture.name).toContain(all[0].code === 0 ? 'L=20' : 'L=21');
    expect(at.files().filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('with --force the last one wins as a whole, or one is told', async () => {
    const all = await two('--force');
    expect(all.map(({ code }) => code)).toContain(0);
    for (const { code, stderr } of all) {
      if (code !== 0) expect(stderr).toContain('D.npy: must stay until its record is written');
    }
    expect(at.files().filter((name) => name.includes('partial'))).toEqual([]);
  });
});
