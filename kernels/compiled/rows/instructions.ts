import type { Column } from '../../../src/backend/rows/columns.js';
import type { Instruction, Part } from '../../../src/programme/instructions.js';
import type { PassText } from './pass-text.js';

/** What printing an instruction needs beside the pass. */
export interface Printing {
  readonly pass: PassText;
  /** Takes columns of factors; the number of the first. */
  column(...columns: readonly Column[]): number;
  /** Takes constants; the number of the first. */
  constant(...values: readonly number[]): number;
  /** Whether a value needs its sign. */
  isSigned(value: number): boolean;
}

type Op<K extends Instruction['op']> = Extract<Instruction, { readonly op: K }>;

/** One of the parts of a sum. */
interface Share {
  readonly a: string;
  readonly b: string;
  readonly low: string;
  readonly high: string;
}

/** The value of the first cosine distance where the body itself has none: for a radial kernel. */
export const SOURCE = -1;

const ZERO = 'splat(0)';

/** The cosine distance of a sum: from part 0, or from 0 where that is too small a part. */
function blended(
  pass: PassText,
  shares: readonly Share[],
  side: 'low' | 'high',
  h: string,
  dominates: boolean,
): string {
  const [first] = shares;
  const base = dominates
    ? first[side]
    : pass.vector(`pick(less(${first.a} * ${first.b}, splat(0.25)), ${ZERO}, ${first[side]})`, 'base');
  let sum = base;
  for (const { a, b, [side]: distance } of dominates ? shares.slice(1) : shares)
    sum = pass.vector(`madd(${a} * ${b}, ${distance} - ${base}, ${sum})`, 'sum');
  return `atLeastNothing(madd(${h}, splat(1) - ${base}, ${sum}))`;
}

function sum({ pass, column, isSigned }: Printing, { out, parts, dominates }: Op<'sum'>): void {
  pass.line(`// weighted sum of ${parts.length} parts`);
  const shares = parts.map(({ value, column: of }: Part): Share => {
    const { row, columns } = pass.column(column(of));
    const b = pass.vector(`load(${columns} + j)`, 'b');
    if (value === null) return { a: row, b, low: ZERO, high: 'splat(2)' };
    return { a: row, b, low: pass.low(value), high: isSigned(out) ? pass.high(value) : '' };
  });
  let h = ZERO;
  for (const { a, b } of shares) {
    const d = pass.vector(`${a} - ${b}`, 'd');
    h = pass.vector(h === ZERO ? `${d} * ${d}` : `madd(${d}, ${d}, ${h})`, 'h');
  }
  h = pass.vector(`splat(0.5) * ${h}`, 'h');
  const below = blended(pass, shares, 'low', h, dominates);
  if (!isSigned(out)) pass.define(out, pass.vector(below));
  else pass.define(out, pass.vector(`bothSides(${below}, ${blended(pass, shares, 'high', h, dominates)})`));
}

function product({ pass, isSigned }: Printing, { left, right, out }: Op<'product'>): void {
  pass.line('// product');
  const [a, b] = [pass.low(left), pass.low(right)];
  const below = `atLeastNothing(${a} + ${b} - ${a} * ${b})`;
  if (!isSigned(out)) pass.define(out, pass.vector(below));
  else {
    const c = pass.high(left);
    pass.define(out, pass.vector(`bothSides(${below}, ${c} + ${b} - ${c} * ${b})`));
  }
}

/** A derivative is a cosine distance; in the rare case that a map reads it, its sign is added. */
function defineSlope({ pass, isSigned }: Printing, value: number, name: string): void {
  pass.define(value, isSigned(value) ? pass.vector(`bothSides(low(${name}), high(${name}))`) : name);
}

function piecewiseLinear(printing: Printing, { of, weight, value, slope }: Op<'piecewiseLinear'>): void {
  const { pass, constant } = printing;
  pass.line('// piecewise linear map, and its derivative');
  const v = pass.of(of);
  const isBare = pass.isBare(of);
  const g = isBare ? v : pass.vector(`size(${v})`, 'g');
  const r = pass.vector(`root(${g})`, 'r');
  const angle = pass.vector(`angleOverRoot(${g})`, 'angle');
  let c = '';
  if (weight !== 1) {
    c = pass.fresh('c');
    pass.head(`const V ${c} = splat(s->constants[${pass.number(constant(weight))}]);`);
  }
  const times = (expression: string): string => (c === '' ? expression : `${c} * (${expression})`);
  const far = isBare ? '' : pass.fresh('far');
  if (!isBare) pass.line(`M ${far} = negative(${v});`);
  if (value !== null) {
    const j = pass.vector(times(`sineTerm(${g}, ${r})`), 'j');
    const plain = `atLeastNothing(${isBare ? g : `pick(${far}, splat(1), ${g})`} - ${j})`;
    pass.define(value, pass.vector(isBare || c === '' ? plain : `eitherSide(${g}, ${j}, ${c}, ${far})`));
  }
  if (slope === null) return;
  const t = pass.vector(`${r} * ${angle}`, 't');
  const turned = isBare ? t : pass.vector(`pick(${far}, splat(1) - ${t}, ${t})`, 't');
  defineSlope(printing, slope, c === '' ? turned : pass.vector(times(turned)));
}

