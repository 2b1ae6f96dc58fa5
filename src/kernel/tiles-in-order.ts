import type { TileRange } from '../backend/tile.js';
import { InterruptedError } from '../errors.js';
import { entriesOf, Reporter } from './run.js';
import { type Extent, tiles } from './tiles.js';
import type { KernelOptions } from './types.js';

/** Which tiles there are, and how many are in work at once. */
export interface TileOrder extends Pick<KernelOptions, 'signal' | 'onProgress'> {
  readonly extent: Extent;
  /** Side of a tile. */
  readonly side: number;
  /** Tiles that are started before the first of them is used. */
  readonly ahead: number;
}

/**
 * Starts tiles and uses each in the order of the plan, so that sums of them are the same whichever is finished first.
 *
 * Throws InterruptedError when the signal fires.
 */
export async function tilesInOrder<T>(
  { extent, side, ahead, signal, onProgress }: TileOrder,
  start: (range: TileRange) => Promise<T>,
  use: (range: TileRange, made: T) => Promise<void>,
): Promise<void> {
  const queue = tiles(extent, side);
  const report = new Reporter(extent.rows * extent.columns, onProgress);
  let before: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    before = before.then(act);
    return before;
  };
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (signal?.aborted) throw new InterruptedError();
      const range = next.value;
      const made = start(range);
      // An error is passed on in its turn; until then it must not count as one that nobody looks at.
      made.catch(() => undefined);
      await inTurn(async () => use(range, await made));
      report.add(entriesOf(range, extent.symmetric));
    }
  };
  await Promise.all(Array.from({ length: ahead }, work));
}
