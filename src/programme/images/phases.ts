import { InternalError } from '../../errors.js';
import type { ValueId } from '../../vocabulary/steps.js';
import { gridAt } from './grids.js';
import { type ImageInstruction, type ImageValue, imageInputs, imageResults } from './instructions.js';
import type { ImagePlan } from './plan.js';

/**
 * What a stage does at a position pair: an instruction of the body, or handing an output, or self-kernels of positions,
 * to the results.
 */
export type PositionPairInstruction =
  | ImageInstruction
  | { readonly op: 'output'; readonly of: ImageValue; readonly which: number }
  | { readonly op: 'selfKernel'; readonly of: ImageValue };

/** Instructions that threads run one after the other at each position pair of a grid. */
export interface PositionPairLoop {
  readonly grid: number;
  readonly instructions: readonly PositionPairInstruction[];
}

/** Loops between two barriers: none reads what another thread writes in the same phase. */
export type Phase = readonly PositionPairLoop[];

/** A stage as phases, with the values that outlive theirs in slots. */
export interface StagePhases {
  readonly phases: readonly Phase[];
  /** Slot of each value that a later phase reads, by `valueKey`. */
  readonly slots: ReadonlyMap<string, number>;
  readonly slotCount: number;
}

/** Name of a value of a body. */
export function valueKey({ form, value }: ImageValue): string {
  return `${form}:${value}`;
}

/** Values of which an instruction reads other position pairs than its own. */
function gathered(i: PositionPairInstruction): readonly ImageValue[] {
  if (i.op === 'window') return i.even ? [i.of] : [i.of, i.distances];
  return i.op === 'windowPlain' ? [i.of] : [];
}

/** Values that an instruction reads at its own position pair. */
function readHere(i: PositionPairInstruction): readonly ImageValue[] {
  if (i.op === 'output' || i.op === 'selfKernel') return [i.of];
  return i.op === 'window' || i.op === 'windowPlain' ? [] : imageInputs(i);
}

function made(i: PositionPairInstruction): readonly ImageValue[] {
  return i.op === 'output' || i.op === 'selfKernel' ? [] : imageResults(i);
}

/** The grid whose position pairs an instruction goes over. */
function gridOf(i: PositionPairInstruction, plan: ImagePlan, stage: number): number {
  const [value] = i.op === 'store' || i.op === 'pool' || i.op === 'output' || i.op === 'selfKernel' ? [i.of] : made(i);
  if (value === undefined) throw new InternalError(`the instruction ${i.op} makes no value`);
  return gridAt(plan.places, value.value, stage);
}

/** The first and the last phase that a value is there. */
interface Life {
  readonly from: number;
  to: number;
  /** Whether another phase than its own reads it. */
  kept: boolean;
}

/** Instructions by phase and grid, each as early as what it reads allows. */
class Scheduler {
  readonly phases: Map<number, PositionPairInstruction[]>[] = [];
  readonly lives = new Map<string, Life>();

  add(i: PositionPairInstruction, grid: number): void {
    const results = made(i);
    // Two windows may weigh one value: once is enough.
    if (results.length > 0 && results.every((v) => this.lives.has(valueKey(v)))) return;
    const at = Math.max(
      0,
      ...readHere(i).map((v) => this.#life(v).from),
      ...gathered(i).map((v) => this.#life(v).from + 1),
    );
    for (const v of [...readHere(i), ...gathered(i)]) {
      const life = this.#life(v);
      life.to = Math.max(life.to, at);
      if (at > life.from) life.kept = true;
    }
    for (const v of results) this.lives.set(valueKey(v), { from: at, to: at, kept: false });
    this.phases[at] ??= new Map();
    const list = this.phases[at].get(grid) ?? [];
    this.phases[at].set(grid, list);
    list.push(i);
  }

  #life(v: ImageValue): Life {
    const life = this.lives.get(valueKey(v));
    if (life === undefined) throw new InternalError(`value ${valueKey(v)} was not computed`);
    return life;
  }
}

/** Gives each kept value the lowest slot that is free while it is there. */
function slotsOf(lives: ReadonlyMap<string, Life>): Pick<StagePhases, 'slots' | 'slotCount'> {
  const slots = new Map<string, number>();
  const busyTo: number[] = [];
  const kept = [...lives].filter(([, life]) => life.kept).sort(([, a], [, b]) => a.from - b.from);
  for (const [key, life] of kept) {
    const free = busyTo.findIndex((to) => to < life.from);
    const slot = free < 0 ? busyTo.length : free;
    busyTo[slot] = life.to;
    slots.set(key, slot);
  }
  return { slots, slotCount: busyTo.length };
}

/** The phase that hands self-kernels of the positions of a pool to the results, loaded as pairs load them. */
export function selfKernelPhase(plan: ImagePlan, value: ValueId): Phase {
  const of: ImageValue = { form: 'plain', value };
  const load: PositionPairInstruction = { op: 'load', out: of, of: value };
  return [{ grid: plan.places.of[value].grid, instructions: [load, { op: 'selfKernel', of }] }];
}

/** Cuts the instructions of a stage into phases and finds room for the values that cross them. */
export function stagePhases(plan: ImagePlan, stage: number, outputs: readonly (ImageValue | null)[]): StagePhases {
  const scheduler = new Scheduler();
  const here: PositionPairInstruction[] = outputs.flatMap((of, which) =>
    of !== null && plan.places.of[of.value].stage === stage ? [{ op: 'output' as const, of, which }] : [],
  );
  for (const i of [...plan.body.stages[stage], ...here]) scheduler.add(i, gridOf(i, plan, stage));
  const phases = scheduler.phases.map((loops) =>
    Array.from(loops, ([grid, instructions]): PositionPairLoop => ({ grid, instructions })),
  );
  return { phases, ...slotsOf(scheduler.lives) };
}
