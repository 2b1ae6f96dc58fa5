import type { z } from 'zod';
import { DataError } from '../../errors.js';
import type { Named, RecordFile } from './figure.js';

/**
 * Checks what a figure needs of its records; throws DataError that names the file and the first field that is wrong.
 */
export function checked<R>(files: readonly RecordFile[], schema: z.ZodType<R>, command: string): readonly Named<R>[] {
  return files.map(({ path, name, parsed }) => {
    const result = schema.safeParse(parsed);
    if (result.success) return { path, name, record: result.data };
    const [{ path: place, message }] = result.error.issues;
    throw new DataError(
      `${path}: must be a whole record of ntk ${command}, got something else (${place.join('.')}: ${message}). ` +
        `Write it again with ntk ${command}.`,
    );
  });
}
