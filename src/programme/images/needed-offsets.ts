import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { pairOperands } from '../needs.js';
import { rulesOf } from '../steps/index.js';
import type { Grid, Places } from './grids.js';
import { offsetCount, offsetId, type ReadOffsets } from './offsets.js';

/** What steps read of each offset, found once: the layers of a network ask the same again and again. */
export class OffsetsRead {
  readonly #known = new Map<string, ReadOffsets>();

  /** What a step that joins positions reads; null for the others, which read their own offset. */
  of(step: Step, from: Grid, to: Grid): ReadOffsets | null {
    const { offsets } = rulesOf(step);
    if (offsets === undefined) return null;
    const { op } = step;
    const place = 'windows' in step ? step.windows : 'at' in step ? step.at : null;
    const name = JSON.stringify([op, place, from, to]);
    const known = this.#known.get(name) ?? remembered(offsets(step, from, to));
    this.#known.set(name, known);
    return known;
  }
}

function remembered(read: ReadOffsets): ReadOffsets {
  const known: (readonly number[] | undefined)[] = [];
  return (id) => {
    const found = known[id] ?? read(id);
    known[id] = found;
    return found;
  };
}

/**
 * The pass *needs* on images: which offsets of each grid the outputs rest on, walked back from them;
 * `[grids][offsets]`, 1 for needed.
 *
 * Offset 0 alone for `flatten` and `pixel`, all of them for global pooling. `wanted` are the values that are read at
 * the end.
 */
export function neededOffsets(
  programme: Programme,
  places: Places,
  wanted: readonly ValueId[],
  offsetsRead: OffsetsRead,
): readonly Uint8Array[] {
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
    const to = places.of[v].grid;
    for (const operand of pairOperands(step)) {
      used[operand] = 1;
      const { grid } = places.of[operand];
      read(offsetsRead.of(step, places.grids[grid], places.grids[to]), needed[to], needed[grid]);
    }
  }
  return needed;
}

/** Marks what marked offsets read. */
function read(reads: ReadOffsets | null, by: Uint8Array, of: Uint8Array): void {
  for (let id = 0; id < by.length; id++) {
    if (by[id] === 0) continue;
    if (reads === null) of[id] = 1;
    else for (const r of reads(id)) of[r] = 1;
  }
}
