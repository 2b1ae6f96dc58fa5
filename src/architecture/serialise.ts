import type { AnyFieldTable } from '../layers/fields.js';
import { definitionOf } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import type { KernelDefinition } from './types.js';

/** Layers that do not fit on a line of this length are broken over several. */
const LINE = 120;

/**
 * A layer as the file has it: fields that equal their default are left out, except the weight of a sum, which people
 * come to change.
 */
function compact(layer: LayerNode): Readonly<Record<string, unknown>> {
  const fields: AnyFieldTable = definitionOf(layer.kind)?.fields ?? {};
  const kept = Object.entries(layer).filter(([name, value]) => {
    if (name === 'kind' || name === 'alpha') return true;
    const fallback = Object.hasOwn(fields, name) ? fields[name].fallback : undefined;
    const isEmptyList = Array.isArray(value) && Array.isArray(fallback) && value.length === 0 && fallback.length === 0;
    return value !== fallback && !isEmptyList;
  });
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      fields[name]?.holds === 'layers' ? value.map((inner: LayerNode) => compact(inner)) : value,
    ]),
  );
}

/** JSON on one line with spaces inside braces, after colons and after commas. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** JSON on one line where it fits, else one element or field a line. */
function layout(value: unknown, indent: string): string {
  const line = inline(value);
  if (indent.length + line.length <= LINE || typeof value !== 'object' || value === null) return line;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((v) => deeper + layout(v, deeper)).join(',\n')}\n${indent}]`;
  const fields = Object.entries(value).map(([key, v]) => `${deeper}${JSON.stringify(key)}: ${layout(v, deeper)}`);
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/**
 * The text of an architecture file (ends in a newline), as `ntk arch` prints it: defaults left out, a layer a line.
 *
 * Reading it back gives an equal architecture. A radial kernel, which has no file, is given as the JSON of its record.
 */
export function serialiseArchitecture(definition: KernelDefinition): string {
  if (definition.format === 'ntk-radial/1') return `${inline(definition)}\n`;
  const layers = definition.layers.map((layer) => `    ${layout(compact(layer), '    ')}`);
  return [
    '{',
    `  "format": ${JSON.stringify(definition.format)},`,
    `  "name": ${JSON.stringify(definition.name)},`,
    '  "layers": [',
    layers.join(',\n'),
    '  ]',
    '}',
    '',
  ].join('\n');
}
