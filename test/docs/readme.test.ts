import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { inProcess } from '../cli/ntk.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CLI = join(ROOT, 'dist/src/cli/main.js');

/** Fenced code blocks of one language in a page. */
function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((m) => m[1] === language).map((m) => m[2]);
}

/** The lines of a shell text, with `\` line ends joined. */
function linesOf(text: string): readonly string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Its `ntk` commands. */
const ntkCommands = (text: string): readonly string[] => linesOf(text).filter((line) => line.startsWith('ntk '));

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

/**
 * A folder as the examples expect it: the data of the repository, `digits.csv`, the package by its name, and
 * TensorFlow.js.
 */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-docs-'));
  folders.push(folder);
  cpSync(join(ROOT, 'data'), join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'digits.csv'), digitsWithHeader());
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/ntk-engine'));
  symlinkSync(join(ROOT, 'node_modules/@tensorflow'), join(folder, 'node_modules/@tensorflow'));
  return folder;
}

/** The words of a command that needs no shell and no memory budget of its own; null of any other line. */
function plainWords(line: string): readonly string[] | null {
  if (!line.startsWith('ntk ') || /[|<>&;$`\\(){}*?~\n]/.test(line) || line.includes('--memory')) return null;
  return [...line.slice(4).matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)].map(([, a, b, c]) => a ?? b ?? c);
}

/** Runs a line as a shell would, with `ntk` from this build; a line that fails shows what it said. A plain command needs no process. */
async function shell(cwd: string, line: string) {
  const words = plainWords(line);
  if (words !== null) {
    const { code, stderr, stdout } = await inProcess(cwd, words);
    return { failure: code === 0 ? null : `${line}: exit ${code}: ${stderr}`, stderr, stdout };
  }
  const script = `set -e\nntk() { "${process.execPath}" "${CLI}" "$@"; }\n${line}`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  // What hangs is a failure of its own, not one of the whole run.
  const options = { cwd, encoding: 'utf8', env, timeout: 240_000, killSignal: 'SIGKILL' } as const;
  const { status, stderr, stdout } = spawnSync('bash', ['-c', script], options);
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

/** tables.md has a test of its own, tables.test.ts. */
const PAGES = ['README.md', ...GUIDES.filter((page) => page !== 'docs/guide/tables.md')];

/**
 * What stands in pages is run in one folder, and what stands in several of them once: a file is written by one command.
 */
const done = new Set<string>();
const once = (line: string): boolean => !done.has(line) && done.add(line).has(line);
const RUNS = PAGES.map((page) => ({
  page,
  commands: [...blocks(page, 'sh').flatMap(linesOf), ...blocks(page, 'bash')].filter(once),
  programs: blocks(page, 'js').filter(once),
})).filter(({ commands, programs }) => commands.length + programs.length > 0);

describe('pages', () => {
  let folder = '';
  beforeAll(() => {
    folder = workspace();
  });

  test('lines of their `sh` blocks are commands', () => {
    const lines = PAGES.flatMap((page) => blocks(page, 'sh').flatMap(linesOf));
    expect(lines.filter((line) => !line.startsWith('ntk '))).toEqual([]);
  });

  describe.each(RUNS)('$page', ({ page, commands, programs }) => {
    for (const line of commands) {
      test(line, async () => {
        expect(await shell(folder, line)).toMatchObject({ failure: null });
      });
    }

    programs.forEach((code, i) => {
      test(`library example ${i + 1}`, async () => {
        const file = `${page.replaceAll(/\W+/g, '-')}-${i + 1}.mjs`;
        writeFileSync(join(folder, file), code);
        expect(await shell(folder, `"${process.execPath}" ${file}`)).toMatchObject({ failure: null });
      });
    });
  });
});

describe('--help', () => {
  const commands = Object.entries(COMMANDS).filter(([, { load }]) => load !== undefined);

  test.each(commands)('of %s shows examples that run', async (name, { load }) => {
    const folder = workspace();
    const examples = ((await load?.())?.examples ?? []).map(([line]) => line);
    expect(examples.length).toBeGreaterThan(0);
    const help = await shell(folder, `ntk ${name} --help`);
    expect(help).toMatchObject({ failure: null, stderr: '' });
    const text = help.stdout.replaceAll(/\s+/g, ' ');
    for (const example of examples) expect(text).toContain(example);
    for (const example of examples) expect(await shell(folder, example)).toMatchObject({ failure: null });
  });

  test('without a command shows an example that runs', async () => {
    const folder = workspace();
    const examples = ntkCommands((await shell(folder, 'ntk --help')).stdout.split(/^Example:/m)[1] ?? '');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(await shell(folder, example)).toMatchObject({ failure: null });
  });
});
