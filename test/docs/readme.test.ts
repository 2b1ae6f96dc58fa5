import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CLI = join(ROOT, 'dist/src/cli/main.js');

/** Fenced code blocks of one language in a page. */
function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((m) => m[1] === language).map((m) => m[2]);
}

/** The `ntk` commands of a shell text, with `\` line ends joined. */
function ntkCommands(text: string): readonly string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim().replace(/^(\$ |npx )+/, ''))
    .filter((line) => line.startsWith('ntk '));
}

/** The names of the commands, from the table of `ntk --help`. */
function commandNames(help: string): readonly string[] {
  return [...new Set([...help.matchAll(/^\s+ntk ([a-z]+)\b/gm)].map((m) => m[1]))];
}

describe('examples of the documents', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ntk-readme-'));
    cpSync(join(ROOT, 'data'), join(folder, 'data'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/ntk-engine'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a line as a shell would, with `ntk` from this build. */
  const shell = (line: string) => {
    const script = `ntk() { "${process.execPath}" "${CLI}" "$@"; }\n${line}`;
    const { status, stderr, stdout } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return { status, stderr, stdout };
  };

  test('the README shows commands and a library example', () => {
    expect(blocks('README.md', 'sh').flatMap(ntkCommands).length).toBeGreaterThan(3);
    expect(blocks('README.md', 'js').length).toBeGreaterThan(0);
  });

  test.each(blocks('README.md', 'sh').flatMap(ntkCommands))('README: %s', (line) => {
    expect(shell(line)).toMatchObject({ status: 0 });
  });

  test.each(blocks('README.md', 'js').map((code, i) => [i + 1, code] as const))(
    'README: library example %d',
    (i, code) => {
      writeFileSync(join(folder, `example-${i}.mjs`), code);
      expect(shell(`"${process.execPath}" example-${i}.mjs`)).toMatchObject({ status: 0 });
    },
  );

  test('the help of each command shows an example that runs', () => {
    const names = commandNames(shell('ntk --help').stdout);
    expect(names).toEqual(expect.arrayContaining(['kernel', 'arch', 'profile', 'plot', 'backends', 'bench']));
    for (const name of names) {
      const examples = ntkCommands(shell(`ntk ${name} --help`).stdout.split(/^Examples?:/m)[1] ?? '');
      expect({ name, examples: examples.length }).not.toEqual({ name, examples: 0 });
      for (const example of examples) expect({ example, ...shell(example) }).toMatchObject({ status: 0 });
    }
  });
});
