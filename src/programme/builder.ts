import type { ScalarMap, Step, Term, ValueId } from './steps.js';

/** Collects the steps of a programme; each method appends one step and returns the value that it defines. */
export class ProgrammeBuilder {
  readonly #steps: Step[] = [];

  /** The steps so far. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  inner(): ValueId {
    return this.#append({ op: 'inner' });
  }

  radial(rate: number, power: number): ValueId {
    return this.#append({ op: 'radial', rate, power });
  }

  /** constant + sum of weight * value. A single term of weight 1 and constant 0 adds no step. */
  sum(terms: readonly Term[], constant = 0): ValueId {
    const kept = terms.filter((t) => t.weight !== 0);
    if (kept.length === 1 && kept[0].weight === 1 && constant === 0) return kept[0].value;
    return this.#append({ op: 'sum', terms: kept, constant });
  }

  dual(of: ValueId, phi: ScalarMap): ValueId {
    return this.#append({ op: 'dual', of, phi });
  }

  dualDerivative(of: ValueId, phi: ScalarMap): ValueId {
    return this.#append({ op: 'dualDerivative', of, phi });
  }

  product(left: ValueId, right: ValueId): ValueId {
    return this.#append({ op: 'product', left, right });
  }

  normalise(of: ValueId, by: ValueId): ValueId {
    return this.#append({ op: 'normalise', of, by });
  }

  #append(step: Step): ValueId {
    this.#steps.push(step);
    return this.#steps.length - 1;
  }
}
