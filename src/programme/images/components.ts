import type { Programme } from '../../vocabulary/steps.js';
import { pairOperands } from '../needs.js';
import type { Places } from './grids.js';
import type { OffsetsRead } from './needed-offsets.js';
import { offsetCount, type ReadOffsets } from './offsets.js';

/** Offsets that have to be visited together, since windows join them: `[grid] -> numbers of offsets`, ascending. */
export type Component = ReadonlyMap<number, readonly number[]>;

/** Sets that grow together. */
class DisjointSets {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  find(i: number): number {
    let root = i;
    while (this.#parent[root] !== root) root = this.#parent[root];
    for (let at = i; this.#parent[at] !== root; ) {
      const next = this.#parent[at];
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    this.#parent[Math.max(first, second)] = Math.min(first, second);
  }
}

/**
 * Splits the needed offsets of every stage into parts that never meet: window means and maps keep p' - p (on a torus:
 * up to whole turns), so each part is a short list of numbers and the pairs of positions are never held all at once.
 *
 * Returns the components of each stage. Source: formulas of section "offset decoupling"; Barzilai et al. 2022
 * (2211.14810) for the kernels.
 */
export function components(
  programme: Programme,
  places: Places,
  needed: readonly Uint8Array[],
  offsetsRead: OffsetsRead,
): readonly (readonly Component[])[] {
  const starts = [0];
  for (const grid of places.grids) starts.push((starts.at(-1) ?? 0) + offsetCount(grid));
  const sets = new DisjointSets(starts.at(-1) ?? 0);
  const joined = new Map<string, Set<ReadOffsets>>();
  programme.steps.forEach((step, v) => {
    const { grid: to, stage } = places.of[v];
    for (const operand of pairOperands(step)) {
      const { grid, stage: from } = places.of[operand];
      if (from !== stage) continue;
      const reads = offsetsRead.of(step, places.grids[grid], places.grids[to]);
      // Equal windows on one grid join what is joined already.
      const name = `${grid}:${to}`;
      if (reads === null || joined.get(name)?.has(reads) === true) continue;
      joined.set(name, (joined.get(name) ?? new Set()).add(reads));
      for (let id = 0; id < needed[to].length; id++) {
        if (needed[to][id] === 1) for (const r of reads(id)) sets.join(starts[to] + id, starts[grid] + r);
      }
    }
  });
  return gather(places, needed, starts, sets);
}

function gather(
  places: Places,
  needed: readonly Uint8Array[],
  starts: readonly number[],
  sets: DisjointSets,
): Component[][] {
  const found = Array.from({ length: places.stages }, () => new Map<number, Map<number, number[]>>());
  const stageOf = places.grids.map((_, grid) => places.of.find((p) => p.grid === grid)?.stage ?? 0);
  needed.forEach((offsets, grid) => {
    offsets.forEach((is, id) => {
      if (is === 0) return;
      const root = sets.find(starts[grid] + id);
      const ofStage = found[stageOf[grid]];
      const component = ofStage.get(root) ?? new Map<number, number[]>();
      ofStage.set(root, component);
      const list = component.get(grid) ?? [];
      component.set(grid, list);
      list.push(id);
    });
  });
  return found.map((stage) => [...stage.values()]);
}
