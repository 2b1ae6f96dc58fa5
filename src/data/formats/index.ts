import { DataError } from '../../errors.js';
import { complaint } from '../message.js';
import { type Bytes, headOf } from '../source/bytes.js';
import { cifar } from './cifar.js';
import { csv } from './csv.js';
import type { Format } from './format.js';
import { idx } from './idx.js';
import { npy } from './npy.js';

/** Every format, those of the surest mark first; gzip and zip are unpacked before. */
export const FORMATS: readonly Format[] = [npy, cifar, idx, csv];

const HEAD = 4096;

/**
 * The format of an input by its content; where none recognises it, by its name, so that damaged files are named as what they are.
 *
 * @throws DataError when the content is foreign.
 */
export async function formatOf(bytes: Bytes): Promise<Format> {
  const head = await headOf(bytes, HEAD);
  const format =
    FORMATS.find((candidate) => candidate.recognises(head, bytes.size)) ??
    FORMATS.find((candidate) => candidate.files.test(bytes.where));
  if (format) return format;
  const start = Buffer.from(head.subarray(0, 8)).toString('hex').replace(/../g, '$& ').trim();
  const rule = `must be one of ${FORMATS.map(({ name }) => name).join(', ')}, NumPy .npz`;
  throw new DataError(complaint(bytes.where, rule, `a file that starts with ${start || 'nothing'}`, 'Convert it.'));
}
