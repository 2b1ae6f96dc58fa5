import type { ScalarMap, Step, Term, ValueId, Windows } from './steps.js';

function isIdentity({ filter, stride }: Windows): boolean {
  return filter.every((q) => q === 1) && stride.every((s) => s === 1);
}

/** Collects the steps of a programme; each method appends one step and returns the value that it defines. */
export class ProgrammeBuilder {
  readonly #steps: Step[] = [];
  readonly #onImages: boolean;
  /** The steps so far by what they are; null where equal steps stand apart. */
  readonly #known: Map<string, ValueId> | null;

  /**
   * On images a sum keeps one summand, if only with weight 0: it says where the positions of the value come from. So
   * does a sum that is 0. With `shares` a step that is there already is not appended again.
   */
  constructor({ onImages = false, shares = false }: { readonly onImages?: boolean; readonly shares?: boolean } = {}) {
    this.#onImages = onImages;
    this.#known = shares ? new Map() : null;
  }

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
    const weighty = terms.filter((t) => t.weight !== 0);
    const keepsOne = weighty.length === 0 && (this.#onImages || constant === 0);
    const kept = keepsOne ? terms.slice(0, 1) : weighty;
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

  /** A window of one tap at every position adds no step. */
  window(of: ValueId, windows: Windows): ValueId {
    if (isIdentity(windows)) return of;
    return this.#append({ op: 'window', of, windows });
  }

  /** A window of one position at every position adds no step. */
  pool(of: ValueId, windows: Windows): ValueId {
    if (isIdentity(windows)) return of;
    return this.#append({ op: 'pool', of, windows });
  }

  pixel(of: ValueId, at: readonly number[]): ValueId {
    return this.#append({ op: 'pixel', of, at });
  }

  #append(step: Step): ValueId {
    const key = this.#known && JSON.stringify(step);
    const there = key === null ? undefined : this.#known?.get(key);
    if (there !== undefined) return there;
    const value = this.#steps.push(step) - 1;
    if (key !== null) this.#known?.set(key, value);
    return value;
  }
}
