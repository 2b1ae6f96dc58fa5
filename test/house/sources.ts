/** The source files as the TypeScript compiler reads them: what the house tests walk over. */
import { fileURLToPath } from 'node:url';
import { readSources, type Source } from '../../scripts/measures/sources.js';

export { lineOf, type Source, walk } from '../../scripts/measures/sources.js';

/** Root of the repository (this file runs from `dist/test/house/`). */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The TypeScript files under the given top-level folders, sorted by path. */
export function sources(...folders: readonly string[]): readonly Source[] {
  return readSources(ROOT, folders);
}
