import { type Positions, positionsOf } from '../../architecture/check-input.js';
import type { PresetFlags } from '../../architecture/preset-flags.js';
import { PRESETS } from '../../architecture/presets.js';
import { fitToData } from '../../architecture/resolve.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { definitionOf, PRESET_KEYS, PRESET_PARSERS } from './architecture.js';
import { type ParsedArguments, parsedOf, textsOf } from './parsed.js';
import { listOf } from './values.js';

type Key = keyof PresetFlags;
type Choice = readonly [Key, readonly (number | string)[]];

/** Flags that take a list. */
const SWEPT: readonly Key[] = ['depth', 'alpha', 'gamma'];

/** One architecture of a sweep. */
export interface Variant {
  /** As given to `--arch`. */
  readonly arch: string;
  /** Tells it from the other variants: the architecture and the flags given for it. */
  readonly name: string;
  readonly flags: PresetFlags;
  readonly definition: KernelDefinition;
}

/** What all of them together take of their data. */
export function readsOf(variants: readonly Variant[]): Positions {
  return positionsOf(variants.map(({ definition }) => definition));
}

/** The same variant for data of this shape, `[n, ...]`. */
export function fitVariant(variant: Variant, shape: readonly number[]): Variant {
  const definition = fitToData(variant.arch, variant.flags, variant.definition, shape);
  return { ...variant, definition };
}

function readChoices(args: ParsedArguments): readonly Choice[] {
  return PRESET_KEYS.flatMap(([key, name]): readonly Choice[] => {
    const parse: (flag: string, text: string) => number | string = PRESET_PARSERS[key];
    if (SWEPT.includes(key)) {
      const list = parsedOf(args, name, listOf(parse));
      return list === undefined ? [] : [[key, list]];
    }
    const value = parsedOf(args, name, parse);
    return value === undefined ? [] : [[key, [value]]];
  });
}

function knownFlags(arch: string): readonly Key[] {
  const table: Readonly<Record<string, { readonly flags: readonly Key[] }>> = PRESETS;
  return Object.hasOwn(table, arch) ? table[arch].flags : [];
}

/** All combinations of the values, the last flag fastest. */
function combinations(choices: readonly Choice[]): readonly PresetFlags[] {
  return choices.reduce<readonly PresetFlags[]>(
    (before, [key, values]) => before.flatMap((flags) => values.map((value) => ({ ...flags, [key]: value }))),
    [{}],
  );
}

function nameOf(arch: string, flags: PresetFlags, definition: KernelDefinition): string {
  const given = PRESET_KEYS.filter(([key]) => flags[key] !== undefined).map(([key, name]) => `${name} ${flags[key]}`);
  if (given.length > 0) return `${arch} ${given.join(' ')}`;
  return definition.name === '' ? arch : definition.name;
}

/**
 * Every architecture that `--arch` (repeatable) and lists in `--depth`, `--alpha` and `--gamma` ask for.
 *
 * With several architectures a flag goes to those that have it; one that none has is refused.
 */
export function readVariants(args: ParsedArguments): readonly Variant[] {
  const archs = textsOf(args, 'arch');
  if (archs.length === 0) {
    throw new UsageError('--arch: must be given, got none. For example --arch resntk, or see --help.');
  }
  const repeated = archs.find((arch, i) => archs.indexOf(arch) !== i);
  if (repeated !== undefined) {
    throw new UsageError(
      `--arch: architectures must differ, got ${repeated} twice. Give a list to --depth for a sweep.`,
    );
  }
  const choices = readChoices(args);
  const orphan = choices.some(([key]) => !archs.some((arch) => knownFlags(arch).includes(key)));
  return archs.flatMap((arch) => {
    const own = orphan || archs.length === 1 ? choices : choices.filter(([key]) => knownFlags(arch).includes(key));
    return combinations(own).map((flags) => {
      const definition = definitionOf(args, arch, flags);
      return { arch, name: nameOf(arch, flags, definition), flags, definition };
    });
  });
}
