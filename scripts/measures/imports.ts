/** Imports between files, and between the rooms in which they stand. */
import { posix } from 'node:path';
import ts from 'typescript';
import { type Source, walk } from './sources.js';

/** What an import takes: values, types alone, or a module when it is needed. */
export type ImportKind = 'value' | 'type' | 'dynamic';

/** One import or re-export of a file of the same checkout. */
export interface Import {
  /** Paths from the root, or names of rooms. */
  readonly from: string;
  readonly to: string;
  readonly kind: ImportKind;
}

function hasTypesAlone(names: ts.NamedImportBindings | ts.NamedExportBindings): boolean {
  if (!ts.isNamedImports(names) && !ts.isNamedExports(names)) return false;
  return names.elements.length > 0 && [...names.elements].every((element) => element.isTypeOnly);
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    return node.isTypeOnly || (node.exportClause !== undefined && hasTypesAlone(node.exportClause));
  }
  const clause = node.importClause;
  if (clause === undefined || clause.isTypeOnly) return clause !== undefined;
  return clause.name === undefined && clause.namedBindings !== undefined && hasTypesAlone(clause.namedBindings);
}

/** Relative imports and re-exports of one file, static and dynamic; paths from the root. */
export function importsOf({ path, tree }: Source): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: ImportKind): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return;
    const to = posix.join(posix.dirname(path), specifier.text).replace(/\.js$/, '.ts');
    found.push({ from: path, to, kind });
  };
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeOnly(node) ? 'type' : 'value');
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, 'type');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], 'dynamic');
    }
  });
  return found;
}

/**
 * The room of a file: the first folder below `src/`, or `kernels/` and the backend; a file that stands in none is one
 * of its own.
 */
export function roomOf(path: string): string {
  const [top, folder, ...rest] = path.split('/');
  if (rest.length === 0) return path;
  return top === 'src' ? folder : `${top}/${folder}`;
}

/** The same imports from room to room, without those inside a room. */
export function betweenRooms(imports: readonly Import[]): readonly Import[] {
  return imports
    .map(({ from, to, kind }) => ({ from: roomOf(from), to: roomOf(to), kind }))
    .filter(({ from, to }) => from !== to);
}

/** Imports of each kind from one to the other. */
export interface ImportCount {
  readonly from: string;
  readonly to: string;
  readonly value: number;
  readonly type: number;
  readonly dynamic: number;
}

/** Counts imports by their two ends, sorted. */
export function countImports(imports: readonly Import[]): readonly ImportCount[] {
  const counts = new Map<string, ImportCount>();
  for (const { from, to, kind } of imports) {
    const key = `${from}\n${to}`;
    const count = counts.get(key) ?? { from, to, value: 0, type: 0, dynamic: 0 };
    counts.set(key, { ...count, [kind]: count[kind] + 1 });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
