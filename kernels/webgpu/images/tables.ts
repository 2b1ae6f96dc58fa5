import { DeviceFullError, InternalError } from '../../../src/errors.js';
import type { Component } from '../../../src/programme/images/components.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import {
  PositionPairIndex,
  type PositionPairs,
  positionPairCount,
  positionPairsOf,
  positionPairsRead,
  positionsRead,
} from '../../../src/programme/images/position-pairs.js';
import { valueShapes } from '../../../src/programme/shapes.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';

/** A window step, which reads several position pairs or one of another grid. */
export type WindowStep = Extract<Step, { op: 'window' | 'pixel' }>;

/** Positions that a window adds up, or pairs of them that a pool does. */
export function tapCount(step: Step): number {
  if (step.op === 'pixel') return 1;
  if (step.op === 'window') return positionCount(step.windows.filter);
  if (step.op === 'pool') return positionCount(step.windows.filter) ** 2;
  throw new InternalError(`the step ${step.op} has no taps`);
}

/** Whether a pool is the mean over all pairs of positions: its parts are added up instead of being kept. */
export function isWhole(step: Step): boolean {
  // One window may still leave the last rows and columns out.
  return step.op === 'pool' && step.windows.filter.every((n, axis) => n === step.windows.from[axis]);
}

/**
 * What the shader finds in the table for each component of a stage, one number each, in this order.
 *
 * `count`, `positionPairs`: how many position pairs of a grid there are, and where their p and then their p' lie.
 * `taps`, `halves`: where the position pairs that a window reads lie, `[taps, position pairs]`, and its halves.
 * `first`: number of the first position pair among all of its grid. `numbers`: for each position pair the number of the
 * position pair of a value of an earlier stage, for a pool `[taps, position pairs]`.
 */
export type Field =
  | { readonly kind: 'count' | 'positionPairs' | 'first'; readonly grid: number }
  | { readonly kind: 'taps' | 'halves'; readonly step: ValueId }
  | { readonly kind: 'numbers'; readonly of: ValueId; readonly grid: number };

/** For a half: no position of x; the next word is one of z. */
export const NONE = 0xffffffff;

const EMPTY: PositionPairs = { count: 0, p: new Int32Array(0), q: new Int32Array(0) };

/** Words that a table may take. */
const MOST_WORDS = 2 ** 26;

/** Words one after the other; equal lists are kept once. */
class Words {
  length = 0;
  readonly #lists: Uint32Array[] = [];
  readonly #known = new Map<number, { readonly at: number; readonly list: Uint32Array }[]>();

  add(list: Uint32Array): number {
    let hash = list.length;
    for (const word of list) hash = (Math.imul(hash, 0x9e3779b1) ^ word) >>> 0;
    const alike = this.#known.get(hash) ?? [];
    this.#known.set(hash, alike);
    const same = alike.find((k) => k.list.length === list.length && k.list.every((word, i) => word === list[i]));
    if (same !== undefined) return same.at;
    const at = this.length;
    alike.push({ at, list });
    this.#lists.push(list);
    this.length += list.length;
    if (this.length > MOST_WORDS) {
      throw new DeviceFullError(
        `--backend webgpu: the tables of pairs of positions must have at most ${MOST_WORDS} entries, got more. Use ` +
          'smaller images or --backend host.',
      );
    }
    return at;
  }

  joined(head: Uint32Array): Uint32Array<ArrayBuffer> {
    const all = new Uint32Array(head.length + this.length);
    all.set(head);
    let at = head.length;
    for (const list of this.#lists) {
      all.set(list, at);
      at += list.length;
    }
    return all;
  }
}

/** Position pairs of each grid of a component. */
class ComponentPositionPairs {
  readonly #plan: ImagePlan;
  readonly #component: Component;
  readonly #positionPairs = new Map<number, PositionPairs>();
  readonly #index = new Map<number, PositionPairIndex>();

  constructor(plan: ImagePlan, component: Component) {
    this.#plan = plan;
    this.#component = component;
  }

