import type { ComparePlan, CompareProgress } from './types.js';

/** Tells how far a comparison is, in networks that are weighted by the time that the plan gives to their width. */
export class Pace {
  readonly #tell: ((progress: CompareProgress) => void) | undefined;
  readonly #started = performance.now();
  readonly #costs: ReadonlyMap<number, number>;
  readonly #all: number;
  readonly #networks: number;
  readonly #analytic: number;
  #spent = 0;
  #finished = 0;

  constructor(plan: ComparePlan, seeds: number, tell: ((progress: CompareProgress) => void) | undefined) {
    this.#tell = tell;
    this.#costs = new Map(plan.widths.map(({ width, seconds }) => [width, seconds]));
    this.#all = plan.seconds;
    this.#analytic = plan.analyticSeconds;
    this.#networks = plan.widths.length * seeds;
  }

  /** The analytic kernel is there; its parts take the less time the more inputs there are. */
  analytic(): void {
    this.#spent = this.#analytic;
    this.#say(this.#spent);
  }

  /** A network of this width is done, or was there. */
  network(width: number, wasThere: boolean): void {
    this.#finished += 1;
    if (!wasThere) this.#spent += this.#costs.get(width) ?? 0;
    this.#say(this.#spent);
  }

  /** A network of this width is done by a share. */
  within(width: number, share: number): void {
    this.#say(this.#spent + share * (this.#costs.get(width) ?? 0));
  }

  #say(spent: number): void {
    const share = this.#all > 0 ? Math.min(1, spent / this.#all) : 1;
    const elapsed = (performance.now() - this.#started) / 1000;
    const done = share * this.#networks;
    this.#tell?.({
      done,
      total: this.#networks,
      rate: done / Math.max(1e-9, elapsed),
      remaining: share > 0 ? (elapsed * (1 - share)) / share : Number.NaN,
      finished: this.#finished,
      networks: this.#networks,
    });
  }
}
