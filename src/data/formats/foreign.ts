import { besideFile, inCode } from './foreign-code.js';
import { FOREIGN, foreignArchive, GZIP } from './foreign-table.js';

/** Bytes of the beginning of a file by which it is recognised. */
export const HEAD = 4096;

/** What a file is that is not read here, as it may stand in a message. */
export interface ForeignFile {
  /** As after "got": `a Parquet file`. */
  readonly what: string;
  /** How an array comes out of it: whole sentences. */
  readonly remedy: string;
}

/** Programs that unpack gzip themselves open these. */
const OPENED_PACKED = /\.(tar\.gz|nii\.gz)$/i;

/**
 * What a file with this beginning is, if it is of a foreign format that is known by its content or its name; null
 * otherwise.
 */
export function foreignIn(head: Uint8Array, where: string): ForeignFile | null {
  const found = FOREIGN.find(({ mark }) => mark(head, where));
  if (found === undefined) return null;
  const file = inCode(where);
  const { what, remedy } = found;
  const isPacked = /\.gz$/i.test(file) && what !== GZIP && !OPENED_PACKED.test(file);
  if (!isPacked) return { what, remedy: remedy(file, besideFile(file)) };
  const plain = file.slice(0, -'.gz'.length);
  return { what: `${what} in gzip`, remedy: `Unpack it: gzip -dk '${file}'. ${remedy(plain, besideFile(plain))}` };
}

/** What a zip archive with these members is, none of them an array; null where it is of no kind that is known. */
export function foreignZip(members: readonly string[], where: string): ForeignFile | null {
  const found = foreignArchive(members);
  const file = inCode(where);
  return found && { what: found.what, remedy: found.remedy(file, besideFile(file)) };
}
