import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { npyOf } from '../data/fixtures.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { type Ended, numbers } from './ntk.js';
import { ended, MAIN, processBench } from './process.js';

const MIB = 2 ** 20;
const at = processBench();

/** Runs `ntk` from a shell that does something before, such as setting a limit. */
async function inShell(before: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const all = { ...process.env, NODE_OPTIONS: '', NTK_DEBUG: '', ...env };
  const command = `${before}; exec "$0" "$@"`;
  return ended(spawn('bash', ['-c', command, process.execPath, MAIN, ...args], { cwd: at.path('.'), env: all }));
}

/** Where memory is limited by control groups of version 1 or 2 that this user may make; null where he may not. */
function memoryGroups(): { readonly root: string; readonly limit: string } | null {
  for (const [root, limit, probe] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max', 'cgroup.subtree_control'],
  ]) {
    try {
      accessSync(root, constants.W_OK);
      if (probe === limit || readFileSync(`${root}/${probe}`, 'utf8').includes('memory')) return { root, limit };
    } catch {
      // The next one may be there.
    }
  }
  return null;
}

const found = memoryGroups();
const whereGroups = found === null ? describe.skip : describe;

whereGroups('a process in a control group of 256 MiB with another in it', () => {
  const outer = `${found?.root}/ntk-test-${process.pid}`;

  beforeAll(() => {
    mkdirSync(outer);
    writeFileSync(`${outer}/${found?.limit}`, String(256 * MIB));
    if (found?.limit === 'memory.max') writeFileSync(`${outer}/cgroup.subtree_control`, '+memory');
    mkdirSync(`${outer}/inner`);
    at.write('rows.npy', npyOf([5000, 32], numbers(160_000)));
  });
  afterAll(() => {
    rmdirSync(`${outer}/inner`);
    rmdirSync(outer);
  });

  test.each([
    ['kernel', ['rows.npy', '--arch', 'fc', '--out', 'K.npy', '--force']],
    ['eigs', ['rows.npy', '--arch', 'fc', '-k', '3']],
  ])('%s promises less than that, and keeps it', async (command, args) => {
    const run = await inShell(`echo $$ > ${outer}/inner/cgroup.procs`, [command, ...args, '--json']);
    expect(run).toMatchObject({ code: 0 });
    const { peakMemoryBytes, plan } = JSON.parse(run.stdout);
    expect(peakMemoryBytes).toBeLessThan(0.8 * 256 * MIB);
    if (command === 'kernel') expect(plan.memoryLimit).toBe(Math.floor(0.8 * 256 * MIB));
  });

  test('what needs more is refused before it starts', async () => {
    at.write('large.npy', npyOf([6000, 16], numbers(96_000)));
    const args = ['eigs', 'large.npy', '--arch', 'fc', '--method', 'dense'];
    const { code, stderr } = await inShell(`echo $$ > ${outer}/inner/cgroup.procs`, args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/needs 1\.341 GiB, of [\d.]+ MiB left.*--memory/);
  });
});

describe('a limit of address space', () => {
  const KERNEL = ['kernel', 'x.npy', '--arch', 'fc', '--out', 'V.npy', '--force'];

  test('in which Node has no room for WebAssembly is named, with the way out', async () => {
    const { code, stderr } = await inShell(`ulimit -v ${10 * 2 ** 20}`, KERNEL);
    if (code === 0) return;
    expect(code).toBe(2);
    expect(stderr).toContain('ulimit -v is 10 GiB');
    const [option] = /NODE_OPTIONS=(\S+),/.exec(stderr)?.slice(1) ?? [];
    const mended = await inShell(`ulimit -v ${10 * 2 ** 20}`, KERNEL, { NODE_OPTIONS: option });
    expect(mended).toMatchObject({ code: 0 });
  });

  test('bounds the promise', async () => {
    const options = { NODE_OPTIONS: '--disable-wasm-trap-handler' };
    const { code, stdout } = await inShell(`ulimit -v ${10 * 2 ** 20}`, [...KERNEL, '--json'], options);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).plan.memoryLimit).toBeLessThan(8 * 2 ** 30);
  });
});

describe('a Slurm job without control groups', () => {
  test('bounds the promise and the threads', async () => {
    const env = { SLURM_JOB_ID: '1', SLURM_MEM_PER_NODE: '1000', SLURM_CPUS_ON_NODE: '1' };
    const args = ['kernel', 'x.npy', '--arch', 'fc', '--plan', '--json'];
    const { code, stdout } = await inShell(':', args, env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).plan).toMatchObject({ memoryLimit: Math.floor(0.8 * 1000 * MIB), threads: 1 });
  });
});

describe('stdout on a full device', () => {
  test.each([
    [['--help']],
    [['kernel', 'x.npy', '--arch', 'fc']],
    [['eigs', 'x.npy', '--arch', 'fc', '-k', '2', '--json']],
    [['arch', 'fc']],
  ])('is said in one line: ntk %j', async (args) => {
    const { code, stderr } = await inShell('exec > /dev/full', args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ntk: stdout: must be writable to the end, got a full disk\. .*\n$/);
  });

  test('and a full stderr changes nothing', async () => {
    const { code, stdout } = await inShell('exec 2> /dev/full', ['kernel', 'x.npy', '--arch', 'nothing']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('a limit of file sizes', () => {
  test.each([['F.npy'], ['F.npz'], ['F.csv']])('leaves nothing of %s, hidden or not', async (out) => {
    at.write('many.npy', npyOf([600, 4], numbers(2400)));
    const before = at.files();
    // In units of 1,024 bytes: the matrix has 2.7 MiB.
    const { code, stderr } = await inShell('ulimit -f 100', ['kernel', 'many.npy', '--arch', 'fc', '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${out}: must be writable to the end, got a larger file than the system allows`);
    expect(stderr).toContain('nothing was kept');
    expect(at.files()).toEqual(before);
  });
});
