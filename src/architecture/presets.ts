import { UsageError } from '../errors.js';
import { nearest } from './nearest.js';
import { ARCHITECTURE_FORMAT, parseArchitecture } from './parse.js';
import {
  type PresetFlags,
  readBias,
  readBlockWeight,
  readChoice,
  readDepth,
  refuseForeignFlags,
} from './preset-flags.js';
import type { Architecture } from './types.js';

/** sqrt(2) as the file format has it: He's factor in the standard deviation of a weight. */
const HE = Math.SQRT2;

/** A description in the file format, before it is checked. */
interface Draft {
  readonly name: string;
  readonly layers: readonly object[];
}

/** A network by name. */
interface Preset {
  /** Flags that it has. */
  readonly flags: readonly (keyof PresetFlags)[];
  /** Whose definition it follows, and what sets it apart from namesakes. */
  readonly convention: string;
  /** Writes the description. */
  build(flags: PresetFlags, where: string): Draft;
}

function residual(alpha: number, branch: readonly object[]): object {
  return { kind: 'residual', alpha, branch };
}

const fc: Preset = {
  flags: ['depth', 'bias', 'biasInit'],
  convention:
    'Geifman, Yadav, Kasten, Galun, Jacobs, Basri 2020 (arXiv:2007.01580): no division by the input dimension, all weights and biases trained, biases initialised at zero (they enter only the NTK); --bias-init normal is that of Jacot et al. 2018',
  build(flags, where) {
    const depth = readDepth(flags, where);
    const bias = readBias(flags, where);
    const biasInit = readChoice(flags, 'biasInit', ['zero', 'normal'], where);
    const biases = bias === 0 ? {} : { biasStd: bias, biasInit };
    const first = { kind: 'dense', weightStd: 1, ...biases, scaling: 'none' };
    const later = { kind: 'dense', weightStd: HE, ...biases };
    const hidden = Array.from({ length: depth - 1 }, () => [later, { kind: 'relu' }]).flat();
    return {
      name: `fc L=${depth}${bias === 0 ? '' : ` bias=${bias} ${biasInit}`}`,
      layers: [first, { kind: 'relu' }, ...hidden, later],
    };
  },
};

const resntk: Preset = {
  flags: ['depth', 'alpha', 'gamma', 'train'],
  convention:
    'Belfer, Geifman, Galun, Basri 2021 (arXiv:2104.03093), parameterised as in Huang, Wang, Tao, Zhao 2020 (arXiv:2002.06262): only the weights of the blocks are trained; --train all trains the two ends as well',
  build(flags, where) {
    const depth = readDepth(flags, where);
    const { alpha, text } = readBlockWeight(flags, depth, where);
    const isAll = readChoice(flags, 'train', ['blocks', 'all'], where) === 'all';
    const ends = isAll ? {} : { train: false };
    const block = residual(alpha, [{ kind: 'dense', weightStd: HE }, { kind: 'relu' }, { kind: 'dense' }]);
    const first = { kind: 'dense', weightStd: 1, scaling: 'none', ...ends };
    return {
      name: `resntk L=${depth} ${text}${isAll ? ' train all' : ''}`,
      layers: [first, ...Array.from({ length: depth }, () => block), { kind: 'dense', ...ends }],
    };
  },
};

const resnetTirer: Preset = {
  flags: ['depth', 'alpha'],
  convention:
    'Tirer, Bruna, Giryes 2022 (arXiv:2009.10008): everything is trained, no factor 2 for relu, the first layer divides by the input dimension',
  build(flags, where) {
    const depth = readDepth(flags, where);
    const { alpha, text } = readBlockWeight(flags, depth, where);
    const block = residual(alpha, [{ kind: 'dense' }, { kind: 'relu' }, { kind: 'dense' }]);
    return {
      name: `resnet-tirer L=${depth} ${text}`,
      layers: [{ kind: 'dense' }, ...Array.from({ length: depth }, () => block), { kind: 'dense' }],
    };
  },
};

/** The presets by name: each only writes a description in the file format. */
export const PRESETS = { fc, resntk, 'resnet-tirer': resnetTirer } as const satisfies Readonly<Record<string, Preset>>;

/** Presets of the format that come with the image layers. */
export const IMAGE_PRESETS = ['cntk', 'rescntk'] as const;

const TABLE: Readonly<Record<string, Preset>> = PRESETS;

/** Whether `name` is a preset, also one that comes later. */
export function isPresetName(name: string): boolean {
  return Object.hasOwn(TABLE, name) || IMAGE_PRESETS.some((known) => known === name);
}

/** Whose convention a preset follows; null for anything that is not a preset. */
export function presetConvention(name: string): string | null {
  return Object.hasOwn(TABLE, name) ? TABLE[name].convention : null;
}

/**
 * The network of a preset, e.g. `presetArchitecture('fc', { depth: 3 })`.
 *
 * @throws UsageError for an unknown preset (with the nearest known one), a flag that it does not have, or a value out of its range
 */
export function presetArchitecture(name: string, flags: PresetFlags = {}): Architecture {
  if (!Object.hasOwn(TABLE, name)) throw unknownPreset(name);
  const preset = TABLE[name];
  refuseForeignFlags(flags, preset.flags, `preset ${name}`);
  return parseArchitecture({ format: ARCHITECTURE_FORMAT, ...preset.build(flags, name) });
}

function unknownPreset(name: string): UsageError {
  if (IMAGE_PRESETS.some((known) => known === name)) {
    return new UsageError(
      `--arch: must be a network of vectors, got ${name}. It is not supported yet: image layers follow; use ${Object.keys(PRESETS).join(', ')}.`,
    );
  }
  const near = nearest(name, [...Object.keys(PRESETS), ...IMAGE_PRESETS]);
  const guess = near === null ? '' : `Did you mean ${near}? `;
  return new UsageError(
    `--arch: must be a preset (${Object.keys(PRESETS).join(', ')}), a FILE.json or laplace:c, gamma:g,c, gaussian:s, got ${name === '' ? 'nothing' : name}. ${guess}\`ntk arch fc\` prints an example of a file.`,
  );
}
