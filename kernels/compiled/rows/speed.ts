import { createMemory } from '../../../src/backend/tile-memory.js';
import type { Precision } from '../../../src/data/array.js';
import { openLibrary } from '../../../src/platform/compiled-library.js';
import { compiledLibrary, printedTarget } from '../library.js';
import { prelude } from '../vector.js';
import { productText } from './product-text.js';

/** Rows of both sides, a multiple of all panels, and features. */
const SIDE = 384;
const DEPTH = 256;

/** How long it is looked at, in milliseconds. */
const BUDGET = 120;

/**
 * GFLOP/s of the product of packed panels on the calling thread.
 *
 * @throws CompilerError where it cannot be compiled
 */
export async function productSpeed(precision: Precision): Promise<number> {
  const target = printedTarget();
  const { path } = await compiledLibrary(`${prelude(target, precision)}\n${productText(target)}`, target);
  const library = await openLibrary(path);
  const element = precision === 'f64' ? 8 : 4;
  const panels = SIDE * DEPTH * element;
  const memory = new Uint8Array(createMemory(2 * panels + SIDE * SIDE * element).buffer);
  const product = BigInt64Array.from([0, panels, SIDE, SIDE, DEPTH, 2 * panels, SIDE, 0, 0], BigInt);
  let best = Number.POSITIVE_INFINITY;
  for (const start = performance.now(); performance.now() - start < BUDGET; ) {
    const begun = performance.now();
    library.call('multiply', memory, product);
    best = Math.min(best, performance.now() - begun);
  }
  return (2 * SIDE * SIDE * DEPTH) / (best * 1e6);
}
