import { calledFrom } from '../../../src/backend/printed.js';
import type { Precision } from '../../../src/data/array.js';
import { calledFunctions } from '../formulas/functions.js';
import { prelude, type Target } from '../vector.js';
import { bodyText } from './body-text.js';
import type { RowCode } from './encode.js';
import { lookupText } from './lookup-text.js';
import { productText } from './product-text.js';
import { RADIAL } from './radial-text.js';
import { TILE_TEXT } from './tile-text.js';

/** The whole source of a task on vectors: what its library is compiled from. */
export function sourceOf(code: Pick<RowCode, 'texts'>, precision: Precision, target: Target): string {
  const body = bodyText(code);
  const called = calledFrom({ ...RADIAL, lookup: () => lookupText(target, precision) }, body);
  const parts = [prelude(target, precision), calledFunctions(called + body, precision), called, productText(target)];
  return `${[...parts, TILE_TEXT, body].filter((part) => part !== '').join('\n\n')}\n`;
}
