import { keepSmaller } from '../correlations.js';
import { setExtended } from '../extended-exponent.js';
import { plainOf } from '../images/instructions.js';
import { gridsFlaw } from './flaws.js';
import type { Rules, StepOf } from './rules.js';

/** left times right, entry by entry. */
export const product: Rules<StepOf<'product'>> = {
  operands: ({ left, right }) => [left, right],
  renumber: (step, id) => ({ ...step, left: id(step.left), right: id(step.right) }),
  shape: ({ left }, shapes) => shapes[left],
  flaw: ({ left, right }, { shapes }) => gridsFlaw([left, right], shapes),

  degree({ left, right }, degrees) {
    const [l, r] = [degrees[left], degrees[right]];
    return l === null || r === null ? null : l + r;
  },
  obstacle: () => 'joins values that are not homogeneous',

  selfKernel({ left, right }, selfKernels, _norms, total) {
    const [l, r] = [selfKernels[left], selfKernels[right]];
    for (let i = 0; i < total.mantissa.length; i++) {
      setExtended(total, i, l.mantissa[i] * r.mantissa[i], l.exponent[i] + r.exponent[i]);
    }
    return [];
  },
  /** 1 - u v from the cosine distances of u and v, and 1 + u v likewise. */
  evaluate(step, { read }, out) {
    const [left, right] = [read(step.left), read(step.right)];
    for (let p = 0; p < out.below.length; p++) {
      const [a, b] = [left.below[p], right.below[p]];
      const below = a + b - a * b;
      const c = left.above[p];
      keepSmaller(below, c + b - c * b, out, p);
    }
  },

  operations: () => 3,
  positionSelfKernel({ left, right }, { at, exponents }, out) {
    const [l, r] = [at(left), at(right)];
    for (let p = 0; p < out.length; p++) out[p] = l[p] * r[p];
    return exponents[left] + exponents[right];
  },
  spread({ left, right }, spreads) {
    const [l, r] = [spreads[left], spreads[right]];
    return l === null || r === null ? null : { least: l.least + r.least, most: l.most + r.most };
  },
  isPositive: ({ left, right }, positive) => positive[left] && positive[right],
  isEven: ({ left, right }, even) => even[left] && even[right],

  instruct(step, index, to) {
    const [left, right] = [to.alias[step.left], to.alias[step.right]];
    to.emit({ op: 'product', left, right, out: index });
    to.combined(index, [left, right]);
  },
  isSigned: () => false,
  covariance(step, { value, stage, to }) {
    const [left, slope] = [to.covariance(step.left, stage), to.distance(step.right, stage)];
    to.emit(stage, { op: 'productPlain', out: plainOf(value), left, slope });
  },
};
