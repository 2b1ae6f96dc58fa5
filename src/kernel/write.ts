import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import type { NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import type { FileMark } from '../data/write/mark.js';
import { InternalError, OutputError, UsageError } from '../errors.js';
import { formatOf, writtenEndings } from '../store/formats.js';
import type { FileSink, SinkPlan } from '../store/sink.js';
import { makePlan } from './plan.js';
import { runTiles } from './run.js';
import type { KernelKind, KernelOptions, KernelRun } from './types.js';

/** How a kernel is written. */
export interface WriteOptions extends KernelOptions {
  /** Replace an existing file. [false] */
  readonly force?: boolean;
}

/**
 * Checks, before any work, that a kernel can be written to `out`.
 *
 * Throws OutputError for an unknown ending, a missing folder, or an existing file without `force`; UsageError when
 * `kind` is `both` and the format holds one array.
 */
export function checkOutput(out: string, force = false, kind: KernelKind = 'ntk'): void {
  const ending = extname(out);
  if (ending === '.zarr') throw new OutputError(`--out ${out}: zarr results come in a later version. Use .npy.`);
  const format = formatOf(ending);
  if (format === undefined) {
    throw new OutputError(
      `--out ${out}: must end in ${writtenEndings().join(', ')}, got '${ending}'. Name it K.npy, say.`,
    );
  }
  if (kind === 'both' && !format.holdsSeveral) {
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
function fileSink(out: string, plan: SinkPlan): FileSink {
  const format = formatOf(extname(out));
  if (format === undefined) throw new InternalError(`no format of ${out}`);
  return format.sink(out, plan);
}

/** A kernel that was written, and which file it is. */
export interface KernelFile {
  readonly run: KernelRun;
  readonly mark: FileMark;
}

/** `writeKernel`, for those who write more about the file. */
export async function writeKernelFile(x: NdArray, out: string, options: WriteOptions): Promise<KernelFile> {
  const started = performance.now();
  const { signal, force = false, kind } = options;
  checkOutput(out, force, kind);
  const planned = await makePlan(x, options, false);
  checkRoom(out, planned.plan.outputBytes);
  const { run, sink } = await runTiles(planned, (plan) => fileSink(out, plan), options, started);
  try {
    const closing = performance.now();
    const mark = await sink.finish({ replace: force, ...(signal === undefined ? {} : { signal }) });
    const write = run.stages.write + (performance.now() - closing) / 1000;
    return { run: { ...run, stages: { ...run.stages, write } }, mark };
  } finally {
    sink.discard();
  }
}

/**
 * Computes a kernel and writes it tile by tile to `out` (`.npy` `[n, m]`; `.npz` with arrays `nngp`, `ntk`; `.csv`).
 *
 * The matrix may be far larger than memory. The file appears whole or not at all; without `force` one that appears
 * meanwhile stays. Throws as `kernelMatrix` and `checkOutput` do.
 */
export async function writeKernel(x: NdArray, out: string, options: WriteOptions): Promise<KernelRun> {
  return (await writeKernelFile(x, out, options)).run;
}
