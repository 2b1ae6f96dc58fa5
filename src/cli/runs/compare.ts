import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { positionsOf } from '../../architecture/check-input.js';
import { fitToData } from '../../architecture/resolve.js';
import { runCompare } from '../../compare/compare-widths.js';
import { type PlannedComparison, planCompare } from '../../compare/plan.js';
import type { CompareOptions, ComparePlan, CompareProgress, Comparison } from '../../compare/types.js';
import { DEFAULT_LAYOUT } from '../../data/layout.js';
import { libraryIn } from '../../linalg/algebra.js';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { StageSeconds } from '../../report/records/common.js';
import type { ComparePlanRecord, CompareRecord } from '../../report/records/compare.js';
import { comparePlanText, compareText } from '../../report/text/compare.js';
import type { CommandContext } from '../command.js';
import { commandLine } from '../command-line.js';
import { EXIT } from '../exit.js';
import { type LoadedInputs, loadInputs } from '../load.js';
import { type CompareJob, readCompareJob } from '../options/compare.js';
import { networkOf } from '../options/finite.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print, say, warn } from '../print.js';
import { underProgress } from '../progress.js';
import { sizeWarnings } from './kernel.js';
import { rangeText } from './kernel-record.js';

/** Files of a finished comparison in its folder. */
const RESULTS = ['compare.json', 'index.html'] as const;

/** What the data are, for people. */
function sourceOf({ input }: CompareJob, { inputs }: LoadedInputs): string {
  const rows = rangeText(input.rows);
  return [inputs[0].path, ...(rows === null ? [] : [`rows ${rows}`]), `scale ${input.scale}`].join(' ');
}

function optionsOf(job: CompareJob, data: LoadedInputs, signal: AbortSignal): CompareOptions {
  const { compute, widths, seeds, outputs, init, k, out, force } = job;
  const { precision, backend, native, seed, threads, memory } = compute;
  return {
    architecture: job.definition,
    ...{ widths, precision, backend, native, seed, signal, force },
    folder: out,
    source: sourceOf(job, data),
    ...(seeds === null ? {} : { seeds }),
    ...(outputs === null ? {} : { outputs }),
    ...(init === null ? {} : { init }),
    ...(k === null ? {} : { k }),
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/** The record of a comparison that was made, or only planned. */
function recordOf<R extends { readonly plan: ComparePlan }>(
  job: CompareJob,
  data: LoadedInputs,
  result: R,
  stages: StageSeconds,
  warnings: readonly string[],
) {
  const { backend, precision } = result.plan;
  const architecture = job.definition;
  const head = { command: 'compare' as const, backend, precision, stages, architecture, inputs: data.inputs, warnings };
  return {
    ...commonRecord(head),
    out: job.out,
    scale: job.input.scale,
    layout: job.input.layout ?? DEFAULT_LAYOUT,
    rows: rangeText(job.input.rows),
    native: libraryIn(result.plan.algebra),
    threads: result.plan.threads,
    ...result,
  };
}

/** Says which stated tolerances were not met. */
function failures({ check }: Comparison): readonly string[] {
  const { networks, networksTolerance, layers, layersTolerance } = check;
  return [
    ...(networks <= networksTolerance
      ? []
      : [`a 2 x 2 block differs by ${networks.toExponential(1)} from another method, more than ${networksTolerance}`]),
    ...(layers <= layersTolerance
      ? []
      : [
          `the shares of the layers differ by ${layers.toExponential(1)} from the kernel, more than ${layersTolerance}`,
        ]),
  ];
}

/**
 * Removes what is to be made again (`--force`). Throws OutputError for a result without its networks, of which nobody
 * knows whose it is, and for a folder in its place.
 */
function clearResults({ out, force }: CompareJob, { store }: PlannedComparison): void {
  for (const name of RESULTS) {
    const path = join(out, name);
    if (existsSync(out)) checkPath(path, force || store?.isNew !== true);
    if (force) rmSync(path, { force: true });
  }
}

/** Computes, writes, and says what was found; returns the exit code. */
async function compute(
  job: CompareJob,
  data: LoadedInputs,
  options: CompareOptions,
  planned: PlannedComparison,
  args: ParsedArguments,
  before: readonly string[],
  loaded: number,
): Promise<number> {
  clearResults(job, planned);
  if (!job.json) for (const line of comparePlanText(planned.plan).trimEnd().split('\n')) say(line);
  const compiled = now();
  const run = await underProgress(args, (watched) => runCompare(data.x, { ...options, ...watched }, planned), {
    unit: 'networks',
    note: ({ finished, networks }: CompareProgress) => `, ${finished} of ${networks} networks`,
  });
  warn(run.warnings);
  const { compile, ...spent } = run.stages;
  const stages = { load: loaded, compile: compiled - loaded + compile, ...spent };
  const record: CompareRecord = recordOf(job, data, run.comparison, stages, [...before, ...run.warnings]);
  const text = jsonText(record);
  await writeWhole(job.record, text);
  const { comparePage } = await import('../../report/pages/compare.js');
  const page = join(job.out, 'index.html');
  await writeWhole(page, comparePage(record, commandLine('compare', args)));
  await print(job.json ? text : `${compareText(run.comparison)}${page}\n${job.record}\n`);
  const failed = failures(run.comparison);
  for (const failure of failed) say(`ntk: ${failure}`);
  return failed.length === 0 ? EXIT.done : EXIT.tolerance;
}

/** Runs `ntk compare`. */
export async function runCompareCommand(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const asked = readCompareJob(args);
  const memory = asked.compute.memory ?? defaultMemory();
  const positions = positionsOf([asked.definition]);
  const data = await loadInputs(args.positionals, asked.input, {
    memory,
    signal,
    positions,
    native: asked.compute.native,
  });
  const job = { ...asked, definition: networkOf(fitToData(asked.arch, asked.flags, asked.definition, data.x.shape)) };
  const before = [...data.warnings, ...sizeWarnings(job.definition, data)];
  warn(before);
  const options = optionsOf(job, data, signal);
  const loaded = now();
  const planned = await planCompare(data.x, options);
  if (!job.plan) return compute(job, data, options, planned, args, before, loaded);
  const stages = { load: loaded, compile: now() - loaded };
  const { plan } = planned;
  const record: ComparePlanRecord = recordOf(job, data, { plan }, stages, before);
  await print(job.json ? jsonText(record) : comparePlanText(plan));
  return EXIT.done;
}
