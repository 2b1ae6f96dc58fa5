import { basename } from 'node:path';
import { show } from '../architecture/show.js';
import { type JsonKind, readJson } from '../data/json.js';
import { DataError } from '../errors.js';
import type { RecordFile } from './figures/figure.js';
import { RECORD_FORMAT } from './records/format.js';

/** A record; those of a million eigenvalues have some tens of MiB. */
const RECORD_FILE: JsonKind = { what: 'a record', most: 2 ** 28, remedy: 'Write one with ntk profile --out F.json.' };

/**
 * Reads a record of any command, from a pipe or `-` as well; the figure that it goes into checks its fields.
 *
 * @throws DataError for a file that is missing, no JSON, or no record
 */
export async function readRecord(path: string, signal?: AbortSignal): Promise<RecordFile> {
  const { json: parsed, sha256 } = await readJson(path, RECORD_FILE, { signal });
  if (typeof parsed !== 'object' || parsed === null || !('format' in parsed) || parsed.format !== RECORD_FORMAT) {
    const got = typeof parsed === 'object' && parsed !== null && 'format' in parsed ? show(parsed.format) : 'no format';
    throw new DataError(
      `${path}: must be a record (${RECORD_FORMAT}), got ${got}. Write one with --out F.json, or --json > F.json.`,
    );
  }
  const name = path === '-' ? 'stdin' : basename(path).replace(/\.json$/i, '');
  return { path, name, parsed, input: { path, shape: null, sha256 } };
}
