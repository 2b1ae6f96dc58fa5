import { DataError, UsageError } from '../../errors.js';
import { complaint, quoted } from '../../message.js';
import { type Bytes, headOf } from '../source/bytes.js';
import { measured } from '../source/measure.js';
import { cifar10, cifar100, cifarInName, startsLikeCifar } from './cifar.js';
import { csv } from './csv/csv.js';
import { type ForeignFile, foreignIn, HEAD } from './foreign.js';
import type { Format, ReadRequest } from './format.js';
import { idx } from './idx.js';
import { libsvm } from './libsvm.js';
import { npy } from './npy.js';

/** Every format by the name that `--format` takes, those of the surest mark first; gzip and zip are unpacked before. */
export const FORMATS = { npy, cifar10, cifar100, idx, libsvm, csv } as const satisfies Readonly<
  Record<FormatName, Format>
>;

/** A format by its name. */
export type FormatName = 'npy' | 'cifar10' | 'cifar100' | 'idx' | 'libsvm' | 'csv';

/** Names of formats, as `--format` takes them. */
export const FORMAT_NAMES = [
  'npy',
  'cifar10',
  'cifar100',
  'idx',
  'libsvm',
  'csv',
] as const satisfies readonly FormatName[];

/** How an input will be read. */
export interface Recognised {
  readonly format: Format;
  /** The same bytes, counted where that was needed. */
  readonly bytes: Bytes;
  readonly warnings: readonly string[];
}

/**
 * The format of an input: the one asked for, else by its content; where none recognises that, by its name, so that
 * damaged files are named as what they are.
 *
 * @throws UsageError for a format that is none.
 * @throws MemoryError for what expands beyond the memory limit.
 * @throws DataError when the content is foreign; it says what it is, and how to convert it.
 */
export async function recognised(
  bytes: Bytes,
  wanted: FormatName | null,
  { rows, memoryLimit }: ReadRequest,
): Promise<Recognised> {
  if (wanted !== null) return { format: formatNamed(wanted), bytes, warnings: [] };
  const head = await headOf(bytes, HEAD);
  const isClear = npy.recognises(head, bytes.size) || (bytes.size === null && idx.recognises(head, null));
  const known =
    !isClear && startsLikeCifar(head) ? await measured(bytes, rows === null ? memoryLimit : Infinity) : bytes;
  const found = FORMAT_NAMES.filter((name) => FORMATS[name].recognises(head, known.size));
  const foreign = found.length === 0 || found[0] === 'csv' ? foreignIn(head, bytes.where) : null;
  if (foreign !== null) throw foreignError(bytes.where, foreign, head);
  const { name, warnings } = chosen(found, bytes.where);
  const format = name === null ? byName(bytes.where) : FORMATS[name];
  if (format !== null) return { format, bytes: known, warnings };
  const got = `a file that starts with ${startOf(head)}`;
  throw new DataError(complaint(bytes.where, ONE_OF, got, 'Convert it to .npy with numpy.save, or to csv.'));
}

/** The first bytes in hexadecimal. */
function startOf(head: Uint8Array): string {
  const start = Buffer.from(head.subarray(0, 8)).toString('hex').replace(/../g, '$& ').trim();
  return start || 'nothing';
}

/** The error for a file of a foreign format; of bytes that are no text it has the first ones. */
function foreignError(where: string, { what, remedy }: ForeignFile, head: Uint8Array): DataError {
  const isText = head.subarray(0, 8).every((byte) => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13));
  return new DataError(complaint(where, ONE_OF, isText ? what : `${what} (it starts with ${startOf(head)})`, remedy));
}

const ONE_OF = `must be one of ${FORMAT_NAMES.map((name) => FORMATS[name].name).join(', ')}, NumPy .npz`;

function formatNamed(name: string): Format {
  const known = FORMAT_NAMES.find((one) => one === name);
  if (known !== undefined) return FORMATS[known];
  const rule = `must be one of ${FORMAT_NAMES.join(', ')}`;
  throw new UsageError(complaint('format', rule, quoted(name), 'Leave it out where the content says it.'));
}

/** The first format found; of the two CIFARs, where the size is that of both, the one that the path names. */
function chosen(found: readonly FormatName[], where: string): { name: FormatName | null; warnings: string[] } {
  const [first] = found;
  if (first === undefined) return { name: null, warnings: [] };
  if (first !== 'cifar10' || !found.includes('cifar100')) return { name: first, warnings: [] };
  const named = cifarInName(where);
  if (named !== null) return { name: named, warnings: [] };
  const what = `${where}: its bytes are whole records of CIFAR-10 and of CIFAR-100, and were read as CIFAR-10`;
  return { name: first, warnings: [`${what}; --format cifar100 reads the other, --format cifar10 says that it is so`] };
}

function byName(where: string): Format | null {
  const order = [npy, cifar100, cifar10, idx, libsvm, csv];
  return order.find(({ files }) => files.test(where)) ?? null;
}
