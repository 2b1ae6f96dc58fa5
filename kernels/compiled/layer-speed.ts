import type { LayerSpeed } from '../../src/backend/contract.js';
import { allocate, type Precision } from '../../src/data/array.js';
import { CompilerError } from '../../src/errors.js';
import { openLibrary } from '../../src/platform/compiled-library.js';
import { calledFunctions } from './formulas/functions.js';
import { compiledLibrary, target } from './library.js';
import { laneCount, prelude, type Target } from './vector.js';

/** Vectors of each list: they stay in the first-level cache. */
const VECTORS = 16;
const ROUNDS = 2000;

/**
 * A layer and a window of nine taps on VECTORS vectors, of which nothing but the sums of three is read again: relu, its
 * slope, what the window weighs, and both sums. Cosine distances, tangents and two factors stand at the address,
 * results behind them.
 */
const ARITHMETIC = `int64_t ntk_arithmetic(uint8_t *memory, const int64_t *arguments) {
  T *const data = (T *)(memory + arguments[0]);
  enum { STEP = ${VECTORS} * LANES };
  const V half = splat((T)0.5), one = splat(1), zero = splat(0), ninth = splat((T)(1.0 / 9));
  for (int64_t round = 0; round < arguments[1]; round++) {
    for (int k = 0; k < STEP; k += LANES) {
      const V g = load(data + k), t = load(data + STEP + k);
      const V a = load(data + 2 * STEP + k), b = load(data + 3 * STEP + k);
      const V r = root(g), angle = angleOverRoot(g);
      const V value = larger(zero, g - sineTerm(g, r));
      const V product = half * (one - r * angle) * t;
      const V d = a - b, both = a * b, spread = half * (d * d);
      const V weighed = madd(both, value, spread);
      const V sum = (weighed + a) + ((weighed + b) + g);
      const V moved = (product + a) + ((product + b) + g);
      const V distance = larger(zero, sum * ninth * both - spread * both);
      const V mixed = pick(less(distance, half * spread), sum, distance);
      store(data + 4 * STEP + k, mixed);
      store(data + 5 * STEP + k, madd(half, both * (one - distance), madd(ninth, moved, half)));
    }
    // All of it again, whether or not anything has changed.
    __asm__ volatile("" ::: "memory");
  }
  return LANES;
}
`;

function sourceOf(wanted: Target, precision: Precision): string {
  return [prelude(wanted, precision), calledFunctions(ARITHMETIC, precision), ARITHMETIC].join('\n');
}

/** The least nanoseconds of a cell in some milliseconds of such runs. */
function leastOf(run: () => void, cells: number, milliseconds: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (const start = performance.now(); performance.now() - start < milliseconds; ) {
    const begun = performance.now();
    run();
    best = Math.min(best, performance.now() - begun);
  }
  return (1e6 * best) / cells;
}

/**
 * Nanoseconds of the arithmetic of one layer of a network of images on numbers in the first-level cache, on the calling
 * thread, and the pairs that a vector holds.
 *
 * @throws CompilerError where it cannot be compiled
 */
export async function layerSpeed(precision: Precision): Promise<LayerSpeed> {
  const wanted = target();
  if ('reason' in wanted) throw new CompilerError(wanted.reason, wanted.remedy);
  const { path } = await compiledLibrary(sourceOf(wanted, precision), wanted);
  const library = await openLibrary(path);
  const lanes = laneCount(wanted, precision);
  const numbers = allocate(6 * VECTORS * lanes, precision);
  numbers.forEach((_, k) => {
    numbers[k] = 0.3 + 0.4 * ((k * 0.618) % 1);
  });
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const run = (): number => library.call('ntk_arithmetic', bytes, [0, ROUNDS]);
  return { nanoseconds: leastOf(run, ROUNDS * VECTORS * lanes, 40), lanes };
}
