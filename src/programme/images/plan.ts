import type { Programme, ValueId } from '../../vocabulary/steps.js';
import { rulesOf } from '../steps/index.js';
import { verified } from '../verify.js';
import { type Component, components } from './components.js';
import type { Places } from './grids.js';
import type { ImageInstructions } from './instructions.js';
import { neededOffsets, OffsetsRead } from './needed-offsets.js';
import { placeValues } from './places.js';
import { type PositionPairs, positionPairCount, positionPairsOf } from './position-pairs.js';
import { evenValues, type InputFacts, selfKernelsDivided } from './self-kernels.js';
import { imageInstructions } from './translate.js';

/** How a programme on images is run: which pairs of positions are visited together, and what is done with them. */
export interface ImagePlan {
  readonly programme: Programme;
  readonly places: Places;
  readonly body: ImageInstructions;
  /** Values with one self-kernel at all positions of all images. */
  readonly even: readonly boolean[];
  /** Parts of each stage that never meet. */
  readonly components: readonly (readonly Component[])[];
  /** Pairs of positions of each grid that are visited at all, as offsets. */
  readonly offsets: readonly (readonly number[])[];
  /** Most pairs of positions of one grid in one component. */
  readonly mostPositionPairs: number;
}

/** Plans that were made of a programme: memory, forecast and job each ask for one. */
const known = new WeakMap<Programme, Map<string, ImagePlan>>();

/**
 * Plans a programme on images of which some facts are known; with `read` only for these values at offset 0, as the
 * self-kernels of a pool need them: of nested pools that takes few offsets where their outputs take all.
 */
export function planImages(programme: Programme, inputs: InputFacts, read?: readonly ValueId[]): ImagePlan {
  const plans = known.get(programme) ?? new Map<string, ImagePlan>();
  const name = JSON.stringify([inputs.even, inputs.positive, read ?? null]);
  const plan = plans.get(name) ?? planned(programme, inputs, read);
  known.set(programme, plans.set(name, plan));
  return plan;
}

function planned(programme: Programme, inputs: InputFacts, read?: readonly ValueId[]): ImagePlan {
  const places = placeValues(verified(programme, 'what is planned on images'));
  const outputs = [programme.nngp, programme.ntk].filter((v): v is ValueId => v !== null);
  // Self-kernels of a pool are sums over pairs of positions, also where no pair of images reads them.
  const divided = selfKernelsDivided(programme);
  const pools = Array.from(programme.steps.keys()).filter(
    (v) => divided[v] === 1 && rulesOf(programme.steps[v]).readsAllPairs === true,
  );
  const reads = new OffsetsRead();
  const needed = neededOffsets(programme, places, read ?? [...outputs, ...pools], reads);
  const parts = components(programme, places, needed, reads);
  const even = evenValues(programme, inputs);
  const offsets = needed.map((list) => Array.from(list.keys()).filter((id) => list[id] === 1));
  let mostPositionPairs = 1;
  for (const stage of parts) {
    for (const component of stage) {
      for (const [grid, ids] of component)
        mostPositionPairs = Math.max(mostPositionPairs, positionPairCount(places.grids[grid], ids));
    }
  }
  return {
    programme,
    places,
    even,
    components: parts,
    body: imageInstructions(programme, places, even, pools),
    offsets,
    mostPositionPairs,
  };
}

/** All pairs of positions of the grid of a value: the room that a stored value takes. */
export function storedPositionPairs({ places, offsets }: ImagePlan, value: ValueId): PositionPairs {
  const { grid } = places.of[value];
  return positionPairsOf(places.grids[grid], offsets[grid]);
}
