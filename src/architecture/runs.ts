import type { LayerNode } from '../layers/node.js';

/** A layer to show, or (layer null) a run of `skipped` layers from `index` on that repeat those before. */
export interface ShownLayer {
  readonly layer: LayerNode | null;
  readonly index: number;
  readonly skipped: number;
}

/** Longest block whose repetitions are looked for. */
const LONGEST_BLOCK = 4;
/** Repetitions from which on a block is shown once. */
const FEWEST_REPEATS = 4;

/**
 * Number of layers from `start` on that repeat the block of `period` layers there, whole blocks only, the first one
 * included.
 */
function runLength(keys: readonly string[], start: number, period: number): number {
  let end = start + period;
  while (end < keys.length && keys[end] === keys[end - period]) end++;
  return Math.floor((end - start) / period) * period;
}

/**
 * Shows blocks of up to four layers that repeat at least four times once, followed by one entry for the rest of them.
 */
export function shortenRuns(layers: readonly LayerNode[]): readonly ShownLayer[] {
  const keys = layers.map((layer) => JSON.stringify(layer));
  const shown: ShownLayer[] = [];
  for (let i = 0; i < layers.length; ) {
    const periods = Array.from({ length: LONGEST_BLOCK }, (_, p) => p + 1);
    const period = periods.find((p) => runLength(keys, i, p) >= FEWEST_REPEATS * p) ?? 1;
    const length = runLength(keys, i, period);
    const isRun = length >= FEWEST_REPEATS * period;
    for (let j = 0; j < (isRun ? period : 1); j++) shown.push({ layer: layers[i + j], index: i + j, skipped: 0 });
    if (isRun) shown.push({ layer: null, index: i + period, skipped: length - period });
    i += isRun ? length : 1;
  }
  return shown;
}
