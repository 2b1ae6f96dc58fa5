import { dataGrid, UNKNOWN_GRID } from './grid.js';
import { definitionOf } from './index.js';
import type { CheckContext, Signal } from './layer.js';
import type { LayerNode } from './node.js';

/** The state of the data, before any layer; `positions` null while they are not known. */
export function dataSignal(positions: readonly number[] | null = null): Signal {
  return { law: 'data', raw: true, trained: false, width: null, grid: dataGrid(positions) };
}

/** What is asked of a walk over layers. */
export interface CheckOptions {
  /** Whether an NTK is wanted, which some layers do not have. */
  readonly tangent: boolean;
  /** Receives every problem: JSON path, and rule, value and remedy. */
  report(path: string, message: string): void;
}

/**
 * Walks over the layers that stand at `path`, reports what does not fit where it stands, and returns the state behind
 * the last one.
 *
 * A layer of no known kind reports nothing and makes the state unknown: parsing reports it.
 */
export function checkLayers(layers: readonly LayerNode[], signal: Signal, path: string, options: CheckOptions): Signal {
  let current = signal;
  layers.forEach((layer, i) => {
    current = checkLayer(layer, current, `${path}[${i}]`, options);
  });
  return current;
}

/** Checks one layer at `path`; see `checkLayers`. */
export function checkLayer(layer: LayerNode, signal: Signal, path: string, options: CheckOptions): Signal {
  const definition = definitionOf(layer.kind);
  if (definition === null) return { ...signal, law: 'unknown', raw: false, grid: UNKNOWN_GRID };
  const context: CheckContext = {
    path,
    tangent: options.tangent,
    report: options.report,
    checkLayers: (inner, state, innerPath) => checkLayers(inner, state, innerPath, options),
    drawsWeights: (inner) => definitionOf(inner.kind)?.drawsWeights ?? null,
  };
  return definition.check(layer, signal, context);
}
