import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DataError } from '../errors.js';
import type { RecordFile } from './figures/figure.js';
import { RECORD_FORMAT } from './record.js';

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    const what = code === 'ENOENT' ? 'no such file' : code;
    throw new DataError(`${path}: a record must be readable, got ${what}. Write one with ntk profile --out ${path}.`, {
      cause,
    });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 20));
    const got = text === '' ? 'an empty file' : `text that starts with ${start}`;
    throw new DataError(`${path}: a record must be JSON, got ${got}. Write one with ntk profile --out F.json.`, {
      cause,
    });
  }
}

/**
 * Reads a record of any command; the figure that it goes into checks its fields.
 *
 * @throws DataError for a file that is missing, no JSON, or no record
 */
export function readRecord(path: string): RecordFile {
  const text = readText(path);
  const parsed = parseJson(text, path);
  if (typeof parsed !== 'object' || parsed === null || !('format' in parsed) || parsed.format !== RECORD_FORMAT) {
    const got =
      typeof parsed === 'object' && parsed !== null && 'format' in parsed ? String(parsed.format) : 'no format';
    throw new DataError(
      `${path}: must be a record (${RECORD_FORMAT}), got ${got}. Write one with --out F.json, or --json > F.json.`,
    );
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { path, name: basename(path).replace(/\.json$/i, ''), parsed, input: { path, shape: null, sha256 } };
}
