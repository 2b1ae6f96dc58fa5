import { checkInput, isImageNetwork } from '../architecture/check-input.js';
import { type InputShape, lower } from '../architecture/lower.js';
import { checkKind } from '../architecture/parse.js';
import { readAt } from '../architecture/read-at.js';
import type { Architecture, KernelDefinition } from '../architecture/types.js';
import { UsageError } from '../errors.js';
import { keepNeeded } from '../programme/needs.js';
import { valueShapes } from '../programme/shapes.js';
import type { Programme } from '../vocabulary/steps.js';
import { COMPUTE_DEFAULTS } from './defaults.js';
import { centreOf, wrappedAxes } from './receptive-field/centre.js';
import { leadingChange } from './receptive-field/propagate.js';
import { fieldShape } from './receptive-field/spread.js';

/** What to compute. */
export interface ReceptiveFieldOptions {
  /** Shape of one input: `[h, w, c]` of images, `[w, c]` of sequences. */
  readonly shape: readonly number[];
  /** Which kernel. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /**
   * The position that is read, in the last grid of positions. [that of the network's own pixel layer; the first one for
   * any other readout]
   */
  readonly at?: readonly number[];
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** 1 - K / K(1) ~ factor eps^exponent where all cosines are 1 - eps. */
export interface FieldDecay {
  /** 1 where the derivative is finite, less where it is not: 1/2 for the NTK of relu. */
  readonly exponent: number;
  /** 0 or Infinity where it is beyond a double. */
  readonly factor: number;
}

/** Which pixels of the input a kernel looks at. */
export interface ReceptiveField {
  /** Which kernel. */
  readonly kind: 'ntk' | 'nngp';
  /** Positions of the input, `[h, w]` or `[w]`. */
  readonly shape: readonly number[];
  /** The pixel of the input that the output stands over. */
  readonly at: readonly number[];
  /** The last grid of positions, those that are left at the readout. */
  readonly grid: readonly number[];
  /** The position that is read, in that grid. */
  readonly read: readonly number[];
  /** Axes on which windows reach round the end of the input. */
  readonly circular: readonly boolean[];
  /** Share of every pixel, in C order; they add up to 1. */
  readonly field: readonly number[];
  /** `exact`: of the derivative at t = 1. `leading`: it is infinite there, and this is the limit of its shares. */
  readonly derivative: 'exact' | 'leading';
  /** How the kernel leaves its value at t = 1. */
  readonly decay: FieldDecay;
  /** Standard deviation of the field on each axis, in pixels, about its mean. */
  readonly spread: readonly number[];
  /** Largest share. */
  readonly peak: number;
  /** Readouts that reading one position took the place of: `flatten`, `globalAvgPool`. */
  readonly replaced: readonly string[];
  /** What a reader should know. */
  readonly warnings: readonly string[];
}

const UNCORRELATED = 'Pools pair different positions, whose pixels count as uncorrelated here.';

const SHAPES = 'Give [h, w, c] of images or [w, c] of sequences.';

function inputShape(shape: readonly number[]): InputShape & { readonly positions: readonly number[] } {
  const fits = (shape.length === 2 || shape.length === 3) && shape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!fits) throw new UsageError(`shape: must hold 2 or 3 whole numbers >= 1, got [${shape.join(', ')}]. ${SHAPES}`);
  return { positions: shape.slice(0, -1), channels: shape[shape.length - 1] };
}

function requireImages(definition: KernelDefinition): Architecture {
  if (definition.format === 'ntk-architecture/1' && isImageNetwork(definition)) return definition;
  const what = definition.format === 'ntk-architecture/1' ? 'a network of vectors' : 'a function of the distance';
  throw new UsageError(
    `--arch: must be a network of images for a receptive field, got ${definition.name || 'a file'}, ${what}. Use ` +
      'cntk, rescntk or a file with a conv layer.',
  );
}

/** The grids that reach the layers that read one position. */
function gridsRead(programme: Programme): readonly (readonly number[])[] {
  const shapes = valueShapes(programme);
  return programme.steps.flatMap((step) => (step.op === 'pixel' ? [shapes[step.of]] : []));
}

