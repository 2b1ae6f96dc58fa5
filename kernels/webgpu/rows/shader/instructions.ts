import type { SingleTask } from '../../../../src/backend/device-task.js';
import type { Instruction, Part } from '../../../../src/programme/instructions.js';
import type { ValueId } from '../../../../src/vocabulary/steps.js';
import { literal } from '../../formulas/functions.js';
import { type Loop, pieces } from './loops.js';

type Sum = Extract<Instruction, { op: 'sum' }>;
type Piecewise = Extract<Instruction, { op: 'piecewiseLinear' }>;
type Smooth = Extract<Instruction, { op: 'smooth' | 'smoothSlope' }>;

/** Weight of its first part below which a sum starts from 0. */
const LEAST_BASE = literal(0.25);

/** What a sum starts from, and what rounding lost of that; null: nothing that is known. */
interface Start {
  readonly distance: string;
  readonly lost: string | null;
}

/** Instructions above which sums and products keep what rounding loses. */
const DEEP = 100;

/** Prints the lines of a body: `v7` is a cosine distance 1 - u, or (1 - u, 1 + u) as a vec2f. */
export class InstructionPrinter {
  readonly #task: SingleTask;
  /** Names that differ from `v` and the number: values carried by a loop. */
  #names = new Map<ValueId, string>();
  readonly #lines: string[] = [];
  #indent = '  ';
  /** What a loop adds to each column. */
  #offset = '';
  /** Names of what rounding lost of a value, in bodies so deep that it would add up. */
  readonly #lost = new Map<ValueId, string>();
  readonly #isDeep: boolean;

  constructor(task: SingleTask) {
    this.#task = task;
    this.#isDeep = task.body.instructions.length > DEEP;
    if (task.body.source !== null) this.#names.set(task.body.source, 'source');
  }

  /** All lines. */
  print(): string[] {
    for (const piece of pieces(this.#task)) {
      if (typeof piece === 'number') this.#instruction(piece);
      else this.#loop(piece);
    }
    return this.#lines;
  }

  /** The correlation u of a value. */
  correlation(value: ValueId): string {
    const name = this.#name(value);
    return this.#isBoth(value) ? `correlation(${name})` : `1.0 - ${name}`;
  }

  #line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  #name(value: ValueId): string {
    return this.#names.get(value) ?? `v${value}`;
  }

