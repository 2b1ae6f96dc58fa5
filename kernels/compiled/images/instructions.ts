import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { evenWeights } from '../../../src/backend/images/weights.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImageValue } from '../../../src/programme/images/instructions.js';
import type { PositionPairInstruction } from '../../../src/programme/images/phases.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import type { WindowReads } from './geometry.js';
import type { Loop } from './loop.js';
import { printStoring, type StoredPlaces } from './stored.js';
import { windowSum } from './windows.js';

type Of<K extends PositionPairInstruction['op']> = Extract<PositionPairInstruction, { op: K }>;

/** What is common to the loops of a programme. */
export interface PrintContext {
  readonly plan: ImagePlan;
  readonly job: Pick<PreparedImages, 'precision' | 'deviations' | 'exponents' | 'channels' | 'normalized'>;
  readonly stored: StoredPlaces;
  readonly stage: number;
  /** What the windows of a step read. */
  readonly reads: (step: ValueId) => WindowReads;
  /** Names of the constants of a grid and of a window in the printed C. */
  readonly gridName: (grid: number) => string;
  readonly windowName: (step: ValueId) => string;
}

/**
 * Share of the spread of norms below which a window's cosine distance has lost too many digits to it (docs/numerics.md,
 * "Windows").
 */
const DOUBTFUL = { f64: 2e-4, f32: 1e-2 } as const;

const tapsOf = ({ filter }: WindowReads): number => filter[0] * filter[1];

/** A number as it is written in C. */
export const literal = (value: number): string => `splat((T)${value})`;

/** Prints what happens at a cell, a pair of positions. */
export class CellPrinter {
  readonly #loop: Loop;
  readonly #in: PrintContext;

  constructor(loop: Loop, context: PrintContext) {
    this.#loop = loop;
    this.#in = context;
  }

  print(i: PositionPairInstruction): void {
    switch (i.op) {
      case 'source':
        this.#source(i);
        return;
      case 'piecewiseLinear':
        this.#piecewiseLinear(i);
        return;
      case 'heaviside':
        this.#heaviside(i);
        return;
      case 'smooth':
      case 'smoothSlope':
        this.#smooth(i);
        return;
      case 'weigh':
        this.#weigh(i);
        return;
      case 'window':
        this.#window(i);
        return;
      case 'sum':
        this.#sum(i);
        return;
      case 'distanceOf': {
        const [a, b] = this.#loop.factors({ kind: 'square', value: i.out.value });
        this.#loop.define(i.out, `distanceOf(${this.#loop.value(i.of)}, ${a} * ${b})`);
        return;
      }
      default:
        this.#plain(i);
    }
  }

