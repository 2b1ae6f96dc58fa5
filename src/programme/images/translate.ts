import { InternalError } from '../../errors.js';
import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { sameMap } from '../maps/index.js';
import { angleWeight } from '../maps/piecewise-linear.js';
import { pairOperands } from '../needs.js';
import type { MapStep } from '../steps/rules.js';
import { type Places, readsItself } from './grids.js';
import { type ImageInstruction, type ImageInstructions, type ImageValue, imageResults } from './instructions.js';

/** Values whose angle a later map reads: carried as cosine distances, all others as covariances. */
export function anglesRead(programme: Programme): Uint8Array {
  const read = new Uint8Array(programme.steps.length);
  for (let v = programme.steps.length - 1; v >= 0; v--) {
    const step = programme.steps[v];
    if (step.op === 'dual' || step.op === 'dualDerivative') read[step.of] = 1;
    else if (read[v] === 1) {
      if (step.op === 'product') throw new InternalError('a map must not read a product, which only tangents are');
      for (const of of pairOperands(step)) read[of] = 1;
    }
  }
  return read;
}

const distance = (value: ValueId): ImageValue => ({ form: 'distance', value });
const plain = (value: ValueId): ImageValue => ({ form: 'plain', value });

class Builder {
  readonly stages: ImageInstruction[][];
  readonly signed: boolean[] = [];
  readonly stored = new Set<ValueId>();
  readonly #programme: Programme;
  readonly #places: Places;
  readonly #even: readonly boolean[];
  readonly #angles: Uint8Array;
  /** For each stage: the value that a value is found under, since scaling and reading oneself change no correlation. */
  readonly #distances: Map<ValueId, ImageValue>[];
  readonly #plains: Map<ValueId, ImageValue>[];

  constructor(programme: Programme, places: Places, even: readonly boolean[]) {
    this.#programme = programme;
    this.#places = places;
    this.#even = even;
    this.#angles = anglesRead(programme);
    this.stages = Array.from({ length: places.stages }, () => []);
    this.#distances = this.stages.map(() => new Map());
    this.#plains = this.stages.map(() => new Map());
  }

  run(): void {
    this.#programme.steps.forEach((step, v) => {
      this.signed.push(this.#isSigned(step));
      if (this.#isMap(step) || this.#angles[v] === 1) this.#angle(step, v);
    });
  }

  /** The covariance of a value in a stage, made when it is first asked for. */
  covariance(v: ValueId, stage: number): ImageValue {
    const known = this.#plains[stage].get(v);
    if (known !== undefined) return known;
    const made = this.#makePlain(v, stage);
    this.#plains[stage].set(v, made);
    return made;
  }

  /** Has the stage before a pool add up its sums. */
  addUp(v: ValueId): void {
    const step = this.#programme.steps[v];
    if (this.stored.has(v)) return;
    if (step.op !== 'pool') throw new InternalError(`value ${v} is no pool`);
    const before = this.#places.of[step.of].stage;
    if (before !== this.#places.of[v].stage - 1) throw new InternalError('a pool must read the stage before it');
    this.stored.add(v);
    this.#emit(before, { op: 'pool', of: this.covariance(step.of, before), step: v });
  }

  #isMap(step: Step): step is MapStep {
    return step.op === 'dual' || step.op === 'dualDerivative';
  }

