import { UsageError } from '../../errors.js';
import { REGRESS_DEFAULTS } from '../../regression/defaults.js';
import { checkPath } from '../../report/file.js';
import { EIGEN_DEFAULTS } from '../../spectrum/defaults.js';
import { ENDS, METHODS } from '../commands/eigs.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { type FiniteFlags, finiteVariants, readOptionalFiniteFlags } from './finite.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { checkStoredBackend } from './stored-backend.js';
import { readVariants, type Variant } from './sweep.js';
import { badValue, finiteNumber, listOf, oneOf, positiveInteger } from './values.js';

/** A call of `ntk eigs`, checked as far as it can be without the data. */
export interface EigsJob {
  /** The stored matrix, or the data. */
  readonly path: string;
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  /** One entry for each architecture; none for a stored matrix. */
  readonly variants: readonly Variant[];
  /** The finite network whose empirical NTK is meant; null: the infinite one. */
  readonly finite: FiniteFlags | null;
  /** Eigenpairs that were asked for; null: as many as is usual. */
  readonly k: number | null;
  readonly which: (typeof ENDS)[number];
  readonly method: (typeof METHODS)[number];
  readonly tol: number | null;
  /** Ridges of the effective dimension, as multiples of the mean diagonal. */
  readonly ridges: readonly number[];
  /** Whether the spectral density is wanted. */
  readonly density: boolean;
  readonly vectors: string | null;
  readonly out: string | null;
  readonly json: boolean;
}

function tolerance(flag: string, text: string): number {
  const value = finiteNumber(flag, text);
  if (!(value > 0 && value < 1))
    throw badValue(flag, 'must be a number between 0 and 1', text, `For example ${flag} 1e-8`);
  return value;
}

function ridgeAbove(flag: string, text: string): number {
  const value = finiteNumber(flag, text);
  if (!(value > 0)) throw badValue(flag, 'must be a number above 0', text, `For example ${flag} 1e-6,1e-3`);
  return value;
}

/** Flags that say what a kernel is; a stored matrix has been computed already. */
const OF_DATA = [
  'rows',
  'scale',
  'image',
  'layout',
  'format',
  'columns',
  'drop-columns',
  'depth',
  'alpha',
  'gamma',
  'bias',
  'filter',
  'first-filter',
  'padding',
  'head',
  'width',
  'init',
  'outputs',
  'weights',
  'kind',
  'precision',
  'normalized',
];

function checkStored(args: ParsedArguments): void {
  checkStoredBackend(args);
  const labels = args.values.has('labels') ? [] : ['label-column', 'header', 'separator', 'decimal'];
  const stray = [...OF_DATA, ...labels].find((flag) => args.values.has(flag) || args.switches.has(flag));
  if (stray !== undefined) {
    throw new UsageError(
      `--${stray}: must come with --arch, got a stored matrix. Give --arch and a data file, or leave --${stray} out.`,
    );
  }
}

function fileOf(args: ParsedArguments, flag: string, endings: readonly string[]): string | null {
  const path = textOf(args, flag) ?? null;
  if (path !== null) checkPath(path, args.switches.has('force'), endings);
  return path;
}

/** Reads the flags of `ntk eigs`. */
export function readEigsJob(args: ParsedArguments): EigsJob {
  const compute = readComputeOptions(args);
  const isStored = !args.values.has('arch');
  if (isStored) checkStored(args);
  const finite = readOptionalFiniteFlags(args, compute);
  const variants = isStored ? [] : finiteVariants(readVariants(args), finite);
  const vectors = fileOf(args, 'vectors', ['.npy']);
  if (vectors !== null && variants.length > 1) {
    throw new UsageError(`--vectors: must come with one architecture, got ${variants.length}. Run each alone.`);
  }
  if (vectors !== null && compute.kind === 'both') {
    throw new UsageError('--vectors: must come with one kernel, got --kind both. Run once for each.');
  }
  return {
    path: args.positionals[0],
    input: readInputOptions(args),
    compute,
    variants,
    finite,
    k: parsedOf(args, 'k', (_flag, text) => positiveInteger('-k', text)) ?? null,
    which: parsedOf(args, 'which', oneOf(ENDS)) ?? EIGEN_DEFAULTS.which,
    method: parsedOf(args, 'method', oneOf(METHODS)) ?? EIGEN_DEFAULTS.method,
    tol: parsedOf(args, 'tol', tolerance) ?? null,
    ridges: parsedOf(args, 'ridge', listOf(ridgeAbove)) ?? [REGRESS_DEFAULTS.ridge],
    density: args.switches.has('density'),
    vectors,
    out: fileOf(args, 'out', ['.json']),
    json: args.switches.has('json'),
  };
}
