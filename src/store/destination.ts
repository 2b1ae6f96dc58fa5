import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { readableBytes } from '../data/budget.js';
import { InternalError, OutputError, UsageError } from '../errors.js';
import { formatOf, writtenEndings } from './formats.js';
import type { FileSink, SinkPlan } from './sink.js';

/**
 * Checks, before any work, that a kernel can be written to `out`.
 *
 * Throws OutputError for an unknown ending, a missing folder, or an existing file without `force`; UsageError when
 * there are two kernels and the format holds one array.
 */
export function checkOutput(out: string, force = false, isBoth = false): void {
  const ending = extname(out);
  if (ending === '.zarr') throw new OutputError(`--out ${out}: zarr results come in a later version. Use .npy.`);
  const format = formatOf(ending);
  if (format === undefined) {
    throw new OutputError(
      `--out ${out}: must end in ${writtenEndings().join(', ')}, got '${ending}'. Name it K.npy, say.`,
    );
  }
  if (isBoth && !format.holdsSeveral) {
    throw new UsageError(`--kind both: needs an .npz file (arrays nngp and ntk), got --out ${out}. Name it K.npz.`);
  }
  const folder = dirname(out);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new OutputError(
      `--out ${out}: must lie in an existing folder, got ${folder}. Create it first: mkdir -p ${folder}.`,
    );
  }
  if (!existsSync(out)) return;
  if (statSync(out).isDirectory())
    throw new OutputError(`--out ${out}: must be a file, got a folder. Choose another name.`);
  if (!force)
    throw new OutputError(
      `--out ${out}: must not exist yet, got an existing file. Choose another name or add --force.`,
    );
}

/** Refuses a result that the disk has no room for, before it is computed. */
export function checkRoom(out: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(out));
  const room = bavail * bsize;
  if (bytes <= room) return;
  throw new OutputError(
    `--out ${out}: needs ${readableBytes(bytes)} on its disk, got ${readableBytes(room)} free. Free some space, ` +
      'choose another disk or fewer --rows.',
  );
}

/** What the tiles of a kernel go to, by the ending of the file. */
export function fileSink(out: string, plan: SinkPlan): FileSink {
  const format = formatOf(extname(out));
  if (format === undefined) throw new InternalError(`no format of ${out}`);
  return format.sink(out, plan);
}

/** The ending of a path, with its dot; empty without. */
export function endingOf(path: string): string {
  return extname(path);
}