  #isBoth(value: ValueId): boolean {
    return this.#task.body.form[value] === 'both';
  }

  #define(value: ValueId, expression: string): void {
    this.#line(`let ${this.#name(value)} = ${expression};`);
  }

  /** 1 - u of a value. */
  #below(value: ValueId): string {
    return this.#isBoth(value) ? `${this.#name(value)}.x` : this.#name(value);
  }

  /** (1 - u, 1 + u) of a value. */
  #both(value: ValueId): string {
    const name = this.#name(value);
    return this.#isBoth(value) ? name : `vec2f(${name}, 2.0 - ${name})`;
  }

  /** Stores a cosine distance in the form that the value has. */
  #defineDistance(value: ValueId, distance: string): void {
    if (!this.#isBoth(value)) this.#define(value, distance);
    else {
      this.#line(`let g${value} = ${distance};`);
      this.#define(value, `vec2f(g${value}, 2.0 - g${value})`);
    }
  }

  #loop(loop: Loop): void {
    const { start, period, count, shift, columns, carried, exported } = loop;
    const type = (v: ValueId): string => (this.#isBoth(v) ? 'vec2f' : 'f32');
    for (const v of carried.keys()) this.#line(`var c${v} = ${this.#name(v)};`);
    for (const v of exported) this.#line(`var x${v}: ${type(v)};`);
    const [losses, exports] = this.#carryLost(carried, exported);
    const outside = new Map(this.#names);
    for (const v of carried.keys()) this.#names.set(v, `c${v}`);
    this.#line(`for (var round = 0u; round < ${count}u; round++) {`);
    this.#indent = '    ';
    this.#offset = columns === 0 ? '' : ` + ${columns}u * round`;
    for (let k = start; k < start + period; k++) this.#instruction(k);
    for (const v of exported) this.#line(`x${v} = ${this.#name(v)};`);
    for (const v of exports) this.#line(`y${v} = ${this.#lossOf(v, this.#isBoth(v)) ?? this.#nothing(v)};`);
    const moved = [...carried].map(([v, next]) => [`c${v}`, this.#name(next)]);
    for (const v of losses) {
      const next = carried.get(v) ?? v;
      moved.push([`l${v}`, this.#lossOf(next, this.#isBoth(v)) ?? this.#nothing(v)]);
    }
    for (const [to, from] of moved) this.#line(`${to} = ${from};`);
    this.#indent = '  ';
    this.#offset = '';
    this.#line('}');
    this.#names = outside;
    for (const v of losses) this.#lost.delete(v);
    for (const v of exported) {
      this.#define(v + shift * (count - 1), `x${v}`);
      if (exports.includes(v)) this.#lost.set(v + shift * (count - 1), `y${v}`);
    }
  }

  /** Declares what rounding loses of values that a loop carries and exports: which ones have it. */
  #carryLost(
    carried: Loop['carried'],
    exported: readonly ValueId[],
  ): readonly [readonly ValueId[], readonly ValueId[]] {
    if (!this.#isDeep) return [[], []];
    const losses = [...carried.keys()];
    const exports = exported;
    for (const v of losses) {
      this.#line(`var l${v} = ${this.#lossOf(v, this.#isBoth(v)) ?? this.#nothing(v)};`);
      this.#lost.set(v, `l${v}`);
    }
    for (const v of exports) this.#line(`var y${v} = ${this.#nothing(v)};`);
    return [losses, exports];
  }

  #instruction(index: number): void {
    const i = this.#task.body.instructions[index];
    switch (i.op) {
      case 'sum':
        this.#sum(i, index);
        return;
      case 'piecewiseLinear':
        this.#piecewise(i);
        return;
      case 'heaviside':
        this.#heaviside(i.of, i.out);
        return;
      case 'product':
        this.#product(i);
        return;
      case 'radial':
        this.#radial(i, index);
        return;
      case 'smooth':
      case 'smoothSlope':
        this.#smooth(i, index);
        return;
    }
  }

  /** The factors of column `first + place` of an instruction, (of x, of z). */
  #factors(index: number, place: number): string {
    const column = `${this.#task.first[index] + place}u${this.#offset}`;
    return this.#task.shared === null ? `factors(${column}, at)` : `vec2f(constants[${column}])`;
  }

  #sum({ out, parts, dominates }: Sum, index: number): void {
    const isBoth = this.#isBoth(out);
    const mixingWeights = parts.map((_, place) => `a${out}_${place}`);
    if (this.#task.shared === null) {
      mixingWeights.forEach((mixingWeight, place) => {
        this.#line(`let ${mixingWeight} = ${this.#factors(index, place)};`);
      });
    }
    const weights = mixingWeights.map((mixingWeight, place) =>
      this.#task.shared === null ? `${mixingWeight}.x * ${mixingWeight}.y` : this.#sharedWeight(index, place),
    );
    const base = this.#start(out, parts[0], dominates ? null : `${weights[0]} >= ${LEAST_BASE}`);
    const terms = parts.slice(dominates ? 1 : 0).map((part, k) => {
      const difference =
        `${this.#distanceOf(part, isBoth)} - ` + `${base.distance}${this.#lostBetween(part.value, base.lost, isBoth)}`;
      return `${weights[dominates ? k + 1 : k]} * (${difference})`;
    });
    if (this.#task.shared === null) {
      const spread = mixingWeights.map((mixingWeight) => `spread(${mixingWeight})`).join(' + ');
      terms.push(`(${spread}) * (${isBoth ? 'vec2f(1.0)' : '1.0'} - ${base.distance})`);
    }
    if (this.#isDeep && terms.length > 0) this.#grow(out, base, terms.join(' + '));
    else this.#define(out, `max(${this.#nothing(out)}, ${[base.distance, ...terms].join(' + ')})`);
  }

  /**
   * What a sum starts from: the cosine distance of its first part, or 0 in pairs in which that is small (`isLarge` says
   * whether): it would cancel.
   */
  #start(out: ValueId, part: Part, isLarge: string | null): Start {
    const isBoth = this.#isBoth(out);
    const lost = part.value === null ? null : this.#lossOf(part.value, isBoth);
    const distance = this.#distanceOf(part, isBoth);
    if (isLarge === null) return { distance, lost };
    const nothing = this.#nothing(out);
    this.#line(`let large${out} = ${isLarge};`);
    this.#line(`let b${out} = select(${nothing}, ${distance}, large${out});`);
    return { distance: `b${out}`, lost: lost === null ? null : `select(${nothing}, ${lost}, large${out})` };
  }

  /** The cosine distance of a part in the form of the sum. */
  #distanceOf({ value }: Part, isBoth: boolean): string {
    if (value === null) return isBoth ? 'vec2f(0.0, 2.0)' : '0.0';
    return isBoth ? this.#both(value) : this.#below(value);
  }

  /** Nothing, in the form of a value. */
  #nothing(value: ValueId): string {
    return this.#isBoth(value) ? 'vec2f(0.0)' : '0.0';
  }

  /** What rounding lost of a value, of both sides or of 1 - u alone; null when nothing is known to be lost. */
  #lossOf(value: ValueId, isBoth: boolean): string | null {
    const name = this.#lost.get(value);
    if (name === undefined) return null;
    if (this.#isBoth(value)) return isBoth ? name : `${name}.x`;
    return isBoth ? `vec2f(${name}, -${name})` : name;
  }

  /** What rounding lost of the difference of a value and what a sum starts from. */
  #lostBetween(a: ValueId | null, less: string | null, isBoth: boolean): string {
    const more = a === null ? null : this.#lossOf(a, isBoth);
    if (more === null && less === null) return '';
    const nothing = isBoth ? 'vec2f(0.0)' : '0.0';
    return ` + (${more ?? nothing} - ${less ?? nothing})`;
  }

  /** A value as another one and a small term, with what rounding loses. */
  #grow(out: ValueId, base: Start, term: string): void {
    const isBoth = this.#isBoth(out);
    const lost = base.lost ?? this.#nothing(out);
    if (isBoth) this.#line(`let e${out} = grownSides(${base.distance}, ${lost}, ${term});`);
    else this.#line(`let e${out} = grown(vec2f(${base.distance}, ${lost}), ${term});`);
    this.#define(out, isBoth ? `max(vec2f(0.0), e${out}[0])` : `max(0.0, e${out}.x)`);
    this.#lost.set(out, isBoth ? `e${out}[1]` : `e${out}.y`);
  }

  /** A weight that all rows share: printed as a number outside loops. */
  #sharedWeight(index: number, place: number): string {
    const column = this.#task.first[index] + place;
    if (this.#offset === '') return literal((this.#task.shared?.[column] ?? 0) ** 2);
    return `constants[${column}u${this.#offset}]`;
  }

  #piecewise({ of, weight, value, slope }: Piecewise): void {
    const c = literal(weight);
    const times = weight === 1 ? '' : `${c} * `;
    const id = value ?? slope ?? 0;
    const isBoth = this.#isBoth(of);
    const input = this.#name(of);
    if (isBoth) {
      this.#line(`let far${id} = ${input}.x > ${input}.y;`);
      this.#line(`let g${id} = min(${input}.x, ${input}.y);`);
    }
    const distance = isBoth ? `g${id}` : input;
    const needed = value === null ? 'angleOf' : slope === null ? 'sineOf' : 'angles';
    this.#line(`let t${id} = ${needed}(${distance});`);
    const [angle, sine] = needed === 'angles' ? [`t${id}.x`, `t${id}.y`] : [`t${id}`, `t${id}`];
    if (value !== null) {
      if (!isBoth) this.#defineDistance(value, `max(0.0, ${distance} - ${times}${sine})`);
      else if (this.#isBoth(value)) this.#define(value, `bothSides(${distance}, ${times}${sine}, ${c}, far${id})`);
      else if (weight === 1) this.#define(value, `max(0.0, select(${distance}, 1.0, far${id}) - ${sine})`);
      else this.#define(value, `bothSides(${distance}, ${times}${sine}, ${c}, far${id}).x`);
    }
    if (slope !== null) {
      this.#defineDistance(slope, isBoth ? `${times}select(${angle}, 1.0 - ${angle}, far${id})` : `${times}${angle}`);
    }
  }

  #heaviside(of: ValueId, out: ValueId): void {
    const input = this.#name(of);
    if (!this.#isBoth(of)) this.#define(out, `angleOf(${input})`);
    else {
      this.#line(`let t${out} = angleOf(min(${input}.x, ${input}.y));`);
      this.#define(out, `select(t${out}, 1.0 - t${out}, ${input}.x > ${input}.y)`);
    }
  }

  #product({ left, right, out }: Extract<Instruction, { op: 'product' }>): void {
    if (this.#isDeep && !this.#isBoth(out)) {
      const [base, other] = this.#lost.has(left) ? [left, right] : [right, left];
      this.#grow(
        out,
        { distance: this.#below(base), lost: this.#lossOf(base, false) },
        `${this.#below(other)} * (1.0 - ${this.#below(base)})`,
      );
      return;
    }
    const [a, b] = [this.#isBoth(out) ? this.#both(left) : this.#below(left), this.#below(right)];
    const zero = this.#isBoth(out) ? 'vec2f(0.0)' : '0.0';
    this.#define(out, `max(${zero}, ${a} + ${b} - ${a} * ${b})`);
  }

  #radial({ out, rate, power }: Extract<Instruction, { op: 'radial' }>, index: number): void {
    this.#line(`let r${out} = ${this.#factors(index, 0)};`);
    this.#line(`let d${out} = r${out}.x - r${out}.y + differ(${this.#factors(index, 1)});`);
    this.#line(`let s${out} = d${out} * d${out} + 2.0 * r${out}.x * r${out}.y * source.x;`);
    // A device may take pow(0, y) for 2^(-127 y).
    const root = `select(0.0, pow(s${out}, ${literal(power / 2)}), s${out} > 0.0)`;
    const distance = power === 2 ? `s${out}` : power === 1 ? `sqrt(s${out})` : root;
    this.#define(out, `decay(${literal(rate)} * ${distance})`);
  }

  #smooth({ op, of, out, map }: Smooth, index: number): void {
    const [q, r, f, rest] = [0, 1, 2, 3].map((place) => this.#factors(index, place));
    const features = this.#task.features[index];
    const isSlope = op === 'smoothSlope';
    const spread =
      isSlope || features === 0 || features === null
        ? ''
        : `, distance(${this.#task.first[index] + 4}u${this.#offset}, ${features}u, at)`;
    const name = isSlope ? `${map}Derivative` : features === null ? `${map}Direct` : `${map}Dual`;
    const call =
      `${name}(${this.#both(of)}, ${q}, ${r}, ${rest}, ` +
      `${f}${isSlope || features === null ? '' : spread || ', 0.0'})`;
    if (this.#isBoth(out)) this.#define(out, call);
    else this.#define(out, `${call}.x`);
  }
}
