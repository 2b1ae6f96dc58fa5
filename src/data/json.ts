import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { DataError } from '../errors.js';
import { complaint, quoted, reasonOf } from '../message.js';
import { readableBytes } from './budget.js';
import { jsonErrorPlace, repeatedKey } from './json-error.js';
import { type FileOptions, FileSource } from './source/file.js';
import { kindOf, unreadable } from './source/place.js';

/** A kind of JSON file, for messages and limits. */
export interface JsonKind {
  /** `an architecture file`, `a record` */
  readonly what: string;
  /** Bytes of the largest one. */
  readonly most: number;
  /** What to do where the file is no JSON at all. */
  readonly remedy: string;
  /** Whether a key that stands twice in one object is refused: what people write themselves. [false] */
  readonly unique?: boolean;
  /** Keys that no object may have, beside `__proto__`. [none] */
  readonly forbidden?: readonly string[];
}

/** Lists and objects within each other: deeper files are refused before anything walks through them. */
export const MOST_LEVELS = 1000;

/** A key that would change what an object inherits wherever it is copied. */
const FORBIDDEN = '__proto__';

/**
 * Parses the bytes of a JSON file: UTF-8, a byte order mark or not, no deeper than 1,000 levels, without keys
 * `__proto__`.
 *
 * @throws DataError with line and column where it is no such file
 */
export function parseJson(bytes: Uint8Array, where: string, kind: JsonKind): unknown {
  const text = decoded(bytes, where, kind);
  checkDepth(text, where, kind);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw noJson(text, where, kind, cause);
  }
  if (kind.unique === true) checkUnique(text, where);
  const forbidden = [FORBIDDEN, ...(kind.forbidden ?? [])];
  if (text.includes('\\u') || forbidden.some((key) => text.includes(`"${key}"`))) checkKeys(json, where, forbidden);
  return json;
}

/** JSON that was read, with the SHA-256 of its bytes in hexadecimal. */
export interface ReadJson {
  readonly json: unknown;
  readonly sha256: string;
}

/**
 * Reads a JSON file, or a pipe or `-` unless `regular` is set. @throws DataError when it cannot be read or is no JSON.
 */
export async function readJson(path: string, kind: JsonKind, options: FileOptions = {}): Promise<ReadJson> {
  const { memoryLimit = Number.POSITIVE_INFINITY } = options;
  const source = await FileSource.open(path, { ...options, memoryLimit: Math.min(memoryLimit, kind.most) });
  try {
    checkSize(source.size, path, kind);
    const bytes = await source.at(0, source.size);
    return { json: parseJson(bytes, path, kind), sha256: await source.sha256() };
  } finally {
    await source.close();
  }
}

/** The same at once, of regular files only. @throws DataError when it cannot be read or is no JSON. */
export function readJsonSync(path: string, kind: JsonKind): unknown {
  return parseJson(bytesOf(path, kind), path, kind);
}

function bytesOf(path: string, kind: JsonKind): Uint8Array {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw noFile(path, found, kind);
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { size } = fstatSync(file);
      checkSize(size, path, kind);
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readSync(file, bytes, 0, size, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof DataError ? error : unreadable(path, error, `${kind.what} must be readable`);
  }
}

function noFile(path: string, found: Stats, { what, remedy }: JsonKind): DataError {
  const got = found.isDirectory() ? 'a folder' : kindOf(found);
  return new DataError(complaint(path, `${what} must be a regular file`, got, remedy));
}

/** Refuses a file that is larger than any of its kind. @throws DataError */
export function checkSize(size: number, path: string, { what, most }: JsonKind): void {
  if (size <= most) return;
  const rule = `${what} must be at most ${readableBytes(most)} large`;
  throw new DataError(complaint(path, rule, readableBytes(size), 'Check what the file is.'));
}

function decoded(bytes: Uint8Array, where: string, { what }: JsonKind): string {
  const [a, b] = bytes;
  const marked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  const rule = `must be ${what}, text in UTF-8`;
  if (marked || a === 0 || b === 0) {
    throw new DataError(complaint(where, rule, marked ? 'UTF-16' : 'bytes of 0, as in UTF-16', 'Save it as UTF-8.'));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(complaint(where, rule, 'bytes that are none', 'Save it as UTF-8.'), { cause });
  }
}

/** Goes over the brackets outside of strings; whether they fit is for the parser. */
function checkDepth(text: string, where: string, { what }: JsonKind): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (inString) {
      if (c === BACKSLASH) at++;
      else if (c === QUOTE) inString = false;
    } else if (c === QUOTE) inString = true;
    else if (c === LIST || c === OBJECT) depth++;
    else if (c === LIST_END || c === OBJECT_END) depth--;
    if (depth <= MOST_LEVELS) continue;
    const rule = `lists and objects of ${what} must lie at most ${MOST_LEVELS} levels deep`;
    throw new DataError(complaint(where, rule, 'more', 'Put them one after the other.'));
  }
}

const [QUOTE, BACKSLASH, LIST, OBJECT, LIST_END, OBJECT_END] = [...'"\\[{]}'].map((mark) => mark.charCodeAt(0));

function noJson(text: string, where: string, { remedy }: JsonKind, cause: unknown): DataError {
  const { line, column } = jsonErrorPlace(text);
  const rest = text.split(/\r\n|\r|\n/)[line - 1]?.slice(column - 1, column + 19) ?? '';
  const got = rest === '' ? 'the end' : quoted(rest);
  const place = `${where}: line ${line}, column ${column}`;
  const mend = 'Look for a missing or extra comma, quote or bracket there.';
  const reason = text.trimStart() === '' ? 'an empty file' : got;
  const isStart = line === 1 && column === 1;
  return new DataError(complaint(place, 'must be JSON', reason || reasonOf(cause), isStart ? remedy : mend), { cause });
}

function checkUnique(text: string, where: string): void {
  const found = repeatedKey(text);
  if (found === null) return;
  const { line, column } = found.place;
  const place = `${where}: line ${line}, column ${column}`;
  throw new DataError(
    complaint(place, 'a key must stand once in an object', `${quoted(found.key)} again`, 'Leave one out.'),
  );
}

/** Looks through all objects, without recursion. */
function checkKeys(json: unknown, where: string, forbidden: readonly string[]): void {
  const open: unknown[] = [json];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const found = Array.isArray(value) ? undefined : forbidden.find((key) => Object.hasOwn(value, key));
    if (found !== undefined)
      throw new DataError(complaint(where, 'keys must be names', quoted(found), 'Leave it out.'));
    for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
}
