import { InterruptedError } from '../../errors.js';
import { type Layout, layout } from '../../programme/layout.js';
import type { Programme, Step, ValueId } from '../../vocabulary/steps.js';
import { positionCount } from '../../vocabulary/windows.js';
import { UnitImageFactors } from './columns.js';
import { mapChange } from './map-change.js';
import { Pairs, type Plane } from './pairs.js';
import { readsOf, type StepAt, type Visit } from './reads.js';
import { Room } from './room.js';

/** Bytes of what says where a tap reads. */
const TAP_BYTES = 4;

/** How the correlation of an output changes near t = 1, and which pixels it changes with. */
export interface Change {
  /** nu of u(1) - u(1 - eps) ~ c eps^nu; Infinity where it does not change. */
  readonly power: number;
  /** ln c: c itself may be beyond a double; -Infinity where it does not change. */
  readonly logFactor: number;
  /** Share of each pixel of the input in it, `[positions]`; all 0 where it does not change. */
  readonly shares: Float64Array;
}

/**
 * The leading change of a programme's output, on two images of unit pixels whose cosines t_i leave 1.
 *
 * Of every value at every pair of positions that the output rests on it holds u(1) and, along t = (1 - eps, ...,
 * 1 - eps), u(1) - u = c eps^nu + smaller terms. The gradient of u there is nu c eps^(nu - 1) times shares of the
 * pixels, at least 0 and of sum 1, as the dual functions have no negative coefficients. A map a s^mu changes c and nu
 * and no share; in what adds up the lowest power stays, with shares in proportion to weight times c. So the shares of
 * the output are found by letting 1 flow back from it. Factors are held as logarithms: they grow by a factor a layer.
 */
class Propagation {
  readonly #programme: Programme;
  readonly #layout: Layout;
  readonly #pairs: readonly Pairs[];
  readonly #factors: UnitImageFactors;

  constructor(programme: Programme) {
    this.#programme = programme;
    const room = new Room();
    for (const step of programme.steps) {
      if ('windows' in step) room.take(TAP_BYTES * positionCount(step.windows.to) * positionCount(step.windows.filter));
    }
    this.#layout = layout(programme);
    this.#pairs = this.#layout.positions.map((n) => new Pairs(n, room));
    this.#factors = new UnitImageFactors(programme, room);
  }

  /** Notes which pairs of which values the output rests on. */
  mark(output: ValueId): void {
    this.#pairs[output].need(0, 0);
    for (let index = output; index >= 0; index--) {
      const visit: Visit = (value, i, j) => this.#pairs[value].need(i, j);
      this.#pairs[index].each((p, q) => this.#visit(index, this.#at(index, null), p, q, visit));
    }
  }

  /** Values and leading changes at all those pairs, step by step. */
  forward(signal: AbortSignal | undefined): void {
    const { positions, taps } = this.#layout;
    this.#programme.steps.forEach((step, index) => {
      if (signal?.aborted) throw new InterruptedError();
      this.#factors.append(this.#programme, positions[index], taps[index], this.#pairs);
      const at = this.#at(index, this.#factors.columns[index]);
      this.#pairs[index].each((p, q, plane) => this.#change(step, index, at, p, q, plane));
    });
  }

  /** The change of the output, and the shares of the pixels in it. */
  backward(output: ValueId): Change {
    const { positions } = this.#layout;
    const end = this.#pairs[output].plane(0, 0);
    const [power, logFactor] = [end.power[0], end.logFactor[0]];
    const source = this.#programme.steps.findIndex((step) => step.op === 'inner');
    if (logFactor === -Infinity || source < 0) {
      return { power, logFactor: -Infinity, shares: new Float64Array(source < 0 ? 0 : positions[source]) };
    }
    end.flow[0] = 1;
    for (let index = output; index > source; index--) {
      const at = this.#at(index, this.#factors.columns[index]);
      this.#pairs[index].each((p, q, plane) => {
        if (plane.flow[p] > 0) this.#flow(index, at, p, q, plane);
      });
    }
    return { power, logFactor, shares: this.#pairs[source].plane(0, 0).flow };
  }

  #at(index: number, columns: readonly Float64Array[] | null): StepAt {
    const below = (value: ValueId, p: number, q: number): number => this.#pairs[value].plane(p, q).below[p];
    return { taps: this.#layout.taps[index], columns, below };
  }

  #visit(index: number, at: StepAt, p: number, q: number, visit: Visit): void {
    const step = this.#programme.steps[index];
    const reads = readsOf(step);
    if (reads !== null) reads.visit(step, at, p, q, visit);
    else if ('of' in step) visit(step.of, p, q, 1);
  }

  #change(step: Step, index: number, at: StepAt, p: number, q: number, plane: Plane): void {
    if (step.op === 'dual' || step.op === 'dualDerivative') {
      const of = this.#pairs[step.of].plane(p, q);
      const { below, power, factor } = mapChange(step, at.columns ?? [], p, q, of.below[p]);
      plane.below[p] = below;
      if (!(factor > 0) || of.logFactor[p] === -Infinity) return;
      plane.power[p] = of.power[p] * power;
      plane.logFactor[p] = Math.log(factor) + power * of.logFactor[p];
    } else if (readsOf(step) !== null) this.#combine(step, index, at, p, q, plane);
    else {
      plane.below[p] = p === q ? 0 : 1;
      if (p !== q) return;
      plane.power[p] = 1;
      plane.logFactor[p] = 0;
    }
  }

  #combine(step: Step, index: number, at: StepAt, p: number, q: number, plane: Plane): void {
    let [below, power, top] = [0, Infinity, -Infinity];
    this.#visit(index, at, p, q, (value, i, j, weight) => {
      if (!(weight > 0)) return;
      const of = this.#pairs[value].plane(i, j);
      below += weight * of.below[i];
      if (of.logFactor[i] === -Infinity || of.power[i] > power) return;
      const log = Math.log(weight) + of.logFactor[i];
      top = of.power[i] < power ? log : Math.max(top, log);
      power = of.power[i];
    });
    plane.below[p] = p === q ? 0 : Math.max(0, below + (readsOf(step)?.rest(step, at, p, q) ?? 0));
    if (power === Infinity) return;
    let sum = 0;
    this.#visit(index, at, p, q, (value, i, j, weight) => {
      const of = this.#pairs[value].plane(i, j);
      if (weight > 0 && of.power[i] === power) sum += Math.exp(Math.log(weight) + of.logFactor[i] - top);
    });
    plane.power[p] = power;
    plane.logFactor[p] = top + Math.log(sum);
  }

  #flow(index: number, at: StepAt, p: number, q: number, { flow, power, logFactor }: Plane): void {
    const isMap = readsOf(this.#programme.steps[index]) === null;
    this.#visit(index, at, p, q, (value, i, j, weight) => {
      const of = this.#pairs[value].plane(i, j);
      if (isMap) of.flow[i] += flow[p];
      else if (weight > 0 && of.power[i] === power[p]) {
        of.flow[i] += flow[p] * Math.exp(Math.log(weight) + of.logFactor[i] - logFactor[p]);
      }
    });
  }
}

/**
 * How output `output` of a programme on images changes near t = 1, and which pixels it changes with; pixels of
 * different positions count as uncorrelated, which matters where pools pair them.
 */
export function leadingChange(programme: Programme, output: ValueId, signal?: AbortSignal): Change {
  const propagation = new Propagation(programme);
  propagation.mark(output);
  propagation.forward(signal);
  return propagation.backward(output);
}
