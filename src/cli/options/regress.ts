import { UsageError } from '../../errors.js';
import type { Task } from '../../regression/targets.js';
import { checkPath } from '../../report/file.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { readVariants, type Variant } from './sweep.js';
import { badValue, finiteNumber, nonEmpty, oneOf } from './values.js';

/** Ridge where the user gives none. */
const DEFAULT_RIDGE = 1e-6;

/** A call of `ntk regress`, checked as far as it can be without the data. */
export interface RegressJob {
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  /** What is compared: one entry for each architecture; none with stored kernels. */
  readonly variants: readonly Variant[];
  /** Stored kernels instead of data. */
  readonly stored: { readonly kernel: string; readonly cross: string } | null;
  readonly ridge: number | 'auto';
  readonly time: number | null;
  readonly task: Task | undefined;
  readonly out: string | null;
  /** File of the posterior variances. */
  readonly variance: string | null;
  readonly json: boolean;
  readonly force: boolean;
}

function ridgeOf(flag: string, text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const value = finiteNumber(flag, text);
  if (value < 0) throw badValue(flag, 'must be a number from 0 on, or auto', text, `For example ${flag} 1e-6`);
  return value;
}

function timeOf(flag: string, text: string): number {
  const value = finiteNumber(flag, text);
  if (value < 0) throw badValue(flag, 'must be a number from 0 on', text, `For example ${flag} 100`);
  return value;
}

function storedOf(args: ParsedArguments): RegressJob['stored'] {
  const [kernel, cross] = ['kernel', 'cross'].map((flag) => parsedOf(args, flag, nonEmpty) ?? null);
  if (kernel === null && cross === null) return null;
  if (kernel === null || cross === null) {
    const [there, missing] = kernel === null ? ['--cross', '--kernel'] : ['--kernel', '--cross'];
    throw new UsageError(`${there}: must come with ${missing}, got it alone. Give both, or TRAIN and TEST.`);
  }
  if (args.positionals.length > 0 || args.values.has('arch')) {
    throw new UsageError('--kernel: must stand instead of TRAIN, TEST and --arch, got both. Leave one of them out.');
  }
  if (!args.values.has('labels')) {
    throw new UsageError('--labels: must be given with --kernel, got none. Give the labels of the training rows.');
  }
  return { kernel, cross };
}

function checkPositionals(args: ParsedArguments): void {
  if (args.positionals.length === 2) return;
  const got = args.positionals.length === 0 ? 'none' : args.positionals.join(' ');
  throw new UsageError(`TRAIN TEST: must be two files, got ${got}. Give both, or --kernel and --cross.`);
}

function outputOf(args: ParsedArguments, flag: string, force: boolean, variants: number): string | null {
  const path = textOf(args, flag) ?? null;
  if (path === null) return null;
  if (variants > 1) {
    throw new UsageError(
      `--${flag}: must come with one architecture, got ${variants}. Leave it out, or run each alone.`,
    );
  }
  checkPath(path, force, ['.npy', '.csv']);
  return path;
}

/** Reads the flags of `ntk regress`. */
export function readRegressJob(args: ParsedArguments): RegressJob {
  const stored = storedOf(args);
  if (stored === null) checkPositionals(args);
  const testLabels = parsedOf(args, 'test-labels', nonEmpty);
  const input = { ...readInputOptions(args), ...(testLabels === undefined ? {} : { testLabels }) };
  const compute = readComputeOptions(args);
  if (compute.kind === 'both') throw new UsageError('--kind: must be ntk or nngp, got both. Run once for each.');
  const variants = stored === null ? readVariants(args) : [];
  const force = args.switches.has('force');
  const [out, variance] = ['out', 'variance'].map((flag) => outputOf(args, flag, force, variants.length));
  if (variance !== null && (stored !== null || args.values.has('time'))) {
    throw new UsageError('--variance: must come with TRAIN, TEST and no --time, got one of these. Leave it out.');
  }
  return {
    input,
    compute,
    variants,
    stored,
    ridge: parsedOf(args, 'ridge', ridgeOf) ?? DEFAULT_RIDGE,
    time: parsedOf(args, 'time', timeOf) ?? null,
    task: parsedOf(args, 'task', oneOf(['classify', 'regress'] as const)),
    out,
    variance,
    json: args.switches.has('json'),
    force,
  };
}
