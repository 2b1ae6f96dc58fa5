/** Cells whose windows lie side by side: cell i of the segment reads what cell 0 reads, i cells on. */
export interface Segment {
  readonly first: number;
  readonly cells: number;
  /** First cell that each row of taps of the first window reads; empty where windows do not lie side by side. */
  readonly rows: readonly number[];
}

/** Windows worth a run of their own. */
const SHORTEST = 3;

/** Whether the taps of a window lie inside the images, in rows of three neighbours. */
function liesInRows(table: Int32Array, at: number, taps: number, outside: number): boolean {
  for (let k = 0; k < taps; k += 3) {
    if (table[at + k + 2] >= outside) return false;
    if (table[at + k + 1] !== table[at + k] + 1 || table[at + k + 2] !== table[at + k] + 2) return false;
  }
  return true;
}

/** How many cells from `first` on read one cell further each. */
function runLength(table: Int32Array, first: number, taps: number, outside: number): number {
  const cells = table.length / taps;
  let end = first + 1;
  for (; end < cells; end++) {
    const at = end * taps;
    for (let k = 0; k < taps; k++) {
      if (table[at + k] !== table[at + k - taps] + 1 || table[at + k] >= outside) return end - first;
    }
  }
  return end - first;
}

/**
 * Splits the windows of a table `[cells, taps]` with rows of `columns` taps into segments, in order; only 3 and 3 x 3 taps have runs.
 *
 * Cells from `outside` on lie outside an image.
 */
export function segmentsOf(table: Int32Array, taps: number, columns: number, outside: number): readonly Segment[] {
  const cells = table.length / taps;
  if (columns !== 3 || (taps !== 3 && taps !== 9)) return [{ first: 0, cells, rows: [] }];
  const segments: Segment[] = [];
  let loose = 0;
  const close = (end: number): void => {
    if (end > loose) segments.push({ first: loose, cells: end - loose, rows: [] });
  };
  for (let c = 0; c < cells; ) {
    const run = liesInRows(table, c * taps, taps, outside) ? runLength(table, c, taps, outside) : 1;
    if (run >= SHORTEST) {
      close(c);
      const rows = Array.from({ length: taps / 3 }, (_, r) => table[c * taps + 3 * r]);
      segments.push({ first: c, cells: run, rows });
      loose = c + run;
    }
    c += run;
  }
  close(cells);
  return segments;
}
