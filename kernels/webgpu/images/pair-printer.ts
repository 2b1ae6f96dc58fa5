import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { evenWeights } from '../../../src/backend/images/weights.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImageValue } from '../../../src/programme/images/instructions.js';
import { type PositionPairInstruction, valueKey } from '../../../src/programme/images/phases.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import type { BlockLayout } from './columns.js';
import { isWhole, tapCount } from './tables.js';
import { namePart, numberPart, placePart } from './template.js';

/** What the lines of a stage rest on. */
export interface PositionPairContext {
  readonly plan: ImagePlan;
  readonly job: PreparedImages;
  readonly layout: BlockLayout;
  readonly slots: ReadonlyMap<string, number>;
  /**
   * Name of the window of a step, of the numbers of a value of an earlier stage, and where a value lies among those
   * handed on.
   */
  readonly window: (step: ValueId) => string;
  readonly numbers: (of: ValueId, grid: number) => string;
  readonly first: (of: ValueId) => string;
  readonly place: (of: ValueId) => number;
  readonly grid: number;
}

type Of<Op extends PositionPairInstruction['op']> = Extract<PositionPairInstruction, { op: Op }>;

const PREFIX = { distance: 'g', weighed: 'w', plain: 'k' } as const;

const labelOf = ({ form, value }: ImageValue): string => `${PREFIX[form]}${namePart(value)}`;

/** Prints what happens at a position pair: `g7` is 1 - u of value 7, or (1 - u, 1 + u), `w7` what a window adds up, `k7` K. */
export class PositionPairPrinter {
  readonly lines: string[] = [];
  /** Sums over all position pairs, one for each mean over everything: pool and name. */
  readonly sums: { readonly step: ValueId; readonly name: string }[] = [];
  readonly #here = new Set<string>();
  readonly #in: PositionPairContext;

  constructor(context: PositionPairContext) {
    this.#in = context;
  }

