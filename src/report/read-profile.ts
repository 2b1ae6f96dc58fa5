import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { DataError } from '../errors.js';
import type { NamedRecord } from './curves.js';
import type { ProfileRecord } from './profile.js';
import { type InputRecord, RECORD_FORMAT } from './record.js';

/** The part of a profile's record that a figure needs; other fields pass through unread. */
const profileSchema = z.looseObject({
  format: z.literal(RECORD_FORMAT),
  command: z.literal('profile'),
  kind: z.enum(['ntk', 'nngp']),
  angles: z.array(z.number()).min(2),
  curves: z.array(z.looseObject({ name: z.string(), arch: z.string() })).min(1),
  architecture: z.union([z.looseObject({}), z.array(z.looseObject({}))]),
  values: z.array(z.array(z.number())),
});

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

function isProfile(parsed: unknown, path: string): asserts parsed is ProfileRecord {
  const result = profileSchema.safeParse(parsed);
  if (!result.success) {
    const [{ path: place, message }] = result.error.issues;
    const where = place.length === 0 ? '' : ` (${place.join('.')}: ${message})`;
    throw new DataError(
      `${path}: must be a record of ntk profile, got something else${where}. Write one with ntk profile --out F.json.`,
    );
  }
  const { angles, curves, values } = result.data;
  if (values.length !== curves.length || values.some((row) => row.length !== angles.length)) {
    const sizes = `${curves.length} curves, ${angles.length} angles, ${values.length} rows of ${values[0]?.length} values`;
    throw new DataError(
      `${path}: values must have a row a curve and a number an angle, got ${sizes}. Write the record again.`,
    );
  }
}

/**
 * Reads the record of a profile, and checks what a figure needs of it.
 *
 * @throws DataError for a file that is missing, no JSON, or another record
 */
export function readProfile(path: string): NamedRecord & { readonly input: InputRecord } {
  const text = readText(path);
  const record = parseJson(text, path);
  isProfile(record, path);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { name: basename(path).replace(/\.json$/i, ''), record, input: { path, shape: null, sha256 } };
}
