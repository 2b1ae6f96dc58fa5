import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import type { Output } from '../backend/tasks.js';
import type { TileData, TileRange } from '../backend/tile.js';
import type { NdArray } from '../data/array.js';
import { readableBytes } from '../data/budget.js';
import type { FileMark } from '../data/write/mark.js';
import { zipStored } from '../data/write/npz.js';
import { InternalError, OutputError, UsageError } from '../errors.js';
import { csvFromNpy } from '../store/csv-file.js';
import { NpyFile } from '../store/npy-file.js';
import { makePlan, type Planned } from './plan.js';
import { runTiles, type TileSink } from './run.js';
import type { KernelKind, KernelOptions, KernelRun } from './types.js';

/** File formats that a kernel is written in. */
const FORMATS = ['.npy', '.npz', '.csv'] as const;

/** How a kernel is written. */
export interface WriteOptions extends KernelOptions {
  /** Replace an existing file. [false] */
  readonly force?: boolean;
}

/**
 * Checks, before any work, that a kernel can be written to `out`.
 *
 * Throws OutputError for an unknown ending, a missing folder, or an existing file without `force`; UsageError when `kind` is
 * `both` and the format holds one array.
 */
export function checkOutput(out: string, force = false, kind: KernelKind = 'ntk'): void {
  const ending = extname(out);
  if (ending === '.zarr') throw new OutputError(`--out ${out}: zarr results come in a later version. Use .npy.`);
  if (!FORMATS.some((f) => f === ending)) {
    throw new OutputError(`--out ${out}: must end in ${FORMATS.join(', ')}, got '${ending}'. Name it K.npy, say.`);
  }
  if (kind === 'both' && ending !== '.npz') {
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
    `--out ${out}: needs ${readableBytes(bytes)} on its disk, got ${readableBytes(room)} free. Free some space, choose another disk or fewer --rows.`,
  );
}

/** Files beside the output that tiles go to: one for each kernel. They are removed unless they become the output. */
class Workspace implements TileSink {
  readonly #files: Partial<Record<Output, NpyFile>> = {};

  constructor({ plan, computation: { outputs } }: Planned, out: string) {
    try {
      for (const output of outputs) this.#files[output] = new NpyFile(out, plan.shape, plan.precision);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  put(output: Output, range: TileRange, data: TileData): void {
    this.#files[output]?.put(range, data);
  }

  entry(output: Output, row: number, column: number): number {
    return this.#files[output]?.entry(row, column) ?? Number.NaN;
  }

  path(output: Output): string {
    return this.#files[output]?.path ?? '';
  }

  close(): void {
    for (const file of Object.values(this.#files)) file.close();
  }

  async publish(output: Output, replace: boolean): Promise<FileMark> {
    const file = this.#files[output];
    if (file === undefined) throw new InternalError(`no file of ${output}`);
    return file.publish(replace);
  }

  remove(): void {
    for (const file of Object.values(this.#files)) file.remove();
  }
}

/** Turns the finished files into the output under its own name. */
async function finish(
  workspace: Workspace,
  outputs: readonly Output[],
  out: string,
  { signal, force = false }: WriteOptions,
): Promise<FileMark> {
  const options = { replace: force, ...(signal === undefined ? {} : { signal }) };
  const ending = extname(out);
  if (ending === '.npz') {
    const members = outputs.map((name) => ({ name, file: workspace.path(name) }));
    workspace.close();
    return zipStored(out, members, options);
  }
  if (ending === '.csv') {
    workspace.close();
    return csvFromNpy(workspace.path(outputs[0]), out, options);
  }
  return workspace.publish(outputs[0], force);
}

/** A kernel that was written, and which file it is. */
export interface KernelFile {
  readonly run: KernelRun;
  readonly mark: FileMark;
}

/** `writeKernel`, for those who write more about the file. */
export async function writeKernelFile(x: NdArray, out: string, options: WriteOptions): Promise<KernelFile> {
  const started = performance.now();
  checkOutput(out, options.force, options.kind);
  const planned = await makePlan(x, options, false);
  checkRoom(out, planned.plan.outputBytes);
  const workspace = new Workspace(planned, out);
  try {
    const run = await runTiles(planned, workspace, options, started);
    const closing = performance.now();
    const mark = await finish(workspace, planned.computation.outputs, out, options);
    const write = run.stages.write + (performance.now() - closing) / 1000;
    return { run: { ...run, stages: { ...run.stages, write } }, mark };
  } finally {
    workspace.remove();
  }
}

/**
 * Computes a kernel and writes it tile by tile to `out` (`.npy` `[n, m]`; `.npz` with arrays `nngp`, `ntk`; `.csv`).
 *
 * The matrix may be far larger than memory. The file appears whole or not at all; without `force` one that appears meanwhile stays.
 * Throws as `kernelMatrix` and `checkOutput` do.
 */
export async function writeKernel(x: NdArray, out: string, options: WriteOptions): Promise<KernelRun> {
  return (await writeKernelFile(x, out, options)).run;
}
