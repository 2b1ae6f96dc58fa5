import { extname } from 'node:path';
import { isImageNetwork } from '../../architecture/check-input.js';
import { fitToData } from '../../architecture/resolve.js';
import { defaultMemory } from '../../backend/limits.js';
import type { NdArray } from '../../data/array.js';
import { writeNpy } from '../../data/write/npy.js';
import { writeNpz } from '../../data/write/npz.js';
import { InterruptedError } from '../../errors.js';
import { finiteNetwork } from '../../finite/network.js';
import { saveWeights } from '../../finite/weight-files.js';
import { empiricalKernel } from '../../matrix/empirical-kernel.js';
import { planEmpirical } from '../../matrix/empirical-plan.js';
import type { EmpiricalKernel, EmpiricalOptions, EmpiricalPlan } from '../../matrix/empirical-types.js';
import { matrixCsv } from '../../report/csv.js';
import { empiricalPlanText } from '../../report/empirical-text.js';
import { writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/json.js';
import { commonRecord } from '../../report/record.js';
import { secondsText } from '../../report/units.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { type LoadedInputs, loadInputs } from '../load.js';
import { type EmpiricalJob, readEmpiricalJob } from '../options/empirical.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print, say } from '../print.js';
import { openProgress, wantsProgress } from '../progress.js';
import { finiteOptions, withWeights } from './finite-options.js';
import { rangeText } from './kernel-record.js';

const now = (): number => performance.now() / 1000;

function optionsOf(job: EmpiricalJob, { z }: LoadedInputs, signal: AbortSignal): EmpiricalOptions {
  return {
    ...finiteOptions(job.definition, job, job.compute, signal),
    contract: job.contract,
    contributions: job.contributions !== null,
    ...(z === null ? {} : { z }),
  };
}

/** The record of a kernel that was computed, or only planned (`kernel` null). */
function recordOf(
  job: EmpiricalJob,
  data: LoadedInputs,
  { plan, kernel }: { readonly plan: EmpiricalPlan; readonly kernel: EmpiricalKernel | null },
  stages: Readonly<Record<string, number>>,
  warnings: readonly string[],
): object {
  const { backend, precision } = plan;
  const architecture = job.definition;
  const head = { command: 'empirical', backend, precision, stages, architecture, inputs: data.inputs, warnings };
  return {
    ...commonRecord(head),
    out: job.out,
    shape: plan.shape,
    contract: job.contract,
    width: job.width,
    outputs: plan.outputs,
    init: job.init,
    weights: job.weights,
    saveWeights: job.saveWeights,
    contributions: job.contributions,
    threads: plan.threads,
    native: job.compute.native,
    seed: job.compute.seed,
    scale: job.input.scale,
    rows: rangeText(job.input.rows),
    rowsZ: data.z === null ? null : rangeText(job.input.rowsZ),
    labels: data.labels,
    plan,
    check: kernel?.check ?? null,
  };
}

async function writeMatrix(out: string, ntk: NdArray): Promise<void> {
  if (extname(out) === '.npz') await writeNpz(out, { ntk });
  else if (extname(out) === '.csv') await writeWhole(out, [...matrixCsv(ntk, precisionOf(ntk))].join(''));
  else await writeNpy(out, ntk);
}

const precisionOf = ({ data }: NdArray): 'f64' | 'f32' => (data instanceof Float64Array ? 'f64' : 'f32');

async function printMatrix(ntk: NdArray, signal: AbortSignal): Promise<void> {
  for (const lines of matrixCsv(ntk, precisionOf(ntk))) {
    if (signal.aborted) throw new InterruptedError();
    await print(lines);
  }
}

async function underProgress(
  args: ParsedArguments,
  options: EmpiricalOptions,
  work: (options: EmpiricalOptions) => Promise<EmpiricalKernel>,
): Promise<EmpiricalKernel> {
  if (!wantsProgress(args)) return work(options);
  const bar = await openProgress(!args.switches.has('progress'));
  try {
    return await work({ ...options, onProgress: bar.update });
  } finally {
    bar.stop();
  }
}

async function write(job: EmpiricalJob, { x }: LoadedInputs, kernel: EmpiricalKernel, options: EmpiricalOptions) {
  if (job.saveWeights !== null) {
    await saveWeights(job.saveWeights, finiteNetwork(options.architecture, x.shape, options), kernel.weights);
  }
  if (job.contributions !== null) await writeNpz(job.contributions, Object.fromEntries(kernel.contributions ?? []));
  if (job.out !== null) await writeMatrix(job.out, kernel.ntk);
}

/** Computes, writes, and says what was done; returns the exit code. */
async function compute(job: EmpiricalJob, data: LoadedInputs, options: EmpiricalOptions, args: ParsedArguments) {
  const loaded = now();
  const { plan } = await planEmpirical(data.x, options);
  if (job.out !== null && !job.json) for (const line of empiricalPlanText(plan).trimEnd().split('\n')) say(line);
  const planned = now();
  const weighted = await withWeights(options, job, data.x);
  const read = now();
  const kernel = await underProgress(args, weighted, (watched) => empiricalKernel(data.x, watched));
  const computed = now();
  await write(job, data, kernel, options);
  const { initialise, compute: arithmetic, check } = kernel.stages;
  const stages = {
    load: loaded,
    compile: planned - loaded + kernel.stages.compile,
    initialise: initialise + read - planned,
    compute: computed - read - kernel.stages.compile - initialise - check,
    check,
    write: now() - computed,
  };
  if (job.out === null) await printMatrix(kernel.ntk, options.signal ?? new AbortController().signal);
  if (job.record !== null) {
    const text = jsonText(recordOf(job, data, { plan: kernel.plan, kernel }, stages, data.warnings));
    await writeWhole(job.record, text);
    if (job.json) await print(text);
    else
      say(`${job.out}: ${kernel.ntk.shape.join(' x ')} in ${plan.precision}, ${secondsText(arithmetic)} of arithmetic`);
  }
  const { difference, tolerance, method } = kernel.check;
  if (difference <= tolerance) return EXIT.done;
  say(`ntk: a 2 x 2 block differs by ${difference.toExponential(1)} from the method ${method}, more than ${tolerance}`);
  return EXIT.tolerance;
}

/** Runs `ntk empirical`. */
export async function runEmpirical(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const asked = readEmpiricalJob(args);
  const memory = asked.compute.memory ?? defaultMemory();
  const images = isImageNetwork(asked.definition);
  const data = await loadInputs(args.positionals, asked.input, { memory, signal, images });
  const job = { ...asked, definition: fitToData(asked.arch, asked.flags, asked.definition, data.x.shape) };
  for (const warning of data.warnings) say(`ntk: warning: ${warning}`);
  const options = optionsOf(job, data, signal);
  if (!job.plan) return compute(job, data, options, args);
  const loaded = now();
  const { plan } = await planEmpirical(data.x, options);
  const stages = { load: loaded, compile: now() - loaded };
  const text = empiricalPlanText(plan);
  await print(job.json ? jsonText(recordOf(job, data, { plan, kernel: null }, stages, data.warnings)) : text);
  return EXIT.done;
}
