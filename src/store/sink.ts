import type { Output } from '../backend/tasks.js';
import type { TileData, TileRange } from '../backend/tile.js';
import type { Precision } from '../data/array.js';
import type { FileMark } from '../data/write/mark.js';

/** What is known of a matrix before its first tile: a store may take its own tiles from it. */
export interface SinkPlan {
  readonly shape: readonly [number, number];
  /** Whether only tiles on and above the diagonal come, each with its transpose. */
  readonly symmetric: boolean;
  /** Rows and columns of a tile; each begins at a multiple of them. */
  readonly tile: readonly [number, number];
  readonly precision: Precision;
  /** One matrix for each. */
  readonly outputs: readonly Output[];
  /** Bytes in which tiles may wait until whole rows of all matrices are there. [0] */
  readonly waiting?: number;
}

/** Takes finished tiles; called for one tile at a time. */
export interface TileSink {
  /** Stores a tile at its place, and its transpose at the mirrored place where there is one. */
  put(output: Output, range: TileRange, data: TileData): void;
  /** Reads an entry back from where it is stored; absent where nothing is kept. */
  entry?(output: Output, row: number, column: number): number;
  /** Gives up what was stored, where a run does not come to its end; again, or behind the end, it does nothing. */
  discard?(): void;
}

/** Makes the sink of a plan. */
export type SinkFor<S extends TileSink = TileSink> = (plan: SinkPlan) => S;

/** How a file is finished. */
export interface FinishOptions {
  readonly signal?: AbortSignal;
  /** Whether a file of the same name gives way; without, it stays and the writing fails. */
  readonly replace: boolean;
}

/** A sink whose matrices become one file, whole or not at all. */
export interface FileSink extends TileSink {
  /** Gives the file its name. Returns which file it is. @throws OutputError, InterruptedError */
  finish(options: FinishOptions): Promise<FileMark>;
  discard(): void;
}
