import { axesOf } from '../../architecture/check-input.js';
import { UsageError } from '../../errors.js';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import type { FiniteFieldOptions } from '../../network/receptive-field.js';
import { singleKind } from './compute.js';
import { LAWS } from './finite.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { fitVariant, readVariants, type Variant } from './sweep.js';
import { badValue, nonEmpty, nonNegativeInteger, oneOf, positiveInteger } from './values.js';

/** A call of `ntk receptive-field`, checked as far as it can be without the networks. */
export interface FieldJob {
  readonly variants: readonly Variant[];
  readonly shape: readonly number[];
  readonly kind: 'ntk' | 'nngp';
  readonly at: readonly number[] | null;
  /** Finite networks beside the kernel; null without `--width`. */
  readonly finite: Pick<FiniteFieldOptions, 'width' | 'seeds' | 'seed' | 'init' | 'native'> | null;
}

/** `32x32x3` or `9x3`. */
function inputShape(flag: string, text: string): readonly number[] {
  const sizes = text.split(/[x×]/i);
  const numbers = sizes.map(Number);
  const fits = sizes.every((size) => /^\d{1,9}$/.test(size)) && numbers.every((n) => n > 0);
  if (!fits || sizes.length < 2 || sizes.length > 3) {
    throw badValue(
      flag,
      'must be HxWxC, or WxC of sequences, with whole numbers from 1',
      text,
      `For example ${flag} 32x32x3`,
    );
  }
  return numbers;
}

/** `3,4`, or one number for sequences; the numbers may be equal, unlike those of a sweep. */
function position(flag: string, text: string): readonly number[] {
  return text.split(',').map((part) => {
    if (!/^\d{1,9}$/.test(part.trim())) {
      throw badValue(flag, 'must be whole numbers from 0, one an axis', text, `For example ${flag} 3,4`);
    }
    return Number(part);
  });
}

/** Refuses a sequence for a network whose layers have sizes of two axes, and an image for one axis. */
function checkAxes({ definition, name }: Variant, shape: readonly number[]): void {
  const axes = 'layers' in definition ? axesOf(definition.layers) : null;
  if (axes === null || axes === shape.length - 1) return;
  const [form, count, example] = axes === 1 ? ['WxC', 'one axis', '9x3'] : ['HxWxC', 'two axes', '32x32x3'];
  throw new UsageError(
    `--input: must be ${form} for ${name}, whose layers have sizes of ${count}, got ${shape.join('x')}. For example ` +
      `--input ${example}.`,
  );
}

/** Reads the flags of finite networks. */
function readFinite(args: ParsedArguments): FieldJob['finite'] {
  const width = parsedOf(args, 'width', positiveInteger);
  const seeds = parsedOf(args, 'seeds', positiveInteger);
  const init = parsedOf(args, 'init', oneOf(LAWS));
  const seed = parsedOf(args, 'seed', nonNegativeInteger);
  const native = parsedOf(args, 'native', nonEmpty);
  if (width === undefined) {
    const stray = ['seeds', 'init', 'seed', 'native'].find((flag) => args.values.has(flag));
    if (stray === undefined) return null;
    throw new UsageError(
      `--${stray}: must come with --width, got it alone. Add --width 256 for the gradients of finite networks.`,
    );
  }
  return {
    width,
    seed: seed ?? COMPUTE_DEFAULTS.seed,
    ...(seeds && { seeds }),
    ...(init && { init }),
    ...(native && { native }),
  };
}

/** Reads the flags of `ntk receptive-field`. */
export function readFieldJob(args: ParsedArguments): FieldJob {
  if (textOf(args, 'kind') === 'both') {
    throw new UsageError('--kind: must be ntk or nngp, got both. Run ntk receptive-field once for each.');
  }
  const variants = readVariants(args);
  const shape = parsedOf(args, 'input', inputShape);
  if (shape === undefined) {
    throw new UsageError(
      '--input: must be given, got none. For example --input 32x32x3, or --input 9x3 for sequences.',
    );
  }
  const fitted = variants.map((variant) => fitVariant(variant, [1, ...shape]));
  for (const variant of fitted) checkAxes(variant, shape);
  return {
    variants: fitted,
    shape,
    kind: parsedOf(args, 'kind', singleKind) ?? COMPUTE_DEFAULTS.kind,
    at: parsedOf(args, 'at', position) ?? null,
    finite: readFinite(args),
  };
}
