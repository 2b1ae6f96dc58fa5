import type { Tensor } from '@tensorflow/tfjs-core';
import type { NdArray } from '../../data/array.js';
import { asVectors } from '../../data/image.js';
import { planFunction } from '../../empirical/functions/plan.js';
import { runFunction } from '../../empirical/functions/run.js';
import { type OpenedModel, openModel } from '../../empirical/functions/saved-model.js';
import type { FunctionOptions } from '../../empirical/functions/types.js';
import { DataError } from '../../errors.js';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import { jsonText } from '../../report/formats/json.js';
import { empiricalPlanText } from '../../report/text/empirical.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { type LoadedInputs, loadInputs } from '../load.js';
import { type ModelJob, readModelJob } from '../options/empirical-model.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print, say, warn } from '../print.js';
import { underProgress } from '../progress.js';
import { type EmpiricalCall, empiricalRecord, reportEmpirical, writeResults } from './empirical-output.js';

type Sizes = readonly (number | null)[];

const sizesText = (sizes: Sizes): string => `[${['n', ...sizes.map((size) => size ?? 'any')].join(', ')}]`;

const fits = (sizes: Sizes, wanted: Sizes): boolean =>
  sizes.length === wanted.length && wanted.every((size, k) => size === null || size === sizes[k]);

const withoutOnes = (sizes: Sizes): Sizes => sizes.filter((size) => size !== 1);

/**
 * Examples in the shape that the model takes: sizes of 1 may be missing or too many, and a model of vectors reads
 * images as rows.
 */
function fitted(array: NdArray, path: string, model: string, wanted: Sizes): NdArray {
  const examples = wanted.length === 1 ? asVectors(array) : array;
  const sizes = examples.shape.slice(1);
  if (fits(sizes, wanted)) return examples;
  if (fits(withoutOnes(sizes), withoutOnes(wanted)) && !wanted.includes(null)) {
    return { data: array.data, shape: [array.shape[0], ...wanted.map(Number)] };
  }
  const isFirst = wanted.length > 1 && fits([...sizes.slice(1), sizes[0]], wanted);
  const known = wanted.every((size) => size !== null) && wanted.length > 1 && wanted.length < 4;
  const rows = known
    ? `Give --image ${wanted.join('x')} where rows hold such examples.`
    : 'Give the data of the model.';
  const remedy = isFirst ? 'Give --layout nchw where channels stand first.' : rows;
  throw new DataError(
    `${path}: must hold examples like the input of ${model}, ${sizesText(wanted)}, got ${sizesText(sizes)}. ${remedy}`,
  );
}

/** An array as a tensor of the model's tfjs. */
function tensorOf({ tf }: OpenedModel, { data, shape }: NdArray): Tensor {
  return tf.tensor(data instanceof Float32Array ? data : Float32Array.from(data), [...shape]);
}

/** Inputs of a model, and what is computed on them. */
interface Work {
  readonly job: ModelJob;
  readonly model: OpenedModel;
  readonly data: LoadedInputs;
  readonly x: Tensor;
  readonly options: FunctionOptions;
}

function callOf({ job, model, data }: Work): EmpiricalCall {
  const none = {
    architecture: null,
    width: null,
    init: null,
    weights: null,
    saveWeights: null,
    seed: null,
  };
  return { files: job, data, network: { ...none, model: { path: job.model, files: model.files } } };
}

/** Plans, computes, writes, and says what was done; returns the exit code. */
async function compute(work: Work, args: ParsedArguments, signal: AbortSignal): Promise<number> {
  const { job, model, x, options } = work;
  const { engine, f, variables, parameters } = model;
  const loaded = now();
  const source = { f, variables, parameters, where: job.model };
  const planned = await planFunction(engine, source, x, options);
  const text = empiricalPlanText(planned.plan, 'variable');
  const compiled = now();
  if (job.plan) {
    const stages = { load: loaded, compile: compiled - loaded };
    const record = empiricalRecord(callOf(work), { plan: planned.plan, kernel: null }, stages);
    await print(job.json ? jsonText(record) : text);
    return EXIT.done;
  }
  if (job.out !== null && !job.json) for (const line of text.trimEnd().split('\n')) say(line);
  const kernel = await underProgress(args, (watched) =>
    runFunction(engine, source, x, { ...options, ...watched }, planned),
  );
  const computed = now();
  const mark = await writeResults(job, kernel);
  const { check } = kernel.stages;
  const stages = {
    load: loaded,
    compile: compiled - loaded,
    compute: computed - compiled - check,
    check,
    write: now() - computed,
  };
  return reportEmpirical(callOf(work), { ...kernel, mark }, stages, signal);
}

/** Runs `ntk empirical --model`. */
export async function runModel(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const job = readModelJob(args);
  const memory = job.memory ?? defaultMemory();
  const model = await openModel(job.model, { backend: job.backend, memory, signal });
  const { inputShape } = model;
  if (model.variables.length === 0) {
    const remedy = 'Save it with layers that are trainable.';
    throw new DataError(`${job.model}: must have weights that are trained, got a model without. ${remedy}`);
  }
  const limits = { memory, signal, positions: inputShape.length > 1 ? 'known' : 'none' } as const;
  const data = await loadInputs(args.positionals, job.input, limits);
  const [pathX, pathZ] = args.positionals;
  const x = tensorOf(model, fitted(data.x, pathX, job.model, inputShape));
  const z = data.z === null ? x : tensorOf(model, fitted(data.z, pathZ, job.model, inputShape));
  warn(data.warnings);
  const { contract } = job;
  const options = { z, contract, contributions: job.contributions !== null, memory, signal };
  try {
    return await compute({ job, model, data, x, options }, args, signal);
  } finally {
    model.tf.dispose(z === x ? [x] : [x, z]);
    model.dispose();
  }
}
