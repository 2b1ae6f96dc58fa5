import { extname } from 'node:path';
import type { KernelDefinition } from '../../architecture/types.js';
import type { NdArray } from '../../data/array.js';
import { DEFAULT_LAYOUT } from '../../data/layout.js';
import type { ReadFile } from '../../data/model-files.js';
import type { FileMark } from '../../data/write/mark.js';
import { writeNpy } from '../../data/write/npy.js';
import { writeNpz } from '../../data/write/npz.js';
import type { EmpiricalKernel, EmpiricalPlan } from '../../empirical/types.js';
import { InterruptedError } from '../../errors.js';
import { libraryIn } from '../../linalg/algebra.js';
import { writeRecordOf, writeWhole } from '../../report/file.js';
import { matrixCsv } from '../../report/formats/csv.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { StageSeconds } from '../../report/records/common.js';
import type { EmpiricalRecord } from '../../report/records/empirical.js';
import { secondsText } from '../../report/text/units.js';
import { EXIT } from '../exit.js';
import type { LoadedInputs } from '../load.js';
import type { EmpiricalFiles, EmpiricalJob } from '../options/empirical.js';
import { print, say } from '../print.js';
import { rangeText } from './kernel-record.js';

/** What a record says of the network alone: of one that was drawn, or of a saved model. */
export interface NetworkRecord extends Pick<EmpiricalJob, 'width' | 'init' | 'weights' | 'saveWeights'> {
  readonly architecture: KernelDefinition | null;
  readonly seed: number | null;
  readonly model: { readonly path: string; readonly files: readonly ReadFile[] } | null;
}

/** A call with what it was called on. */
export interface EmpiricalCall {
  readonly files: EmpiricalFiles;
  readonly network: NetworkRecord;
  readonly data: LoadedInputs;
}

/** The record of a kernel that was computed, or only planned (`kernel` null). */
export function empiricalRecord(
  { files, network, data }: EmpiricalCall,
  { plan, kernel }: { readonly plan: EmpiricalPlan; readonly kernel: Pick<EmpiricalKernel, 'check'> | null },
  stages: StageSeconds,
): EmpiricalRecord {
  const { backend, precision } = plan;
  const { architecture, width, init, weights, saveWeights, model, seed } = network;
  const { inputs, warnings } = data;
  return {
    ...commonRecord({ command: 'empirical', backend, precision, stages, architecture, inputs, warnings }),
    out: files.out,
    shape: plan.shape,
    contract: files.contract,
    width,
    outputs: plan.outputs,
    init,
    ...{ weights, saveWeights, model },
    contributions: files.contributions,
    threads: plan.threads,
    native: libraryIn(plan.algebra),
    seed,
    scale: files.input.scale,
    layout: files.input.layout ?? DEFAULT_LAYOUT,
    rows: rangeText(files.input.rows),
    rowsZ: data.z === null ? null : rangeText(files.input.rowsZ),
    labels: data.labels,
    plan,
    check: kernel?.check ?? null,
  };
}

/** A kernel that is in memory, or (null) went to its file row by row. */
export interface ReportedKernel extends Pick<EmpiricalKernel, 'plan' | 'check' | 'stages'> {
  readonly ntk: NdArray | null;
  /** Which file the kernel is; null where it has none. */
  readonly mark: FileMark | null;
}

/** Writes what was asked for of a kernel in memory, but for its record; which file it is, null for none. */
export async function writeResults(
  { out, contributions, force }: EmpiricalFiles,
  { ntk, contributions: shares }: Pick<EmpiricalKernel, 'ntk' | 'contributions'>,
): Promise<FileMark | null> {
  if (contributions !== null) await writeNpz(contributions, Object.fromEntries(shares ?? []), { replace: force });
  if (out === null) return null;
  if (extname(out) === '.npz') return writeNpz(out, { ntk }, { replace: force });
  if (extname(out) === '.csv') return writeWhole(out, [...matrixCsv(ntk, precisionOf(ntk))].join(''), force);
  return writeNpy(out, ntk, force);
}

const precisionOf = ({ data }: NdArray): 'f64' | 'f32' => (data instanceof Float64Array ? 'f64' : 'f32');

async function printMatrix(ntk: NdArray, signal: AbortSignal): Promise<void> {
  for (const lines of matrixCsv(ntk, precisionOf(ntk))) {
    if (signal.aborted) throw new InterruptedError();
    await print(lines);
  }
}

/** Prints the matrix or its record, writes the record, and says whether the check held; returns the exit code. */
export async function reportEmpirical(
  call: EmpiricalCall,
  kernel: ReportedKernel,
  stages: StageSeconds,
  signal: AbortSignal,
): Promise<number> {
  const { out, record, json, force } = call.files;
  const { plan, ntk, check, mark } = kernel;
  if (out === null && ntk !== null) await printMatrix(ntk, signal);
  if (record !== null && out !== null && mark !== null) {
    const text = jsonText(empiricalRecord(call, { plan, kernel }, stages));
    await writeRecordOf({ out, mark, record }, text, force);
    const seconds = secondsText(kernel.stages.compute);
    if (json) await print(text);
    else say(`${out}: ${plan.shape.join(' x ')} in ${plan.precision}, ${seconds} of arithmetic`);
  }
  const { difference, tolerance, methods } = check;
  if (difference <= tolerance) return EXIT.done;
  const from = `${methods.length === 1 ? 'the method' : 'the methods'} ${methods.join(' and ')}`;
  say(`ntk: a 2 x 2 block differs by ${difference.toExponential(1)} from ${from}, more than ${tolerance}`);
  return EXIT.tolerance;
}
