import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from '../jest.js';
import { ROOT, type Source, sources, walk } from './sources.js';

/** Rooms that are there in Node alone: files are read and written, and commands run, nowhere else. */
const NODE_ROOMS = /^src\/(platform|data|store|report|bench|cli)\//;

/** Files of other rooms that still touch Node, with the reason. The list may only shrink. */
const NODE_FILES: Readonly<Record<string, string>> = {
  'src/compare/store.ts': 'the folder of networks that are finished',
};

describe('Node-only code', () => {
  const files = sources('src', 'kernels').filter(({ path }) => !path.startsWith('kernels/host/assembly/'));
  const isNode = ({ tree }: Source): boolean => {
    let found = false;
    walk(tree, (node) => {
      if (ts.isImportDeclaration(node) && /^'node:/.test(node.moduleSpecifier.getText(tree))) found ||= true;
      if (!ts.isIdentifier(node) || !['process', 'Buffer', 'setImmediate'].includes(node.text)) return;
      // A property or a class of that name is no global.
      const { parent } = node;
      if (ts.isPropertyAccessExpression(parent) && parent.expression === node) found ||= true;
      if (ts.isCallExpression(parent) && parent.expression === node) found ||= true;
    });
    return found;
  };

  test('stands in the rooms that are there in Node alone', () => {
    const elsewhere = files.filter((file) => !NODE_ROOMS.test(file.path) && isNode(file)).map(({ path }) => path);
    expect(elsewhere.toSorted()).toEqual(Object.keys(NODE_FILES).toSorted());
  });

  test('src/platform/browser/ takes the place of files that are there, and holds none of it', () => {
    const twins = files.filter(({ path }) => path.startsWith('src/platform/browser/'));
    const paths = new Set(files.map(({ path }) => path));
    expect(twins.filter(({ path }) => !paths.has(path.replace('/browser/', '/'))).map(({ path }) => path)).toEqual([]);
    expect(twins.filter(isNode).map(({ path }) => path)).toEqual([]);
    const map = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { browser: Record<string, string> })
      .browser;
    const compiled = (path: string): string => `./dist/${path.replace(/\.ts$/, '.js')}`;
    const wanted = twins.map(({ path }) => [compiled(path.replace('/browser/', '/')), compiled(path)]);
    // Nothing that prints C is in a page.
    const printers = ['backend', 'browser'].map((name) => compiled(`kernels/compiled/${name}.ts`));
    expect(map).toEqual(Object.fromEntries([printers, ...wanted]));
  });

  test('a twin exports what the file exports that others import of it', () => {
    const names = (path: string): Set<string> => {
      const tree = files.find((file) => file.path === path)?.tree;
      return new Set(
        (tree?.statements ?? []).flatMap((node) => {
          if (!ts.canHaveModifiers(node) || !ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword))
            return [];
          if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return [];
          if (ts.isVariableStatement(node)) return node.declarationList.declarations.map((d) => d.name.getText());
          return ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) ? [node.name?.text ?? ''] : [];
        }),
      );
    };
    const twins = files.map(({ path }) => path).filter((path) => path.startsWith('src/platform/browser/'));
    const platform = /^src\/platform\/[^/]+\.ts$/;
    const imported = files
      .filter(
        ({ path }) =>
          !/^src\/(platform|data|store|report|bench|cli)\//.test(path) &&
          path !== 'src/browser.ts' &&
          path !== 'src/index.ts',
      )
      .flatMap(({ path, tree }) =>
        tree.statements.filter(ts.isImportDeclaration).flatMap((node) => {
          const to = posix
            .join(posix.dirname(path), (node.moduleSpecifier as ts.StringLiteral).text)
            .replace(/\.js$/, '.ts');
          const bindings = node.importClause?.namedBindings;
          if (
            !platform.test(to) ||
            node.importClause?.isTypeOnly ||
            bindings === undefined ||
            !ts.isNamedImports(bindings)
          )
            return [];
          return bindings.elements
            .filter((e) => !e.isTypeOnly)
            .map((e) => ({ to, name: (e.propertyName ?? e.name).text }));
        }),
      );
    const missing = imported.filter(({ to, name }) => {
      const twin = to.replace('platform/', 'platform/browser/');
      return twins.includes(twin) && !names(twin).has(name);
    });
    expect(missing.map(({ to, name }) => `${to}: ${name}`)).toEqual([]);
  });
});
