import { type Padding, placeWindows } from '../vocabulary/windows.js';
import type { CheckContext, Grid } from './layer.js';

/** The positions of the data: `sizes` null while they are not known. */
export function dataGrid(sizes: readonly number[] | null): Grid {
  return { count: 'several', rank: sizes?.length ?? null, sizes, lost: [], gathered: 1 };
}

/** The one position that a readout leaves. */
export const ONE_POSITION: Grid = Object.freeze({ count: 'one', rank: null, sizes: null, lost: null, gathered: 1 });

/** Behind a layer with a problem of its own, so that nothing is reported twice. */
export const UNKNOWN_GRID: Grid = Object.freeze({
  count: 'unknown',
  rank: null,
  sizes: null,
  lost: null,
  gathered: null,
});

/** Sizes in words, `4x6 positions`. */
export function positionsText(sizes: readonly number[]): string {
  return `${sizes.join('x')} positions`;
}

/** Reports a layer of positions behind a readout; returns whether positions may be there. */
export function requirePositions(kind: string, { count }: Grid, context: CheckContext): boolean {
  if (count !== 'one') return true;
  context.report(
    context.path,
    `${kind} needs the positions of an image, got the one that a readout left. Move it before the readout, or ` +
      'leave it out.',
  );
  return false;
}

/**
 * The rank that lists of one number an axis agree on, or null when none is given. Reports those of another length than
 * the first or the grid.
 *
 * Null entries of `lists` are defaults, which fit any rank.
 */
export function agreeOnRank(
  lists: Readonly<Record<string, readonly number[] | null>>,
  grid: Grid,
  context: CheckContext,
): { readonly rank: number | null; readonly fits: boolean } {
  const given = Object.entries(lists).flatMap(([name, list]) => (list === null ? [] : [{ name, list }]));
  // A list that could not be read stands here empty, and was reported.
  const rank = grid.rank ?? given.find(({ list }) => list.length > 0)?.list.length ?? null;
  const misfits = given.filter(({ list }) => list.length !== rank);
  for (const { name, list } of misfits) {
    if (list.length === 0) continue;
    const sizes = Array.from({ length: rank ?? 0 }, () => list[0]);
    const images = rank === 1 && list.length === 2 ? ', or read grey images [n, h, w] with --image HxWx1' : '';
    context.report(
      `${context.path}.${name}`,
      `must hold one number for ${rank === 1 ? 'the 1 axis' : `each of the ${rank} axes`} of its input, got ` +
        `[${list.join(', ')}]. Write e.g. [${sizes.join(', ')}]${images}.`,
    );
  }
  return { rank, fits: misfits.length === 0 };
}

/** Windows that a layer slides over the grid. */
export interface Sliding {
  /** Name of the field that holds the sizes of a window, for messages. */
  readonly field: string;
  readonly window: readonly number[];
  /** Null for 1 on every axis. */
  readonly stride: readonly number[] | null;
  readonly padding: Padding;
}

/** 1 on every axis, where a layer gives no stride. */
export function strideOf(stride: readonly number[] | null, { length }: readonly number[]): readonly number[] {
  return stride ?? Array.from({ length }, () => 1);
}

function lostTo({ window, stride, padding }: Sliding, { lost }: Grid): readonly number[] | null {
  if (lost === null || strideOf(stride, window).some((s) => s !== 1)) return null;
  return padding === 'valid' ? window.map((q, axis) => (lost[axis] ?? 0) + q - 1) : lost;
}

/**
 * The grid behind sliding windows; reports lists of the wrong rank, and a window that is larger than the image without
 * padding.
 */
export function slide(grid: Grid, sliding: Sliding, context: CheckContext): Grid {
  const { field, window, stride, padding } = sliding;
  const { rank, fits } = agreeOnRank({ [field]: window, stride }, grid, context);
  if (!fits || grid.count === 'unknown') return UNKNOWN_GRID;
  const lost = lostTo(sliding, grid);
  if (grid.sizes === null) return { ...grid, rank, lost };
  const windows = placeWindows(grid.sizes, window, strideOf(stride, window), padding);
  if (windows !== null) return { ...grid, rank, lost, sizes: windows.to };
  const remedy = field === 'filter' ? 'a smaller one, or "padding": "circular" or "same"' : 'a smaller one';
  context.report(
    `${context.path}.${field}`,
    `must fit into the ${positionsText(grid.sizes)} that reach it, got [${window.join(', ')}]. Choose ${remedy}.`,
  );
  return UNKNOWN_GRID;
}

function gridText({ count, sizes, lost }: Grid): string {
  if (count === 'one') return 'one position';
  if (sizes !== null) return positionsText(sizes);
  return lost === null || lost.every((n) => n === 0) ? 'the whole image' : `an image smaller by ${lost.join(' and ')}`;
}

function differ(a: Grid, b: Grid): boolean {
  if (a.count !== b.count) return true;
  if (a.rank !== null && b.rank !== null && a.rank !== b.rank) return true;
  if (a.sizes !== null && b.sizes !== null) return a.sizes.some((n, axis) => n !== b.sizes?.[axis]);
  if (a.lost === null || b.lost === null) return false;
  const [first, second] = [a.lost, b.lost];
  return [0, 1].some((axis) => (first[axis] ?? 0) !== (second[axis] ?? 0));
}

/** The grid of a sum of two paths; reports paths of different shapes. */
export function sumGrid(branch: Grid, skip: Grid, context: CheckContext): Grid {
  if (branch.count === 'unknown' || skip.count === 'unknown') return UNKNOWN_GRID;
  if (differ(branch, skip)) {
    const ranks = branch.rank !== null && skip.rank !== null && branch.rank !== skip.rank;
    const got = ranks ? `${branch.rank} and ${skip.rank} axes` : `${gridText(branch)} and ${gridText(skip)}`;
    context.report(
      context.path,
      `branch and skip must have the same shape, got ${got}. Use "padding": "circular" or "same" in the branch, or ` +
        'give the skip windows and strides of the same effect.',
    );
    return UNKNOWN_GRID;
  }
  return { ...skip, rank: skip.rank ?? branch.rank };
}
