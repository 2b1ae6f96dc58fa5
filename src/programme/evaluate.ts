import type { Programme, Step, ValueId } from '../vocabulary/steps.js';
import { positionsJoined } from '../vocabulary/windows.js';
import { smoothDual } from './maps/index.js';
import { lastUses, operands } from './needs.js';
import { angleMap, type Correlation, type SelfKernelMap, smooth, smoothDerivative } from './pair.js';
import { asItIs, lastDigit, type Rounding, roundDistances } from './rounding.js';
import type { RowFactors } from './self-kernels.js';

/** Correlations of many pairs: 1 - u and 1 + u of each, `[pairs]`. */
export interface CosineDistances {
  readonly below: Float64Array;
  readonly above: Float64Array;
}

/** `pairs` correlations of 0. */
export function distances(pairs: number): CosineDistances {
  return { below: new Float64Array(pairs).fill(1), above: new Float64Array(pairs).fill(1) };
}

/** Which rows the pairs join: pair p is row `x` of one set with row `firstZ + p` of the other (row 0 for constant factors). */
export interface Strip {
  readonly x: RowFactors;
  readonly rowX: number;
  readonly z: RowFactors;
  readonly firstZ: number;
}

/** Outputs of a body: the correlations of the NNGP and of the NTK, null where there is none. */
export interface BodyResult {
  readonly nngp: CosineDistances | null;
  readonly ntk: CosineDistances | null;
}

const selfKernelMap = (columns: readonly Float64Array[], i: number): SelfKernelMap => ({
  variance: columns[0][i],
  deviation: columns[1][i],
  root: columns[2][i],
  curvature: columns.length > 3 ? columns[3][i] : 0,
});

/**
 * d' = sum w_k d_k + h with w_k = a_k b_k, h = 1/2 sum (a_k - b_k)^2, for mixing weights a, b of unit length; a constant has cosine distance 0.
 *
 * Since sum w_k + h = 1, it is d_0 + sum_(k>0) w_k (d_k - d_0) + h (1 - d_0) for the largest part 0: in this form the
 * rounding of the mixing weights does not add up over thousands of layers.
 */
function sumStep(
  step: Extract<Step, { op: 'sum' }>,
  index: number,
  read: (value: ValueId) => CosineDistances,
  at: Strip,
  out: CosineDistances,
): void {
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

/** Stores both cosine distances of pair p from the smaller one, which carries the digits. */
export function keepSmaller(below: number, above: number, out: CosineDistances, p: number): void {
  out.below[p] = below <= above ? below : 2 - above;
  out.above[p] = below <= above ? 2 - below : above;
}

function mapStep(
  step: Extract<Step, { op: 'dual' | 'dualDerivative' }>,
  index: number,
  of: CosineDistances,
  at: Strip,
  out: CosineDistances,
  rounding: Rounding | null,
): void {
  const dual = smoothDual(step.phi);
  const within = rounding === null ? asItIs : lastDigit;
  const derivative = step.op === 'dualDerivative';
  const selfKernels: SelfKernelMap | null = dual && selfKernelMap(at.x.columns[index], at.x.rows === 1 ? 0 : at.rowX);
  const u: Correlation = { below: 0, above: 0 };
  const v: Correlation = { below: 0, above: 0 };
  for (let p = 0; p < out.below.length; p++) {
    u.below = of.below[p];
    u.above = of.above[p];
    if (dual === null || selfKernels === null) angleMap(step.phi, derivative, u, v);
    else {
      const other = selfKernelMap(at.z.columns[index], at.z.rows === 1 ? 0 : at.firstZ + p);
      if (derivative) smoothDerivative(dual, selfKernels, other, u, v);
      else smooth(dual, selfKernels, other, u, v, within);
    }
    out.below[p] = v.below;
    out.above[p] = v.above;
  }
}

/** 1 - u v from the cosine distances of u and v, and 1 + u v likewise. */
function productStep(left: CosineDistances, right: CosineDistances, out: CosineDistances): void {
  for (let p = 0; p < out.below.length; p++) {
    const [a, b] = [left.below[p], right.below[p]];
    const below = a + b - a * b;
    const c = left.above[p];
    keepSmaller(below, c + b - c * b, out, p);
  }
}

/** 1 - exp(-rate |x - z|^power) with |x - z|^2 = (r - s)^2 + 2 r s (1 - cos). */
function radialStep(
  step: Extract<Step, { op: 'radial' }>,
  index: number,
  source: CosineDistances,
  at: Strip,
  out: CosineDistances,
): void {
  const r = at.x.columns[index][0][at.x.rows === 1 ? 0 : at.rowX];
  for (let p = 0; p < out.below.length; p++) {
    const s = at.z.columns[index][0][at.z.rows === 1 ? 0 : at.firstZ + p];
    const square = (r - s) ** 2 + 2 * r * s * source.below[p];
    const below = -Math.expm1(-step.rate * (step.power === 2 ? square : Math.sqrt(square) ** step.power));
    keepSmaller(below, 2 - below, out, p);
  }
}

function copy(from: CosineDistances, out: CosineDistances): void {
  out.below.set(from.below);
  out.above.set(from.above);
}

/**
 * Runs one step that takes each pair alone, given the values before it and the correlations of the inputs.
 *
 * `source` is null behind the sources; `rounding` acts on what the step gives. [none]
 * @throws InternalError for a step that joins positions, and for a source without `source`
 */
export function runStep(
  programme: Programme,
  index: number,
  read: (value: ValueId) => CosineDistances,
  source: CosineDistances | null,
  at: Strip,
  out: CosineDistances,
  rounding: Rounding | null = null,
): void {
  const step = programme.steps[index];
  if (step.op === 'sum') sumStep(step, index, read, at, out);
  else if (step.op === 'product') productStep(read(step.left), read(step.right), out);
  else if (step.op === 'dual' || step.op === 'dualDerivative') mapStep(step, index, read(step.of), at, out, rounding);
  else if (step.op === 'normalise') copy(read(step.of), out);
  else if (step.op === 'inner' && source !== null) copy(source, out);
  else if (step.op === 'radial' && source !== null) radialStep(step, index, source, at, out);
  else throw positionsJoined(step);
  if (rounding !== null) roundDistances(out, rounding);
}

/**
 * Runs the body of a programme in float64 on a strip of pairs, given the correlations of their inputs.
 *
 * Written step by step like the formulas; the other backends are tested against it. The room of a value is used again
 * once nothing reads it any more, so depth costs time and no memory. `rounding` acts on what every step gives. [none]
 */
export function evaluate(
  programme: Programme,
  source: CosineDistances,
  at: Strip,
  rounding: Rounding | null = null,
): BodyResult {
  const values: CosineDistances[] = [];
  const free: CosineDistances[] = [];
  const last = lastUses(programme);
  programme.steps.forEach((step, index) => {
    const out = free.pop() ?? distances(source.below.length);
    runStep(programme, index, (v) => values[v], source, at, out, rounding);
    values.push(out);
    for (const v of new Set(operands(step))) if (last[v] === index) free.push(values[v]);
  });
  const pick = (v: number | null): CosineDistances | null => (v === null ? null : values[v]);
  return { nngp: pick(programme.nngp), ntk: pick(programme.ntk) };
}
