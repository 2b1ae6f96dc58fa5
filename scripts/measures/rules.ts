/** Rules of the house that a file may break, each as a list of places. */
import ts from 'typescript';
import type { Source } from './sources.js';

const WIDEST = 120;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.ts$/;

function isExported(node: ts.Statement): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
}

/** Names that a statement declares; none of one that only does something. */
export function declaredNames(node: ts.Statement, tree: ts.SourceFile): readonly string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map((d) => d.name.getText(tree));
  const named = node as ts.Statement & { readonly name?: ts.Node };
  return named.name === undefined ? [] : [named.name.getText(tree)];
}

/** Exports without a doc comment, as `path: name`; of overloads one comment is enough. */
export function undocumentedExports(files: readonly Source[]): readonly string[] {
  return files.flatMap(({ path, tree }) => {
    const exported = tree.statements.filter(isExported);
    const withComment = exported.filter((node) => ts.getJSDocCommentsAndTags(node).length > 0);
    const documented = new Set(withComment.flatMap((node) => declaredNames(node, tree)));
    const bare = exported.flatMap((node) => declaredNames(node, tree)).filter((name) => !documented.has(name));
    return [...new Set(bare)].map((name) => `${path}: ${name}`);
  });
}

/** Lines of more than 120 columns, as `path:line: columns`. */
export function wideLines(files: readonly Source[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, k) => {
      const columns = [...line].length;
      return columns > WIDEST ? [`${path}:${k + 1}: ${columns}`] : [];
    }),
  );
}

/** Paths of which the file's name, or a folder's, is not in kebab case. */
export function otherNames(files: readonly Source[]): readonly string[] {
  const isKebab = (path: string): boolean =>
    path.split('/').every((part, k, all) => KEBAB.test(k === all.length - 1 ? part : `${part}.ts`));
  return files.map(({ path }) => path).filter((path) => !isKebab(path));
}
