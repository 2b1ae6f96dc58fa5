import { extname } from 'node:path';
import type { PresetFlags } from '../../architecture/preset-flags.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { checkPath } from '../../report/file.js';
import { checkOutput } from '../../store/destination.js';
import { definitionOf, readPresetFlags } from './architecture.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, textOf } from './parsed.js';

/** A call of `ntk kernel`, checked as far as it can be without the data. */
export interface KernelJob {
  readonly definition: KernelDefinition;
  /** As given to `--arch`, with the flags given for it. */
  readonly arch: string;
  readonly flags: PresetFlags;
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  /** File of the matrix; null: csv on stdout. */
  readonly out: string | null;
  /** File of the record beside it. */
  readonly record: string | null;
  readonly json: boolean;
  readonly force: boolean;
  readonly plan: boolean;
}

/** The record's place beside a matrix: `K.json` for `K.npy`. */
export function recordPath(out: string): string {
  return `${out.slice(0, out.length - extname(out).length)}.json`;
}

function checkCombinations(out: string | null, kind: string, json: boolean, plan: boolean): void {
  if (json && out === null && !plan) {
    throw new UsageError('--json: must come with --out or --plan, got it alone. Add --out K.npy.');
  }
  if (kind === 'both' && out === null && !plan) {
    throw new UsageError('--kind: both must go to an .npz file, got stdout. Give --out K.npz.');
  }
}

/** Reads the flags of `ntk kernel`; everything that is wrong without a look at the data is found here. */
export function readKernelJob(args: ParsedArguments): KernelJob {
  const [json, force, plan] = ['json', 'force', 'plan'].map((name) => args.switches.has(name));
  const out = textOf(args, 'out') ?? null;
  const arch = textOf(args, 'arch');
  if (arch === undefined) {
    throw new UsageError('--arch: must be given, got none. For example --arch resntk; see ntk kernel --help.');
  }
  const input = readInputOptions(args);
  const compute = readComputeOptions(args);
  const flags = readPresetFlags(args);
  const definition = definitionOf(args, arch, flags);
  checkCombinations(out, compute.kind, json, plan);
  const record = out === null ? null : recordPath(out);
  if (out !== null && record !== null) {
    checkOutput(out, force, compute.kind === 'both');
    checkPath(record, force);
  }
  return { definition, arch, flags, input, compute, out, record, json, force, plan };
}
