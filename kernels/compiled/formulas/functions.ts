import { calledFrom } from '../../../src/backend/printed.js';
import type { Precision } from '../../../src/data/array.js';
import { angleFunctions } from './angle.js';
import { ELEMENTARY } from './elementary.js';
import { smoothFunctions } from './smooth.js';
import { TAIL } from './tail.js';

/**
 * Texts of the C functions that `code` calls, and of those that they call, for behind the prelude.
 *
 * `angleOverRoot`, `sineTerm`, `eitherSide` on vectors of the precision; `<map>Value`, `<map>Slope` of smooth maps and
 * the elementary functions on vectors of doubles.
 */
export function calledFunctions(code: string, precision: Precision): string {
  const smooth = Object.entries(smoothFunctions());
  const isOuter = ([name]: readonly [string, unknown]): boolean => /(Near|Value|Slope)$/.test(name);
  // In the order in which C wants them: what is called stands first.
  const functions = {
    ...angleFunctions(precision),
    ...ELEMENTARY,
    ...Object.fromEntries(smooth.filter((entry) => !isOuter(entry))),
    ...TAIL,
    ...Object.fromEntries(smooth.filter(isOuter)),
  };
  return calledFrom(functions, code);
}
