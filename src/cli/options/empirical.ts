import { extname } from 'node:path';
import type { PresetFlags } from '../../architecture/preset-flags.js';
import { resolveArchitecture } from '../../architecture/resolve.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { checkOutput } from '../../matrix/write.js';
import { checkPath } from '../../report/file.js';
import { CONTRACTIONS } from '../commands/empirical.js';
import { readPresetFlags } from './architecture.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { checkFiniteBackend, type FiniteFlags, networkOf, readFiniteFlags } from './finite.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { recordPath } from './kernel.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { nonEmpty, oneOf } from './values.js';

/** A call of `ntk empirical`, checked as far as it can be without the data. */
export interface EmpiricalJob extends FiniteFlags {
  readonly definition: KernelDefinition;
  /** As given to `--arch`, with the flags given for it. */
  readonly arch: string;
  readonly flags: PresetFlags;
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  readonly contract: (typeof CONTRACTIONS)[number];
  /** File that they go to. */
  readonly saveWeights: string | null;
  /** File of the matrix; null: csv on stdout. */
  readonly out: string | null;
  /** File of the record beside it. */
  readonly record: string | null;
  /** File of the share of each layer. */
  readonly contributions: string | null;
  readonly json: boolean;
  readonly plan: boolean;
}

function checkFiles(job: EmpiricalJob, force: boolean): void {
  const { out, record, saveWeights, contributions, contract, json, plan } = job;
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
  for (const path of [saveWeights, contributions]) if (path !== null) checkPath(path, force, ['.npz']);
}

/** Reads the flags of `ntk empirical`; everything that is wrong without a look at the data is found here. */
export function readEmpiricalJob(args: ParsedArguments): EmpiricalJob {
  const arch = textOf(args, 'arch');
  if (arch === undefined) {
    throw new UsageError('--arch: must be given, got none. For example --arch fc; see ntk empirical --help.');
  }
  const input = readInputOptions(args);
  const compute = readComputeOptions(args);
  checkFiniteBackend(compute);
  const flags = readPresetFlags(args);
  const out = parsedOf(args, 'out', nonEmpty) ?? null;
  const job: EmpiricalJob = {
    definition: resolveArchitecture(arch, flags),
    arch,
    flags,
    input,
    compute,
    ...readFiniteFlags(args),
    contract: parsedOf(args, 'contract', oneOf(CONTRACTIONS)) ?? 'trace',
    saveWeights: parsedOf(args, 'save-weights', nonEmpty) ?? null,
    out,
    record: out === null ? null : recordPath(out),
    contributions: parsedOf(args, 'contributions', nonEmpty) ?? null,
    json: args.switches.has('json'),
    plan: args.switches.has('plan'),
  };
  networkOf(job.definition);
  checkFiles(job, args.switches.has('force'));
  return job;
}
