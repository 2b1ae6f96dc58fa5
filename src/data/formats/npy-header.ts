import { DataError } from '../../errors.js';
import { complaint, quoted } from '../../message.js';
import type { ElementName } from '../elements.js';
import { isElementName } from '../elements.js';
import { numbersOf } from './npy-numbers.js';

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  readonly element: ElementName;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/**
 * Parses the dictionary in a `.npy` header: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
 *
 * @throws DataError when it is damaged or the elements are no real numbers.
 */
export function parseNpyHeader(text: string, where: string): NpyHeader {
  const field = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const order = field(/['"]fortran_order['"]\s*:\s*(True|False)/);
  const sizes = field(/['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/);
  const fields = field(/['"]descr['"]\s*:\s*(\[[\s\S]*\])/);
  const descr = fields ?? field(/['"]descr['"]\s*:\s*['"]([^'"]*)['"]/);
  if (order === undefined || sizes === undefined || descr === undefined) {
    const rule = 'must have a header with descr, fortran_order and shape';
    throw new DataError(complaint(where, rule, quoted(text.trim()), 'The file is damaged: save it again.'));
  }
  return { ...elementOf(descr, where), fortranOrder: order === 'True', shape: shapeOf(sizes, where) };
}

function elementOf(descr: string, where: string): { element: ElementName; bigEndian: boolean } {
  const match = /^([<>=|]?)([a-zA-Z?])(\d*)/.exec(descr);
  const name = match ? `${match[2]}${match[3]}` : '';
  if (match && isElementName(name) && match[0] === descr) return { element: name, bigEndian: match[1] === '>' };
  const { what, remedy } = numbersOf(descr, where);
  throw new DataError(complaint(where, 'elements must be real numbers of at most 64 bits', what, remedy));
}

function shapeOf(text: string, where: string): readonly number[] {
  const sizes = text
    .split(',')
    .map((size) => size.trim().replace(/L$/, ''))
    .filter((size) => size !== '')
    .map(Number);
  const values = sizes.reduce((product, size) => product * size, 1);
  if (sizes.every((size) => Number.isSafeInteger(size)) && Number.isSafeInteger(values * 8)) return sizes;
  const rule = 'must have a shape of whole numbers that fit';
  throw new DataError(complaint(where, rule, `(${text})`, 'The file is damaged: save it again.'));
}
