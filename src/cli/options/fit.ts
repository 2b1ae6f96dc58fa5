import { UsageError } from '../../errors.js';
import { COMPUTE_DEFAULTS, PROFILE_DEFAULTS } from '../../kernel/defaults.js';
import { checkPath } from '../../report/file.js';
import { FIT_DEFAULTS } from '../../spectrum/fit/defaults.js';
import { FIT_MODELS, type FitModel } from '../../spectrum/fit/models.js';
import { SPHERE_LIMITS } from '../../spectrum/sphere.js';
import { FIT_DATA_FLAGS } from '../commands/fit.js';
import { type ComputeOptions, readComputeOptions, singleKind } from './compute.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { readVariants, type Variant } from './sweep.js';
import { badValue, nonEmpty, nonNegativeInteger, oneOf, positiveInteger } from './values.js';

/** More angles than this are a mistake. */
const MOST_ANGLES = 100_000;
/** Flags of fits over the angle. */
const OF_ANGLES = ['dim', 'input', 'angles'] as const;

/** Data whose pairs are fitted. */
export interface FitData {
  readonly path: string;
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
}

/** A call of `ntk fit`. */
export interface FitJob {
  readonly variants: readonly Variant[];
  readonly to: FitModel;
  readonly affine: boolean;
  readonly kind: 'ntk' | 'nngp';
  readonly dim: number | null;
  readonly features: number;
  readonly angles: number;
  /** Null: over the angle. */
  readonly data: FitData | null;
  readonly out: string | null;
  readonly json: boolean;
  readonly force: boolean;
}

function wholeWithin(least: number, most: number, example: number): (flag: string, text: string) => number {
  return (flag, text) => {
    const value = nonNegativeInteger(flag, text);
    if (value >= least && value <= most) return value;
    throw badValue(flag, `must be a whole number from ${least} to ${most}`, text, `For example ${flag} ${example}`);
  };
}

function isGiven(args: ParsedArguments, flag: string): boolean {
  return args.values.has(flag) || args.switches.has(flag);
}

/** Flags of data stand with `--data` alone, those of the angle without it. */
function checkCompany(args: ParsedArguments, path: string | undefined): void {
  const stray = path === undefined ? Object.keys(FIT_DATA_FLAGS).find((flag) => isGiven(args, flag)) : undefined;
  if (stray !== undefined) {
    throw new UsageError(`--${stray}: must come with --data, got none. Give --data X, or leave --${stray} out.`);
  }
  const other = path === undefined ? undefined : OF_ANGLES.find((flag) => isGiven(args, flag));
  if (other !== undefined) {
    throw new UsageError(`--${other}: must come without --data, got --data ${path}. Leave one of them out.`);
  }
}

/** Reads the flags of `ntk fit`. */
export function readFitJob(args: ParsedArguments): FitJob {
  if (textOf(args, 'kind') === 'both') {
    throw new UsageError('--kind: must be ntk or nngp, got both. Run ntk fit once for each.');
  }
  const kind = parsedOf(args, 'kind', singleKind) ?? COMPUTE_DEFAULTS.kind;
  const variants = readVariants(args);
  const path = parsedOf(args, 'data', nonEmpty);
  checkCompany(args, path);
  const out = textOf(args, 'out') ?? null;
  const force = args.switches.has('force');
  if (out !== null) checkPath(out, force, ['.json', '.csv']);
  const dim = parsedOf(args, 'dim', wholeWithin(2, SPHERE_LIMITS.dim, 3)) ?? null;
  return {
    variants,
    to: parsedOf(args, 'to', oneOf(FIT_MODELS)) ?? FIT_DEFAULTS.to,
    affine: args.switches.has('affine'),
    kind,
    dim,
    features: parsedOf(args, 'input', positiveInteger) ?? dim ?? PROFILE_DEFAULTS.features,
    angles: parsedOf(args, 'angles', wholeWithin(2, MOST_ANGLES, FIT_DEFAULTS.angles)) ?? FIT_DEFAULTS.angles,
    data: path === undefined ? null : { path, input: readInputOptions(args), compute: readComputeOptions(args) },
    out,
    json: args.switches.has('json'),
    force,
  };
}
