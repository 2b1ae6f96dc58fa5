import type { Input } from '../data/index.js';
import { DataError } from '../errors.js';
import { quoted } from '../message.js';

/** Names that a message shows. */
const SHOWN = 8;

const list = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).map(quoted).join(', ')}${names.length > SHOWN ? ', ...' : ''}`;

/**
 * Compares the names of the columns of X and Z, which are taken by their places; what should be said of others, null
 * for nothing.
 *
 * @throws DataError for the same names in another order
 */
export function checkColumnNames(x: Pick<Input, 'path' | 'names'>, z: Pick<Input, 'path' | 'names'>): string | null {
  const [ofX, ofZ] = [x.names, z.names];
  if (ofX === null || ofZ === null || ofX.length !== ofZ.length || ofX.every((name, k) => name === ofZ[k])) return null;
  const known = new Set(ofX);
  const first = ofX.findIndex((name, k) => name !== ofZ[k]);
  if (known.size === ofX.length && ofZ.every((name) => known.has(name))) {
    throw new DataError(
      `${z.path}: columns must stand in the order of those of ${x.path}, got ${list(ofZ)} for ${list(ofX)}. Give ` +
        `--columns ${ofX.slice(0, SHOWN).join(',')}${ofX.length > SHOWN ? ',...' : ''}, which takes them by name, or ` +
        'reorder the file.',
    );
  }
  return (
    `${z.path}: columns were matched with those of ${x.path} by their places, and have other names: column ` +
    `${first + 1} of the features is ${quoted(ofZ[first])} for ${quoted(ofX[first])}`
  );
}
