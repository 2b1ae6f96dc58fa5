import { UsageError } from '../../errors.js';
import { REGRESS_DEFAULTS, SOLVERS } from '../../regression/defaults.js';
import type { Task } from '../../regression/targets.js';
import { checkPath } from '../../report/file.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { type FiniteFlags, finiteVariants, readOptionalFiniteFlags } from './finite.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { checkStoredBackend } from './stored-backend.js';
import { readVariants, type Variant } from './sweep.js';
import { badValue, finiteNumber, listOf, nonEmpty, oneOf, positiveInteger } from './values.js';

/** A call of `ntk regress`, checked as far as it can be without the data. */
export interface RegressJob {
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  /** What is compared: one entry for each architecture; none with stored kernels. */
  readonly variants: readonly Variant[];
  /** The finite network whose empirical NTK is meant; null: the infinite one. */
  readonly finite: FiniteFlags | null;
  /** Whether the training images are extended by their mirrored copies. */
  readonly flip: boolean;
  /** Stored kernels instead of data. */
  readonly stored: { readonly kernel: string; readonly cross: string } | null;
  readonly ridges: readonly (number | 'auto')[];
  /** Times of gradient flow; null: its limit alone. */
  readonly times: readonly number[] | null;
  /** Ascending numbers of first training rows; null: all rows. */
  readonly trainSizes: readonly number[] | null;
  readonly solver: (typeof SOLVERS)[number];
  /** Relative residual of conjugate gradients. */
  readonly tol: number;
  /** Most steps of conjugate gradients. */
  readonly iterations: number;
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

function tolOf(flag: string, text: string): number {
  const value = finiteNumber(flag, text);
  if (!(value > 0 && value < 1)) throw badValue(flag, 'must lie between 0 and 1', text, `For example ${flag} 1e-6`);
  return value;
}

/** Refuses what conjugate gradients cannot do when they are asked for. */
function checkSolver({ solver, ridges, times, variance }: RegressJob): void {
  const flag = ridges.includes('auto') ? '--ridge auto' : times !== null ? '--time' : '--variance';
  if (solver !== 'cg' || (flag === '--variance' && variance === null)) return;
  throw new UsageError(
    `--solver: must be cholesky or auto where a factor or all eigenpairs are needed, got cg with ${flag}. Leave ` +
      'one of them out.',
  );
}

/** Flags that say how data are read, or which kernel is computed of them. */
const OF_DATA = [
  ...['rows', 'rows-z', 'columns', 'drop-columns', 'image', 'layout', 'format', 'scale'],
  ...['depth', 'alpha', 'gamma', 'bias', 'bias-init', 'filter', 'first-filter', 'padding', 'head', 'train'],
  ...['flip', 'kind', 'normalized', 'precision', 'init', 'outputs', 'weights'],
];

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
  const stray = OF_DATA.find((flag) => args.values.has(flag) || args.switches.has(flag));
  if (stray !== undefined) {
    throw new UsageError(`--${stray}: must come with TRAIN and TEST, got --kernel. Leave one of them out.`);
  }
  checkStoredBackend(args);
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

function outputOf(args: ParsedArguments, flag: string, force: boolean, results: number): string | null {
  const path = textOf(args, flag) ?? null;
  if (path === null) return null;
  if (results > 1) {
    throw new UsageError(
      `--${flag}: must come with one architecture, ridge, time and size, got ${results} of them. Leave it out, or ` +
        'run each alone.',
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
  const finite = readOptionalFiniteFlags(args, compute);
  const variants = stored === null ? finiteVariants(readVariants(args), finite) : [];
  if (finite !== null && stored !== null) {
    throw new UsageError('--width: must come with TRAIN, TEST and --arch, got --kernel. Leave one of them out.');
  }
  const force = args.switches.has('force');
  const ridges = parsedOf(args, 'ridge', listOf(ridgeOf)) ?? [REGRESS_DEFAULTS.ridge];
  const times = parsedOf(args, 'time', listOf(timeOf)) ?? null;
  const sizes = parsedOf(args, 'train-sizes', listOf(positiveInteger)) ?? null;
  const results = Math.max(1, variants.length) * ridges.length * (times?.length ?? 1) * (sizes?.length ?? 1);
  const [out, variance] = ['out', 'variance'].map((flag) => outputOf(args, flag, force, results));
  if (variance !== null && (stored !== null || args.values.has('time'))) {
    throw new UsageError('--variance: must come with TRAIN, TEST and no --time, got one of these. Leave it out.');
  }
  const job: RegressJob = {
    input,
    compute,
    variants,
    finite,
    flip: args.switches.has('flip'),
    stored,
    ridges,
    times,
    trainSizes: sizes === null ? null : [...sizes].sort((a, b) => a - b),
    solver: parsedOf(args, 'solver', oneOf(SOLVERS)) ?? REGRESS_DEFAULTS.solver,
    tol: parsedOf(args, 'tol', tolOf) ?? REGRESS_DEFAULTS.tol,
    iterations: parsedOf(args, 'iterations', positiveInteger) ?? REGRESS_DEFAULTS.iterations,
    task: parsedOf(args, 'task', oneOf(['classify', 'regress'] as const)),
    out,
    variance,
    json: args.switches.has('json'),
    force,
  };
  checkSolver(job);
  return job;
}
