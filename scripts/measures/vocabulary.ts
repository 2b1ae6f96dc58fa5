/** The closed languages of the programme, steps and scalar maps, and the files that name their words. */
import ts from 'typescript';
import { type Source, walk } from './sources.js';

/** A word and the files in which it stands. */
export interface Word {
  readonly word: string;
  /** Files that hold it as a text, a case, or the key of a property. */
  readonly named: readonly string[];
  /** Those among them that can mean the language alone: its discriminant, or a key among others of its words. */
  readonly meant: readonly string[];
}

type Declarations = ReadonlyMap<string, ts.TypeNode | ts.InterfaceDeclaration>;

/** Types and interfaces by name; of several of one name the exported one that stands first. */
function declarationsOf(files: readonly Source[]): Declarations {
  const found = new Map<string, ts.TypeNode | ts.InterfaceDeclaration>();
  const declared = files.flatMap(({ tree }) =>
    tree.statements.filter((node) => ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)),
  );
  const isExported = (node: ts.Declaration): boolean =>
    (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0;
  for (const node of [...declared.filter(isExported), ...declared.filter((one) => !isExported(one))]) {
    if (!found.has(node.name.text)) found.set(node.name.text, ts.isTypeAliasDeclaration(node) ? node.type : node);
  }
  return found;
}

/** Texts that a type may be; null where it is anything else. */
function textsOf(type: ts.TypeNode | undefined): readonly string[] | null {
  if (type === undefined) return null;
  if (ts.isUnionTypeNode(type)) {
    const all = type.types.map(textsOf);
    return all.some((one) => one === null) ? null : all.flatMap((one) => one ?? []);
  }
  return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : null;
}

/**
 * Values of a field in every member of a union of objects, aliases and interfaces followed; null where a member lacks
 * it.
 */
function discriminants(
  node: ts.TypeNode | ts.InterfaceDeclaration,
  field: string,
  known: Declarations,
  seen: ReadonlySet<ts.Node> = new Set(),
): readonly string[] | null {
  if (seen.has(node)) return null;
  const further = new Set([...seen, node]);
  if (ts.isUnionTypeNode(node)) {
    const all = node.types.map((type) => discriminants(type, field, known, further));
    return all.some((one) => one === null) ? null : all.flatMap((one) => one ?? []);
  }
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
    const target = known.get(node.typeName.text);
    return target === undefined ? null : discriminants(target, field, known, further);
  }
  if (ts.isParenthesizedTypeNode(node)) return discriminants(node.type, field, known, further);
  if (!ts.isTypeLiteralNode(node) && !ts.isInterfaceDeclaration(node)) return null;
  const member = node.members.find((one) => one.name?.getText() === field);
  return member !== undefined && ts.isPropertySignature(member) ? textsOf(member.type) : null;
}

/** Words of the steps: the `op` of the exported type of this name; none where there is no such type. */
export function stepWords(files: readonly Source[], type: string): readonly string[] {
  const known = declarationsOf(files);
  const node = known.get(type);
  return [...new Set((node && discriminants(node, 'op', known)) ?? [])];
}

/** Words of the scalar maps: the `map` of every union of objects that have one, and unions of texts called `...Map`. */
export function mapWords(files: readonly Source[]): readonly string[] {
  const known = declarationsOf(files);
  const words = [...known].flatMap(([name, node]) => [
    ...(ts.isUnionTypeNode(node) ? (discriminants(node, 'map', known) ?? []) : []),
    ...(/Map$/.test(name) && !ts.isInterfaceDeclaration(node) && ts.isUnionTypeNode(node) ? (textsOf(node) ?? []) : []),
  ]);
  return [...new Set(words)];
}

function keyOf(node: ts.Node): string | null {
  const name = ts.isObjectLiteralElement(node) || ts.isTypeElement(node) ? node.name : undefined;
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : null;
}

/** Whether an expression reads the discriminant: `step.op`, `op`, or a part of either. */
function reads(expression: ts.Node, field: string): boolean {
  if (ts.isIdentifier(expression)) return expression.text === field;
  return ts.isPropertyAccessExpression(expression) && expression.name.text === field;
}

/**
 * Whether a text stands where only a word of the language can: `op: 'sum'`, `step.op === 'sum'`, a case of
 * `switch (step.op)`.
 */
function isDiscriminant(literal: ts.Node, field: string): boolean {
  const { parent } = literal;
  if (ts.isPropertyAssignment(parent)) return keyOf(parent) === field;
  if (ts.isLiteralTypeNode(parent)) {
    let outer: ts.Node = parent.parent;
    while (ts.isUnionTypeNode(outer)) outer = outer.parent;
    return ts.isPropertySignature(outer) && keyOf(outer) === field;
  }
  if (ts.isBinaryExpression(parent)) return reads(parent.left, field) || reads(parent.right, field);
  return ts.isCaseClause(parent) && reads(parent.parent.parent.expression, field);
}

/**
 * Whether a property stands in a table of the language: at least three keys beside it are words, and at least half of
 * all.
 */
function isTableKey(property: ts.Node, words: ReadonlySet<string>): boolean {
  const { parent } = property;
  const members: readonly ts.Node[] = ts.isObjectLiteralExpression(parent)
    ? parent.properties
    : ts.isTypeLiteralNode(parent) || ts.isInterfaceDeclaration(parent)
      ? parent.members
      : [];
  const known = members.filter((one) => words.has(keyOf(one) ?? ''));
  return known.length >= 3 && 2 * known.length >= members.length;
}

/** Where each word of a language stands; `field` is its discriminant, `op` of steps and `map` of maps. */
export function whereNamed(files: readonly Source[], words: readonly string[], field: string): readonly Word[] {
  const all = new Set(words);
  const named = new Map(words.map((word) => [word, new Set<string>()]));
  const meant = new Map(words.map((word) => [word, new Set<string>()]));
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      const key = keyOf(node);
      const isText = ts.isStringLiteralLike(node) && keyOf(node.parent) !== node.text;
      const word = key ?? (isText ? node.text : '');
      if (!all.has(word)) return;
      named.get(word)?.add(path);
      if (key === null ? isDiscriminant(node, field) : isTableKey(node, all)) meant.get(word)?.add(path);
    });
  }
  return words.map((word) => ({ word, named: [...(named.get(word) ?? [])], meant: [...(meant.get(word) ?? [])] }));
}
