import type { ValueId } from '../../vocabulary/steps.js';
import { type CosineDistances, keepSmaller } from '../correlations.js';
import { type Extended, extendedQuotient, extendedZeros, setExtended } from '../extended-exponent.js';
import { distanceOf, type ImageValue, plainOf } from '../images/instructions.js';
import type { Part } from '../instructions.js';
import { gridsFlaw, numberFlaw } from './flaws.js';
import type { Evaluation, ImageTurn, PositionEvaluation, RowTranslation, Rules, Spread, StepOf } from './rules.js';

type Sum = StepOf<'sum'>;

function total(step: Sum, selfKernels: readonly Extended[], out: Extended): void {
  for (let i = 0; i < out.mantissa.length; i++) {
    let top = step.constant > 0 ? 0 : -Infinity;
    for (const { value } of step.terms)
      if (selfKernels[value].mantissa[i] > 0) top = Math.max(top, selfKernels[value].exponent[i]);
    if (top === -Infinity) continue;
    let sum = step.constant > 0 ? step.constant * 2 ** (-512 * top) : 0;
    for (const { value, weight } of step.terms) {
      sum += weight * selfKernels[value].mantissa[i] * 2 ** (512 * (selfKernels[value].exponent[i] - top));
    }
    setExtended(out, i, sum, top);
  }
}

/** sqrt(weight part / total) of each term, then sqrt(constant / total) if there is a constant. */
function mixingWeights(step: Sum, selfKernels: readonly Extended[], out: Extended): Float64Array[] {
  const n = out.mantissa.length;
  const columns = step.terms.map(({ value, weight }) =>
    Float64Array.from({ length: n }, (_, i) => Math.sqrt(extendedQuotient(weight, selfKernels[value], out, i))),
  );
  if (step.constant > 0) {
    const unit = extendedZeros(n);
    unit.mantissa.fill(1);
    columns.push(Float64Array.from({ length: n }, (_, i) => Math.sqrt(extendedQuotient(step.constant, unit, out, i))));
  }
  return columns;
}

/**
 * d' = sum w_k d_k + h with w_k = a_k b_k, h = 1/2 sum (a_k - b_k)^2, for mixing weights a, b of unit length; a
 * constant has cosine distance 0.
 *
 * Since sum w_k + h = 1, it is d_0 + sum_(k>0) w_k (d_k - d_0) + h (1 - d_0) for the largest part 0: in this form the
 * rounding of the mixing weights does not add up over thousands of layers.
 */
function evaluate(step: Sum, { index, read, at }: Evaluation, out: CosineDistances): void {
  const [cx, cz] = [at.x.columns[index], at.z.columns[index]];
  const ix = at.x.rows === 1 ? 0 : at.rowX;
  const parts = step.terms.map((t) => read(t.value));
  const weights = cx.map(() => 0);
  for (let p = 0; p < out.below.length; p++) {
    const iz = at.z.rows === 1 ? 0 : at.firstZ + p;
    let [base, spread] = [0, 0];
    for (let k = 0; k < cx.length; k++) {
      const [a, b] = [cx[k][ix], cz[k][iz]];
      weights[k] = a * b;
      spread += ((a - b) * (a - b)) / 2;
      if (weights[k] > weights[base]) base = k;
    }
    blend(parts, weights, base, spread, p, out);
  }
}

function blend(
  parts: readonly CosineDistances[],
  weights: readonly number[],
  base: number,
  spread: number,
  p: number,
  out: CosineDistances,
): void {
  const below0 = base < parts.length ? parts[base].below[p] : 0;
  const above0 = base < parts.length ? parts[base].above[p] : 2;
  let below = below0 + spread * (1 - below0);
  let above = above0 + spread * (1 - above0);
  for (let k = 0; k < weights.length; k++) {
    if (k === base) continue;
    below += weights[k] * ((k < parts.length ? parts[k].below[p] : 0) - below0);
    above += weights[k] * ((k < parts.length ? parts[k].above[p] : 2) - above0);
  }
  keepSmaller(Math.max(0, below), Math.max(0, above), out, p);
}

// Plain loops: this runs for every image of every tile, and `map` takes ten times as long.
function positionSelfKernel(step: Sum, { exponents, at }: PositionEvaluation, out: Float64Array): number {
  const weighty = step.terms.filter((t) => t.weight > 0);
  const all = weighty.map((t) => exponents[t.value]);
  if (step.constant > 0) all.push(0);
  const exponent = all.length === 0 ? 0 : Math.max(...all);
  out.fill(step.constant * 4 ** -exponent);
  for (const { value: of, weight } of weighty) {
    const part = at(of);
    const scaled = weight * 4 ** (exponents[of] - exponent);
    for (let p = 0; p < out.length; p++) out[p] += scaled * part[p];
  }
  return exponent;
}

