import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CacheFolder } from '../../src/platform/compiler/folder.js';
import { makeFolders } from '../../src/platform/folders.js';
import { afterAll, expect, test } from '../jest.js';

const folder = mkdtempSync(join(tmpdir(), 'ntk-folders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder is made with those above it, and may be there', () => {
  const path = join(folder, 'a/b/c');
  makeFolders(path, 0o700);
  makeFolders(path);
  expect(statSync(path).isDirectory()).toBe(true);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

test('a file is none, and has none below', () => {
  expect(() => makeFolders(process.execPath)).toThrow('EEXIST');
  expect(() => makeFolders(join(process.execPath, 'x'))).toThrow('ENOTDIR');
});

// Node's recursive mkdir does not come back from this.
(process.platform === 'linux' ? test : test.skip)(
  'where the system finds no folder in one that is there, it says so',
  () => {
    expect(() => makeFolders('/proc/ntk/x')).toThrow('ENOENT');
    expect(() => new CacheFolder('/proc/ntk/x')).toThrow('/proc/ntk/x: must be a folder for compiled code, got');
  },
);