  of(grid: number): PositionPairs {
    const ids = this.#component.get(grid);
    const positionPairs =
      this.#positionPairs.get(grid) ??
      (ids === undefined ? EMPTY : positionPairsOf(this.#plan.places.grids[grid], ids));
    this.#positionPairs.set(grid, positionPairs);
    return positionPairs;
  }

  index(grid: number): PositionPairIndex {
    const index = this.#index.get(grid) ?? new PositionPairIndex(this.#plan.places.grids[grid], this.of(grid));
    this.#index.set(grid, index);
    return index;
  }
}

/** Numbers of all position pairs of a grid, component after component. */
class Numbering {
  readonly #first = new Map<Component, number>();
  readonly #number = new Map<number, number>();
  readonly #positions: number;
  count = 0;

  constructor(plan: ImagePlan, grid: number, stage: number) {
    const { height, width } = plan.places.grids[grid];
    this.#positions = height * width;
    for (const component of plan.components[stage]) {
      this.#first.set(component, this.count);
      const { count, p, q } = new ComponentPositionPairs(plan, component).of(grid);
      for (let c = 0; c < count; c++) this.#number.set(p[c] * this.#positions + q[c], this.count + c);
      this.count += count;
    }
  }

  first(component: Component): number {
    return this.#first.get(component) ?? 0;
  }

  find(p: number, q: number): number {
    return this.#number.get(p * this.#positions + q) ?? 0;
  }
}

/** `[a, b]` turned into `[b, a]`, so that neighbouring threads read neighbouring words. */
function turned(list: ArrayLike<number>, columns: number): Uint32Array {
  const rows = list.length / Math.max(1, columns);
  const result = new Uint32Array(list.length);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) result[k * rows + i] = list[i * columns + k];
  return result;
}

class TableMaker {
  readonly #plan: ImagePlan;
  readonly #words = new Words();
  readonly #numberings = new Map<number, Numbering>();
  readonly #reads = new Map<ValueId, Int32Array>();
  readonly #shapes: readonly (readonly number[])[];

  constructor(plan: ImagePlan) {
    this.#plan = plan;
    this.#shapes = valueShapes(plan.programme);
  }

  make(fields: readonly (readonly Field[])[]): Uint32Array<ArrayBuffer> {
    const { components } = this.#plan;
    const size = fields.reduce((sum, list, stage) => sum + list.length * components[stage].length, 0);
    const head = new Uint32Array(size);
    let at = 0;
    fields.forEach((list, stage) => {
      for (const component of components[stage]) {
        const positionPairs = new ComponentPositionPairs(this.#plan, component);
        for (const field of list) {
          // Lists lie behind the fields.
          head[at++] = this.#number(field, component, positionPairs) + (isPlace(field) ? size : 0);
        }
      }
    });
    return this.#words.joined(head);
  }

  #numbering(value: ValueId): Numbering {
    const { grid, stage } = this.#plan.places.of[value];
    const known = this.#numberings.get(grid) ?? new Numbering(this.#plan, grid, stage);
    this.#numberings.set(grid, known);
    return known;
  }

  #number(field: Field, component: Component, positionPairs: ComponentPositionPairs): number {
    switch (field.kind) {
      case 'count':
        return positionPairs.of(field.grid).count;
      case 'positionPairs': {
        const { p, q } = positionPairs.of(field.grid);
        return this.#words.add(Uint32Array.from([...p, ...q]));
      }
      case 'first': {
        const value = this.#plan.places.of.findIndex(({ grid }) => grid === field.grid);
        return this.#numbering(value).first(component);
      }
      case 'taps':
        return this.#words.add(this.#taps(field.step, positionPairs).taps);
      case 'halves':
        return this.#words.add(this.#taps(field.step, positionPairs).halves);
      case 'numbers':
        return this.#words.add(this.#numbers(field.of, positionPairs.of(field.grid)));
    }
  }

