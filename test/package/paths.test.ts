import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { empiricalCommand } from '../../src/cli/commands/empirical.js';
import { lineOf, sources, walk } from '../house/sources.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { installBeside, pack, plainEnvironment, run } from './packed.js';

/** A path of the project in a text for people. */
const PATH = /(?:^|[\s('"`/])((?:\.ci|data|dist|docs|kernels|scripts|src|test)\/[\w./-]*\w)/g;

/** Scripts of a clone: an installed package has none. */
const CLONE_ONLY = /\bnpm (?:run|test|ci|start)\b|\bnpm install(?! [@\w])/;

/** What says itself that it is not in every installation. */
const SAID: readonly RegExp[] = [
  /is not in this installation/,
  /^\.\.\/\.\.\/\.\.\/scripts\/bench\//,
  /^ntk empirical .* --model data\/digits\/model\.json/,
];

interface Text {
  readonly place: string;
  readonly text: string;
}

function isSpecifier({ parent }: ts.Node): boolean {
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}

/** Every text of the sources that may be printed; the parts of a template one by one. */
function texts(): readonly Text[] {
  const found: Text[] = [];
  for (const source of sources('src', 'kernels')) {
    walk(source.tree, (node) => {
      const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
      if (!isText || isSpecifier(node) || SAID.some((pattern) => pattern.test(node.text))) return;
      found.push({ place: `${source.path}:${lineOf(source.tree, node)}`, text: node.text });
    });
  }
  return found;
}

describe('what messages name', () => {
  let folder = '';
  let files: readonly string[] = [];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ntk-paths-')));
    const packed = pack(folder);
    files = packed.files;
    installBeside(packed, folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is a file or folder of the packed package', () => {
    const all = texts();
    const named = all.flatMap(({ place, text }) => [...text.matchAll(PATH)].map(([, path]) => ({ place, path })));
    expect(all.length).toBeGreaterThan(1000);
    expect(named.map(({ path }) => path)).toContain('scripts/install-tensorflow');
    const isPacked = (path: string): boolean => files.some((file) => file === path || file.startsWith(`${path}/`));
    expect(named.filter(({ path }) => !isPacked(path))).toEqual([]);
  });

  test('or is said to lie in a clone alone', () => {
    const { examples } = empiricalCommand;
    const ofClones = examples.filter(([line]) => line.includes('data/'));
    expect(ofClones.map(([, what]) => what)).toEqual([expect.stringContaining('lies in a clone')]);
  });

  test('is no script that only a clone has', () => {
    expect(texts().filter(({ text }) => CLONE_ONLY.test(text))).toEqual([]);
  });

  test('is printed as it lies where the package is installed: ntk backends names a script that is there', () => {
    const main = join(folder, 'node_modules/ntk-engine/dist/src/cli/main.js');
    const { backends } = JSON.parse(run(process.execPath, [main, 'backends', '--json'], folder)) as {
      readonly backends: readonly { readonly name: string; readonly available: boolean; readonly remedy?: string }[];
    };
    const { available, remedy = '' } = backends.find(({ name }) => name === 'tensorflow') ?? { available: true };
    if (available) return;
    const script = /^Run (\S*install-tensorflow), or use --backend host$/.exec(remedy)?.[1] ?? '';
    expect(script).toBe('node_modules/ntk-engine/scripts/install-tensorflow');
    expect(existsSync(join(folder, script))).toBe(true);
    const { status, stdout } = spawnSync(join(folder, script), ['--help'], {
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('usage: install-tensorflow'),
    });
  });

  test('package.json can be asked for by name', () => {
    const code = "console.log(require('ntk-engine/package.json').name)";
    expect(run(process.execPath, ['-e', code], folder)).toBe('ntk-engine\n');
  });
});
