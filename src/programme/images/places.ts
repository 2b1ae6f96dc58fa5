import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { operands } from '../needs.js';
import { valueShapes } from '../shapes.js';
import { rulesOf } from '../steps/index.js';
import { type Grid, type Place, type Places, twoAxes } from './grids.js';

function stageOf(step: Step, stages: readonly number[]): number {
  const before = operands(step).map((v) => stages[v]);
  const latest = Math.max(0, ...before);
  return rulesOf(step).readsAllPairs === true ? latest + 1 : latest;
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
