import ts from 'typescript';
import { describe, expect, test } from '../jest.js';
import { lineOf, type Source, sources, walk } from './sources.js';

const FILE_LIMIT = 350;
const BODY_LIMIT = 60;

/**
 * What may be longer, with its present length and the reason. The numbers may only fall:
 * a test fails as soon as an entry is longer than it says, or no longer needed.
 */
const LONG_FILES: Readonly<Record<string, { readonly lines: number; readonly reason: string }>> = {};
const LONG_BODIES: Readonly<Record<string, { readonly lines: number; readonly reason: string }>> = {};

function fileLengths(files: readonly Source[]): Map<string, number> {
  return new Map(files.map(({ path, text }) => [path, text.trimEnd().split('\n').length]));
}

function nameOf(node: ts.FunctionLikeDeclaration, tree: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(tree);
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return named ? parent.name.getText(tree) : `line ${lineOf(tree, node)}`;
}

/** Lines of each function body, braces not counted, as `path#name`. */
function bodyLengths(files: readonly Source[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined || !ts.isBlock(node.body)) return;
      const first = tree.getLineAndCharacterOfPosition(node.body.getStart(tree)).line;
      const last = tree.getLineAndCharacterOfPosition(node.body.getEnd()).line;
      const key = `${path}#${nameOf(node, tree)}`;
      lengths.set(key, Math.max(lengths.get(key) ?? 0, last - first - 1));
    });
  }
  return lengths;
}

function tooLong(
  lengths: ReadonlyMap<string, number>,
  limit: number,
  allowed: Readonly<Record<string, { readonly lines: number }>>,
): readonly string[] {
  return [...lengths]
    .filter(([key, lines]) => lines > (allowed[key]?.lines ?? limit))
    .map(([key, lines]) => `${key}: ${lines} lines, at most ${allowed[key]?.lines ?? limit}`);
}

function obsolete(
  lengths: ReadonlyMap<string, number>,
  limit: number,
  allowed: Readonly<Record<string, { readonly lines: number }>>,
): readonly string[] {
  return Object.keys(allowed).filter((key) => (lengths.get(key) ?? 0) <= limit);
}

describe('size', () => {
  const files = sources('src', 'kernels');

  test(`a file has at most ${FILE_LIMIT} lines`, () => {
    expect(tooLong(fileLengths(files), FILE_LIMIT, LONG_FILES)).toEqual([]);
    expect(obsolete(fileLengths(files), FILE_LIMIT, LONG_FILES)).toEqual([]);
  });

  test(`a function body has at most ${BODY_LIMIT} lines`, () => {
    expect(tooLong(bodyLengths(files), BODY_LIMIT, LONG_BODIES)).toEqual([]);
    expect(obsolete(bodyLengths(files), BODY_LIMIT, LONG_BODIES)).toEqual([]);
  });
});
