import type { PowerSeries } from './power-series.js';

/** One term `factor` s^`power` of an expansion in real powers of a small s > 0. */
export interface PuiseuxTerm {
  readonly power: number;
  readonly factor: number;
}

/** A finite sum of such terms, by ascending power; powers above `LIMIT` are dropped. */
export type Puiseux = readonly PuiseuxTerm[];

/** Highest power that expansions keep. */
export const LIMIT = 4.6;
/** Powers that differ by less are one. */
const SAME = 1e-9;

/** Collects terms: equal powers are added up, high ones dropped. */
function collect(terms: readonly PuiseuxTerm[]): Puiseux {
  const sorted = terms.filter((t) => t.power <= LIMIT && t.factor !== 0).sort((a, b) => a.power - b.power);
  const out: PuiseuxTerm[] = [];
  for (const term of sorted) {
    const previous = out.at(-1);
    if (previous !== undefined && term.power - previous.power < SAME) {
      out[out.length - 1] = { power: previous.power, factor: previous.factor + term.factor };
    } else out.push(term);
  }
  return out;
}

/** Weighted sum of expansions. */
export function addAll(parts: readonly (readonly [weight: number, part: Puiseux])[]): Puiseux {
  return collect(parts.flatMap(([weight, part]) => part.map((t) => ({ power: t.power, factor: weight * t.factor }))));
}

/** Product of two expansions. */
export function times(a: Puiseux, b: Puiseux): Puiseux {
  return collect(a.flatMap((x) => b.map((y) => ({ power: x.power + y.power, factor: x.factor * y.factor }))));
}

/** sum_j c_j g^j for an expansion g without constant term, by Horner's rule. */
export function compose(series: ArrayLike<number>, g: Puiseux): Puiseux {
  let sum: Puiseux = [];
  for (let j = series.length - 1; j >= 0; j--) {
    sum = addAll([
      [1, times(sum, g)],
      [1, [{ power: 0, factor: series[j] }]],
    ]);
  }
  return sum;
}

/** g^exponent for an expansion with a positive leading term: its power, times the binomial series of the rest. */
export function power(g: Puiseux, exponent: number): Puiseux {
  if (g.length === 0) return [];
  const [lead] = g;
  const rest = g.slice(1).map((t) => ({ power: t.power - lead.power, factor: t.factor / lead.factor }));
  const order = rest.length === 0 ? 0 : Math.ceil(LIMIT / rest[0].power);
  const binomial = new Float64Array(order + 1).fill(1);
  for (let j = 1; j <= order; j++) binomial[j] = (binomial[j - 1] * (exponent - j + 1)) / j;
  return times([{ power: exponent * lead.power, factor: lead.factor ** exponent }], compose(binomial, rest));
}

/** Terms that a series in g needs so that nothing below `LIMIT` is lost. */
export function orderFor(g: Puiseux): number {
  return g.length === 0 ? 1 : Math.ceil(LIMIT / g[0].power) + 1;
}

/** The series of a polynomial u_0 + delta, as `mapSeries` takes it. */
export function shifted(u0: number, length: number): PowerSeries {
  const out = new Float64Array(length);
  out[0] = u0;
  if (length > 1) out[1] = 1;
  return out;
}
