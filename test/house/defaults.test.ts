import ts from 'typescript';
import { COMMANDS } from '../../src/cli/commands/index.js';
import {
  COMPUTE_DEFAULTS,
  DEFAULT_CONTRACT,
  DEFAULT_DEGREE,
  DEFAULT_LEADING,
  DEFAULT_MULTISPHERE_DEGREE,
  DEFAULT_SEEDS,
  DEFAULT_WIDTH,
  DENSITY_DEFAULTS,
  EIGEN_DEFAULTS,
  PROFILE_DEFAULTS,
  REGRESS_DEFAULTS,
} from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { lineOf, sources, walk } from './sources.js';

const files = sources('src', 'kernels').filter(({ path }) => !path.startsWith('kernels/host/assembly/'));

/** Options whose default is a constant, with the default as a literal. */
const STATED: Readonly<Record<string, readonly string[]>> = {
  kind: ['ntk'],
  precision: ['f64'],
  backend: ['auto'],
  native: ['auto'],
  seed: ['0'],
  contract: [DEFAULT_CONTRACT],
  which: [EIGEN_DEFAULTS.which],
  method: [EIGEN_DEFAULTS.method],
  samples: [String(DENSITY_DEFAULTS.samples)],
  steps: [String(DENSITY_DEFAULTS.steps)],
  layout: ['nhwc'],
  maxDegree: [String(DEFAULT_DEGREE)],
  angles: [String(PROFILE_DEFAULTS.angles)],
  width: [String(DEFAULT_WIDTH)],
  seeds: [String(DEFAULT_SEEDS)],
  iterations: [String(REGRESS_DEFAULTS.iterations)],
};

/** What documentation of the library says in brackets, by interface and option. */
const DOCUMENTED: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  KernelOptions: {
    kind: COMPUTE_DEFAULTS.kind,
    precision: COMPUTE_DEFAULTS.precision,
    backend: COMPUTE_DEFAULTS.backend,
    native: COMPUTE_DEFAULTS.native,
  },
  ProfileOptions: {
    kind: COMPUTE_DEFAULTS.kind,
    angles: PROFILE_DEFAULTS.angles,
    features: PROFILE_DEFAULTS.features,
  },
  EmpiricalOptions: {
    contract: DEFAULT_CONTRACT,
    seed: COMPUTE_DEFAULTS.seed,
    precision: COMPUTE_DEFAULTS.precision,
    backend: COMPUTE_DEFAULTS.backend,
    native: COMPUTE_DEFAULTS.native,
  },
  WidthOptions: { width: DEFAULT_WIDTH },
  CompareOptions: {
    seeds: DEFAULT_SEEDS,
    seed: COMPUTE_DEFAULTS.seed,
    k: DEFAULT_LEADING,
    precision: COMPUTE_DEFAULTS.precision,
    backend: COMPUTE_DEFAULTS.backend,
    native: COMPUTE_DEFAULTS.native,
  },
  SphereOptions: { kind: COMPUTE_DEFAULTS.kind, maxDegree: DEFAULT_DEGREE },
  MultisphereOptions: { kind: COMPUTE_DEFAULTS.kind, maxDegree: DEFAULT_MULTISPHERE_DEGREE },
  EigenOptions: {
    k: EIGEN_DEFAULTS.k,
    which: EIGEN_DEFAULTS.which,
    method: EIGEN_DEFAULTS.method,
    tol: EIGEN_DEFAULTS.tol.f64,
    seed: COMPUTE_DEFAULTS.seed,
  },
  DensityOptions: { ...DENSITY_DEFAULTS, seed: COMPUTE_DEFAULTS.seed },
};

/** The text of a literal: of a string what it says, of a number as it is written. */
function literalOf(node: ts.Node | undefined): string | null {
  return node !== undefined && (ts.isStringLiteral(node) || ts.isNumericLiteral(node)) ? node.text : null;
}

/**
 * Name and literal where an option is given a default on the spot: `{ name = literal }`, or `options.name ?? literal`.
 */
function defaultAt(node: ts.Node, tree: ts.SourceFile): readonly [name: string, literal: string] | null {
  if (ts.isBindingElement(node)) {
    const literal = literalOf(node.initializer);
    return literal === null ? null : [(node.propertyName ?? node.name).getText(tree), literal];
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken) return null;
  const [literal, { left }] = [literalOf(node.right), node];
  return literal !== null && ts.isPropertyAccessExpression(left) && left.expression.getText(tree) === 'options'
    ? [left.name.text, literal]
    : null;
}

describe('defaults', () => {
  test('of options are stated in one place', () => {
    const again: string[] = [];
    for (const { path, tree } of files) {
      walk(tree, (node) => {
        const found = defaultAt(node, tree);
        if (found !== null && STATED[found[0]]?.includes(found[1])) {
          again.push(`${path}:${lineOf(tree, node)}: ${found.join(' = ')}`);
        }
      });
    }
    expect(again).toEqual([]);
  });

  test('a default on the spot would be found', () => {
    const text = "const { kind = 'ntk', other = 'ntk' } = options; f(options.seed ?? 0, list.seed ?? 0);";
    const tree = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2023, true);
    const found: (readonly string[])[] = [];
    walk(tree, (node) => {
      const one = defaultAt(node, tree);
      if (one !== null) found.push(one);
    });
    expect(found).toEqual([
      ['kind', 'ntk'],
      ['other', 'ntk'],
      ['seed', '0'],
    ]);
  });

  test('of flags come from constants, unless they are said in words', () => {
    const literals: string[] = [];
    for (const { path, tree } of files.filter((file) => file.path.startsWith('src/cli/'))) {
      walk(tree, (node) => {
        if (!ts.isPropertyAssignment(node) || node.name.getText(tree) !== 'fallback') return;
        const literal = literalOf(node.initializer);
        if (literal !== null && !literal.includes(' ')) literals.push(`${path}:${lineOf(tree, node)}: ${literal}`);
      });
    }
    expect(literals).toEqual([]);
  });

  test('of flags are values that the flags take', async () => {
    for (const [name, { load }] of Object.entries(COMMANDS)) {
      const command = await load?.();
      for (const [flag, { fallback = '', choices }] of Object.entries(command?.flags ?? {})) {
        const shown = `${name} --${flag} ${fallback}`;
        expect(shown).not.toMatch(/undefined|NaN|\[object/);
        if (choices !== undefined && fallback !== '' && !fallback.includes(' ')) expect(choices).toContain(fallback);
      }
    }
  });

  test('in the documentation of the library are those of the code', () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const { path, tree } of files) {
      walk(tree, (node) => {
        if (!ts.isInterfaceDeclaration(node) || !Object.hasOwn(DOCUMENTED, node.name.text)) return;
        for (const member of node.members) {
          const option = member.name?.getText(tree) ?? '';
          const value = DOCUMENTED[node.name.text][option];
          if (value === undefined) continue;
          seen.add(`${node.name.text}.${option}`);
          const text = ts
            .getJSDocCommentsAndTags(member)
            .map((doc) => doc.getText(tree))
            .join(' ');
          const said = [...text.matchAll(/\[`?([^\]`:;,]+)/g)].map((match) => match[1]);
          if (!said.includes(String(value))) wrong.push(`${path}: ${node.name.text}.${option}: ${text}, code ${value}`);
        }
      });
    }
    expect(wrong).toEqual([]);
    const all = Object.entries(DOCUMENTED).flatMap(([name, options]) =>
      Object.keys(options).map((one) => `${name}.${one}`),
    );
    expect([...seen].toSorted()).toEqual(all.toSorted());
  });
});
