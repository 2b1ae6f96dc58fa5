import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npyOf } from '../data/fixtures.js';
import { ROOT } from '../house/sources.js';
import { describe, expect, test } from '../jest.js';
import { numbers } from './ntk.js';
import { ended, processBench } from './process.js';

const at = processBench();
/** Long enough to be interrupted: no shortcut applies to a network with biases on raw rows. */
const LONG = ['kernel', 'long.npy', '--arch', 'fc', '--depth', '100', '--bias', '1', '--threads', '1'];

describe('an interrupted command', () => {
  test.each<[NodeJS.Signals, string]>([
    ['SIGINT', 'K.npy'],
    ['SIGTERM', 'K.npz'],
    ['SIGHUP', 'K.npy'],
    ['SIGINT', 'K.csv'],
  ])('on %s leaves no file of %s and exits with 130', async (signal, out) => {
    at.write('long.npy', npyOf([3000, 8], numbers(24000)));
    const before = at.files();
    const child = at.start(...LONG, '--out', out);
    const end = ended(child);
    while (at.files().length === before.length) await sleep(20);
    await sleep(100);
    child.kill(signal);
    const { code, stdout, stderr } = await end;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('interrupted');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(at.files()).toEqual(before);
  });

  test('whose reader goes away ends quietly', async () => {
    at.write('wide.npy', npyOf([600, 2], numbers(1200)));
    const child = at.start('kernel', 'wide.npy', '--arch', 'fc', '--normalized');
    let stderr = '';
    child.stderr?.on('data', (part) => {
      stderr += String(part);
    });
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('on a saved model leaves nothing behind', async () => {
    const digits = join(ROOT, 'data/digits');
    for (const name of ['model.json', 'model.weights.bin']) copyFileSync(join(digits, name), at.path(name));
    const before = at.files();
    const run = ['empirical', join(digits, 'test.csv'), '--label-column', '64', '--model', 'model.json'];
    const child = at.start(...run, '--contract', 'full', '--out', 'S.npy');
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await ended(child);
    expect(code).toBe(130);
    expect(stderr).toContain('ntk: interrupted; nothing was written');
    expect(at.files()).toEqual(before);
  });
});
