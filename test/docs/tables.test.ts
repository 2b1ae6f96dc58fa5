import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CLI = join(ROOT, 'dist/src/cli/main.js');
const page = readFileSync(join(ROOT, 'docs/guide/tables.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'ntk-tables-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(ROOT, join(folder, 'node_modules/ntk-engine'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fenced blocks of the page in one language. */
function blocks(language: string): readonly (readonly [number, string])[] {
  const found = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((m) => m[1] === language);
  return found.map((m, i) => [i + 1, m[2]] as const);
}

function run(script: string) {
  const shell = `set -e\nntk() { "${process.execPath}" "${CLI}" "$@"; }\n${script}`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', shell], { cwd: folder, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** What a block is promised to say, beside ending well. */
const SAID: Readonly<Record<number, readonly string[]>> = {
  3: ['names of rows'],
  4: ['column 2 twice'],
};

describe('docs/guide/tables.md', () => {
  test.each(blocks('bash'))('block %d runs', (number, script) => {
    const { status, stdout, stderr } = run(script);
    expect({ number, status, stderr: status === 0 ? '' : stderr }).toEqual({ number, status: 0, stderr: '' });
    for (const part of SAID[number] ?? []) expect(stdout + stderr).toContain(part);
  });

  test('predictions are names', () => {
    const kinds = readFileSync(join(folder, 'kinds.csv'), 'utf8').trim().split('\n');
    expect(kinds).toHaveLength(2);
    for (const kind of kinds) expect(['setosa', 'versicolor', 'virginica']).toContain(kind);
  });

  test.each(blocks('javascript'))('program %d runs', (number, code) => {
    writeFileSync(join(folder, `program-${number}.mjs`), code);
    const { status, stdout } = run(`"${process.execPath}" program-${number}.mjs`);
    expect(status).toBe(0);
    expect(stdout).toContain('[ 4, 2 ]');
  });
});
