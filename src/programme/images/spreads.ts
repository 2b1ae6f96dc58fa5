import type { Programme } from '../../vocabulary/steps.js';
import { rulesOf } from '../steps/index.js';
import type { Spread } from '../steps/rules.js';

/**
 * Between what the self-kernels of each step lie on all images, from the squared norms of their pixels alone; null
 * where a step is of no such kind.
 *
 * A window is at most the largest of what it reads, and where it is not 0 at least a share of the least.
 */
export function selfKernelSpreads({ steps }: Programme, input: Spread): readonly (Spread | null)[] {
  const spreads: (Spread | null)[] = [];
  for (const step of steps) spreads.push(rulesOf(step).spread?.(step, spreads, input) ?? null);
  return spreads;
}
