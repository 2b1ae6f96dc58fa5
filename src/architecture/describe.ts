import { checkLayer, DATA_SIGNAL } from '../layers/check.js';
import type { AnyFieldTable } from '../layers/fields.js';
import { definitionOf } from '../layers/index.js';
import type { LayerNode, Signal } from '../layers/layer.js';
import { shortenRuns } from './runs.js';
import type { KernelDefinition } from './types.js';

/** What a description shows besides the layers. */
export interface DescribeOptions {
  /** Numbers in an input vector; null leaves it open (`d`). */
  readonly features?: number | null;
  /** Whose convention the network follows (`presetConvention`); null for none in particular. */
  readonly convention?: string | null;
  /** Lines to add below the table: passes, shortcuts, cost. */
  readonly notes?: readonly string[];
}

const HEADER = ['path', 'layer', 'shape', 'trained', 'what it does'] as const;
type Row = readonly [path: string, layer: string, shape: string, trained: string, summary: string];

function shapeText(signal: Signal, features: number | null): string {
  if (signal.law === 'data') return features === null ? 'd' : String(features);
  return signal.width === null ? 'n' : String(signal.width);
}

function parameterText(layer: LayerNode): string {
  const fields: AnyFieldTable = definitionOf(layer.kind)?.fields ?? {};
  const shown = Object.entries(layer).filter(([name, value]) => {
    if (name === 'kind' || name === 'train' || Array.isArray(value)) return false;
    return name === 'alpha' || value !== fields[name].fallback;
  });
  return [layer.kind, ...shown.map(([name, value]) => `${name}=${value}`)].join(' ');
}

function trainText(weight: number | null): string {
  if (weight === null) return '';
  if (weight === 1) return 'yes';
  return weight === 0 ? 'no' : `x ${weight}`;
}

/** Rows of the layers at `path`, with those inside a layer below it, and the state behind them. */
function describeLayers(
  layers: readonly LayerNode[],
  path: string,
  start: Signal,
  features: number | null,
): { readonly rows: Row[]; readonly end: Signal } {
  const rows: Row[] = [];
  let signal = start;
  for (const { layer, index, skipped } of shortenRuns(layers)) {
    if (layer === null) {
      rows.push([`... ${path}[${index + skipped - 1}]`, `the same again, ${skipped} layers`, '', '', '']);
      continue;
    }
    const here = `${path}[${index}]`;
    const definition = definitionOf(layer.kind);
    const next = checkLayer(layer, signal, here, { tangent: false, report: () => undefined });
    const shape = `${shapeText(signal, features)} -> ${shapeText(next, features)}`;
    rows.push([
      here,
      parameterText(layer),
      shape,
      trainText(definition?.trainWeight(layer) ?? null),
      definition?.summary ?? '',
    ]);
    for (const [name, inner] of Object.entries(layer)) {
      if (!Array.isArray(inner)) continue;
      rows.push(...describeLayers(inner, `${here}.${name}`, signal, features).rows);
    }
    signal = next;
  }
  return { rows, end: signal };
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * A readable table of a network: path, kind and parameters, shape in and out (`d` features, `n` units), what is trained, what each layer does.
 *
 * Repetitions of a block are shown once. Below it stand the convention and the caller's notes.
 */
export function describeArchitecture(definition: KernelDefinition, options: DescribeOptions = {}): string {
  const { features = null, convention = null, notes = [] } = options;
  const below = [...(convention === null ? [] : [`convention: ${convention}`]), ...notes];
  if (definition.format === 'ntk-radial/1') {
    const line = `${definition.name}: K(x, z) = exp(-${definition.rate} |x - z|^${definition.power}), no network; its NNGP and NTK are the same.`;
    return `${[line, ...below].join('\n')}\n`;
  }
  const { rows } = describeLayers(definition.layers, 'layers', DATA_SIGNAL, features);
  const title = `${definition.name === '' ? 'network without a name' : definition.name} (${definition.format}, ${definition.layers.length} layers)`;
  return `${[title, '', ...table([HEADER, ...rows]), ...(below.length === 0 ? [] : ['', ...below])].join('\n')}\n`;
}
