import { PRESET_DEFAULTS, PRESET_FLAG_NAMES, type PresetFlags } from '../../architecture/preset-flags.js';
import { PRESETS } from '../../architecture/presets.js';
import { resolveArchitecture, resolveBytes } from '../../architecture/resolve.js';
import type { KernelDefinition } from '../../architecture/types.js';
import type { FlagTable } from '../command.js';
import { type ParsedArguments, parsedOf } from './parsed.js';
import { finiteNumber, nonEmpty, positiveInteger } from './values.js';

const GROUP = 'Architecture';

type Key = keyof PresetFlags;

/** How the text of each preset flag is read; ranges are the presets' own. */
export const PRESET_PARSERS = {
  depth: positiveInteger,
  alpha: finiteNumber,
  gamma: finiteNumber,
  bias: finiteNumber,
  biasInit: nonEmpty,
  filter: positiveInteger,
  firstFilter: positiveInteger,
  padding: nonEmpty,
  head: nonEmpty,
  train: nonEmpty,
} as const satisfies Readonly<Record<Key, (flag: string, text: string) => number | string>>;

/** Flags of the presets; `--arch` itself is left to the command. */
export const PRESET_FLAGS: FlagTable = {
  depth: {
    describe: 'hidden layers or residual blocks; of myrtle 5, 7 or 10',
    group: GROUP,
    fallback: String(PRESET_DEFAULTS.depth),
  },
  alpha: { describe: 'weight of the residual branches', group: GROUP, fallback: String(PRESET_DEFAULTS.alpha) },
  gamma: { describe: 'the same as alpha = depth^-gamma', group: GROUP },
  bias: { describe: 'standard deviation of the biases', group: GROUP, fallback: String(PRESET_DEFAULTS.bias) },
  'bias-init': {
    describe: 'biases at initialisation: zero | normal',
    group: GROUP,
    fallback: PRESET_DEFAULTS.biasInit,
  },
  filter: {
    describe: 'filter size on every axis (cntk, rescntk)',
    group: GROUP,
    fallback: String(PRESET_DEFAULTS.filter),
  },
  'first-filter': {
    describe: 'filter size of the first conv before a relu; default 1 for rescntk, that of --filter for cntk',
    group: GROUP,
  },
  padding: {
    describe: 'border of images: circular | same (zeros) | valid',
    group: GROUP,
    fallback: PRESET_DEFAULTS.padding,
  },
  head: {
    describe: 'readout of images: eq (one pixel) | tr (all pixels as features) | gap (mean over pixels)',
    group: GROUP,
    fallback: PRESET_DEFAULTS.head,
  },
  train: {
    describe: 'all trains the two ends of resntk as well: blocks | all',
    group: GROUP,
    fallback: PRESET_DEFAULTS.train,
  },
};

/** What `--arch` takes, for the help. */
export const ARCH_TEXT = `${Object.keys(PRESETS).join(', ')}, FILE.json, or laplace:c, gamma:g,c, gaussian:s`;

/** `--arch` of a command that takes one. */
export const ARCH_FLAG: FlagTable = { arch: { describe: ARCH_TEXT, group: GROUP } };

/** Those of a command that takes several architectures, and lists for some of their flags. */
export const SWEEP_FLAGS: FlagTable = {
  arch: { describe: `${ARCH_TEXT}; may be repeated`, group: GROUP, repeats: true },
  ...PRESET_FLAGS,
  depth: { ...PRESET_FLAGS.depth, describe: `${PRESET_FLAGS.depth.describe}; 1,2,4 makes a sweep` },
  alpha: { ...PRESET_FLAGS.alpha, describe: `${PRESET_FLAGS.alpha.describe}; 0.1,1 makes a sweep` },
  gamma: { ...PRESET_FLAGS.gamma, describe: `${PRESET_FLAGS.gamma.describe}; a list makes a sweep` },
};

/** Names of the preset flags without dashes, by their key in the library. */
export const PRESET_KEYS = Object.entries(PRESET_FLAG_NAMES).map(([key, name]) => [key as Key, name.slice(2)] as const);

/** The preset flags as given, each with one value. */
export function readPresetFlags(args: ParsedArguments): PresetFlags {
  const given = PRESET_KEYS.flatMap(([key, name]) => {
    const value = parsedOf<number | string>(args, name, PRESET_PARSERS[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(given);
}

/** The kernel that a word of the command line names: a preset, a file, a pipe, or one that is no network. */
export function definitionOf(args: ParsedArguments, arch: string, flags: PresetFlags): KernelDefinition {
  const bytes = args.pipes?.get(arch);
  return bytes === undefined ? resolveArchitecture(arch, flags) : resolveBytes(bytes, arch, flags);
}
