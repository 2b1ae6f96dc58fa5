import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npyOf } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { bench, numbers, refused } from './ntk.js';

const at = bench();

/** Mounts a disk of 256 KiB at a folder; false where that is not allowed. */
function mount(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status === 0;
}

const MAY_MOUNT = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-mount-'));
  const mounted = mount(folder);
  if (mounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return mounted;
})();

describe('an output that cannot be written is exit code 2', () => {
  (MAY_MOUNT ? test : test.skip)('a full disk (skipped where mounting a small one is not allowed)', async () => {
    const disk = at.path('disk');
    mkdirSync(disk);
    at.write('many.npy', npyOf([300, 2], numbers(600)));
    expect(mount(disk)).toBe(true);
    try {
      const outs = ['K.npy', 'K.npz', 'K.csv'].map((name) => ['0:300', `disk/${name}`]);
      // 120 rows fit as npy; as csv they need more than is left.
      for (const [rows, out] of [...outs, ['0:120', 'disk/K.csv']]) {
        await refused(at, ['kernel', 'many.npy', '--rows', rows, '--arch', 'fc', '--out', out], out, 'Free ');
        expect(readdirSync(disk)).toEqual([]);
      }
      writeFileSync(join(disk, 'filler'), Buffer.alloc(256 * 1024 - 4096));
      await refused(at, ['profile', '--arch', 'fc', '--out', 'disk/p.json'], 'disk/p.json', 'Free ');
      expect(readdirSync(disk)).toEqual(['filler']);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