function checkPosition(at: readonly number[], grids: readonly (readonly number[])[]): void {
  for (const grid of grids) {
    const fits = at.length === grid.length && at.every((p, a) => Number.isSafeInteger(p) && p >= 0 && p < grid[a]);
    if (fits) continue;
    const most = grid.map((n) => n - 1);
    throw new UsageError(
      `at: must lie inside the ${grid.join('x')} positions that are left at the readout, got [${at.join(', ')}]. ` +
        `Choose from ${grid.map(() => 0).join(',')} to ${most.join(',')}.`,
    );
  }
}

/** The network that reads position `at`, as a programme of one kernel. */
function pixelProgramme(
  network: Architecture,
  input: InputShape,
  kind: 'ntk' | 'nngp',
  at: readonly number[] | undefined,
): { readonly programme: Programme; readonly replaced: readonly string[] } {
  checkInput(network, input);
  checkKind(network, kind);
  const { definition, replaced } = readAt(network, null);
  const programme = keepNeeded(lower(definition, input, kind));
  if (at === undefined) return { programme, replaced };
  checkPosition(at, gridsRead(programme));
  return { programme: keepNeeded(lower(readAt(network, at).definition, input, kind)), replaced };
}

function withoutField(name: string, kind: 'ntk' | 'nngp', trained: boolean): UsageError {
  const what = name === '' ? 'the network' : name;
  if (!trained) {
    return new UsageError(
      `kind: must be nngp for ${what}, of which nothing is trained: its NTK is 0, got ${kind}. Give --kind nngp.`,
    );
  }
  return new UsageError(
    `--arch: must have a kernel that depends on its pixels, got ${what}, whose ${kind === 'ntk' ? 'NTK' : 'NNGP'} is ` +
      'the same for all of them. Look for a weightStd of 0.',
  );
}

function readPosition({ steps }: Programme): readonly number[] {
  const pixels = steps.flatMap((step) => (step.op === 'pixel' ? [step.at] : []));
  return pixels.at(-1) ?? [];
}

/**
 * The receptive field of the kernel of a network of images: share of each pixel i in d K / d t_i at t = 1, where t_i is
 * the cosine of pixel i of the one image and pixel i of the other, all pixels having norm 1.
 *
 * Where that derivative is infinite (NTK of relu), the limit of its shares at t = (1 - eps, ..., 1 - eps). The network
 * reads one position (head eq of Barzilai et al. 2022, arXiv:2211.14810); any other readout is replaced by that. Where
 * pools pair different positions, their pixels count as uncorrelated.
 *
 * @throws UsageError for a network of vectors, a position outside, and a kernel that no pixel changes
 * @throws ArchitectureError when the network does not fit the input or has no such kernel
 */
export function receptiveField(definition: KernelDefinition, options: ReceptiveFieldOptions): ReceptiveField {
  const { kind = COMPUTE_DEFAULTS.kind, at, signal } = options;
  const input = inputShape(options.shape);
  const network = requireImages(definition);
  const { programme, replaced } = pixelProgramme(network, input, kind, at);
  const output = programme[kind];
  if (output === null) throw withoutField(network.name, kind, false);
  const { power, logFactor, shares } = leadingChange(programme, output, signal);
  if (logFactor === -Infinity) throw withoutField(network.name, kind, true);
  const [centre, circular] = [centreOf(programme, output), wrappedAxes(programme)];
  const field = Array.from(shares);
  const { spread, warnings } = fieldShape(field, input.positions, centre, circular);
  const pools = programme.steps.some(({ op }) => op === 'pool') ? [UNCORRELATED] : [];
  return {
    kind,
    shape: input.positions,
    at: centre,
    grid: gridsRead(programme).at(-1) ?? [],
    read: readPosition(programme),
    circular,
    field,
    derivative: power === 1 ? 'exact' : 'leading',
    decay: { exponent: power, factor: Math.exp(logFactor) },
    spread,
    peak: field.reduce((a, b) => Math.max(a, b)),
    replaced,
    warnings: [...pools, ...warnings],
  };
}
