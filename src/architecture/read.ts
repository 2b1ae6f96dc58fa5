import { readFileSync } from 'node:fs';
import { DataError } from '../errors.js';
import { jsonErrorPlace } from './json-error.js';
import { parseArchitecture } from './parse.js';
import type { Architecture } from './types.js';

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unreadable';
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'no such file',
      EISDIR: 'a folder',
      EACCES: 'no permission to read it',
    };
    throw new DataError(
      `${path}: an architecture file must be readable, got ${reasons[code] ?? code}. Check the path; \`ntk arch fc\` prints an example.`,
      { cause },
    );
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column } = jsonErrorPlace(text);
    const rest = text.split(/\r\n|\r|\n/)[line - 1]?.slice(column - 1, column + 19) ?? '';
    const got = rest === '' ? 'the end' : JSON.stringify(rest);
    throw new DataError(
      `${path}: line ${line}, column ${column}: must be JSON, got ${got}. Look for a missing or extra comma, quote or bracket there.`,
      { cause },
    );
  }
}

/**
 * Reads an architecture file in `ntk-architecture/1`.
 *
 * @throws DataError when the file cannot be read or is not JSON (with line and column)
 * @throws ArchitectureError with every problem of its content, the paths led by the file's name
 */
export function readArchitecture(path: string): Architecture {
  // A byte order mark is no part of the text.
  const text = readText(path).replace(/^\uFEFF/, '');
  return parseArchitecture(parseJson(text, path), path);
}
