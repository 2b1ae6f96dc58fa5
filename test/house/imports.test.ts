import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from '../jest.js';
import { type Source, sources, walk } from './sources.js';

/** Stages in the order of the flow: a file imports only from its own stage or an earlier one. The first prefix that fits counts. */
const STAGES: readonly (readonly string[])[] = [
  ['src/printable.ts', 'src/message.ts', 'src/errors.ts'],
  ['src/vocabulary/'],
  ['src/platform/'],
  ['src/data/'],
  ['src/programme/'],
  ['src/layers/'],
  ['src/architecture/'],
  ['src/backend/'],
  ['kernels/'],
  ['src/linalg/'],
  ['src/store/'],
  ['src/operators/'],
  ['src/kernel/'],
  ['src/network/'],
  ['src/empirical/'],
  ['src/spectrum/'],
  ['src/regression/'],
  ['src/compare/'],
  ['src/report/'],
  ['src/bench/'],
  ['src/index.ts'],
  ['src/cli/'],
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: 'value' | 'type' | 'dynamic';
}

function stageOf(path: string): number {
  return STAGES.findIndex((prefixes) => prefixes.some((prefix) => path.startsWith(prefix)));
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  const onlyNamed = clause.name === undefined && names !== undefined && ts.isNamedImports(names);
  return onlyNamed && names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

/** Relative imports and re-exports of one file, static and dynamic; paths from the root. */
function importsOf({ path, tree }: Source): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
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

/** The chooser of backends loads kernels, which are a later stage, on demand; nothing else may. */
function isChoiceOfBackend({ from, to, kind }: Import): boolean {
  return kind === 'dynamic' && from.startsWith('src/backend/') && to.startsWith('kernels/');
}

/** A cycle of value imports as a path, or null. Types vanish in the compiled files, and a dynamic import runs later. */
function findCycle(edges: readonly Import[]): readonly string[] | null {
  const next = new Map<string, string[]>();
  for (const { from, to, kind } of edges) {
    if (kind === 'value') next.set(from, [...(next.get(from) ?? []), to]);
  }
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (finished.has(file)) return null;
    for (const imported of next.get(file) ?? []) {
      const cycle = visit(imported, [...trail, file]);
      if (cycle !== null) return cycle;
    }
    finished.add(file);
    return null;
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

describe('one-way stages', () => {
  const files = sources('src', 'kernels').filter(({ path }) => !path.startsWith('kernels/host/assembly/'));
  const edges = files.flatMap(importsOf);

  test('every file belongs to a stage', () => {
    expect(files.map(({ path }) => path).filter((path) => stageOf(path) < 0)).toEqual([]);
  });

  test('a file imports only from its own stage or an earlier one', () => {
    const backward = edges.filter((edge) => stageOf(edge.to) > stageOf(edge.from) && !isChoiceOfBackend(edge));
    expect(backward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('a backend does not import another backend', () => {
    const folder = (path: string): string => path.split('/').slice(0, 2).join('/');
    const crossing = edges.filter(
      ({ from, to }) => /^kernels\/[^/]+\//.test(from) && /^kernels\/[^/]+\//.test(to) && folder(from) !== folder(to),
    );
    expect(crossing.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('imported files exist', () => {
    const known = new Set(sources('src', 'kernels').map(({ path }) => path));
    expect(
      edges.filter(({ to }) => to.endsWith('.ts') && !known.has(to)).map(({ from, to }) => `${from}: ${to}`),
    ).toEqual([]);
  });

  test('no import cycles', () => {
    expect(findCycle(edges)).toBeNull();
  });

  test('a cycle would be found', () => {
    const edge = (from: string, to: string): Import => ({ from, to, kind: 'value' });
    expect(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toEqual(['b', 'c', 'b']);
  });
});
