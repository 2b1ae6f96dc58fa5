import { extname } from 'node:path';
import { positionsOf } from '../../architecture/check-input.js';
import { fitToData } from '../../architecture/resolve.js';
import type { NdArray } from '../../data/array.js';
import { plannedEmpirical } from '../../empirical/kernel.js';
import { planEmpirical } from '../../empirical/plan.js';
import type { EmpiricalOptions, EmpiricalPlan } from '../../empirical/types.js';
import { planPanels, writePlanned } from '../../empirical/write.js';
import { finiteNetwork } from '../../network/network.js';
import { saveWeights } from '../../network/weight-files.js';
import type { Weights } from '../../network/weights.js';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import { jsonText } from '../../report/formats/json.js';
import { empiricalPlanText } from '../../report/text/empirical.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { finiteOptions, withWeights } from '../finite-options.js';
import { type LoadedInputs, loadInputs } from '../load.js';
import { type EmpiricalJob, readEmpiricalJob } from '../options/empirical.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print, say, warn } from '../print.js';
import { underProgress } from '../progress.js';
import {
  type EmpiricalCall,
  empiricalRecord,
  type ReportedKernel,
  reportEmpirical,
  writeResults,
} from './empirical-output.js';

function optionsOf(job: EmpiricalJob, { z }: LoadedInputs, signal: AbortSignal): EmpiricalOptions {
  return {
    ...finiteOptions(job.definition, job, job.compute, signal),
    contract: job.contract,
    contributions: job.contributions !== null,
    ...(z === null ? {} : { z }),
  };
}

function callOf(job: EmpiricalJob, data: LoadedInputs): EmpiricalCall {
  const { width, init, weights, saveWeights, definition: architecture } = job;
  const { seed } = job.compute;
  return { files: job, data, network: { architecture, width, init, weights, saveWeights, seed, model: null } };
}

/** Whether the matrix may go to its file row by row: it is one, and nothing else is made of it. */
function isStreamed({ out, contract, contributions }: EmpiricalJob, outputs: number): boolean {
  return out !== null && extname(out) === '.npy' && contributions === null && (contract === 'trace' || outputs === 1);
}

/** A job that is planned, and how its kernel is made: with weights, where the options have them by then. */
interface PlannedJob {
  readonly plan: EmpiricalPlan;
  make(options: EmpiricalOptions): Promise<ReportedKernel>;
}

/** Plans once: what is held when the work begins, weights of a file say, is part of the plan already. */
async function planJob(job: EmpiricalJob, x: NdArray, options: EmpiricalOptions): Promise<PlannedJob> {
  const network = finiteNetwork(options.architecture, x.shape, options);
  const save = async (weights: Weights): Promise<void> => {
    if (job.saveWeights !== null) await saveWeights(job.saveWeights, network, weights, job.force);
  };
  const { out } = job;
  if (out !== null && isStreamed(job, network.outputs)) {
    const planned = await planPanels(x, options);
    const make = async (given: EmpiricalOptions): Promise<ReportedKernel> => {
      const { written, mark } = await writePlanned(planned, out, { ...given, force: job.force });
      await save(written.weights);
      return { ...written, ntk: null, mark };
    };
    return { plan: planned.plan, make };
  }
  const planned = await planEmpirical(x, options);
  const make = async (given: EmpiricalOptions): Promise<ReportedKernel> => {
    const kernel = await plannedEmpirical(x, given, planned);
    await save(kernel.weights);
    return { ...kernel, mark: await writeResults(job, kernel) };
  };
  return { plan: planned.plan, make };
}

/** Computes, writes, and says what was done; returns the exit code. */
async function compute(job: EmpiricalJob, data: LoadedInputs, options: EmpiricalOptions, args: ParsedArguments) {
  const loaded = now();
  const { plan, make } = await planJob(job, data.x, options);
  if (job.out !== null && !job.json) for (const line of empiricalPlanText(plan).trimEnd().split('\n')) say(line);
  const planned = now();
  const weighted = await withWeights(options, job, data.x);
  const read = now();
  const kernel = await underProgress(args, (watched) => make({ ...weighted, ...watched }));
  const made = now();
  const { initialise, check } = kernel.stages;
  const stages = {
    load: loaded,
    compile: planned - loaded,
    initialise: initialise + read - planned,
    compute: kernel.stages.compute,
    check,
    write: made - read - initialise - kernel.stages.compute - check,
  };
  return reportEmpirical(callOf(job, data), kernel, stages, options.signal ?? new AbortController().signal);
}

/** Runs `ntk empirical`. */
export async function runEmpirical(args: ParsedArguments, context: CommandContext): Promise<number> {
  if (args.values.has('model')) return (await import('./empirical-model.js')).runModel(args, context);
  const { signal } = context;
  const asked = readEmpiricalJob(args);
  const memory = asked.compute.memory ?? defaultMemory();
  const positions = positionsOf([asked.definition]);
  const data = await loadInputs(args.positionals, asked.input, {
    memory,
    signal,
    positions,
    native: asked.compute.native,
  });
  const job = { ...asked, definition: fitToData(asked.arch, asked.flags, asked.definition, data.x.shape) };
  warn(data.warnings);
  const options = optionsOf(job, data, signal);
  if (!job.plan) return compute(job, data, options, args);
  const loaded = now();
  const { plan } = await planJob(job, data.x, options);
  const stages = { load: loaded, compile: now() - loaded };
  const record = empiricalRecord(callOf(job, data), { plan, kernel: null }, stages);
  await print(job.json ? jsonText(record) : empiricalPlanText(plan));
  return EXIT.done;
}
