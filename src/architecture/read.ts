import { type JsonKind, parseJson, readJsonSync } from '../data/json.js';
import { parseArchitecture } from './parse.js';
import type { Architecture } from './types.js';

/** An architecture file, whose layers people write by hand: 16 MiB are some hundred thousand of them. */
export const ARCHITECTURE_FILE: JsonKind = {
  what: 'an architecture file',
  most: 2 ** 24,
  remedy: 'See the example that `ntk arch fc` prints.',
  unique: true,
};

/**
 * Reads an architecture file in `ntk-architecture/1`; of pipes see `architectureOf`.
 *
 * @throws DataError when the file cannot be read or is not JSON (with line and column)
 * @throws ArchitectureError with the problems of its content, the paths led by the file's name
 */
export function readArchitecture(path: string): Architecture {
  return parseArchitecture(readJsonSync(path, ARCHITECTURE_FILE), path);
}

/**
 * The architecture in the bytes of a file, wherever they came from; `where` names them in messages.
 *
 * @throws DataError when they are not JSON (with line and column)
 * @throws ArchitectureError with the problems of their content
 */
export function architectureOf(bytes: Uint8Array, where: string): Architecture {
  return parseArchitecture(parseJson(bytes, where, ARCHITECTURE_FILE), where);
}