  #emit(stage: number, instruction: ImageInstruction): void {
    this.stages[stage].push(instruction);
  }

  /** Whether the correlation can be negative and a later step cares. */
  #isSigned(step: Step): boolean {
    switch (step.op) {
      case 'inner':
      case 'pool':
        return true;
      case 'dual':
        return step.phi.map !== 'heaviside' && !this.#rectifies(step);
      case 'sum':
        return step.terms.some((t) => this.signed[t.value]);
      case 'window':
      case 'pixel':
      case 'normalise':
        return this.signed[step.of];
      default:
        return false;
    }
  }

  /** relu and abs make no negative correlation. */
  #rectifies({ phi, of }: MapStep): boolean {
    return phi.map === 'piecewiseLinear' && (Math.abs(phi.even) >= Math.abs(phi.odd) || !this.signed[of]);
  }

  #distance(v: ValueId, stage: number): ImageValue {
    const known = this.#distances[stage].get(v);
    if (known !== undefined) return known;
    const selfKernels = this.#places.of[v].stage;
    if (selfKernels === stage) throw new InternalError(`the angle of value ${v} was not made`);
    const out = this.#distanceOfEarlier(v, this.#distance(v, selfKernels), stage);
    this.#distances[stage].set(v, out);
    return out;
  }

  /** The cosine distance of a value that an earlier stage has: by the name that it has there, of a pool from its sums, else as it was. */
  #distanceOfEarlier(v: ValueId, known: ImageValue, stage: number): ImageValue {
    if (known.value !== v) return this.#distance(known.value, stage);
    if (!this.#isPool(v)) return this.#handOn(known, this.#places.of[v].stage, stage);
    this.#emit(stage, { op: 'distanceOf', out: known, of: this.covariance(v, stage) });
    return known;
  }

  #isPool(v: ValueId): boolean {
    return this.#programme.steps[v].op === 'pool';
  }

  /** Stores a list of an earlier stage and loads it in this one, as it is. */
  #handOn(value: ImageValue, selfKernels: number, stage: number): ImageValue {
    if (!this.stored.has(value.value)) {
      this.stored.add(value.value);
      this.#emit(selfKernels, { op: 'store', of: value });
    }
    this.#emit(stage, { op: 'load', out: value, of: value.value });
    return value;
  }

  /** A covariance of an earlier stage: from the cosine distance where there is one, which keeps the digits; pools are stored as the sums that they are. */
  #earlier(v: ValueId, selfKernels: number, stage: number): ImageValue {
    if (this.#distances[selfKernels].has(v) && !this.#isPool(this.#distance(v, selfKernels).value)) {
      this.#emit(stage, { op: 'plain', out: plain(v), of: this.#distance(v, stage) });
      return plain(v);
    }
    return this.#handOn(this.covariance(v, selfKernels), selfKernels, stage);
  }

  #angle(step: Step, v: ValueId): void {
    const { stage } = this.#places.of[v];
    const name = this.#distances[stage];
    switch (step.op) {
      case 'inner':
        this.#emit(stage, { op: 'source', out: distance(v) });
        name.set(v, distance(v));
        return;
      case 'normalise':
        name.set(v, this.#distance(step.of, stage));
        return;
      case 'sum':
        this.#sum(step, v, stage);
        return;
      case 'window':
      case 'pixel':
        this.#window(step, v, stage);
        return;
      case 'pool':
        this.#emit(stage, { op: 'distanceOf', out: distance(v), of: this.covariance(v, stage) });
        name.set(v, distance(v));
        return;
      case 'dual':
      case 'dualDerivative':
        if (!name.has(v)) this.#map(step, v, stage);
        return;
      default:
        throw new InternalError(`no angle of a step ${step.op} on images`);
    }
  }

  #sum(step: Extract<Step, { op: 'sum' }>, v: ValueId, stage: number): void {
    if (step.terms.length === 1 && step.constant === 0 && step.terms[0].weight > 0) {
      this.#distances[stage].set(v, this.#distance(step.terms[0].value, stage));
      return;
    }
    const parts: (ImageValue | null)[] = step.terms.map((t) => this.#distance(t.value, stage));
    if (step.constant > 0) parts.push(null);
    this.#emit(stage, { op: 'sum', out: distance(v), step: v, parts });
    this.#distances[stage].set(v, distance(v));
  }

  #window(step: Extract<Step, { op: 'window' | 'pixel' }>, v: ValueId, stage: number): void {
    const distances = this.#distance(step.of, stage);
    if (step.op === 'window' && readsItself(step.windows)) {
      this.#distances[stage].set(v, distances);
      return;
    }
    const even = step.op === 'pixel' || (this.#even[step.of] && this.#even[v]);
    // Deviations belong to the value that is read, also where its correlation goes by an earlier name.
    const weighed: ImageValue = { form: 'weighed', value: step.of };
    if (!even) this.#emit(stage, { op: 'weigh', out: weighed, of: distances, step: v });
    this.#emit(stage, { op: 'window', out: distance(v), of: even ? distances : weighed, distances, step: v, even });
    this.#distances[stage].set(v, distance(v));
  }

  #map(step: MapStep, v: ValueId, stage: number): void {
    const of = this.#distance(step.of, stage);
    const { phi } = step;
    this.#distances[stage].set(v, distance(v));
    if (phi.map === 'heaviside') {
      this.#emit(stage, { op: 'heaviside', of, out: distance(v) });
    } else if (phi.map === 'piecewiseLinear') {
      const other = this.#partner(step, v);
      if (other !== null) this.#distances[stage].set(other, distance(other));
      const [value, slope] = step.op === 'dual' ? [v, other] : [other, v];
      this.#emit(stage, {
        op: 'piecewiseLinear',
        of,
        weight: angleWeight(phi),
        value: value === null ? null : distance(value),
        slope: slope === null ? null : distance(slope),
      });
    } else {
      this.#emit(stage, {
        op: step.op === 'dual' ? 'smooth' : 'smoothSlope',
        of,
        out: distance(v),
        map: phi.map,
        step: v,
      });
    }
  }

  #partner(step: MapStep, v: ValueId): ValueId | null {
    const wanted = step.op === 'dual' ? 'dualDerivative' : 'dual';
    const found = this.#programme.steps.slice(v + 1, v + 4).findIndex((other) => {
      return other.op === wanted && other.of === step.of && sameMap(other.phi, step.phi);
    });
    return found < 0 ? null : v + 1 + found;
  }

  #makePlain(v: ValueId, stage: number): ImageValue {
    const step = this.#programme.steps[v];
    const selfKernels = this.#places.of[v].stage;
    if (selfKernels !== stage) return this.#earlier(v, selfKernels, stage);
    const out = plain(v);
    if (step.op === 'pool') {
      this.addUp(v);
      this.#emit(stage, { op: 'load', out, of: v });
      return out;
    }
    if (this.#angles[v] === 1 || this.#isMap(step) || step.op === 'inner') {
      if (step.op === 'inner' && !this.#distances[stage].has(v)) this.#angle(step, v);
      this.#emit(stage, { op: 'plain', out, of: this.#distance(v, stage) });
      return out;
    }
    return this.#makeTangent(step, v, stage);
  }

  #makeTangent(step: Step, v: ValueId, stage: number): ImageValue {
    const out = plain(v);
    switch (step.op) {
      case 'sum': {
        const parts = step.terms.map((t) => ({ of: this.covariance(t.value, stage), weight: t.weight }));
        this.#emit(stage, { op: 'sumPlain', out, parts, constant: step.constant });
        return out;
      }
      case 'product': {
        const [left, slope] = [this.covariance(step.left, stage), this.#distance(step.right, stage)];
        this.#emit(stage, { op: 'productPlain', out, left, slope });
        return out;
      }
      case 'normalise':
        this.#emit(stage, { op: 'normalisePlain', out, of: this.covariance(step.of, stage), by: step.by });
        return out;
      case 'window':
      case 'pixel':
        if (step.op === 'window' && readsItself(step.windows)) {
          const parts = [{ of: this.covariance(step.of, stage), weight: 1 }];
          this.#emit(stage, { op: 'sumPlain', out, parts, constant: 0 });
        } else this.#emit(stage, { op: 'windowPlain', out, of: this.covariance(step.of, stage), step: v });
        return out;
      default:
        throw new InternalError(`no covariance of a step ${step.op} on images`);
    }
  }
}

/**
 * The instructions of a programme on images; `even` says which values have one self-kernel at all positions of all images, `pools` whose sums
 * are wanted whether an output reads them or not.
 *
 * @throws InternalError for a programme that no network makes, such as a map of a tangent
 */
export function imageInstructions(
  programme: Programme,
  places: Places,
  even: readonly boolean[],
  pools: readonly ValueId[],
): ImageInstructions {
  const builder = new Builder(programme, places, even);
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

/** Instructions in the order of their steps, so that a value is used soon after it was made and its room is free again. */
function inOrder(instructions: readonly ImageInstruction[]): readonly ImageInstruction[] {
  return instructions
    .map((instruction, at) => ({ instruction, at, step: stepOf(instruction) }))
    .sort((a, b) => a.step - b.step || a.at - b.at)
    .map(({ instruction }) => instruction);
}
