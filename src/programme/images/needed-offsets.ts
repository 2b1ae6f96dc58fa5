import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { pairOperands } from '../needs.js';
import { rulesOf } from '../steps/index.js';
import type { Grid, Places } from './grids.js';
import { offsetCount, offsetId, type ReadOffsets } from './offsets.js';

/** What a step that joins positions reads; null for the others, which read their own offset. */
export function offsetsRead(step: Step, from: Grid, to: Grid): ReadOffsets | null {
  return rulesOf(step).offsets?.(step, from, to) ?? null;
}

/**
 * The pass *needs* on images: which offsets of each grid the outputs rest on, walked back from them;
 * `[grids][offsets]`, 1 for needed.
 *
 * Offset 0 alone for `flatten` and `pixel`, all of them for global pooling. `wanted` are the values that are read at
 * the end.
 */
export function neededOffsets(programme: Programme, places: Places, wanted: readonly ValueId[]): readonly Uint8Array[] {
  const { steps } = programme;
  const needed = places.grids.map((grid) => new Uint8Array(offsetCount(grid)));
  const used = new Uint8Array(steps.length);
  for (const v of wanted) {
    const { grid } = places.of[v];
    used[v] = 1;
    needed[grid][offsetId(places.grids[grid], 0, 0)] = 1;
  }
  for (let v = steps.length - 1; v >= 0; v--) {
    const step = steps[v];
    if (used[v] === 0) continue;
    const selfKernels = places.of[v].grid;
    for (const operand of pairOperands(step)) {
      used[operand] = 1;
      const { grid } = places.of[operand];
      const reads = offsetsRead(step, places.grids[grid], places.grids[selfKernels]);
      needed[selfKernels].forEach((is, id) => {
        if (is === 1) for (const r of reads === null ? [id] : reads(id)) needed[grid][r] = 1;
      });
    }
  }
  return needed;
}
