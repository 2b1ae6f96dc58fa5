import type { KeyEntry, Point, Series } from '../../charts/chart.js';
import { stylesOf } from '../styles.js';

/** Share of the distance between two places over which the marks of all widths are spread. */
const SPREAD = 0.72;
const SIZE = 0.8;
/** Widths that are drawn where each has a mark of its own at every place: more would hide one another. */
const MOST = 5;

/** The widths of a figure that has a mark for each of them at every place. */
export interface WidthMarks {
  /** Of every width, for tables. */
  readonly all: readonly Series[];
  /** Those that are drawn. */
  readonly drawn: readonly Series[];
  /** What each of these looks like; only the first says that it is a width. */
  readonly key: readonly KeyEntry[];
  /** What the reader has to know where some are left out; else empty. */
  readonly note: string;
}

/** Indices of the widths that are drawn: evenly spread, the smallest and the largest among them. */
function drawnOf(count: number): readonly number[] {
  const shown = Math.min(count, MOST);
  return Array.from({ length: shown }, (_, k) => Math.round((k * (count - 1)) / Math.max(1, shown - 1)));
}

/**
 * Marks of each width, from light to dark; `pointsOf` gives those of width `w`, which stand `aside` of their places so
 * that widths do not hide one another.
 */
export function widthMarks(
  widths: readonly number[],
  pointsOf: (w: number, aside: number) => readonly Point[],
): WidthMarks {
  const drawn = drawnOf(widths.length);
  const styles = stylesOf(widths.map(() => 'width'));
  const all = widths.map(
    (width, w): Series => ({
      name: `width ${width}`,
      labelled: false,
      ...styles[w],
      dash: null,
      joined: false,
      hollow: false,
      size: SIZE,
      points: pointsOf(w, (SPREAD * (drawn.indexOf(w) - (drawn.length - 1) / 2)) / drawn.length),
    }),
  );
  return {
    all,
    drawn: drawn.map((w) => all[w]),
    key: drawn.map((w, k) => ({ text: `${k === 0 ? 'width ' : ''}${widths[w]}`, size: SIZE, ...styles[w] })),
    note: drawn.length < widths.length ? ` ${MOST} of the ${widths.length} widths are drawn; the table has all.` : '',
  };
}
