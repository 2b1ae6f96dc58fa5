/** Sizes of files and of function bodies, in lines. */
import ts from 'typescript';
import { lineOf, type Source, walk } from './sources.js';

/** One file or body, by its path or `path#name`. */
export interface Sized {
  readonly name: string;
  readonly lines: number;
}

/** Lines of each file, blank ones at the end not counted. */
export function fileSizes(files: readonly Source[]): readonly Sized[] {
  return files.map(({ path, text }) => ({ name: path, lines: text.trimEnd().split('\n').length }));
}

function nameOf(node: ts.FunctionLikeDeclaration, tree: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(tree);
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return named ? parent.name.getText(tree) : `line ${lineOf(tree, node)}`;
}

/** Lines of each function body in braces, the braces not counted. */
export function bodySizes(files: readonly Source[]): readonly Sized[] {
  const sizes: Sized[] = [];
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined || !ts.isBlock(node.body)) return;
      const first = tree.getLineAndCharacterOfPosition(node.body.getStart(tree)).line;
      const last = tree.getLineAndCharacterOfPosition(node.body.getEnd()).line;
      sizes.push({ name: `${path}#${nameOf(node, tree)}`, lines: Math.max(0, last - first - 1) });
    });
  }
  return sizes;
}

/** How sizes are spread. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Where the largest stands; null of none. */
  readonly largest: string | null;
}

/** Quantiles by nearest rank. */
export function spread(sizes: readonly Sized[]): Spread {
  const sorted = [...sizes].sort((a, b) => a.lines - b.lines);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]?.lines ?? 0;
  const last = sorted.at(-1);
  const [median, p90, p99] = [0.5, 0.9, 0.99].map(at);
  return { count: sorted.length, median, p90, p99, max: last?.lines ?? 0, largest: last?.name ?? null };
}
