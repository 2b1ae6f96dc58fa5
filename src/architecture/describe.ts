import { checkLayer, dataSignal } from '../layers/check.js';
import type { AnyFieldTable } from '../layers/fields.js';
import { definitionOf } from '../layers/index.js';
import type { Signal } from '../layers/layer.js';
import type { LayerNode } from '../layers/node.js';
import { onOneLine } from '../printable.js';
import { positionCount } from '../vocabulary/windows.js';
import { firstImageLayer, innerLayers } from './check-input.js';
import type { InputShape } from './lower.js';
import { shortenRuns } from './runs.js';
import type { Architecture, KernelDefinition } from './types.js';

/** What a description shows besides the layers. */
export interface DescribeOptions {
  /** Numbers in an input vector, or the shape of an image; null leaves it open (`d`, `h x w x c`). */
  readonly input?: number | InputShape | null;
  /** Whose convention the network follows (`presetConvention`); null for none in particular. */
  readonly convention?: string | null;
  /** Lines to add below the table: passes, shortcuts, cost. */
  readonly notes?: readonly string[];
}

const HEADER = ['path', 'layer', 'shape', 'trained', 'what it does'] as const;
type Row = readonly [path: string, layer: string, shape: string, trained: string, summary: string];

/** What rows show of the inputs. */
interface Start {
  /** Positions of the inputs, as far as they are known; null in a network of vectors. */
  readonly images: { readonly positions: readonly number[] | null } | null;
  /** Numbers at a position; null leaves them open. */
  readonly channels: number | null;
}

/** Units or channels; behind `flatten` as many times as there were positions. */
function channelsText({ law, width, grid }: Signal, { images, channels }: Start): string {
  const own = law === 'data' ? channels : width;
  if (own !== null && grid.gathered !== null) return String(own * grid.gathered);
  const letter = law === 'data' ? (images === null ? 'd' : 'c') : 'n';
  if (grid.gathered === 1) return letter;
  return grid.gathered === null ? `p ${own ?? letter}` : `${grid.gathered} ${letter}`;
}

const OPEN_SIZES = ['p', 'w', 'hxw'] as const;

function shapeText(signal: Signal, start: Start): string {
  const channels = channelsText(signal, start);
  const { count, rank, sizes } = signal.grid;
  if (start.images === null || count !== 'several') return channels;
  return `${sizes?.join('x') ?? OPEN_SIZES[rank ?? 0]}x${channels}`;
}

function parameterText(layer: LayerNode): string {
  const fields: AnyFieldTable = definitionOf(layer.kind)?.fields ?? {};
  const shown = Object.entries(layer).filter(([name, value]) => {
    if (name === 'kind' || name === 'train' || fields[name].holds === 'layers') return false;
    return name === 'alpha' || value !== fields[name].fallback;
  });
  const text = (value: unknown) => (Array.isArray(value) ? value.join('x') : value);
  return [layer.kind, ...shown.map(([name, value]) => `${name}=${text(value)}`)].join(' ');
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
  first: Signal,
  start: Start,
): { readonly rows: Row[]; readonly end: Signal } {
  const rows: Row[] = [];
  let signal = first;
  for (const { layer, index, skipped } of shortenRuns(layers)) {
    if (layer === null) {
      rows.push([`... ${path}[${index + skipped - 1}]`, `the same again, ${skipped} layers`, '', '', '']);
      continue;
    }
    const here = `${path}[${index}]`;
    const definition = definitionOf(layer.kind);
    const next = checkLayer(layer, signal, here, { tangent: false, report: () => undefined });
    const shape = `${shapeText(signal, start)} -> ${shapeText(next, start)}`;
    rows.push([
      here,
      parameterText(layer),
      shape,
      trainText(definition?.trainWeight(layer) ?? null),
      definition?.summary ?? '',
    ]);
    for (const [name, inner] of innerLayers(layer)) {
      rows.push(...describeLayers(inner, `${here}.${name}`, signal, start).rows);
    }
    signal = next;
  }
  return { rows, end: signal };
}

/** Inputs as the network takes them: images are flattened for a network of vectors. */
function startOf(definition: Architecture, input: number | InputShape | null): Start {
  const isImages = firstImageLayer(definition.layers) !== null;
  const { positions, channels } = typeof input === 'number' ? { positions: null, channels: input } : (input ?? OPEN);
  if (isImages) return { images: { positions }, channels };
  return { images: null, channels: channels === null ? null : positionCount(positions ?? []) * channels };
}

const OPEN = { positions: null, channels: null };

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
 * A readable table of a network: path, kind and parameters, shape in and out (`d` features, `n` units, `hxwxc` images),
 * what is trained, what each layer does.
 *
 * Repetitions of a block are shown once. Below it stand the convention and the caller's notes.
 */
export function describeArchitecture(definition: KernelDefinition, options: DescribeOptions = {}): string {
  const { input = null, convention = null, notes = [] } = options;
  const below = [...(convention === null ? [] : [`convention: ${convention}`]), ...notes];
  if (definition.format === 'ntk-radial/1') {
    const line =
      `${definition.name}: K(x, z) = exp(-${definition.rate} |x - z|^${definition.power}), no network; its NNGP and ` +
      'NTK are the same.';
    return `${[line, ...below].join('\n')}\n`;
  }
  const start = startOf(definition, input);
  const { rows } = describeLayers(definition.layers, 'layers', dataSignal(start.images?.positions), start);
  const title =
    `${definition.name === '' ? 'network without a name' : onOneLine(definition.name)} (${definition.format}, ` +
    `${definition.layers.length} layers)`;
  return `${[title, '', ...table([HEADER, ...rows]), ...(below.length === 0 ? [] : ['', ...below])].join('\n')}\n`;
}
