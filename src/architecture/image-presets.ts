import {
  type PresetFlags,
  readBlockWeight,
  readChoice,
  readDepth,
  readFilter,
  readFirstFilter,
  readMyrtleDepth,
} from './preset-flags.js';

/** sqrt(2) as the file format has it: He's factor in the standard deviation of a weight. */
const HE = Math.SQRT2;

/** What the flags of an image preset say. */
interface Choices {
  readonly depth: number;
  /** Filters on every axis: of the first conv before a relu, and of the others. */
  readonly first: readonly number[];
  readonly filter: readonly number[];
  readonly padding: 'circular' | 'same' | 'valid';
  readonly head: 'eq' | 'tr' | 'gap';
  /** The end of the network's name. */
  readonly text: string;
}

function readChoices(flags: PresetFlags, where: string, rank: 1 | 2, defaultFirst: number | null): Choices {
  const depth = readDepth(flags, where);
  const q = readFilter(flags, where);
  const first = readFirstFilter(flags, defaultFirst ?? q, where);
  const padding = readChoice(flags, 'padding', ['circular', 'same', 'valid'], where);
  const head = readChoice(flags, 'head', ['eq', 'tr', 'gap'], where);
  const onEveryAxis = (size: number): readonly number[] => Array.from({ length: rank }, () => size);
  const text = `${padding} ${head} ${rank}-D`;
  return { depth, first: onEveryAxis(first), filter: onEveryAxis(q), padding, head, text };
}

function readout(head: Choices['head'], rank: 1 | 2): object {
  if (head === 'tr') return { kind: 'flatten' };
  return head === 'gap' ? { kind: 'globalAvgPool' } : { kind: 'pixel', at: Array.from({ length: rank }, () => 0) };
}

/** `cntk`: L x [conv(q, v), relu], readout, dense(1). */
export function cntkDraft(
  flags: PresetFlags,
  where: string,
  rank: 1 | 2,
): { readonly name: string; readonly layers: readonly object[] } {
  const { depth, first, filter, padding, head, text } = readChoices(flags, where, rank, null);
  const layers = Array.from({ length: depth }, (_, l) => [
    { kind: 'conv', filter: l === 0 ? first : filter, weightStd: HE, padding },
    { kind: 'relu' },
  ]);
  return {
    name: `cntk L=${depth} q=${filter[0]} first=${first[0]} ${text}`,
    layers: [...layers.flat(), readout(head, rank), { kind: 'dense' }],
  };
}

/**
 * `rescntk`: conv(1x1, 1), L x residual(a, [conv(q, 1), relu, conv(q, v)]), readout, dense(1); the first filter before
 * a relu is 1x1.
 */
export function rescntkDraft(
  flags: PresetFlags,
  where: string,
  rank: 1 | 2,
): { readonly name: string; readonly layers: readonly object[] } {
  const { depth, first, filter, padding, head, text } = readChoices(flags, where, rank, 1);
  const { alpha, text: weight } = readBlockWeight(flags, depth, where);
  const blocks = Array.from({ length: depth }, (_, l) => ({
    kind: 'residual',
    alpha,
    branch: [
      { kind: 'conv', filter: l === 0 ? first : filter, padding },
      { kind: 'relu' },
      { kind: 'conv', filter, weightStd: HE, padding },
    ],
  }));
  const start = { kind: 'conv', filter: filter.map(() => 1), padding };
  return {
    name: `rescntk L=${depth} q=${filter[0]} first=${first[0]} ${weight} ${text}`,
    layers: [start, ...blocks, readout(head, rank), { kind: 'dense' }],
  };
}

/** Convolutions of each block by depth; the dense layer at the end counts as well. */
const MYRTLE_BLOCKS = { 5: [2, 1, 1], 7: [2, 2, 2], 10: [3, 3, 3] } as const;

/** Times that the pools of `myrtle` halve an image: between its blocks, and at the end. */
const MYRTLE_HALVINGS = { between: 2, end: 3 } as const;

/** Sides of the images of `myrtle` are multiples of this, so that no pool leaves pixels out. */
export const MYRTLE_SIDE = 2 ** (MYRTLE_HALVINGS.between + MYRTLE_HALVINGS.end);

/**
 * `myrtle`: three blocks of [conv(3, v, same), relu], pools of 2 between them and three behind, flatten, dense(1).
 */
export function myrtleDraft(
  flags: PresetFlags,
  where: string,
  rank: 1 | 2,
): { readonly name: string; readonly layers: readonly object[] } {
  const depth = readMyrtleDepth(flags, where);
  const onEveryAxis = (size: number): readonly number[] => Array.from({ length: rank }, () => size);
  const pool = { kind: 'avgPool', window: onEveryAxis(2) };
  const conv = { kind: 'conv', filter: onEveryAxis(3), weightStd: HE, padding: 'same' };
  const blocks = MYRTLE_BLOCKS[depth].map((count, block) => [
    ...(block === 0 ? [] : [pool]),
    ...Array.from({ length: count }, () => [conv, { kind: 'relu' }]).flat(),
  ]);
  const end = Array.from({ length: MYRTLE_HALVINGS.end }, () => pool);
  return {
    name: `myrtle L=${depth} ${rank}-D`,
    layers: [...blocks.flat(), ...end, { kind: 'flatten' }, { kind: 'dense' }],
  };
}
