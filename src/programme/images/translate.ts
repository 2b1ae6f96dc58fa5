import { InternalError } from '../../errors.js';
import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { nearbyStep, pairOperands } from '../needs.js';
import { rulesOf } from '../steps/index.js';
import type { ImageTranslation } from '../steps/rules.js';
import type { Places } from './grids.js';
import {
  type ImageInstruction,
  type ImageInstructions,
  type ImageValue,
  imageResults,
  plainOf,
} from './instructions.js';

/** Values whose angle a later map reads: carried as cosine distances, all others as covariances. */
export function anglesRead(programme: Programme): Uint8Array {
  const read = new Uint8Array(programme.steps.length);
  for (let v = programme.steps.length - 1; v >= 0; v--) {
    const step = programme.steps[v];
    const { readsAngle, angle } = rulesOf(step);
    if (readsAngle !== true && read[v] === 0) continue;
    if (angle === undefined) throw new InternalError(`a map must not read a ${step.op}, which only tangents are`);
    for (const of of pairOperands(step)) read[of] = 1;
  }
  return read;
}

class Translation implements ImageTranslation {
  readonly stages: ImageInstruction[][];
  readonly signed: boolean[] = [];
  readonly stored = new Set<ValueId>();
  readonly even: readonly boolean[];
  readonly #programme: Programme;
  readonly #places: Places;
  readonly #angles: Uint8Array;
  /** For each stage: the value that a value is found under, since scaling and reading oneself change no correlation. */
  readonly #distances: Map<ValueId, ImageValue>[];
  readonly #plains: Map<ValueId, ImageValue>[];

  constructor(programme: Programme, places: Places, even: readonly boolean[]) {
    this.#programme = programme;
    this.#places = places;
    this.even = even;
    this.#angles = anglesRead(programme);
    this.stages = Array.from({ length: places.stages }, () => []);
    this.#distances = this.stages.map(() => new Map());
    this.#plains = this.stages.map(() => new Map());
  }

