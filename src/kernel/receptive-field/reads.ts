import { InternalError } from '../../errors.js';
import type { StepOf } from '../../programme/steps/rules.js';
import type { Taps } from '../../programme/taps.js';
import type { Step, ValueId } from '../../vocabulary/steps.js';

/** Receives a pair that is read: its value, and the weight of its correlation in that of the step. */
export type Visit = (value: ValueId, p: number, q: number, weight: number) => void;

/** What a step is known by when it is visited. */
export interface StepAt {
  /** Positions that it reads; null for a step that takes each alone. */
  readonly taps: Taps | null;
  /** Its factor columns; null while they are not known, and all weights count as 1. */
  readonly columns: readonly Float64Array[] | null;
  /** 1 - u of a pair of an earlier value at t = 1; only asked for with columns. */
  readonly below: (value: ValueId, p: number, q: number) => number;
}

/**
 * What the correlation of one kind of step is made of at a pair (p, q): d u = sum of weight d u_read for small changes,
 * and 1 - u = sum of weight (1 - u_read) + rest.
 */
export interface Reads<S extends Step> {
  visit(step: S, at: StepAt, p: number, q: number, visit: Visit): void;
  rest(step: S, at: StepAt, p: number, q: number): number;
}

/** Half the squared distance of the mixing weights of two positions. */
function spread(a: Float64Array, b: Float64Array, count: number, p: number, q: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (a[p * count + k] - b[q * count + k]) ** 2 / 2;
  return sum;
}

function tapsOf(step: Step, { taps }: StepAt): Taps {
  if (taps === null) throw new InternalError(`the step ${step.op} has no taps`);
  return taps;
}

/** Each tap of p with the same tap of q, by the columns sqrt(tap / total). */
const mean = {
  visit(step: StepOf<'window' | 'pixel'>, at: StepAt, p: number, q: number, visit: Visit) {
    const { at: read, count } = tapsOf(step, at);
    const shares = at.columns?.[0];
    for (let k = 0; k < count; k++) {
      const [i, j] = [read[p * count + k], read[q * count + k]];
      if (i >= 0 && j >= 0)
        visit(step.of, i, j, shares === undefined ? 1 : shares[p * count + k] * shares[q * count + k]);
    }
  },
  rest(step: StepOf<'window' | 'pixel'>, at: StepAt, p: number, q: number) {
    const shares = at.columns?.[0];
    return shares === undefined ? 0 : spread(shares, shares, tapsOf(step, at).count, p, q);
  },
};

const pool: Reads<StepOf<'pool'>> = {
  visit(step, at, p, q, visit) {
    const { at: read, count } = tapsOf(step, at);
    const [roots, squares] = at.columns ?? [];
    const root = squares === undefined ? 1 : Math.sqrt(squares[p]) * Math.sqrt(squares[q]);
    for (let k = p * count; k < (p + 1) * count; k++) {
      for (let l = q * count; l < (q + 1) * count; l++) {
        const weight = roots === undefined ? 1 : root > 0 ? (roots[k] * roots[l]) / root : 0;
        visit(step.of, read[k], read[l], weight);
      }
    }
  },
  /** 1 - sum of weights: these are no shares, whose sum is 1 at most. */
  rest(step, at, p, q) {
    let sum = 0;
    pool.visit(step, at, p, q, (_value, _p, _q, weight) => {
      sum += weight;
    });
    return 1 - sum;
  },
};

const sum: Reads<StepOf<'sum'>> = {
  visit({ terms }, { columns }, p, q, visit) {
    terms.forEach(({ value }, k) => {
      visit(value, p, q, columns === null ? 1 : columns[k][p] * columns[k][q]);
    });
  },
  rest: (_step, { columns }, p, q) => (columns ?? []).reduce((all, column) => all + spread(column, column, 1, p, q), 0),
};

/** d (u v) = v du + u dv, and 1 - u v = v (1 - u) + u (1 - v) + (1 - u) (1 - v). */
const product: Reads<StepOf<'product'>> = {
  visit({ left, right }, { columns, below }, p, q, visit) {
    visit(left, p, q, columns === null ? 1 : 1 - below(right, p, q));
    visit(right, p, q, columns === null ? 1 : 1 - below(left, p, q));
  },
  rest: ({ left, right }, { below }, p, q) => below(left, p, q) * below(right, p, q),
};

/** The correlation of what is normalised; what it is divided by is needed for its self-kernel alone. */
const normalise: Reads<StepOf<'normalise'>> = {
  visit({ of, by }, _at, p, q, visit) {
    visit(of, p, q, 1);
    visit(by, p, p, 0);
    visit(by, q, q, 0);
  },
  rest: () => 0,
};

/** Of steps that are linear in small changes; maps and the source are not in it. */
const READS: { readonly [Op in Step['op']]?: Reads<StepOf<Op>> } = {
  sum,
  product,
  normalise,
  window: mean,
  pool,
  pixel: mean,
};

/** How a step reads, if small changes of what it reads add up in it; null for maps and sources. */
export function readsOf(step: Step): Reads<Step> | null {
  return (READS[step.op] as Reads<Step> | undefined) ?? null;
}
