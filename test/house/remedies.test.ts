import ts from 'typescript';
import type { FlagTable } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { describe, expect, test } from '../jest.js';
import { lineOf, type Source, sources, walk } from './sources.js';

/**
 * Files whose messages reach the users of certain commands, by the beginnings of their paths; the first that fits
 * counts.
 */
const READERS: readonly (readonly [path: string, commands: readonly string[]])[] = [
  ['src/spectrum/sphere', ['sphere']],
  ['src/spectrum/fit/', ['fit']],
  ['src/spectrum/multisphere', ['sphere']],
  ['src/spectrum/', ['eigs']],
  ['src/regression/', ['regress']],
  ['src/linalg/', ['eigs', 'regress']],
  ['src/operators/', ['eigs', 'regress']],
  ['src/sources/', ['eigs', 'regress']],
  ['src/empirical/', ['empirical', 'eigs', 'regress', 'compare']],
  ['src/cli/runs/eigs', ['eigs']],
  ['src/cli/options/eigs', ['eigs']],
  ['src/cli/runs/regress', ['regress']],
  ['src/cli/options/regress', ['regress']],
  ['src/cli/runs/kernel', ['kernel']],
  ['src/cli/runs/sphere', ['sphere']],
  ['src/cli/runs/multisphere', ['sphere']],
  ['src/cli/runs/compare', ['compare']],
];

/** Flags of other programs that a message names, and those of every command. */
const ELSEWHERE = ['help', 'version', 'output_format', 'input_format', 'external'];

interface Message {
  readonly place: string;
  readonly path: string;
  readonly text: string;
}

/** The text of a literal, with `…` where values stand. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** Literals that people read: sentences, not names, paths or code. */
function messagesOf({ path, tree }: Source): Message[] {
  const found: Message[] = [];
  walk(tree, (node) => {
    const text = textOf(node);
    if (text === null || !/ /.test(text)) return;
    found.push({ place: `${path}:${lineOf(tree, node)}`, path, text });
  });
  return found;
}

async function flagsOf(name: string): Promise<FlagTable> {
  const command = await COMMANDS[name].load?.();
  return command?.flags ?? {};
}

const MESSAGES = sources('src').flatMap(messagesOf);
const FLAGS: Record<string, FlagTable> = {};
// One after the other: Jest's loader of modules mixes up imports at the same time.
for (const name of Object.keys(COMMANDS)) FLAGS[name] = await flagsOf(name);

/** Options of the library that are several words, as its interfaces name them. */
function libraryOptions(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { tree } of sources('src/spectrum', 'src/regression', 'src/operators', 'src/kernel', 'src/empirical')) {
    walk(tree, (node) => {
      if (!ts.isInterfaceDeclaration(node) || !/Options$/.test(node.name.text)) return;
      for (const { name } of node.members) if (name !== undefined && ts.isIdentifier(name)) names.add(name.text);
    });
  }
  return new Set([...names].filter((name) => /[A-Z]/.test(name)));
}

describe('remedies', () => {
  test('name flags that exist', () => {
    const all = new Set(Object.values(FLAGS).flatMap((flags) => Object.keys(flags)));
    const wrong = MESSAGES.flatMap(({ place, text }) =>
      [...text.matchAll(/(?<![\w-])--([a-z][\w-]*)/g)]
        .filter(([, name]) => !all.has(name) && !ELSEWHERE.includes(name))
        .map(([flag]) => `${place}: ${flag}`),
    );
    expect(wrong).toEqual([]);
  });

  test('name flags of the command that prints them', () => {
    const wrong = MESSAGES.flatMap(({ place, path, text }) => {
      const readers = READERS.find(([beginning]) => path.startsWith(beginning))?.[1] ?? [];
      return [...text.matchAll(/(?<![\w-])--?([a-z][a-z-]*)(?![\w-])/g)]
        .filter(([, name]) => readers.length > 0 && !readers.some((reader) => Object.hasOwn(FLAGS[reader], name)))
        .filter(([, name]) => Object.values(FLAGS).some((flags) => Object.hasOwn(flags, name)))
        .map(([flag]) => `${place}: ${flag}`);
    });
    expect(wrong).toEqual([]);
  });

  test('name no option of the library that is no flag, and methods by their flag', () => {
    const options = libraryOptions();
    expect(options.has('maxProducts')).toBe(true);
    const wrong = MESSAGES.filter(({ path }) =>
      /^src\/(spectrum|regression|linalg|operators|kernel|empirical)\//.test(path),
    ).flatMap(({ place, text }) => {
      const words = text.match(/[A-Za-z]+/g) ?? [];
      const found = words.filter((word) => options.has(word) && !text.startsWith(`${word}:`));
      const bare = /(?<!--)\bmethod (dense|lanczos|power)\b/.exec(text);
      return [...found, ...(bare === null ? [] : [bare[0]])].map((word) => `${place}: ${word}`);
    });
    expect(wrong).toEqual([]);
  });
});
