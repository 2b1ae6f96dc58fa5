import ts from 'typescript';
import { describe, expect, test } from '../jest.js';
import { lineOf, type Source, sources, walk } from './sources.js';

const everything = sources('src', 'kernels');

/** Interfaces of tasks, of their inputs, and of what backends make of them, and the files where they stand. */
const INPUTS = /(Task|Set|Images)$/;
const TASKS = ['src/backend/tasks.ts', 'src/backend/network.ts', 'src/backend/images/prepare.ts'];

/**
 * Fields by which one task could be told from another; of letters that name operands everywhere nothing can be said.
 */
function fieldsOfTasks(): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const { tree } of everything.filter(({ path }) => TASKS.includes(path))) {
    walk(tree, (node) => {
      if (!ts.isInterfaceDeclaration(node) || !INPUTS.test(node.name.text)) return;
      for (const { name } of node.members) if (name !== undefined) fields.add(name.getText(tree));
    });
  }
  for (const letter of ['x', 'z']) fields.delete(letter);
  return fields;
}

/** `path:line: text` of every `'field' in ...` about a field of a task. */
function guesses(files: readonly Source[], fields: ReadonlySet<string>): readonly string[] {
  const found: string[] = [];
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.InKeyword) return;
      if (!ts.isStringLiteralLike(node.left) || !fields.has(node.left.text)) return;
      found.push(`${path}:${lineOf(tree, node)}: ${node.getText(tree)}`);
    });
  }
  return found;
}

describe('kinds of tasks', () => {
  const fields = fieldsOfTasks();

  test('are told by their name, never by the fields that a task happens to have', () => {
    expect([...fields]).toEqual(expect.arrayContaining(['kind', 'table', 'pooled', 'operations', 'positions']));
    expect(guesses(everything, fields)).toEqual([]);
  });

  test('a guess would be found', () => {
    const text =
      "const a = (task: object) => 'table' in task;\nconst b = (x: object) => 'reason' in x || 'pooled' in x;\n";
    const source = { path: 'src/a.ts', text, tree: ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2023, true) };
    expect(guesses([source], fields)).toEqual(["src/a.ts:1: 'table' in task", "src/a.ts:2: 'pooled' in x"]);
  });
});
