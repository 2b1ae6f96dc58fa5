import { distances } from '../../programme/correlations.js';
import { type Extended, extendedNumbers, extendedZeros } from '../../programme/extended-exponent.js';
import { rulesOf } from '../../programme/steps/index.js';
import type { StepOf } from '../../programme/steps/rules.js';
import type { Taps } from '../../programme/taps.js';
import type { Programme } from '../../vocabulary/steps.js';
import { positionCount } from '../../vocabulary/windows.js';
import type { Pairs } from './pairs.js';
import type { Room } from './room.js';

type Pool = StepOf<'pool'>;

/** Self-kernels and factor columns of one image of unit pixels, step by step. */
export class UnitImageFactors {
  readonly columns: (readonly Float64Array[])[] = [];
  readonly #selfKernels: Extended[] = [];
  readonly #norms: Extended;

  readonly #room: Room;

  constructor(programme: Programme, room: Room) {
    this.#room = room;
    const rows = positionCount(programme.positions ?? []);
    this.#norms = extendedNumbers(new Float64Array(rows).fill(1));
  }

  /** Appends those of the next step, on `positions`; `pairs` are those that a pool needs, and those that it reads. */
  append(programme: Programme, positions: number, taps: Taps | null, pairs: readonly Pairs[]): void {
    const index = this.columns.length;
    const step = programme.steps[index];
    this.#room.take(8 * positions * ((taps?.count ?? 0) + 4));
    const total = extendedZeros(positions);
    this.#selfKernels.push(total);
    if (step.op === 'pool' && taps !== null) {
      this.columns.push(this.#pooled(step, taps, total, pairs[index], pairs[step.of]));
      return;
    }
    const rules = rulesOf(step);
    const selfKernels = this.#selfKernels;
    const within = { selfKernels, norms: this.#norms, taps, self: () => distances(0), rounding: null };
    const columns = rules.imageSelfKernel?.(step, within, total);
    this.columns.push(columns ?? rules.selfKernel(step, selfKernels, this.#norms, total));
  }

  /** Window by window: the correlations within the whole image would be the square of its positions. */
  #pooled(step: Pool, { at, count }: Taps, total: Extended, needed: Pairs, read: Pairs): Float64Array[] {
    const roots = new Float64Array(at.length);
    const squares = new Float64Array(total.mantissa.length);
    const of = this.#selfKernels[step.of];
    const taps = { at: Int32Array.from({ length: count }, (_, k) => k), count };
    needed.each((p, q) => {
      if (p !== q) return;
      const window = at.subarray(p * count, (p + 1) * count);
      const selfKernels: Extended[] = [];
      selfKernels[step.of] = {
        mantissa: Float64Array.from(window, (i) => of.mantissa[i]),
        exponent: Int32Array.from(window, (i) => of.exponent[i]),
      };
      const self = distances(count * count);
      window.forEach((i, k) => {
        window.forEach((j, l) => {
          const below = read.plane(i, j).below[i];
          self.below[k * count + l] = below;
          self.above[k * count + l] = 2 - below;
        });
      });
      const one = extendedZeros(1);
      const within = { selfKernels, norms: this.#norms, taps, self: () => self, rounding: null };
      const [root = [], square = []] = rulesOf(step).imageSelfKernel?.(step, within, one) ?? [];
      roots.set(root, p * count);
      squares.set(square, p);
      total.mantissa[p] = one.mantissa[0];
      total.exponent[p] = one.exponent[0];
    });
    return [roots, squares];
  }
}
