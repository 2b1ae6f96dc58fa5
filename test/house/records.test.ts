import ts from 'typescript';
import { expect, test } from '../jest.js';
import { sources, walk } from './sources.js';

/** Where values of schemas may be loaded: they bring zod, which takes longer to load than the rest of a command. */
const READERS = /^src\/report\/(records|figures)\//;

/** Whether nothing is left of an import in the compiled file. */
function isErased(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  const names = clause.namedBindings;
  return (
    clause.isTypeOnly ||
    (names !== undefined && ts.isNamedImports(names) && names.elements.every((element) => element.isTypeOnly))
  );
}

test('zod is loaded by those who read records alone', () => {
  const files = sources('src', 'kernels').filter(({ path }) => !path.startsWith('kernels/host/assembly/'));
  const loading: string[] = [];
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier) || isErased(node)) return;
      const { text } = node.moduleSpecifier;
      const brings = text === 'zod' || (/\/records\//.test(text) && !text.endsWith('/format.js'));
      if (brings) loading.push(path);
    });
  }
  expect(loading.filter((path) => !READERS.test(path))).toEqual([]);
  expect(loading.filter((path) => READERS.test(path)).length).toBeGreaterThan(10);
});
