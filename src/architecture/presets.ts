import { UsageError } from '../errors.js';
import { cntkDraft, MYRTLE_SIDE, myrtleDraft, rescntkDraft } from './image-presets.js';
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
  /** Writes the description; networks of images for inputs of `rank` axes. */
  build(flags: PresetFlags, where: string, rank: 1 | 2): Draft;
  /** Whether it is a network of images. */
  readonly images?: true;
  /** What each side of its images is a multiple of, where its pools need that. */
  readonly side?: number;
}

function residual(alpha: number, branch: readonly object[]): object {
  return { kind: 'residual', alpha, branch };
}

const fc: Preset = {
  flags: ['depth', 'bias', 'biasInit'],
  convention:
    'Geifman, Yadav, Kasten, Galun, Jacobs, Basri 2020 (arXiv:2007.01580): no division by the input dimension, all ' +
    'weights and biases trained, biases initialised at zero (they enter only the NTK); --bias-init normal is that ' +
    'of Jacot et al. 2018',
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
    'Belfer, Geifman, Galun, Basri 2021 (arXiv:2104.03093), parameterised as in Huang, Wang, Tao, Zhao 2020 ' +
    '(arXiv:2002.06262): only the weights of the blocks are trained; --train all trains the two ends as well',
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
    'Tirer, Bruna, Giryes 2022 (arXiv:2009.10008): everything is trained, no factor 2 for relu, the first layer ' +
    'divides by the input dimension',
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

const IMAGE_FLAGS = ['depth', 'filter', 'firstFilter', 'padding', 'head'] as const;

const cntk: Preset = {
  flags: IMAGE_FLAGS,
  convention:
    'Geifman, Galun, Jacobs, Basri 2022 (arXiv:2203.09255) and Barzilai, Geifman, Galun, Basri 2022 ' +
    '(arXiv:2211.14810): circular padding, everything trained, the first layer divides by taps and channels; NNGP ' +
    '= CGPK; the CNTK of Arora et al. 2019 (arXiv:1904.11955) is --padding same up to its scale',
  build: cntkDraft,
  images: true,
};

const rescntk: Preset = {
  flags: [...IMAGE_FLAGS, 'alpha'],
  convention:
    'Barzilai, Geifman, Galun, Basri 2022 (arXiv:2211.14810): a 1x1 convolution, then blocks whose first ' +
    'nonlinearity is pixel-wise (--first-filter 1), circular padding, everything trained; NNGP = ResCGPK',
  build: rescntkDraft,
  images: true,
};

const myrtle: Preset = {
  flags: ['depth'],
  convention:
    'Shankar, Fang, Guo, Fridovich-Keil, Schmidt, Ragan-Kelley, Recht 2020 (arXiv:2003.02237): zero padding, means ' +
    'over 2x2 pixels, everything trained (theirs is the NNGP, --kind nngp); its pools halve the image five times, so ' +
    'sides are multiples of 32',
  build: myrtleDraft,
  images: true,
  side: MYRTLE_SIDE,
};

/** The presets by name: each only writes a description in the file format. */
export const PRESETS = { fc, resntk, 'resnet-tirer': resnetTirer, cntk, rescntk, myrtle } as const satisfies Readonly<
  Record<string, Preset>
>;

const TABLE: Readonly<Record<string, Preset>> = PRESETS;

/** Whether `name` is a preset. */
export function isPresetName(name: string): boolean {
  return Object.hasOwn(TABLE, name);
}

/** Whether `name` is a preset of images, whose filters have as many axes as the data. */
export function isImagePreset(name: string): boolean {
  return isPresetName(name) && TABLE[name].images === true;
}

/**
 * Refuses images `[n, h, w, c]` or sequences `[n, w, c]` whose sides the pools of a preset do not divide.
 *
 * @throws UsageError naming the sides that it takes
 */
export function checkPresetSides(name: string, shape: readonly number[]): void {
  const side = isPresetName(name) ? TABLE[name].side : undefined;
  const positions = shape.slice(1, -1);
  if (side === undefined || positions.every((size) => size % side === 0)) return;
  const least = positions.map(() => side).join('x');
  throw new UsageError(
    `--arch ${name}: images must have sides that are multiples of ${side}, since its pools halve them ` +
      `${Math.log2(side)} times, got ${positions.join('x')}. Give images of ${least}, or choose cntk or rescntk.`,
  );
}

/** Whose convention a preset follows; null for anything that is not a preset. */
export function presetConvention(name: string): string | null {
  return Object.hasOwn(TABLE, name) ? TABLE[name].convention : null;
}

/**
 * The network of a preset, e.g. `presetArchitecture('fc', { depth: 3 })`; one of images for inputs of `rank` axes (1:
 * sequences).
 *
 * @throws UsageError for an unknown preset (with the nearest known one), a flag that it does not have, or a value out
 * of its range
 * @throws ArchitectureError for flags that make no network, such as `rescntk` without padding
 */
export function presetArchitecture(name: string, flags: PresetFlags = {}, rank: 1 | 2 = 2): Architecture {
  if (!Object.hasOwn(TABLE, name)) throw unknownPreset(name);
  const preset = TABLE[name];
  refuseForeignFlags(flags, preset.flags, `preset ${name}`);
  return parseArchitecture({ format: ARCHITECTURE_FORMAT, ...preset.build(flags, name, rank) });
}

function unknownPreset(name: string): UsageError {
  const names = Object.keys(PRESETS);
  const near = nearest(name, names);
  const guess = near === null ? '' : `Did you mean ${near}? `;
  return new UsageError(
    `--arch: must be a preset (${names.join(', ')}), a FILE.json or laplace:c, gamma:g,c, gaussian:s, got ` +
      `${name === '' ? 'nothing' : name}. ${guess}\`ntk arch fc\` prints an example of a file.`,
  );
}