  #line(text: string): void {
    this.lines.push(`    ${text}`);
  }

  #isBoth({ form, value }: ImageValue): boolean {
    return form === 'distance' && this.#in.plan.body.signed[value];
  }

  #selfKernel(of: ImageValue): void {
    this.#line(`putSelfKernels(${this.#in.layout.positions(of.value)}u, pair, positionPair, ${this.#name(of)});`);
  }

  /** The value at this position pair, fetched from its slot when it is first read here. */
  #name(v: ImageValue): string {
    const key = valueKey(v);
    if (!this.#here.has(key)) {
      const held = `held(${this.#slot(v)}, c)`;
      this.#line(`let ${labelOf(v)} = ${this.#isBoth(v) ? `sides(${held})` : held};`);
      this.#here.add(key);
    }
    return labelOf(v);
  }

  #slot(v: ImageValue): string {
    const slot = this.#in.slots.get(valueKey(v));
    if (slot === undefined) throw new InternalError(`value ${valueKey(v)} has no slot`);
    return `${slot}u`;
  }

  #define(v: ImageValue, expression: string): void {
    this.#line(`let ${labelOf(v)} = ${expression};`);
    this.#here.add(valueKey(v));
    const slot = this.#in.slots.get(valueKey(v));
    if (slot === undefined) return;
    this.#line(`hold(${slot}u, c, ${this.#isBoth(v) ? `signed(${labelOf(v)})` : labelOf(v)});`);
  }

  /** Stores a cosine distance in the form that the value has. */
  #defineDistance(v: ImageValue, distance: string): void {
    this.#define(v, this.#isBoth(v) ? `bothOf(${distance})` : distance);
  }

  #below(v: ImageValue): string {
    return this.#isBoth(v) ? `${this.#name(v)}.x` : this.#name(v);
  }

  #both(v: ImageValue): string {
    return this.#isBoth(v) ? this.#name(v) : `bothOf(${this.#name(v)})`;
  }

  #factors(column: ImageColumn, offset = 0): string {
    return `factors(${placePart(this.#in.layout.place(column) + offset)}, positionPair)`;
  }

  #step(value: ValueId): Step {
    return this.#in.plan.programme.steps[value];
  }

  /** 4^(sum of exponents), which brings a product of stored numbers to the scale of its result. */
  #scale(...exponents: readonly number[]): number {
    return 4 ** exponents.reduce((a, b) => a + b, 0);
  }

  print(i: PositionPairInstruction): void {
    switch (i.op) {
      case 'source':
        this.#define(i.out, 'pixelDistances(positionPair)');
        return;
      case 'piecewiseLinear':
        this.#piecewise(i);
        return;
      case 'heaviside':
        this.#heaviside(i);
        return;
      case 'smooth':
      case 'smoothSlope':
        this.#smooth(i);
        return;
      case 'sum':
        this.#sum(i);
        return;
      case 'weigh':
        this.#define(
          i.out,
          `weighed(${this.#below(i.of)}, ${this.#factors({ kind: 'deviation', value: i.out.value })})`,
        );
        return;
      case 'window':
        this.#window(i);
        return;
      case 'distanceOf':
        this.#distanceOf(i);
        return;
      case 'output':
        this.#line(`put(${i.which}u, pair, positionPair, ${this.#name(i.of)});`);
        return;
      case 'selfKernel':
        this.#selfKernel(i.of);
        return;
      default:
        this.#plain(i);
        return;
    }
  }

  #plain(
    i: Of<'plain' | 'windowPlain' | 'sumPlain' | 'productPlain' | 'normalisePlain' | 'store' | 'load' | 'pool'>,
  ): void {
    const { exponents } = this.#in.job;
    switch (i.op) {
      case 'plain':
        this.#covariance(i.out, i.of, null, i.out.value, 1);
        return;
      case 'productPlain': {
        const step = this.#step(i.out.value);
        if (step.op !== 'product') throw new InternalError('a plain product comes from a product');
        const scale = this.#scale(exponents[step.left], exponents[step.right], -exponents[i.out.value]);
        this.#covariance(i.out, i.slope, i.left, step.right, scale);
        return;
      }
      case 'windowPlain': {
        const scale = this.#scale(exponents[i.of.value], -exponents[i.step]);
        const taps = tapCount(this.#step(i.step));
        const sum = `summed(${this.#slot(i.of)}, ${this.#in.window(i.step)}, ${taps}u, c)`;
        this.#define(i.out, `${numberPart(scale / taps)} * ${sum}`);
        return;
      }
      case 'sumPlain': {
        const unit = exponents[i.out.value];
        const terms = i.parts.map(
          ({ of, weight }) => `${numberPart(weight * this.#scale(exponents[of.value], -unit))} * ${this.#name(of)}`,
        );
        if (i.constant !== 0 || terms.length === 0) terms.push(numberPart(i.constant * 4 ** -unit));
        this.#define(i.out, terms.join(' + '));
        return;
      }
      case 'normalisePlain': {
        const scale = this.#scale(exponents[i.of.value], -exponents[i.by], -exponents[i.out.value]);
        const inverse = `both(${this.#factors({ kind: 'inverse', value: i.by })})`;
        this.#define(i.out, `${numberPart(scale)} * ${inverse} * ${this.#name(i.of)}`);
        return;
      }
      default:
        this.#hand(i);
        return;
    }
  }

  #hand(i: Of<'store' | 'load' | 'pool'>): void {
    const { place, first } = this.#in;
    if (i.op === 'load') {
      this.#load(i);
      return;
    }
    if (i.op === 'pool' && isWhole(this.#step(i.step))) {
      const name = `sum${i.step}`;
      this.sums.push({ step: i.step, name });
      this.#line(`${name} += ${this.#name(i.of)};`);
      return;
    }
    const value = i.op === 'pool' ? i.step : i.of.value;
    const name = this.#name(i.of);
    this.#line(
      `handOn(${place(value)}u + ${first(i.of.value)} + c, ${this.#isBoth(i.of) ? `signed(${name})` : name});`,
    );
  }

  #load({ out, of }: Of<'load'>): void {
    const step = this.#step(of);
    const { exponents } = this.#in.job;
    const place = this.#in.place(of);
    if (step.op !== 'pool') {
      const found = `handed(${place}u + tables[${this.#in.numbers(of, this.#in.grid)} + c])`;
      this.#define(out, this.#isBoth(out) ? `sides(${found})` : found);
      return;
    }
    const mean = numberPart(4 ** (exponents[step.of] - exponents[of]) / tapCount(step));
    if (isWhole(step)) this.#define(out, `${mean} * total${of}`);
    else {
      const side = positionCount(step.windows.filter);
      const sum = `pooled(${place}u, ${this.#in.numbers(of, this.#in.grid)}, count${this.#in.grid}, ${side}u, c)`;
      this.#define(out, `${mean} * ${sum}`);
    }
  }

  #piecewise({ of, weight, value, slope }: Of<'piecewiseLinear'>): void {
    const c = numberPart(weight);
    const times = weight === 1 ? '' : `${c} * `;
    const id = namePart((value ?? slope ?? of).value);
    const isBoth = this.#isBoth(of);
    const input = this.#name(of);
    if (isBoth) {
      this.#line(`let far${id} = ${input}.y < ${input}.x;`);
      this.#line(`let near${id} = min(${input}.x, ${input}.y);`);
    }
    const distance = isBoth ? `near${id}` : input;
    const needed = value === null ? 'angleOf' : slope === null ? 'sineOf' : 'angles';
    this.#line(`let t${id} = ${needed}(${distance});`);
    const [angle, sine] = needed === 'angles' ? [`t${id}.x`, `t${id}.y`] : [`t${id}`, `t${id}`];
    if (value !== null) {
      if (!isBoth) this.#defineDistance(value, `max(0.0, ${distance} - ${times}${sine})`);
      else if (!this.#isBoth(value) && weight === 1) {
        this.#define(value, `max(0.0, select(${distance}, 1.0, far${id}) - ${sine})`);
      } else {
        const sides = `bothSides(${distance}, ${times}${sine}, ${c}, far${id})`;
        this.#define(value, this.#isBoth(value) ? sides : `${sides}.x`);
      }
    }
    if (slope !== null) {
      this.#defineDistance(slope, isBoth ? `${times}select(${angle}, 1.0 - ${angle}, far${id})` : `${times}${angle}`);
    }
  }

  #heaviside({ of, out }: Of<'heaviside'>): void {
    const input = this.#name(of);
    if (!this.#isBoth(of)) {
      this.#defineDistance(out, `angleOf(${input})`);
      return;
    }
    const id = namePart(out.value);
    this.#line(`let t${id} = angleOf(min(${input}.x, ${input}.y));`);
    this.#defineDistance(out, `select(t${id}, 1.0 - t${id}, ${input}.y < ${input}.x)`);
  }

  #smooth({ op, of, out, map, step }: Of<'smooth' | 'smoothSlope'>): void {
    const column = { kind: 'smooth', value: step } as const;
    const positions = this.#in.layout.positions(step);
    const [q, r, f, bend] = [0, 1, 2, 3].map((k) => this.#factors(column, k * positions));
    const input = this.#both(of);
    const id = namePart(out.value);
    let call = `${map}Derivative(${input}, ${q}, ${r}, vec2f(0.0), ${f})`;
    if (op === 'smooth') {
      this.#line(`let q${id} = ${q};`);
      this.#line(`let r${id} = ${r};`);
      this.#line(`let f${id} = ${f};`);
      this.#line(`let s${id} = ${map}Spread(q${id}, r${id}, f${id}, ${bend});`);
      call = `${map}Dual(${input}, q${id}, r${id}, vec2f(0.0), f${id}, s${id})`;
    }
    this.#define(out, this.#isBoth(out) ? call : `${call}.x`);
  }

  #sum({ out, step, parts }: Of<'sum'>): void {
    const definition = this.#step(step);
    if (definition.op !== 'sum') throw new InternalError('shares come from a sum');
    const isBoth = this.#isBoth(out);
    const zero = isBoth ? 'vec2f(0.0)' : '0.0';
    const distance = (v: ImageValue | null): string => {
      if (v === null) return isBoth ? 'vec2f(0.0, 2.0)' : '0.0';
      return isBoth ? this.#both(v) : this.#below(v);
    };
    const weights = evenWeights(definition, step, this.#in.job);
    if (weights !== null) {
      const list = parts.map((p, k) => `${numberPart(weights[k])} * ${distance(p)}`);
      this.#define(out, `max(${zero}, ${list.join(' + ')})`);
      return;
    }
    const id = namePart(out.value);
    parts.forEach((_, place) => {
      this.#line(`let a${id}_${place} = ${this.#factors({ kind: 'mixingWeight', value: step, place })};`);
    });
    // Where part 0 is small, the sum starts from 0: from its cosine distance it would cancel.
    const base = `b${id}`;
    this.#line(`let ${base} = select(${zero}, ${distance(parts[0])}, both(a${id}_0) >= 0.25);`);
    const list = parts.map((p, k) => `both(a${id}_${k}) * (${distance(p)} - ${base})`);
    const spread = parts.map((_, k) => `spread(a${id}_${k})`).join(' + ');
    list.push(`(${spread}) * (${isBoth ? 'vec2f(1.0)' : '1.0'} - ${base})`);
    this.#define(out, `max(${zero}, ${[base, ...list].join(' + ')})`);
  }

  #window(i: Of<'window'>): void {
    const step = this.#step(i.step);
    if (step.op !== 'window' && step.op !== 'pixel') throw new InternalError(`value ${i.step} is no window`);
    const taps = tapCount(step);
    const window = this.#in.window(i.step);
    if (i.even) {
      const sum = this.#isBoth(i.out) ? 'summedSides' : 'summed';
      this.#define(i.out, `${numberPart(1 / taps)} * ${sum}(${this.#slot(i.of)}, ${window}, ${taps}u, c)`);
      return;
    }
    const read = placePart(this.#in.layout.place({ kind: 'deviation', value: step.of }));
    const deviation = this.#factors({ kind: 'deviation', value: i.step });
    const inverse = this.#factors({ kind: 'inverse', value: i.step });
    const name = this.#isBoth(i.out) ? 'windowSides' : 'windowDistance';
    const slots = `${this.#slot(i.of)}, ${this.#slot(i.distances)}`;
    this.#define(i.out, `${name}(${slots}, ${window}, ${taps}u, ${read}, ${deviation}, ${inverse}, c)`);
  }

  #distanceOf({ out, of }: Of<'distanceOf'>): void {
    const call = `distancesOf(${this.#name(of)}, ${this.#factors({ kind: 'square', value: out.value })})`;
    this.#define(out, this.#isBoth(out) ? call : `${call}.x`);
  }

  /** factor s s' (1 - cosine distance), times `left` unless that is null; one deviation for all makes s s' a number. */
  #covariance(out: ImageValue, of: ImageValue, left: ImageValue | null, value: ValueId, scale: number): void {
    const deviation = this.#in.job.deviations[value];
    const size = deviation === null ? 1 : deviation ** 2;
    const terms = [numberPart(scale * size), `(1.0 - ${this.#below(of)})`];
    if (deviation === null) terms.push(`both(${this.#factors({ kind: 'deviation', value })})`);
    if (left !== null) terms.push(this.#name(left));
    this.#define(out, terms.join(' * '));
  }
}
