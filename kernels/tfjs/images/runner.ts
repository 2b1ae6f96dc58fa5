import type { PooledOfImages, PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import type { Output } from '../../../src/backend/tasks.js';
import { allocate } from '../../../src/data/array.js';
import {
  type ImageInstruction,
  type ImageValue,
  imageInputs,
  imageResults,
} from '../../../src/programme/images/instructions.js';
import { type ImagePlan, planImages } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import type { Engine } from '../engine.js';
import type { Tensors } from '../tensors.js';
import { disposeValue, tensorsOf, type Value } from '../values.js';
import { type Block, selfBlock } from './block.js';
import { ImageFactors } from './factors.js';
import { type Executor, execute, keep, keyOf } from './instructions.js';
import { pairsAtOnce } from './memory.js';
import { type ComponentPositionPairs, ImageTables } from './position-pairs.js';
import { ImageStore } from './store.js';

/** Takes an output of a block, `[rows * columns]`, divided by 4^exponent of its value. */
export type TakeOutput = (which: number, numbers: ArrayLike<number>) => void;

/** An output that is found in a stage. */
interface Found {
  readonly which: number;
  readonly value: ImageValue;
}

/** The instructions of a stage, the last that reads each value, and the outputs that are read behind them. */
interface Stage {
  readonly instructions: readonly ImageInstruction[];
  readonly last: ReadonlyMap<string, number>;
  readonly outputs: readonly Found[];
}

function stageOf(plan: ImagePlan, stage: number, wanted: readonly Output[]): Stage {
  const instructions = plan.body.stages[stage];
  const last = new Map<string, number>();
  instructions.forEach((i, at) => {
    for (const v of [...imageInputs(i), ...imageResults(i)]) last.set(keyOf(v), at);
  });
  const outputs = wanted.flatMap((output, which): Found[] => {
    const value = plan.body[output];
    return value !== null && plan.places.of[value.value].stage === stage ? [{ which, value }] : [];
  });
  for (const { value } of outputs) last.set(keyOf(value), Number.POSITIVE_INFINITY);
  return { instructions, last, outputs };
}

/** Runs a prepared task on blocks of pairs. */
export class ImageRunner {
  readonly plan: ImagePlan;
  readonly tables: ImageTables;
  readonly factors: ImageFactors;
  /** Pairs that a block should have. */
  readonly pairs: number;
  readonly #tf: Tensors;
  readonly #job: PreparedImages;
  readonly #stages: readonly Stage[];

  /** With `read`, for these values alone (`planImages`). */
  constructor(engine: Engine, job: PreparedImages, read?: readonly ValueId[]) {
    this.#tf = engine.tensors(job.precision);
    this.#job = job;
    this.plan = planImages(job.programme, job.inputs, read);
    this.tables = new ImageTables(this.plan);
    this.factors = new ImageFactors(job, this.plan);
    this.pairs = pairsAtOnce(this.plan, engine.device !== null);
    this.#stages = this.plan.body.stages.map((_, stage) => stageOf(this.plan, stage, job.outputs));
  }

  /**
   * Runs the first stages, all of them unless told otherwise, on a block, component by component, and stops after each:
   * its tensors are gone then. Returns what stages handed on.
   */
  *run(block: Block, take: TakeOutput, stages = this.#stages.length): Generator<undefined, ImageStore> {
    const store = new ImageStore(this.#job, this.plan, block.shape);
    for (const [s, stage] of this.#stages.slice(0, stages).entries()) {
      for (let c = 0; c < this.plan.components[s].length; c++) {
        this.#component(stage, block, this.tables.component(s, c), store, take);
        yield;
      }
    }
    return store;
  }

  #component(
    stage: Stage,
    block: Block,
    positionPairs: ComponentPositionPairs,
    store: ImageStore,
    take: TakeOutput,
  ): void {
    const values = new Map<string, Value>();
    const tf = this.#tf;
    const executor: Executor = { tf, job: this.#job, plan: this.plan, block, positionPairs, store, values };
    try {
      stage.instructions.forEach((instruction, index) => {
        if (isHere(positionPairs, instruction)) step(executor, instruction, index, stage.last);
      });
      for (const { which, value } of stage.outputs) {
        const found = values.get(keyOf(value));
        if (found !== undefined) take(which, tf.readSync(found.below));
      }
    } finally {
      for (const value of values.values()) disposeValue(value);
    }
  }
}

/** Whether a component has position pairs of the grid that an instruction works on. */
function isHere(positionPairs: ComponentPositionPairs, i: ImageInstruction): boolean {
  const [of] = i.op === 'store' || i.op === 'pool' ? [i.of] : imageResults(i);
  return positionPairs.of(of.value) !== null;
}

/**
 * Runs one instruction; of all tensors that it makes only its results stay, and of what it reads what is read again.
 */
function step(executor: Executor, i: ImageInstruction, index: number, last: ReadonlyMap<string, number>): void {
  const { tf, values } = executor;
  if (i.op === 'store' || i.op === 'pool') keep(executor, i);
  else {
    const made: (readonly [ImageValue, Value])[] = [];
    tf.tidy(() => {
      made.push(...execute(executor, i));
      return made.flatMap(([, value]) => [...tensorsOf(value)]);
    });
    for (const [id, value] of made) values.set(keyOf(id), value);
  }
  for (const name of new Set([...imageInputs(i), ...imageResults(i)].map(keyOf))) {
    const value = values.get(name);
    if (value === undefined || (last.get(name) ?? 0) > index) continue;
    disposeValue(value);
    values.delete(name);
  }
}

/** Self-kernels of a pool for every image of a set, each image with itself: the stages before it are run. */
function selfPooled(runner: ImageRunner, factors: ImageFactors, value: ValueId, set: SharedImages): Float64Array {
  const { grid, stage } = runner.plan.places.of[value];
  const { height, width } = runner.plan.places.grids[grid];
  const index = runner.tables.stored(value);
  const diagonal = Int32Array.from({ length: height * width }, (_, p) => index.find(p, p));
  const all = allocate(set.count * diagonal.length, 'f64') as Float64Array;
  for (let first = 0; first < set.count; first += runner.pairs) {
    const count = Math.min(runner.pairs, set.count - first);
    const side = factors.side(set, first, count);
    const run = runner.run(selfBlock(factors.columns(side, side), count), () => undefined, stage);
    let state = run.next();
    while (state.done !== true) state = run.next();
    for (let i = 0; i < count; i++) all.set(state.value.selfKernels(value, i, diagonal), (first + i) * diagonal.length);
  }
  return all;
}

/**
 * Self-kernels of the pools of a job, whose requests of one pool share a runner; factors change with what is known of
 * earlier pools.
 */
export function pooledOn(engine: Engine): PooledOfImages {
  const runners = new Map<ValueId, ImageRunner>();
  return (job, value, set) => {
    engine.use();
    const runner = runners.get(value) ?? new ImageRunner(engine, { ...job, outputs: [] }, [value]);
    runners.set(value, runner);
    return selfPooled(runner, new ImageFactors(job, runner.plan), value, set);
  };
}
