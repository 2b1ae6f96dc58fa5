import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

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

/** What the examples of the help call `digits.csv`: columns with names, the last one `label`. */
function digitsWithHeader(): string {
  const rows = readFileSync(join(ROOT, 'data/digits/test.csv'), 'utf8');
  const names = Array.from({ length: 64 }, (_, i) => `p${i}`);
  return `${[...names, 'label'].join(',')}\n${rows}`;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder as the examples expect it: the data of the repository, `digits.csv`, and the package by its name. */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-docs-'));
  folders.push(folder);
  cpSync(join(ROOT, 'data'), join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'digits.csv'), digitsWithHeader());
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/ntk-engine'));
  return folder;
}

/** Runs a line as a shell would, with `ntk` from this build; a line that fails shows what it said. */
function shell(cwd: string, line: string) {
  const script = `ntk() { "${process.execPath}" "${CLI}" "$@"; }\n${line}`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stderr, stdout } = spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8', env });
  const failure = status === 0 ? null : `${line}: exit ${status}: ${stderr}`;
  return { failure, stderr, stdout };
}

const GUIDES = readdirSync(join(ROOT, 'docs/guide'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/guide/${name}`);

test('README shows commands and a library example, and links to every guide', () => {
  expect(blocks('README.md', 'sh').flatMap(ntkCommands).length).toBeGreaterThan(3);
  expect(blocks('README.md', 'js').length).toBeGreaterThan(0);
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(GUIDES.filter((page) => !text.includes(`](${page})`))).toEqual([]);
});

const PAGES = ['README.md', ...GUIDES].filter((page) => blocks(page, 'sh').length + blocks(page, 'js').length > 0);

describe.each(PAGES)('%s', (page) => {
  const commands = blocks(page, 'sh').flatMap(ntkCommands);
  const programs = blocks(page, 'js').map((code, i) => [i + 1, code] as const);
  let folder = '';
  beforeAll(() => {
    folder = workspace();
  });

  if (commands.length > 0) {
    test.each(commands)('%s', (line) => {
      expect(shell(folder, line)).toMatchObject({ failure: null });
    });
  }

  if (programs.length > 0) {
    test.each(programs)('library example %d', (i, code) => {
      writeFileSync(join(folder, `example-${i}.mjs`), code);
      expect(shell(folder, `"${process.execPath}" example-${i}.mjs`)).toMatchObject({ failure: null });
    });
  }
});

describe('--help', () => {
  const commands = Object.entries(COMMANDS).filter(([, { load }]) => load !== undefined);

  test.each(commands)('of %s shows examples that run', async (name, { load }) => {
    const folder = workspace();
    const examples = ((await load?.())?.examples ?? []).map(([line]) => line);
    expect(examples.length).toBeGreaterThan(0);
    const help = shell(folder, `ntk ${name} --help`);
    expect(help).toMatchObject({ failure: null, stderr: '' });
    const text = help.stdout.replaceAll(/\s+/g, ' ');
    for (const example of examples) {
      expect(text).toContain(example);
      expect(shell(folder, example)).toMatchObject({ failure: null });
    }
  });

  test('without a command shows an example that runs', () => {
    const folder = workspace();
    const examples = ntkCommands(shell(folder, 'ntk --help').stdout.split(/^Example:/m)[1] ?? '');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(shell(folder, example)).toMatchObject({ failure: null });
  });
});