/** Each part alone is as little as a sum that is not 0 can be, but for a constant, which is always there. */
function spread(step: Sum, spreads: readonly (Spread | null)[]): Spread | null {
  const constant = Math.log2(step.constant);
  let [least, most, parts] = [Infinity, constant, step.constant > 0 ? 1 : 0];
  for (const { value, weight } of step.terms) {
    const part = spreads[value];
    if (weight === 0) continue;
    if (part === null) return null;
    parts += 1;
    least = Math.min(least, Math.log2(weight) + part.least);
    most = Math.max(most, Math.log2(weight) + part.most);
  }
  return { least: step.constant > 0 ? constant : least, most: most + Math.log2(Math.max(1, parts)) };
}

/** On rows; the largest part comes first. */
function instruct(step: Sum, index: number, to: RowTranslation): void {
  const values: (ValueId | null)[] = step.terms.map((t) => to.alias[t.value]);
  const named = values.filter((v) => v !== null);
  if (step.constant > 0) values.push(null);
  const parts = values.map((value, place): Part => ({ value, column: { step: index, place } }));
  const weight = parts.map((_, place) => to.columns(index, place)[0].reduce((all, w) => all + w * w, 0));
  const base = named.reduce((best, _, place) => (weight[place] > weight[best] ? place : best), 0);
  // Mixing weights a, b of at least 1/2 have a product of at least 1/4, whatever the pair.
  const dominates = to.columns(index, base).every((list) => list.every((w) => w >= 0.5));
  const others = parts.filter((_, k) => k !== base);
  to.emit({ op: 'sum', out: index, parts: [parts[base], ...others], dominates });
  to.combined(index, named);
}

function angle({ terms, constant }: Sum, { value, stage, to }: ImageTurn): void {
  if (terms.length === 1 && constant === 0 && terms[0].weight > 0) {
    to.setDistance(value, stage, to.distance(terms[0].value, stage));
    return;
  }
  const parts: (ImageValue | null)[] = terms.map((t) => to.distance(t.value, stage));
  if (constant > 0) parts.push(null);
  to.emit(stage, { op: 'sum', out: distanceOf(value), step: value, parts });
  to.setDistance(value, stage, distanceOf(value));
}

/** constant + sum over terms of weight times value. */
export const sum: Rules<Sum> = {
  operands: ({ terms }) => terms.map((t) => t.value),
  renumber: (step, id) => ({ ...step, terms: step.terms.map((t) => ({ value: id(t.value), weight: t.weight })) }),
  shape: ({ terms }, shapes, input) => (terms.length === 0 ? input.map(() => 1) : shapes[terms[0].value]),
  flaw({ terms, constant }, { shapes }) {
    for (const [k, { weight }] of terms.entries()) {
      const flaw = numberFlaw(`the weight of term ${k}`, weight);
      if (flaw !== null) return flaw;
    }
    return (
      numberFlaw('its constant', constant) ??
      gridsFlaw(
        terms.map((t) => t.value),
        shapes,
      )
    );
  },

  degree({ terms, constant }, degrees) {
    const all = terms.map((t) => degrees[t.value]);
    if (constant !== 0) all.push(0);
    return all.length > 0 && all.every((d) => d !== null && d === all[0]) ? all[0] : null;
  },
  obstacle: () => 'adds values of different degree (a bias, or a part that is not homogeneous)',

  selfKernel(step, selfKernels, _norms, out) {
    total(step, selfKernels, out);
    return mixingWeights(step, selfKernels, out);
  },
  columnBound: ({ terms, constant }) => terms.length + (constant > 0 ? 1 : 0),
  evaluate,

  operations: ({ terms }) => 2 * terms.length,
  /** Mixing weights as a precision holds them. */
  imageSelfKernel(step, { selfKernels, norms, rounding }, out) {
    const columns = sum.selfKernel(step, selfKernels, norms, out);
    return rounding === null ? columns : columns.map((weights) => weights.map(rounding));
  },

  positionSelfKernel,
  spread,
  isPositive: ({ terms, constant }, positive) =>
    constant > 0 || terms.some(({ value, weight }) => weight > 0 && positive[value]),
  isEven: ({ terms }, even) => terms.every(({ value }) => even[value]),

  keepsSides: true,
  /** Scaling changes the self-kernels of a correlation, not the correlation. */
  renames: ({ terms, constant }) => (terms.length === 1 && constant === 0 ? terms[0].value : null),
  instruct,
  isSigned: ({ terms }, signed) => terms.some(({ value }) => signed[value]),
  angle,
  covariance({ terms, constant }, { value, stage, to }) {
    const parts = terms.map((t) => ({ of: to.covariance(t.value, stage), weight: t.weight }));
    to.emit(stage, { op: 'sumPlain', out: plainOf(value), parts, constant });
  },
};
