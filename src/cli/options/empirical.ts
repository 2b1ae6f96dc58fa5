import { extname } from 'node:path';
import type { PresetFlags } from '../../architecture/preset-flags.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { DEFAULT_CONTRACT } from '../../empirical/defaults.js';
import { UsageError } from '../../errors.js';
import { checkPath } from '../../report/file.js';
import { checkOutput } from '../../store/destination.js';
import { CONTRACTIONS } from '../commands/empirical.js';
import { definitionOf, readPresetFlags } from './architecture.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { type FiniteFlags, networkOf, readFiniteFlags } from './finite.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { recordPath } from './kernel.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { nonEmpty, oneOf } from './values.js';

/** What is read and written, of whatever network the kernel is. */
export interface EmpiricalFiles {
  readonly input: InputOptions;
  readonly contract: (typeof CONTRACTIONS)[number];
  /** File of the matrix; null: csv on stdout. */
  readonly out: string | null;
  /** File of the record beside it. */
  readonly record: string | null;
  /** File of the share of each layer. */
  readonly contributions: string | null;
  readonly json: boolean;
  readonly plan: boolean;
  /** Replace existing files. */
  readonly force: boolean;
}

/** A call of `ntk empirical` with `--arch`, checked as far as it can be without the data. */
export interface EmpiricalJob extends EmpiricalFiles, FiniteFlags {
  readonly definition: KernelDefinition;
  /** As given to `--arch`, with the flags given for it. */
  readonly arch: string;
  readonly flags: PresetFlags;
  readonly compute: ComputeOptions;
  /** File that the weights go to. */
  readonly saveWeights: string | null;
}

function checkFiles({ out, record, contributions, contract, json, plan, force }: EmpiricalFiles): void {
  if (json && out === null && !plan) {
    throw new UsageError('--json: must come with --out or --plan, got it alone. Add --out K.npy.');
  }
  if (contract === 'full' && (out === null || extname(out) === '.csv')) {
    const got = out ?? 'stdout';
    throw new UsageError(`--contract full: must go to .npy or .npz, having four axes, got ${got}. Add --out K.npy.`);
  }
  if (out !== null && record !== null) {
    checkOutput(out, force);
    checkPath(record, force);
  }
  if (contributions !== null) checkPath(contributions, force, ['.npz']);
}

/** Reads the flags of files and of the contraction. */
export function readEmpiricalFiles(args: ParsedArguments): EmpiricalFiles {
  const out = parsedOf(args, 'out', nonEmpty) ?? null;
  const files = {
    input: readInputOptions(args),
    contract: parsedOf(args, 'contract', oneOf(CONTRACTIONS)) ?? DEFAULT_CONTRACT,
    out,
    record: out === null ? null : recordPath(out),
    contributions: parsedOf(args, 'contributions', nonEmpty) ?? null,
    json: args.switches.has('json'),
    plan: args.switches.has('plan'),
    force: args.switches.has('force'),
  };
  checkFiles(files);
  return files;
}

/**
 * Reads the flags of `ntk empirical` with `--arch`; everything that is wrong without a look at the data is found here.
 */
export function readEmpiricalJob(args: ParsedArguments): EmpiricalJob {
  const arch = textOf(args, 'arch');
  if (arch === undefined) {
    throw new UsageError('--arch: must be given, got none. For example --arch fc, or --model model.json.');
  }
  const compute = readComputeOptions(args);
  const flags = readPresetFlags(args);
  const saveWeights = parsedOf(args, 'save-weights', nonEmpty) ?? null;
  const job: EmpiricalJob = {
    definition: definitionOf(args, arch, flags),
    arch,
    flags,
    compute,
    ...readFiniteFlags(args),
    ...readEmpiricalFiles(args),
    saveWeights,
  };
  networkOf(job.definition);
  if (saveWeights !== null) checkPath(saveWeights, args.switches.has('force'), ['.npz']);
  return job;
}
