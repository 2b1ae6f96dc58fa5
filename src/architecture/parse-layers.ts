import type { AnyFieldTable, LayersField, ScalarField } from '../layers/fields.js';
import { definitionOf, LAYERS } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import { nearest } from './nearest.js';
import { show } from './show.js';

/** Notes one problem: JSON path, and rule, value and remedy. */
export type Report = (path: string, message: string) => void;

/** Stands for a layer that could not be read, so that checking goes on behind it. */
const UNREADABLE: LayerNode = Object.freeze({ kind: '' });

/** Layers within layers; deeper files are refused rather than run out of stack. */
export const MAX_NESTING = 256;

const KINDS = Object.keys(LAYERS);

function parseField(
  json: unknown,
  path: string,
  field: ScalarField<unknown> | LayersField,
  report: Report,
  depth: number,
): unknown {
  if (json === undefined && field.fallback !== undefined) return field.fallback;
  if (field.holds === 'layers' && Array.isArray(json)) return parseLayers(json, path, report, depth + 1);
  const value = field.holds === 'layers' ? undefined : field.accept(json);
  if (value !== undefined) return value;
  report(path, `must be ${field.rule}, got ${show(json)}. ${field.remedy}`);
  // The check behind goes on with the default, with a list of unknown content, or with what stands in.
  return field.fallback ?? (field.holds === 'layers' ? Object.freeze([UNREADABLE]) : field.standIn);
}

function reportUnknownFields(json: object, kind: string, names: readonly string[], path: string, report: Report): void {
  for (const key of Object.keys(json)) {
    if (key === 'kind' || names.includes(key)) continue;
    const near = nearest(key, names);
    const rule = names.length === 0 ? `${kind} has no fields` : `${kind} has the fields ${names.join(', ')}`;
    report(
      `${path}.${key}`,
      `${rule}, got ${show(key)}. ${near === null ? 'Leave it out.' : `Did you mean "${near}"?`}`,
    );
  }
}

function parseFields(json: object, kind: string, path: string, report: Report, depth: number): LayerNode {
  const fields: AnyFieldTable = definitionOf(kind)?.fields ?? {};
  reportUnknownFields(json, kind, Object.keys(fields), path, report);
  const given = json as Readonly<Record<string, unknown>>;
  const layer: Record<string, unknown> & LayerNode = { kind };
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    layer[name] = parseField(value, `${path}.${name}`, field, report, depth);
  }
  return Object.freeze(layer);
}

function parseUnknownKind(json: object, kind: string, path: string, report: Report, depth: number): LayerNode {
  const near = nearest(kind, KINDS);
  const guess = near === null ? '' : `Did you mean "${near}"? `;
  report(`${path}.kind`, `must be the name of a layer, got ${show(kind)}. ${guess}Known are ${KINDS.join(', ')}.`);
  // Read as what it was probably meant to be, for the problems inside.
  if (near !== null && definitionOf(near) !== null) parseFields(json, near, path, report, depth);
  return UNREADABLE;
}

function parseLayer(json: unknown, path: string, report: Report, depth: number): LayerNode {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    report(path, `must be an object with a "kind", got ${show(json)}. Write e.g. { "kind": "relu" }.`);
    return UNREADABLE;
  }
  const kind = Object.hasOwn(json, 'kind') ? (json as { readonly kind: unknown }).kind : undefined;
  if (typeof kind !== 'string') {
    report(`${path}.kind`, `must be the name of a layer, got ${show(kind)}. Known are ${KINDS.join(', ')}.`);
    return UNREADABLE;
  }
  if (definitionOf(kind) === null) return parseUnknownKind(json, kind, path, report, depth);
  return parseFields(json, kind, path, report, depth);
}

/**
 * Reads the layers that stand at `path`, frozen and with their defaults, and reports everything that breaks a rule of
 * its field.
 *
 * What could not be read is replaced, so that the list has the length of the file's and all problems are found in one
 * pass.
 */
export function parseLayers(json: readonly unknown[], path: string, report: Report, depth = 0): readonly LayerNode[] {
  if (depth > MAX_NESTING) {
    report(path, `layers must lie at most ${MAX_NESTING} levels deep, got more. Put them one after the other.`);
    return [UNREADABLE];
  }
  // Array.from also visits the holes of a sparse list.
  return Object.freeze(Array.from(json, (layer, i) => parseLayer(layer, `${path}[${i}]`, report, depth)));
}
