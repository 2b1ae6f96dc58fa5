import type { NdArray } from '../data/array.js';
import type { FileMark } from '../data/write/mark.js';
import { checkOutput, checkRoom, fileSink } from '../store/destination.js';
import { planForFile } from './plan.js';
import { runTiles } from './run.js';
import type { KernelOptions, KernelRun } from './types.js';

/** How a kernel is written. */
export interface WriteOptions extends KernelOptions {
  /** Replace an existing file. [false] */
  readonly force?: boolean;
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
  checkOutput(out, force, kind === 'both');
  const planned = await planForFile(x, options);
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
