import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { type ImagePlan, planImages } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { laneCount, type Target } from '../vector.js';
import type { PlacedFactor } from './factor-table.js';
import { type FactorShape, factorRoomBytes } from './factors.js';
import { componentRects } from './geometry.js';
import { printImages } from './source.js';
import type { StoredPlaces } from './stored.js';

/** Addresses in the memory of a thread. */
export interface ImageAddresses {
  readonly constants: number;
  readonly words: number;
  readonly starts: number;
  readonly rects: number;
  /** Lists of cells of one pair, and what its stages hand on. */
  readonly cells: number;
  readonly stored: number;
  /** Blocks of images. */
  readonly x: number;
  readonly z: number;
  /** What filling blocks needs. */
  readonly factors: number;
  /** Results and their transposes, `[set][output]`. */
  readonly results: readonly (readonly number[])[];
  readonly transposed: readonly (readonly number[])[];
  readonly bytes: number;
}

/** What every thread is told of a job: tables of the printed C and where everything lies. */
export interface ImageSchedule {
  readonly lanes: number;
  /** Largest tile side, a multiple of the lanes. */
  readonly size: number;
  readonly stageCount: number;
  readonly storedCount: number;
  readonly blockBytes: number;
  readonly columns: readonly PlacedFactor[];
  readonly constants: Float64Array;
  readonly words: Int32Array;
  readonly starts: Int32Array;
  readonly rects: Int32Array;
  readonly at: ImageAddresses;
}

/** A job planned and printed. */
export interface ScheduledImages {
  readonly plan: ImagePlan;
  readonly source: string;
  readonly stored: StoredPlaces;
  readonly schedule: ImageSchedule;
}

/** What blocks of images are filled for. */
export function factorShape(
  { programme, precision, channels }: PreparedImages,
  { blockBytes, columns, lanes }: Pick<ImageSchedule, 'blockBytes' | 'columns' | 'lanes'>,
): FactorShape {
  return { programme, precision, channels, lanes, layout: { columns, blockBytes } };
}

/** What takes a page is kept apart from its neighbours, so that lists of one stride do not share cache sets. */
const PAGE = 4096;

/** Gives out addresses, each a multiple of 64. */
class Room {
  end = PAGE;

  take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / 64) * 64;
    return at;
  }
}

/** Plans, prints and places a job; with `read` what the self-kernels of these values need alone, each image with itself. */
export function scheduleImages(
  job: PreparedImages,
  target: Target,
  tile: number,
  read?: readonly ValueId[],
): ScheduledImages {
  const plan = planImages(job.programme, job.inputs, read);
  const printed = printImages({ plan, job, target, selves: read !== undefined });
  const { stages, rects } = componentRects(plan);
  const words = Int32Array.from(printed.words);
  words.set(stages.flat());
  const constants = Float64Array.from(printed.constants);
  const lanes = laneCount(target, job.precision);
  const size = Math.ceil(tile / lanes) * lanes;
  const element = job.precision === 'f64' ? 8 : 4;
  const { blockBytes, columns, stored, source } = printed;
  const room = new Room();
  const sets = (): number[][] => [0, 1].map(() => job.outputs.map(() => room.take(size * size * element)));
  const at = {
    constants: room.take(constants.byteLength),
    words: room.take(words.byteLength),
    starts: room.take(stored.starts.byteLength),
    rects: room.take(rects.byteLength),
    cells: room.take(printed.cells * lanes * element),
    stored: room.take(stored.count * lanes * 8),
    x: room.take(blockBytes * size),
    z: room.take(blockBytes * size),
    factors: room.take(factorRoomBytes(factorShape(job, { blockBytes, columns, lanes }))),
    results: sets(),
    transposed: sets(),
  };
  return {
    plan,
    source,
    stored,
    schedule: {
      lanes,
      size,
      stageCount: plan.places.stages,
      storedCount: stored.count,
      blockBytes,
      columns,
      constants,
      words,
      starts: stored.starts,
      rects,
      at: { ...at, bytes: room.end },
    },
  };
}
