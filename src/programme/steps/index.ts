import type { Step } from '../../vocabulary/steps.js';
import { dual } from './dual.js';
import { dualDerivative } from './dual-derivative.js';
import { inner } from './inner.js';
import { normalise } from './normalise.js';
import { pixel } from './pixel.js';
import { pool } from './pool.js';
import { product } from './product.js';
import { radial } from './radial.js';
import type { Rules, StepOf } from './rules.js';
import { sum } from './sum.js';
import { window } from './window.js';

/**
 * The table of steps: what the passes loop over. A new step is one file, one line here, and its type in
 * `src/vocabulary/steps.ts`.
 */
export const STEPS = {
  inner,
  radial,
  sum,
  dual,
  dualDerivative,
  product,
  normalise,
  window,
  pool,
  pixel,
} satisfies { readonly [Op in Step['op']]: Rules<StepOf<Op>> };

const RULES: Readonly<Record<Step['op'], Rules>> = STEPS;

/** The rules of a step. */
export function rulesOf({ op }: Step): Rules {
  return RULES[op];
}
