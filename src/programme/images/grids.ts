import { InternalError } from '../../errors.js';
import type { Programme, Step, ValueId, Windows } from '../../vocabulary/steps.js';
import { valueShapes } from '../../vocabulary/windows.js';
import { operands } from '../needs.js';

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

/** The grid of a value in a stage: its own, or for a value of an earlier stage the one of its shape. @throws InternalError if there is none */
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

function stageOf(step: Step, stages: readonly number[]): number {
  const before = operands(step).map((v) => stages[v]);
  const latest = Math.max(0, ...before);
  return step.op === 'pool' ? latest + 1 : latest;
}

/** Finds the grid and the stage of every value. */
export function placeValues(programme: Programme): Places {
  const shapes = valueShapes(programme);
  const stages: number[] = [];
  for (const step of programme.steps) stages.push(stageOf(step, stages));
  const grids: Grid[] = [];
  const known = new Map<string, number>();
  const of = shapes.map((shape, v: ValueId): Place => {
    const [height, width] = twoAxes(shape, 1);
    const key = `${stages[v]}:${height}x${width}`;
    const grid = known.get(key) ?? grids.push({ height, width }) - 1;
    known.set(key, grid);
    return { stage: stages[v], grid };
  });
  return { grids, stages: Math.max(0, ...stages) + 1, of };
}