function heaviside({ pass }: Printing, { of, out }: Op<'heaviside'>): void {
  pass.line('// heaviside');
  const v = pass.of(of);
  const g = pass.vector(`size(${v})`, 'g');
  const t = pass.vector(`root(${g}) * angleOverRoot(${g})`, 't');
  pass.define(out, pass.vector(`pick(negative(${v}), splat(1) - ${t}, ${t})`));
}

/** Columns of self-kernels: in f32 each is split into two, since near-duplicate pairs rest on their differences. */
function selfKernels({ pass, column }: Printing, step: number, count: number) {
  const isSplit = pass.precision === 'f32';
  return Array.from({ length: count }, (_, place) => {
    const first = pass.fresh('');
    pass.head(`const int64_t c${first} = ${pass.number(column({ step, place }))} * s->stride;`);
    if (!isSplit) {
      pass.head(`const dV w${first} = dsplat(s->x[c${first}]);`);
      return { row: `w${first}`, at: (offset: string) => `dload(s->z + c${first} + j${offset})` };
    }
    const rest = pass.number(column({ step, place, rest: true }));
    pass.head(`const int64_t e${first} = ${rest} * s->stride;`);
    pass.head(`const dV w${first} = dsplat((double)s->x[c${first}] + (double)s->x[e${first}]);`);
    const at = (offset: string): string => `wide(s->z + c${first} + j${offset}) + wide(s->z + e${first} + j${offset})`;
    return { row: `w${first}`, at };
  });
}

/** A vector of what `call` makes of vectors of doubles: of `v`, and of halves of it where it is one of singles. */
function inDoubles(pass: PassText, v: string, call: (v: string, offset: string) => string): string {
  if (pass.precision === 'f64') return pass.vector(call(v, ''));
  return pass.vector(`joined(${call(`lowHalf(${v})`, '')},\n      ${call(`highHalf(${v})`, ' + DOUBLES')})`);
}

function smooth(printing: Printing, { op, of, out, map, step }: Op<'smooth' | 'smoothSlope'>): void {
  const { pass } = printing;
  const isSlope = op === 'smoothSlope';
  pass.line(`// ${map}${isSlope ? ', derivative' : ''}`);
  const [p, r, root, bend] = selfKernels(printing, step, isSlope ? 3 : 4);
  const columns = isSlope ? [p, r, root] : [p, r, root, bend];
  const result = inDoubles(pass, pass.of(of), (v, offset) => {
    const pairs = columns.map(({ row, at }) => `${row}, ${at(offset)}`).join(', ');
    return `${map}${isSlope ? 'Slope' : 'Value'}(${v}, ${pairs})`;
  });
  if (isSlope) defineSlope(printing, out, result);
  else pass.define(out, result);
}

function radial(printing: Printing, { out, rate, power, step }: Op<'radial'>): void {
  const { pass, constant } = printing;
  pass.line('// radial kernel');
  const [norms] = selfKernels(printing, step, 1);
  const numbers = pass.fresh('numbers');
  pass.head(`const double *${numbers} = s->constants + ${pass.number(constant(rate, power))};`);
  const name = power === 2 ? 'gaussian' : power === 1 ? 'laplace' : 'anyPower';
  const call = (v: string, offset: string): string => `${name}(${v}, ${norms.row}, ${norms.at(offset)}, ${numbers})`;
  pass.define(out, inDoubles(pass, pass.of(SOURCE), call));
}

/** Prints an instruction. */
export function print(printing: Printing, i: Instruction): void {
  switch (i.op) {
    case 'sum':
      sum(printing, i);
      return;
    case 'product':
      product(printing, i);
      return;
    case 'piecewiseLinear':
      piecewiseLinear(printing, i);
      return;
    case 'heaviside':
      heaviside(printing, i);
      return;
    case 'smooth':
    case 'smoothSlope':
      smooth(printing, i);
      return;
    case 'radial':
      radial(printing, i);
      return;
  }
}