  run(): void {
    this.#programme.steps.forEach((step, v) => {
      const rules = rulesOf(step);
      this.signed.push(rules.isSigned(step, this.signed));
      if (rules.readsAngle === true || this.#angles[v] === 1) this.#angle(step, v);
    });
  }

  #angle(step: Step, v: ValueId): void {
    const { stage } = this.#places.of[v];
    if (this.#distances[stage].has(v)) return;
    const { angle } = rulesOf(step);
    if (angle === undefined) throw new InternalError(`no angle of a step ${step.op} on images`);
    angle(step, { value: v, stage, to: this });
  }

  covariance(v: ValueId, stage: number): ImageValue {
    const known = this.#plains[stage].get(v);
    if (known !== undefined) return known;
    const made = this.#makePlain(v, stage);
    this.#plains[stage].set(v, made);
    return made;
  }

  /** Has the stage before a pool add up its sums. */
  addUp(v: ValueId): void {
    if (this.stored.has(v)) return;
    if (!this.#isPool(v)) throw new InternalError(`value ${v} is no pool`);
    const [of] = pairOperands(this.#programme.steps[v]);
    const before = this.#places.of[of].stage;
    if (before !== this.#places.of[v].stage - 1) throw new InternalError('a pool must read the stage before it');
    this.stored.add(v);
    this.emit(before, { op: 'pool', of: this.covariance(of, before), step: v });
  }

  emit(stage: number, instruction: ImageInstruction): void {
    this.stages[stage].push(instruction);
  }

  setDistance(v: ValueId, stage: number, found: ImageValue): void {
    this.#distances[stage].set(v, found);
  }

  distance(v: ValueId, stage: number): ImageValue {
    const known = this.#distances[stage].get(v);
    if (known !== undefined) return known;
    const from = this.#places.of[v].stage;
    if (from === stage) throw new InternalError(`the angle of value ${v} was not made`);
    const out = this.#distanceOfEarlier(v, this.distance(v, from), stage);
    this.#distances[stage].set(v, out);
    return out;
  }

  /**
   * The cosine distance of a value that an earlier stage has: by the name that it has there, of a pool from its sums,
   * else as it was.
   */
  #distanceOfEarlier(v: ValueId, known: ImageValue, stage: number): ImageValue {
    if (known.value !== v) return this.distance(known.value, stage);
    if (!this.#isPool(v)) return this.#handOn(known, this.#places.of[v].stage, stage);
    this.emit(stage, { op: 'distanceOf', out: known, of: this.covariance(v, stage) });
    return known;
  }

  #isPool(v: ValueId): boolean {
    return rulesOf(this.#programme.steps[v]).readsAllPairs === true;
  }

  /** Stores a list of an earlier stage and loads it in this one, as it is. */
  #handOn(value: ImageValue, from: number, stage: number): ImageValue {
    if (!this.stored.has(value.value)) {
      this.stored.add(value.value);
      this.emit(from, { op: 'store', of: value });
    }
    this.emit(stage, { op: 'load', out: value, of: value.value });
    return value;
  }

  /**
   * A covariance of an earlier stage: from the cosine distance where there is one, which keeps the digits; pools are
   * stored as the sums that they are.
   */
  #earlier(v: ValueId, from: number, stage: number): ImageValue {
    if (this.#distances[from].has(v) && !this.#isPool(this.distance(v, from).value)) {
      this.emit(stage, { op: 'plain', out: plainOf(v), of: this.distance(v, stage) });
      return plainOf(v);
    }
    return this.#handOn(this.covariance(v, from), from, stage);
  }

  partner(v: ValueId, fits: (step: Step) => boolean): ValueId | null {
    return nearbyStep(this.#programme.steps, v, fits);
  }

  #makePlain(v: ValueId, stage: number): ImageValue {
    const step = this.#programme.steps[v];
    const rules = rulesOf(step);
    const from = this.#places.of[v].stage;
    if (from !== stage) return this.#earlier(v, from, stage);
    const out = plainOf(v);
    if (this.#isPool(v)) {
      this.addUp(v);
      this.emit(stage, { op: 'load', out, of: v });
      return out;
    }
    const hasAngle = this.#angles[v] === 1 || rules.readsAngle === true || rules.covariance === undefined;
    if (hasAngle) {
      this.#angle(step, v);
      this.emit(stage, { op: 'plain', out, of: this.distance(v, stage) });
    } else rules.covariance?.(step, { value: v, stage, to: this });
    return out;
  }
}

/**
 * The instructions of a programme on images; `even` says which values have one self-kernel at all positions of all
 * images, `pools` whose sums are wanted whether an output reads them or not.
 *
 * @throws InternalError for a programme that no network makes, such as a map of a tangent
 */
export function imageInstructions(
  programme: Programme,
  places: Places,
  even: readonly boolean[],
  pools: readonly ValueId[],
): ImageInstructions {
  const builder = new Translation(programme, places, even);
  builder.run();
  const output = (v: ValueId | null): ImageValue | null =>
    v === null ? null : builder.covariance(v, places.of[v].stage);
  const [nngp, ntk] = [output(programme.nngp), output(programme.ntk)];
  for (const v of pools) builder.addUp(v);
  const { signed, stored } = builder;
  const stages = builder.stages.map(inOrder);
  return { stages, nngp, ntk, signed, stored: [...stored] };
}

/** The step that an instruction belongs to. */
function stepOf(i: ImageInstruction): ValueId {
  switch (i.op) {
    case 'weigh':
    case 'pool':
      return i.step;
    case 'store':
      return i.of.value;
    default:
      return Math.min(...imageResults(i).map((v) => v.value));
  }
}

/**
 * Instructions in the order of their steps, so that a value is used soon after it was made and its room is free again.
 */
function inOrder(instructions: readonly ImageInstruction[]): readonly ImageInstruction[] {
  return instructions
    .map((instruction, at) => ({ instruction, at, step: stepOf(instruction) }))
    .sort((a, b) => a.step - b.step || a.at - b.at)
    .map(({ instruction }) => instruction);
}
