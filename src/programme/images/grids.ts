import { InternalError } from '../../errors.js';
import type { ValueId, Windows } from '../../vocabulary/steps.js';

/** A grid of positions with two axes; a sequence has one row. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** Two numbers, of the rows and of the columns of a grid, from one number an axis. */
export function twoAxes(list: readonly number[], missing: number): readonly [number, number] {
  if (list.length === 2) return [list[0], list[1]];
  return [missing, list.length === 1 ? list[0] : missing];
}

/** Windows on two axes. */
export function onTwoAxes(w: Windows): Windows {
  return {
    from: twoAxes(w.from, 1),
    to: twoAxes(w.to, 1),
    filter: twoAxes(w.filter, 1),
    stride: twoAxes(w.stride, 1),
    before: twoAxes(w.before, 0),
    wraps: w.wraps,
  };
}

/** Whether windows read each position alone: they then change nothing. */
export function readsItself({ filter, stride }: Windows): boolean {
  return [...filter, ...stride].every((n) => n === 1);
}

/**
 * Where the pairs of positions of a value are kept: those of one grid and stage are visited together.
 *
 * A pool starts a new stage, since it needs all pairs of the stage before it.
 */
export interface Place {
  readonly stage: number;
  /** Index of the grid. */
  readonly grid: number;
}

/**
 * The grid of a value in a stage: its own, or for a value of an earlier stage the one of its shape. @throws
 * InternalError if there is none
 */
export function gridAt({ grids, of }: Places, value: ValueId, stage: number): number {
  const selfKernels = of[value];
  if (selfKernels.stage === stage) return selfKernels.grid;
  const { height, width } = grids[selfKernels.grid];
  const found = of.find(
    ({ stage: s, grid }) => s === stage && grids[grid].height === height && grids[grid].width === width,
  );
  if (found === undefined) throw new InternalError(`no grid ${height}x${width} in stage ${stage}`);
  return found.grid;
}

/** The grids of a programme and the place of each value. */
export interface Places {
  readonly grids: readonly Grid[];
  readonly stages: number;
  readonly of: readonly Place[];
}
