import type { Architecture, KernelDefinition } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { DEFAULT_WIDTH } from '../../network/defaults.js';
import type { FlagTable } from '../command.js';
import type { ComputeOptions } from './compute.js';
import { type ParsedArguments, parsedOf } from './parsed.js';
import type { Variant } from './sweep.js';
import { nonEmpty, oneOf, positiveInteger } from './values.js';

const GROUP = 'Network';

/** Laws of the weights. */
export const LAWS = ['gaussian', 'orthogonal'] as const;

/** Flags that say which network of finite width. */
export const FINITE_FLAGS: FlagTable = {
  width: { describe: 'units of hidden layers that give none', group: GROUP, fallback: String(DEFAULT_WIDTH) },
  init: { describe: 'law of the weights', group: GROUP, fallback: 'as the file says', choices: LAWS },
  outputs: { describe: 'outputs of the network', group: GROUP, fallback: 'what the last layer gives, else 1' },
  weights: { describe: 'weights from W.npz instead of drawn ones', group: GROUP },
};

/** The same where a command computes the infinite network unless it is asked for a finite one. */
export const OPTIONAL_FINITE_FLAGS: FlagTable = {
  ...FINITE_FLAGS,
  width: { describe: 'the empirical NTK of one network of this width, drawn by --seed, instead', group: GROUP },
  outputs: {
    describe: 'outputs of that network, averaged',
    group: GROUP,
    fallback: 'what the last layer gives, else 1',
  },
  weights: { describe: 'the empirical NTK of the network with these weights, W.npz', group: GROUP },
};

/** Which network of finite width, as given; null where the library chooses. */
export interface FiniteFlags {
  readonly width: number | null;
  readonly init: (typeof LAWS)[number] | null;
  readonly outputs: number | null;
  /** File that the weights come from. */
  readonly weights: string | null;
}

/** Reads them. */
export function readFiniteFlags(args: ParsedArguments): FiniteFlags {
  const flags = {
    width: parsedOf(args, 'width', positiveInteger) ?? null,
    init: parsedOf(args, 'init', oneOf(LAWS)) ?? null,
    outputs: parsedOf(args, 'outputs', positiveInteger) ?? null,
    weights: parsedOf(args, 'weights', nonEmpty) ?? null,
  };
  const { weights, init } = flags;
  if (weights === null || init === null) return flags;
  throw new UsageError(`--init: must come without --weights, got ${init} and ${weights}. Leave one out.`);
}

/** The network of a definition. Throws UsageError for a kernel that is none. */
export function networkOf(definition: KernelDefinition): Architecture {
  if (definition.format === 'ntk-architecture/1') return definition;
  throw new UsageError(`--arch: must be a network, got ${definition.name}, which has no weights. Give --arch fc, say.`);
}

/** Reads them where the infinite network is meant unless a width or weights are given: null then. */
export function readOptionalFiniteFlags(args: ParsedArguments, compute: ComputeOptions): FiniteFlags | null {
  const flags = readFiniteFlags(args);
  if (flags.width === null && flags.weights === null) {
    const stray = (['init', 'outputs'] as const).find((flag) => flags[flag] !== null);
    if (stray === undefined) return null;
    throw new UsageError(
      `--${stray}: must come with --width or --weights, got it alone. Add --width 512 for the kernel of a finite ` +
        'network.',
    );
  }
  if (compute.kind === 'ntk' && !compute.normalized) return flags;
  const got = compute.normalized ? '--normalized' : `--kind ${compute.kind}`;
  throw new UsageError(`--width: must come with the NTK as it is, got ${got}. Leave one of them out.`);
}

/** The architectures named as finite networks, none of them a kernel that is no network. */
export function finiteVariants(variants: readonly Variant[], finite: FiniteFlags | null): readonly Variant[] {
  if (finite === null) return variants;
  const given = finite.width === null ? `weights ${finite.weights}` : `width ${finite.width}`;
  for (const { definition } of variants) networkOf(definition);
  return variants.map((variant) => ({ ...variant, name: `${variant.name} ${given}` }));
}
