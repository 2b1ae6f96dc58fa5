import { extname } from 'node:path';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import { writeWhole } from '../../report/file.js';
import { fitCsv } from '../../report/formats/fit-csv.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { CommonRecord } from '../../report/records/common.js';
import type { FitFacts, FitRecord, FitResult, FitRow } from '../../report/records/fit.js';
import { fitText } from '../../report/text/fit.js';
import { type DataFit, fitRadialToData } from '../../spectrum/fit/data-fit.js';
import { fitRadial } from '../../spectrum/fit/radial-fit.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { loadInputs } from '../load.js';
import { type FitData, type FitJob, readFitJob } from '../options/fit.js';
import type { ParsedArguments } from '../options/parsed.js';
import { fitVariant, readsOf, type Variant } from '../options/sweep.js';
import { print, say, warn } from '../print.js';
import { underProgress } from '../progress.js';
import { sweepRecord, sweptArchitecture } from './sweep-record.js';

/** What was computed, with the common fields of its record. */
interface Done {
  readonly rows: readonly FitRow[];
  readonly warnings: readonly string[];
  common(warnings: readonly string[]): CommonRecord & { readonly command: 'fit' };
}

/** The words of the command line for one variant, and what is said of it. */
function named<F extends { readonly warnings: readonly string[] }>({ name, arch, flags }: Variant, fit: F) {
  const { warnings, ...facts } = fit;
  return { row: { name, arch, ...flags, ...facts }, warnings: warnings.map((text) => `${name}: ${text}`) };
}

function overAngles(job: FitJob, signal: AbortSignal): Done {
  const { variants, to, affine, kind, dim, features, angles } = job;
  const load = now();
  const weighted = dim === null ? {} : { dim };
  const fits = variants.map((variant) => {
    const found = fitRadial(variant.definition, { to, affine, kind, features, angles, signal, ...weighted });
    return named(variant, { ...found, maxPair: null, pairs: null, recomputed: null });
  });
  return {
    rows: fits.map(({ row }) => row),
    warnings: fits.flatMap((fit) => fit.warnings),
    common: (warnings) => sweepRecord(variants, { command: 'fit', load, warnings }),
  };
}

function dataRow(variant: Variant, { run, rows: _rows, used: _used, ...found }: DataFit) {
  return named(variant, { ...found, recomputed: run.recomputed });
}

async function overPairs(args: ParsedArguments, job: FitJob, data: FitData, signal: AbortSignal): Promise<Done> {
  const { to, affine, kind } = job;
  const { kind: _kind, normalized: _normalized, ...compute } = data.compute;
  const memory = compute.memory ?? defaultMemory();
  const rules = { memory, signal, positions: readsOf(job.variants) };
  const { x, inputs, warnings } = await loadInputs([data.path], data.input, rules);
  const load = now();
  const variants = job.variants.map((variant) => fitVariant(variant, x.shape));
  const fits: { readonly row: FitRow; readonly warnings: readonly string[]; readonly run: DataFit['run'] }[] = [];
  for (const variant of variants) {
    const found = await underProgress(args, (watched) =>
      fitRadialToData(x, {
        ...compute,
        ...watched,
        to,
        affine,
        kind,
        memory,
        signal,
        architecture: variant.definition,
      }),
    );
    fits.push({ ...dataRow(variant, found), run: found.run });
  }
  const compile = fits.reduce((sum, { run }) => sum + run.stages.compile, 0);
  const check = fits.reduce((sum, { run }) => sum + run.stages.check, 0);
  return {
    rows: fits.map(({ row }) => row),
    warnings: [...warnings, ...fits.flatMap((fit) => fit.warnings)],
    common: (all) =>
      commonRecord({
        command: 'fit',
        backend: fits[0].run.plan.backend,
        precision: fits[0].run.plan.precision,
        stages: { load, compile, compute: now() - load - compile - check, check },
        architecture: sweptArchitecture(variants),
        inputs,
        warnings: all,
      }),
  };
}

/** The fields that stand at the top of a record of one kernel; none for a sweep. */
function topFields(rows: readonly FitRow[]): Partial<FitFacts> {
  if (rows.length !== 1) return {};
  const { name: _name, arch: _arch, ...rest } = rows[0];
  const { parameters, parameterErrors, onBound, objective, rmsDeviation, maxDeviation, maxAt, maxPair } = rest;
  const { hessianCondition, dial, slope, pairs, recomputed, curves } = rest;
  const deviations = { objective, rmsDeviation, maxDeviation, maxAt, maxPair };
  return {
    parameters,
    parameterErrors,
    onBound,
    ...deviations,
    hessianCondition,
    dial,
    slope,
    pairs,
    recomputed,
    curves,
  };
}

/** Runs `ntk fit`. */
export async function runFit(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const job = readFitJob(args);
  const { to, affine, kind, dim, data, out } = job;
  const { rows, warnings, common } = await (data === null
    ? overAngles(job, signal)
    : overPairs(args, job, data, signal));
  const seed = data === null ? null : data.compute.seed;
  const result: FitResult = { kind, to, affine, dim, seed, rows };
  const record: FitRecord = { ...common(warnings), ...result, ...topFields(rows) };
  const json = jsonText(record);
  warn(warnings);
  if (out !== null) await writeWhole(out, extname(out).toLowerCase() === '.csv' ? fitCsv(result) : json, job.force);
  if (job.json) await print(json);
  else if (out === null) await print(fitText(result));
  else say(`${out}: ${to} fitted to ${rows.length === 1 ? '1 kernel' : `${rows.length} kernels`}`);
  return rows.some(({ parameters }) => parameters === null) ? EXIT.tolerance : EXIT.done;
}
