import { UsageError } from '../errors.js';

/** Flags of the presets as the command line reads them; undefined where the user gave none. */
export interface PresetFlags {
  /** Hidden layers (`fc`), residual blocks, or 5, 7 or 10 (`myrtle`). */
  readonly depth?: number | undefined;
  /** Weight of the residual branches. */
  readonly alpha?: number | undefined;
  /** The same as alpha = depth^-gamma. */
  readonly gamma?: number | undefined;
  /** Standard deviation of every bias. */
  readonly bias?: number | undefined;
  /** `zero` or `normal`. */
  readonly biasInit?: string | undefined;
  /** Size of the filters on every axis (image presets). */
  readonly filter?: number | undefined;
  /** Size of the first filter before a relu (image presets). */
  readonly firstFilter?: number | undefined;
  /** `circular`, `same` or `valid` (image presets). */
  readonly padding?: string | undefined;
  /** `eq`, `tr` or `gap` (image presets). */
  readonly head?: string | undefined;
  /** `all` trains the ends of `resntk` as well. */
  readonly train?: string | undefined;
}

/** Values of the flags that the user does not give; help texts read them from here. */
export const PRESET_DEFAULTS = {
  depth: 3,
  alpha: 1,
  bias: 0,
  biasInit: 'zero',
  filter: 3,
  padding: 'circular',
  head: 'tr',
  train: 'blocks',
} as const satisfies PresetFlags;

/** Flags by the name under which the command line has them. */
export const PRESET_FLAG_NAMES = {
  depth: '--depth',
  alpha: '--alpha',
  gamma: '--gamma',
  bias: '--bias',
  biasInit: '--bias-init',
  filter: '--filter',
  firstFilter: '--first-filter',
  padding: '--padding',
  head: '--head',
  train: '--train',
} as const satisfies Readonly<Record<keyof PresetFlags, string>>;

/** Deepest preset; more layers than this would not fit in memory as a description. */
export const MAX_DEPTH = 100_000;

const FLAG_KEYS = Object.keys(PRESET_FLAG_NAMES) as readonly (keyof PresetFlags)[];

/**
 * Refuses flags that `owner` does not have.
 *
 * @throws UsageError naming the first such flag and what the owner has instead
 */
export function refuseForeignFlags(flags: PresetFlags, known: readonly (keyof PresetFlags)[], owner: string): void {
  const foreign = FLAG_KEYS.find((key) => flags[key] !== undefined && !known.includes(key));
  if (foreign === undefined) return;
  const names = known.map((key) => PRESET_FLAG_NAMES[key]).join(', ');
  throw new UsageError(
    `${PRESET_FLAG_NAMES[foreign]}: must be a flag of the architecture, got it with ${owner}, which has ` +
      `${names === '' ? 'none' : names}. Leave it out.`,
  );
}

/**
 * The depth, a whole number from 1 to `MAX_DEPTH`.
 *
 * @throws UsageError for any other number
 */
export function readDepth(flags: PresetFlags, where: string): number {
  const depth = flags.depth ?? PRESET_DEFAULTS.depth;
  if (Number.isInteger(depth) && depth >= 1 && depth <= MAX_DEPTH) return depth;
  throw new UsageError(
    `--depth: must be a whole number from 1 to ${MAX_DEPTH} for ${where}, got ${depth}. Write e.g. --depth ` +
      `${PRESET_DEFAULTS.depth}.`,
  );
}

/** Depths that `myrtle` has. */
const MYRTLE_DEPTHS = [5, 7, 10] as const;

/**
 * The depth of `myrtle`: 5, 7 or 10, and 5 where none is given.
 *
 * @throws UsageError for any other number
 */
export function readMyrtleDepth(flags: PresetFlags, where: string): (typeof MYRTLE_DEPTHS)[number] {
  const wanted = flags.depth ?? MYRTLE_DEPTHS[0];
  const depth = MYRTLE_DEPTHS.find((each) => each === wanted);
  if (depth !== undefined) return depth;
  throw new UsageError(`--depth: must be 5, 7 or 10 for ${where}, got ${wanted}. Write e.g. --depth 5.`);
}

function readScale(value: number, flag: string, where: string): number {
  // + 0 turns -0 into 0; kernels hold the square.
  if (Number.isFinite(value * value) && value >= 0) return value + 0;
  throw new UsageError(`${flag}: must be a finite number >= 0 for ${where}, got ${value}. Write e.g. ${flag} 0.5.`);
}

/**
 * The standard deviation of the biases.
 *
 * @throws UsageError unless it is finite and >= 0
 */
export function readBias(flags: PresetFlags, where: string): number {
  return readScale(flags.bias ?? PRESET_DEFAULTS.bias, '--bias', where);
}

/**
 * The weight of the residual branches, alpha or depth^-gamma, and the text of it for the name of the network.
 *
 * @throws UsageError when both are given, or when one is negative or not finite
 */
export function readBlockWeight(
  flags: PresetFlags,
  depth: number,
  where: string,
): { readonly alpha: number; readonly text: string } {
  const { alpha, gamma } = flags;
  if (gamma === undefined) {
    const weight = readScale(alpha ?? PRESET_DEFAULTS.alpha, '--alpha', where);
    return { alpha: weight, text: `alpha=${weight}` };
  }
  if (alpha !== undefined) {
    throw new UsageError(
      `--gamma: must not come together with --alpha, since it sets alpha = depth^-gamma, got both (${gamma} and ` +
        `${alpha}). Leave one out.`,
    );
  }
  const exponent = readScale(gamma, '--gamma', where);
  const weight = depth ** -exponent;
  return { alpha: weight, text: `alpha=${weight} gamma=${exponent}` };
}

function readSize(value: number, flag: string, where: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`${flag}: must be a whole number from 1 for ${where}, got ${value}. Write e.g. ${flag} 3.`);
}

/**
 * The size of the filters on every axis.
 *
 * @throws UsageError unless it is a whole number from 1
 */
export function readFilter(flags: PresetFlags, where: string): number {
  return readSize(flags.filter ?? PRESET_DEFAULTS.filter, PRESET_FLAG_NAMES.filter, where);
}

/**
 * The size of the first filter before a relu, `fallback` where none is given.
 *
 * @throws UsageError unless it is a whole number from 1
 */
export function readFirstFilter(flags: PresetFlags, fallback: number, where: string): number {
  return readSize(flags.firstFilter ?? fallback, PRESET_FLAG_NAMES.firstFilter, where);
}

/** `a, b or c`. */
function wordsText(words: readonly string[]): string {
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/**
 * One of the words of a flag.
 *
 * @throws UsageError for any other word
 */
export function readChoice<const V extends string>(
  flags: PresetFlags,
  key: 'biasInit' | 'train' | 'padding' | 'head',
  choices: readonly V[],
  where: string,
): V {
  const text = flags[key] ?? PRESET_DEFAULTS[key];
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `${PRESET_FLAG_NAMES[key]}: must be ${wordsText(choices)} for ${where}, got ${text === '' ? 'nothing' : text}. ` +
      `Leave it out for ${PRESET_DEFAULTS[key]}.`,
  );
}