  #step(value: ValueId): WindowStep {
    const step = this.#plan.programme.steps[value];
    if (step.op !== 'window' && step.op !== 'pixel') throw new InternalError(`value ${value} is no window`);
    return step;
  }

  #taps(
    value: ValueId,
    positionPairs: ComponentPositionPairs,
  ): { readonly taps: Uint32Array; readonly halves: Uint32Array } {
    const step = this.#step(value);
    const { of } = this.#plan.places;
    const [from, to] = [of[step.of].grid, of[value].grid];
    const shape = this.#shapes[step.of];
    const read =
      this.#reads.get(value) ??
      (step.op === 'pixel'
        ? Int32Array.of(step.at.reduce((index, i, axis) => index * shape[axis] + i, 0))
        : positionsRead(step.windows));
    this.#reads.set(value, read);
    const taps = tapCount(step);
    const found = positionPairsRead(
      positionPairs.of(to),
      positionPairs.of(from),
      read,
      taps,
      positionPairs.index(from),
    );
    const halves = Uint32Array.from(
      found.halves.p.flatMap((p, h) => [p < 0 ? NONE : p, Math.max(0, found.halves.q[h])]),
    );
    return { taps: turned(found.positionPairs, taps), halves };
  }

  /** Numbers of the position pairs that the position pairs of a later stage read. */
  #numbers(value: ValueId, positionPairs: PositionPairs): Uint32Array {
    const step = this.#plan.programme.steps[value];
    const numbering = this.#numbering(step.op === 'pool' ? step.of : value);
    if (step.op !== 'pool') return Uint32Array.from(positionPairs.p, (p, c) => numbering.find(p, positionPairs.q[c]));
    const positions = positionsRead(step.windows);
    const side = positionCount(step.windows.filter);
    if (positionPairs.count * side * side > MOST_WORDS) this.#words.add(new Uint32Array(MOST_WORDS + 1));
    const list = new Uint32Array(positionPairs.count * side * side);
    let at = 0;
    for (let c = 0; c < positionPairs.count; c++) {
      for (let k = 0; k < side; k++) {
        for (let l = 0; l < side; l++) {
          list[at++] = numbering.find(
            positions[positionPairs.p[c] * side + k],
            positions[positionPairs.q[c] * side + l],
          );
        }
      }
    }
    return turned(list, side * side);
  }
}

function isPlace({ kind }: Field): boolean {
  return kind === 'positionPairs' || kind === 'taps' || kind === 'halves' || kind === 'numbers';
}

/**
 * Numbers of each stored value that a pair hands on: one a position pair, or one a component for a mean over
 * everything.
 */
export function handedNumbers(plan: ImagePlan): ReadonlyMap<ValueId, number> {
  const { programme, body, components, places, offsets } = plan;
  return new Map(
    body.stored.map((v) => {
      const step = programme.steps[v];
      const { grid, stage } = places.of[step.op === 'pool' ? step.of : v];
      return [v, isWhole(step) ? components[stage].length : positionPairCount(places.grids[grid], offsets[grid])];
    }),
  );
}

/** Words that lists of every component take at most. */
export function tableWords(plan: ImagePlan, fields: readonly (readonly Field[])[]): number {
  const { places, offsets, programme, components } = plan;
  const positionPairs = (grid: number): number => positionPairCount(places.grids[grid], offsets[grid]);
  const words = (field: Field): number => {
    switch (field.kind) {
      case 'positionPairs':
        return 2 * positionPairs(field.grid);
      case 'taps':
        return tapCount(programme.steps[field.step]) * positionPairs(places.of[field.step].grid);
      case 'numbers':
        return (
          positionPairs(field.grid) *
          (programme.steps[field.of].op === 'pool' ? tapCount(programme.steps[field.of]) : 1)
        );
      default:
        return 0;
    }
  };
  return fields.reduce((sum, list, stage) => {
    return sum + list.reduce((total, field) => total + words(field) + components[stage].length, 0);
  }, 0);
}

/**
 * Writes the lists of every component: who is visited, and who reads whom. Fields of a stage lie together, component
 * after component.
 *
 * @throws DeviceFullError where they are too long
 */
export function deviceTables(plan: ImagePlan, fields: readonly (readonly Field[])[]): Uint32Array<ArrayBuffer> {
  return new TableMaker(plan).make(fields);
}
