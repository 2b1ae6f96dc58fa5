import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { openNpz } from '../../src/data/npz-arrays.js';
import { DataError, InterruptedError, MemoryError } from '../../src/errors.js';
import { readArchitecture, readInput, readLabels, readModel } from '../../src/index.js';
import { openNpyPanels } from '../../src/store/npy-panels.js';
import { type Ended, numbers, refused as refusedByCommand } from '../cli/ntk.js';
import { ended, MAIN, processBench } from '../cli/process.js';
import { idxFile, npyOf, refused, zipFile } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';

const at = processBench();
const values = numbers(60);
const csv = Buffer.from(`${values.slice(0, 5).join(',')}\n${values.slice(5, 10).join(',')}\n`);
const npy = npyOf([10, 6], values);

/** Makes a named pipe; its path. */
function pipe(name: string): string {
  const path = at.path(name);
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return path;
}

/** Starts a shell in the folder. */
function shell(command: string): ChildProcess {
  return spawn('sh', ['-c', command], { cwd: at.path(''), stdio: 'ignore' });
}

describe('a named pipe', () => {
  test.each<[string, Uint8Array, string]>([
    ['a.npy', npy, ''],
    ['a.npy.gz', gzipSync(npy), ''],
    ['a.csv', csv, ''],
    ['a.csv.gz', gzipSync(csv), ''],
    ['one.npz', zipFile([{ name: 'x.npy', content: npy, deflate: true }]), ''],
    [
      'two.npz',
      zipFile([
        { name: 'x.npy', content: npy },
        { name: 'y.npy', content: npy },
      ]),
      ':y',
    ],
    [
      'a-idx2-ubyte',
      idxFile(
        8,
        [4, 3],
        Uint8Array.from({ length: 12 }, (_, k) => k),
      ),
      '',
    ],
    ['large.npy', npyOf([4000, 100], numbers(400_000)), ''],
  ])('holds what the file %s holds, its hash too', async (name, content, member) => {
    at.write(name, content);
    const path = pipe(`${name}.pipe`);
    const writer = shell(`cat '${name}' > '${name}.pipe'`);
    const [piped, stored] = [await readInput(`${path}${member}`), await readInput(`${at.path(name)}${member}`)];
    expect(piped).toEqual({ ...stored, path: `${path}${member}` });
    if (writer.exitCode === null) await once(writer, 'close');
  });

  test('holds labels', async () => {
    at.write('labels.csv', '1\n2\n1\n');
    const path = pipe('labels.pipe');
    shell('cat labels.csv > labels.pipe');
    expect([...(await readLabels(path)).data]).toEqual([1, 2, 1]);
  });

  test('may be slow, and be opened by its writer later', async () => {
    const path = pipe('slow.pipe');
    shell('sleep 0.5; (printf "1,2\\n"; sleep 6; printf "3,4\\n") > slow.pipe');
    expect([...(await readInput(path)).data]).toEqual([1, 2, 3, 4]);
  });

  test('that nobody writes to is refused after some seconds, and so is one that is closed without bytes', async () => {
    const path = pipe('idle.pipe');
    const start = performance.now();
    await refused(() => readInput(path), DataError, path, 'nobody within 5 seconds');
    expect(performance.now() - start).toBeLessThan(9000);
    shell('sleep 0.2; : > idle.pipe');
    await refused(() => readInput(path), DataError, path);
  });

  test('that never ends is refused when the memory is full', async () => {
    const path = pipe('endless.pipe');
    const writer = shell('yes 1,2,3 > endless.pipe');
    const limit = 32 * 2 ** 20;
    await refused(() => readInput(path, { memoryLimit: limit }), MemoryError, path, 'more than the limit of 32 MiB');
    writer.kill();
  });

  test('is given up at once when the reading is aborted, with a writer and without', async () => {
    for (const command of ['true', 'exec 3> quiet.pipe; printf 1 >&3; sleep 20']) {
      const path = pipe('quiet.pipe');
      const writer = shell(command);
      const controller = new AbortController();
      const reading = readInput(path, { signal: controller.signal });
      const failed = expect(reading).rejects.toBeInstanceOf(InterruptedError);
      await sleep(300);
      const start = performance.now();
      controller.abort();
      await failed;
      expect(performance.now() - start).toBeLessThan(1000);
      writer.kill();
      spawnSync('rm', [path]);
    }
  });

  test('is refused at once where a regular file must be', async () => {
    const path = pipe('none.pipe');
    const start = performance.now();
    const got = 'a special file (a pipe)';
    await refused(() => readInput(path, { regular: true }), DataError, path, 'a regular file');
    for (const read of [openNpyPanels, openNpz, readModel]) await refused(() => read(path), DataError, path);
    await refused(async () => readArchitecture(path), DataError, path, got);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test.each(['/dev/zero', '/dev/urandom', '/dev/null', '/dev/tty', '/', 'socket'])(
  '%s is no input, and is never opened',
  async (name) => {
    const path = name === 'socket' ? at.path('socket') : name;
    const server = createServer();
    if (name === 'socket') {
      server.listen(path);
      await once(server, 'listening');
    }
    await refused(() => readInput(path), DataError, path, /a special file|a directory/);
    await refused(async () => readArchitecture(path), DataError, path);
    server.close();
  },
);

/** Runs a command with bytes on its standard input. */
async function fed(input: string | Uint8Array, ...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', NTK_DEBUG: '' };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: at.path(''), env });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return ended(child);
}

describe('- is the standard input', () => {
  const FC = ['--arch', 'fc'];

  test('of every format, and of every command', async () => {
    at.write('x.csv', csv);
    at.write('K.npy', npyOf([2, 2], [2, 1, 1, 2]));
    const stored = await at.ntk('kernel', 'x.csv', ...FC);
    expect(stored.code).toBe(0);
    for (const input of [csv, gzipSync(csv)]) expect(await fed(input, 'kernel', '-', ...FC)).toEqual(stored);
    const network = (await at.ntk('arch', 'fc')).stdout;
    expect(await fed(network, 'kernel', 'x.csv', '--arch', '-')).toEqual(stored);
    expect((await fed(network, 'arch', '-')).stdout).toBe(network);
    const { code, stdout } = await fed(npyOf([2, 2], [2, 1, 1, 2]), 'eigs', '-', '-k', '2', '--json');
    expect(code).toBe(0);
    const record = JSON.parse(stdout) as { readonly values: readonly number[]; readonly inputs: readonly object[] };
    expect(record.values.map((value) => Math.round(value))).toEqual([3, 1]);
    expect(record.inputs).toMatchObject([{ path: '-', shape: [2, 2] }]);
    const profile = await at.ntk('profile', ...FC, '--json');
    expect((await fed(profile.stdout, 'plot', '-')).stdout).toMatch(/^<svg/);
    const labelled = await fed('0\n1\n', 'regress', 'x.csv', 'x.csv', '--labels', '-', '--test-labels', '-', ...FC);
    expect(labelled.stderr).toContain('-: standard input can be read once, got it for --labels and for --test-labels');
    const regress = ['regress', '--kernel', '-', '--cross', 'K.npy', '--labels', 'l.csv', '--json'];
    at.write('l.csv', '0\n1\n');
    expect(await fed(npyOf([2, 2], [2, 1, 1, 2]), ...regress)).toMatchObject({ code: 0, stderr: '' });
  });

  test.each<[string, readonly string[], string | Uint8Array, string]>([
    ['twice', ['kernel', '-', '-', ...FC], csv, 'can be read once'],
    ['under two names', ['kernel', '-', '/dev/stdin', ...FC], csv, 'can be read once'],
    ['for data and labels', ['kernel', '-', '--labels', '-', ...FC], csv, 'can be read once'],
    ['for data and architecture', ['kernel', '-', '--arch', '-'], csv, 'can be read once'],
    ['without bytes', ['kernel', '-', ...FC], '', 'a pipe without any bytes'],
    ['with other bytes', ['kernel', '-', ...FC], Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]), 'must be one of NumPy'],
    ['with more than the memory', ['kernel', '-', ...FC, '--memory', '80MiB'], Buffer.alloc(2 ** 27, '1,2\n'), '-: '],
    ['as a model', ['empirical', 'x.npy', '--model', '-'], '{}', 'must be a regular file, got the standard input'],
    ['as an architecture that is none', ['kernel', 'x.npy', '--arch', '-'], '{"format":', '-: line 1, column 11'],
  ])('%s: exit code 2', async (_name, args, input, part) => {
    const { code, stdout, stderr } = await fed(input, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(part);
  });

  test('that is a device is refused', async () => {
    await refusedByCommand(at, ['kernel', '-', ...FC], '-: must be a pipe or a file as standard input');
  });

  test('of which nothing comes is given up on SIGINT, and so is a pipe', async () => {
    const path = pipe('waiting.pipe');
    for (const input of ['-', path]) {
      const child = spawn(process.execPath, [MAIN, 'kernel', input, ...FC], { stdio: ['pipe', 'pipe', 'pipe'] });
      const end = ended(child);
      await sleep(2000);
      const start = performance.now();
      child.kill('SIGINT');
      expect((await end).code).toBe(130);
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });

  test('and pipes of the shell are inputs', async () => {
    writeFileSync(join(at.path(''), 'x.csv'), csv);
    const line =
      `"${process.execPath}" "${MAIN}" kernel <(cat x.csv) <(head -1 x.csv) --arch <("${process.execPath}" "${MAIN}" ` +
      'arch fc)';
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { status, stdout } = spawnSync('bash', ['-c', line], { cwd: at.path(''), env, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });
});
