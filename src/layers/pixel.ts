import { openAxesField } from './fields.js';
import { onePart } from './finite.js';
import { agreeOnRank, ONE_POSITION, positionsText, UNKNOWN_GRID } from './grid.js';
import { readout } from './readout.js';

/** Reads one position. */
export interface PixelLayer {
  readonly kind: 'pixel';
  /** The position, one number an axis from 0; null for the first. */
  readonly at: readonly number[] | null;
}

/**
 * S' = S(at, at), T' alike.
 *
 * Source: Geifman, Galun, Jacobs, Basri 2022 (2203.09255), the equivariant head (CGPK-EqNet).
 */
export const pixel = readout<PixelLayer>({
  kind: 'pixel',
  summary: 'reads one position',
  reference: 'Geifman, Galun, Jacobs, Basri 2022, arXiv:2203.09255, section 3',
  fields: { at: openAxesField(0, 'Leave it out for the first position.') },
  check({ at }, grid, context) {
    if (!agreeOnRank({ at }, grid, context).fits) return UNKNOWN_GRID;
    const { sizes } = grid;
    if (sizes === null || at === null || at.every((p, axis) => p < sizes[axis])) return ONE_POSITION;
    context.report(
      `${context.path}.at`,
      `must lie inside the ${positionsText(sizes)} that reach it, got [${at.join(', ')}]. Choose at most ` +
        `[${sizes.map((n) => n - 1).join(', ')}].`,
    );
    return ONE_POSITION;
  },
  finite({ at }, from, positions) {
    const position = (at ?? []).reduce((index, p, axis) => index * positions[axis] + p, 0);
    return onePart({ op: 'pixel', position, from, to: { ...from, positions: null } });
  },
  read: ({ at }, value, positions, { builder }) => builder.pixel(value, at ?? positions.map(() => 0)),
});