  #plain(
    i: Of<
      | 'plain'
      | 'productPlain'
      | 'windowPlain'
      | 'sumPlain'
      | 'normalisePlain'
      | 'store'
      | 'load'
      | 'pool'
      | 'output'
      | 'selfKernel'
    >,
  ): void {
    const { exponents } = this.#in.job;
    switch (i.op) {
      case 'plain':
        this.#covariance(i.out, i.of, null, i.out.value, 1);
        return;
      case 'productPlain':
        this.#product(i);
        return;
      case 'windowPlain': {
        const reads = this.#in.reads(i.step);
        const factor = this.#scale(exponents[i.of.value], -exponents[i.step]) / tapsOf(reads);
        this.#loop.define(i.out, windowSum(this.#loop, i.of, reads), factor);
        return;
      }
      case 'sumPlain':
        this.#sumPlain(i);
        return;
      case 'normalisePlain': {
        const scale = this.#scale(exponents[i.of.value], -exponents[i.by], -exponents[i.out.value]);
        const [a, b] = this.#loop.factors({ kind: 'inverse', value: i.by });
        this.#loop.define(i.out, `${a} * ${b} * ${this.#loop.constant(scale)} * ${this.#loop.value(i.of)}`);
        return;
      }
      case 'output':
        this.#output(i);
        return;
      case 'selfKernel':
        throw new InternalError('self-kernels are read from what is stored');
      default:
        printStoring(i, this.#loop, this.#in);
    }
  }

  #output({ of, which }: Of<'output'>): void {
    const { job } = this.#in;
    const factor = job.normalized ? 1 : this.#scale(job.exponents[of.value]);
    this.#loop.body.push(`store(f->results[${which}], ${this.#loop.constant(factor)} * ${this.#loop.value(of)});`);
  }

  /** 4^(sum of exponents): what brings a product of stored numbers to the scale of its result. */
  #scale(...exponents: readonly number[]): number {
    return 4 ** exponents.reduce((a, b) => a + b, 0);
  }

  #step(value: ValueId): Step {
    return this.#in.plan.programme.steps[value];
  }

  #source({ out }: Of<'source'>): void {
    const { channels } = this.#in.job;
    const x = `f->x + (int64_t)((p + i) * ${channels}) * XLANES`;
    const z = `f->z + (int64_t)((q + i) * ${channels}) * LANES`;
    this.#loop.define(out, `pixelDistance(${x}, ${z}, ${channels})`);
  }

  #piecewiseLinear({ of, weight, value, slope }: Of<'piecewiseLinear'>): void {
    const loop = this.#loop;
    const signed = loop.in.isSigned(of);
    const v = loop.value(of);
    const g = signed ? loop.fresh(`size(${v})`) : v;
    const far = loop.name('far');
    if (signed) loop.body.push(`const M ${far} = negative(${v});`);
    const root = loop.fresh(`root(${g})`);
    const times = weight === 1 ? '' : `${loop.constant(weight)} * `;
    if (value !== null) {
      const j = loop.fresh(`${times}sineTerm(${g}, ${root})`);
      if (!signed) loop.define(value, `larger(ZERO, ${g} - ${j})`);
      else if (weight === 1) loop.define(value, `larger(ZERO, pick(${far}, ONE, ${g}) - ${j})`);
      else loop.define(value, `eitherSide(${g}, ${j}, ${loop.constant(weight)}, ${far})`);
    }
    if (slope === null) return;
    const t = loop.fresh(`${root} * angleOverRoot(${g})`);
    loop.define(slope, signed ? `${times}pick(${far}, ONE - ${t}, ${t})` : `${times}${t}`);
  }

  #heaviside({ of, out }: Of<'heaviside'>): void {
    const loop = this.#loop;
    const g = loop.fresh(`size(${loop.value(of)})`);
    const t = loop.fresh(`root(${g}) * angleOverRoot(${g})`);
    loop.define(out, `pick(negative(${loop.value(of)}), ONE - ${t}, ${t})`);
  }

  #smooth({ op, of, out, map, step }: Of<'smooth' | 'smoothSlope'>): void {
    const loop = this.#loop;
    const { grids, of: places } = this.#in.plan.places;
    const { height, width } = grids[places[step].grid];
    const [x, z] = loop.columns({ kind: 'smooth', value: step });
    const count = op === 'smooth' ? 4 : 3;
    const args = (half: string): string =>
      [0, 1, 2, 3]
        .slice(0, count)
        .flatMap((k) => {
          const at = `${k * height * width}`;
          const one = `dloadX((const double *)${x} + (int64_t)(${at} + p + i) * XLANES, ${half})`;
          return [one, `dload((const double *)${z} + (int64_t)(${at} + q + i) * LANES + ${half})`];
        })
        .join(', ');
    const name = `${map}${op === 'smooth' ? 'Value' : 'Slope'}`;
    const v = loop.value(of);
    if (this.#in.job.precision === 'f64') loop.define(out, `${name}(${v}, ${args('0')})`);
    else {
      const low = loop.name('d');
      loop.body.push(`const dV ${low} = ${name}(lowHalf(${v}), ${args('0')});`);
      loop.define(out, `joined(${low}, ${name}(highHalf(${v}), ${args('DOUBLES')}))`);
    }
  }

  #weigh({ of, out }: Of<'weigh'>): void {
    const loop = this.#loop;
    const [a, b] = loop.factors({ kind: 'deviation', value: out.value });
    const below = loop.below(of);
    const d = loop.fresh(`${a} - ${b}`);
    loop.define(out, `madd(${a} * ${b}, ${below}, HALF * (${d} * ${d}))`);
  }

  #window(i: Of<'window'>): void {
    const loop = this.#loop;
    const reads = this.#in.reads(i.step);
    const taps = tapsOf(reads);
    const signed = loop.in.isSigned(i.out);
    const mean = literal(1 / taps);
    if (!i.even) {
      this.#uneven(i, reads, signed);
      return;
    }
    if (taps === 1 || !signed) {
      const sum = windowSum(loop, i.of, reads);
      loop.define(i.out, taps === 1 ? sum : `${mean} * ${sum}`);
      return;
    }
    const low = loop.fresh(windowSum(loop, i.of, reads, (v) => `low(${v})`));
    const high = windowSum(loop, i.of, reads, (v) => `high(${v})`);
    loop.define(i.out, `bothSides(${mean} * ${low}, ${mean} * ${high})`);
  }

  /** A window where self-kernels differ: its cosine distance once more, out of line, where the sum cancels. */
  #uneven(i: Of<'window'>, reads: WindowReads, signed: boolean): void {
    const loop = this.#loop;
    const step = this.#step(i.step);
    if (step.op !== 'window') throw new InternalError(`value ${i.step} is no window`);
    // The deviations before and behind a window are compared with each other.
    if (this.#in.job.exponents[i.step] !== this.#in.job.exponents[step.of])
      throw new InternalError('a window must keep its exponent');
    const taps = tapsOf(reads);
    const sum = windowSum(loop, i.of, reads);
    const [a, b] = loop.factors({ kind: 'deviation', value: i.step });
    const [ix, iz] = loop.factors({ kind: 'inverse', value: i.step });
    const scale = loop.fresh(`${ix} * ${iz}`);
    const d = loop.fresh(`${a} - ${b}`);
    const spread = loop.fresh(`HALF * (${d} * ${d}) * ${scale}`);
    const below = loop.fresh(`larger(ZERO, ${sum} * ${literal(1 / taps)} * ${scale} - ${spread})`);
    const distance = loop.name('g');
    const doubtful = loop.name('doubtful');
    loop.body.push(`V ${distance} = ${signed ? `bothSides(${below}, TWO - ${below})` : below};`);
    const lost = `less(${below}, ${literal(DOUBTFUL[this.#in.job.precision])} * ${spread})`;
    loop.body.push(`const M ${doubtful} = ${signed ? `${lost} | less(${literal(1.9)}, ${below})` : lost};`);
    const [xs, zs] = loop.columns({ kind: 'deviation', value: step.of });
    const share = literal(1 / Math.sqrt(taps));
    const lists = `${loop.list(i.distances)}, &${this.#in.gridName(reads.from)}, &${this.#in.windowName(i.step)}`;
    const place = `y, x + i, qy, qx + i, ${share} * ${ix}, ${share} * ${iz}`;
    loop.body.push(
      `if (__builtin_expect(any(${doubtful}), 0))`,
      `  ${distance} = pick(${doubtful}, exact(${lists}, ${xs}, ${zs}, ${place}), ${distance});`,
    );
    loop.define(i.out, distance);
  }

  #sum({ out, step, parts }: Of<'sum'>): void {
    const definition = this.#step(step);
    if (definition.op !== 'sum') throw new InternalError('shares come from a sum');
    const loop = this.#loop;
    const signed = loop.in.isSigned(out);
    const weights = evenWeights(definition, step, this.#in.job);
    if (weights !== null) {
      const sum = (side: (v: ImageValue | null) => string): string =>
        parts.reduce((total, p, k) => `madd(${loop.constant(weights[k])}, ${side(p)}, ${total})`, 'ZERO');
      const below = sum((p) => (p === null ? 'ZERO' : loop.below(p)));
      // Of the constant 1 + u is 2.
      const above = signed ? sum((p) => (p === null ? 'TWO' : loop.above(p))) : '';
      loop.define(out, signed ? `bothSides(${below}, ${above})` : below);
      return;
    }
    const [below, above] = [loop.name('below'), loop.name('above')];
    this.#mixed(step, parts, below, (p) => (p === null ? 'ZERO' : loop.below(p)));
    if (signed) this.#mixed(step, parts, above, (p) => (p === null ? 'TWO' : loop.above(p)));
    loop.define(out, signed ? `bothSides(${below}, ${above})` : below);
  }

  /** One side of a sum with mixing weights of each position; from 0 where part 0 is small, since it would cancel. */
  #mixed(
    value: ValueId,
    parts: readonly (ImageValue | null)[],
    name: string,
    side: (v: ImageValue | null) => string,
  ): void {
    const loop = this.#loop;
    const weights = parts.map((_, place) => loop.factors({ kind: 'mixingWeight', value, place } satisfies ImageColumn));
    const [first, second] = weights[0];
    const start = loop.fresh(`pick(atMost(${literal(0.25)}, ${first} * ${second}), ${side(parts[0])}, ZERO)`);
    loop.body.push(`V ${name} = ${start};`);
    const spread = loop.name('spread');
    loop.body.push(`V ${spread} = ZERO;`);
    parts.forEach((p, k) => {
      const [a, b] = weights[k];
      loop.body.push(`${spread} = madd(${a} - ${b}, ${a} - ${b}, ${spread});`);
      loop.body.push(`${name} = madd(${a} * ${b}, ${side(p)} - ${start}, ${name});`);
    });
    loop.body.push(`${name} = larger(ZERO, madd(HALF * ${spread}, ONE - ${start}, ${name}));`);
  }

  #sumPlain({ out, parts, constant }: Of<'sumPlain'>): void {
    const { exponents } = this.#in.job;
    const unit = exponents[out.value];
    const loop = this.#loop;
    const terms = parts.map(({ of, weight }) => {
      const w = loop.constant(weight * this.#scale(exponents[of.value], -unit) * loop.factorOf(of));
      return [w, loop.raw(of)] as const;
    });
    if (constant !== 0 || terms.length === 0) {
      const first = loop.constant(constant * 4 ** -unit);
      loop.define(
        out,
        terms.reduce((sum, [w, v]) => `madd(${w}, ${v}, ${sum})`, first),
      );
      return;
    }
    const [[w0, v0], ...rest] = terms;
    loop.define(
      out,
      rest.reduce((sum, [w, v]) => `madd(${w}, ${v}, ${sum})`, `${w0} * ${v0}`),
    );
  }

  #product(i: Of<'productPlain'>): void {
    const { exponents } = this.#in.job;
    const step = this.#step(i.out.value);
    if (step.op !== 'product') throw new InternalError('a plain product comes from a product');
    const scale = this.#scale(exponents[step.left], exponents[step.right], -exponents[i.out.value]);
    this.#covariance(i.out, i.slope, i.left, step.right, scale);
  }

  /** scale s s' (1 - cosine distance) with the deviations of `value`, times `left` unless that is null. */
  #covariance(out: ImageValue, of: ImageValue, left: ImageValue | null, value: ValueId, scale: number): void {
    const loop = this.#loop;
    const deviation = this.#in.job.deviations[value];
    const factors = deviation === null ? loop.factors({ kind: 'deviation', value }) : null;
    const number = loop.constant(deviation === null ? scale : scale * deviation ** 2);
    const terms = [`${number} * (ONE - ${loop.below(of)})`];
    if (factors !== null) terms.push(`(${factors[0]} * ${factors[1]})`);
    if (left !== null) terms.push(loop.value(left));
    loop.define(out, terms.join(' * '));
  }
}
