import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { declaredNames, undocumentedExports } from '../../scripts/measures/rules.js';
import { describe, expect, test } from '../jest.js';
import { lineOf, ROOT, type Source, sources, walk } from './sources.js';

/** Kinds of layers that are not names of scalar maps as well. */
const LAYERS = /\b(relu|leakyRelu|dense|residual|layerNorm|globalAvgPool|avgPool|readout)\b/;

/** Files that do something when they are loaded: entry points of a process or a thread. */
const ENTRY_POINTS: readonly RegExp[] = [/^src\/cli\/main\.ts$/, /(^|\/)worker\.ts$/];

const src = sources('src');
const kernels = sources('kernels');
const everything = [...src, ...kernels];

/** `path:line: what` for every node that `complain` has something to say about. */
function complaints(files: readonly Source[], complain: (node: ts.Node, source: Source) => string | null): string[] {
  const found: string[] = [];
  for (const source of files) {
    walk(source.tree, (node) => {
      const what = complain(node, source);
      if (what !== null) found.push(`${source.path}:${lineOf(source.tree, node)}: ${what}`);
    });
  }
  return found;
}

function exportedClasses(path: string): ReadonlySet<string> {
  const classes = src.find((source) => source.path === path)?.tree.statements.filter(ts.isClassDeclaration) ?? [];
  return new Set(classes.flatMap((node) => node.name?.text ?? []));
}

describe('types', () => {
  test('no any', () => {
    expect(complaints(everything, (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : null))).toEqual([]);
  });

  test('no cast through unknown', () => {
    const through = (node: ts.Node): boolean =>
      ts.isAsExpression(node) &&
      ts.isAsExpression(node.expression) &&
      node.expression.type.kind === ts.SyntaxKind.UnknownKeyword;
    expect(complaints(everything, (node) => (through(node) ? node.getText() : null))).toEqual([]);
  });

  test('nothing silences the compiler', () => {
    // AssemblyScript has operators that TypeScript does not know; its files are checked by their own compiler.
    const checked = everything.filter(({ path }) => !path.startsWith('kernels/host/assembly/'));
    expect(
      checked.filter(({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });
});

describe('measures', () => {
  test('peaks of memory are those of the process itself, not of the one that started it', () => {
    const places = [...everything, ...sources('test'), ...sources('scripts')];
    const own = ['src/platform/peak-memory.ts', 'test/house/rules.test.ts'];
    const wrong = places.filter(({ path, text }) => text.includes('maxRSS') && !own.includes(path));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe('errors', () => {
  const known = exportedClasses('src/errors.ts');

  test('only the classes of src/errors.ts are made', () => {
    expect(known.size).toBeGreaterThan(5);
    const foreign = (node: ts.Node): string | null =>
      ts.isNewExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text.endsWith('Error') &&
      !known.has(node.expression.text)
        ? `new ${node.expression.text}`
        : null;
    expect(complaints(everything, foreign)).toEqual([]);
  });

  test('only errors are thrown', () => {
    const literal = (node: ts.Node): string | null =>
      ts.isThrowStatement(node) &&
      (ts.isLiteralExpression(node.expression) || ts.isObjectLiteralExpression(node.expression))
        ? node.getText()
        : null;
    expect(complaints(everything, literal)).toEqual([]);
  });
});

/** Whether a name is that of an operation of TensorFlow.js, some of which are called as layers are. */
function isTensorOperation({ parent }: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent) && ts.isIdentifier(parent.expression) && parent.expression.text === 'tf';
}

describe('narrow waist', () => {
  test('kernels/ imports no layer and no architecture', () => {
    const imported = (node: ts.Node): string | null =>
      ts.isImportDeclaration(node) && /\/src\/(layers|architecture)\//.test(node.moduleSpecifier.getText())
        ? node.moduleSpecifier.getText()
        : null;
    expect(complaints(kernels, imported)).toEqual([]);
  });

  test('no layer is named in kernels/', () => {
    const named = (node: ts.Node): string | null => {
      const word =
        ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node) ? node.text : '';
      return LAYERS.test(word) && !isTensorOperation(node) ? word : null;
    };
    expect(complaints(kernels, named)).toEqual([]);
  });
});

describe('modules', () => {
  test.each(['src/index.ts', 'src/browser.ts'])('%s holds exports only', (name) => {
    const index = src.find(({ path }) => path === name);
    expect(index).toBeDefined();
    const others = index?.tree.statements.filter(
      (node) => !(ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined),
    );
    expect(others?.map((node) => node.getText())).toEqual([]);
  });

  test('loading a module does nothing but define', () => {
    const checked = everything.filter(
      ({ path }) => !ENTRY_POINTS.some((entry) => entry.test(path)) && !path.startsWith('kernels/host/assembly/'),
    );
    const acts = checked.flatMap(({ path, tree }) =>
      tree.statements
        .filter(
          (node) => !ts.isImportDeclaration(node) && !ts.isExportDeclaration(node) && !ts.isExportAssignment(node),
        )
        .filter((node) => declaredNames(node, tree).length === 0)
        .map((node) => `${path}:${lineOf(tree, node)}: ${node.getText(tree).split('\n')[0]}`),
    );
    expect(acts).toEqual([]);
  });

  test('every export of src has a doc comment', () => {
    expect(undocumentedExports(src)).toEqual([]);
  });
});

describe('tree', () => {
  test('package.json ships the licence, the citation and the compiled folders', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    expect(files).toEqual(
      expect.arrayContaining(['dist/src', 'dist/kernels', 'README.md', 'LICENSE', 'CHANGELOG.md', 'CITATION.cff']),
    );
  });

  test('versions agree', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(ROOT, 'CITATION.cff'), 'utf8')).toContain(`\nversion: ${version}\n`);
    expect(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).toContain(`## ${version}`);
  });
});
