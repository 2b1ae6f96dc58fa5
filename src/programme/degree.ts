import type { Programme } from '../vocabulary/steps.js';
import { rulesOf } from './steps/index.js';
import type { Degree } from './steps/rules.js';

/**
 * Degree p of each value: K(a x, b z) = a^p b^p K(x, z) for a, b > 0; null for a value that is not homogeneous.
 *
 * relu keeps the degree of its input, step and layerNorm make it 0, a sum of unequal degrees has none.
 */
export function degrees(programme: Programme): readonly Degree[] {
  const found: Degree[] = [];
  for (const step of programme.steps) found.push(rulesOf(step).degree(step, found));
  return found;
}

/** Whether every output of the programme is homogeneous. */
export function isHomogeneous(programme: Programme): boolean {
  const all = degrees(programme);
  return [programme.nngp, programme.ntk].every((v) => v === null || all[v] !== null);
}
