/**
 * PositionPairs whose windows lie side by side: position pair i of the segment reads what position pair 0 reads, i
 * position pairs on.
 */
export interface Segment {
  readonly first: number;
  readonly positionPairs: number;
  /**
   * First position pair that each row of taps of the first window reads; empty where windows do not lie side by side.
   */
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

/** How many position pairs from `first` on read one position pair further each. */
function runLength(table: Int32Array, first: number, taps: number, outside: number): number {
  const positionPairs = table.length / taps;
  let end = first + 1;
  for (; end < positionPairs; end++) {
    const at = end * taps;
    for (let k = 0; k < taps; k++) {
      if (table[at + k] !== table[at + k - taps] + 1 || table[at + k] >= outside) return end - first;
    }
  }
  return end - first;
}

/**
 * Splits the windows of a table `[position pairs, taps]` with rows of `columns` taps into segments, in order; only 3
 * and 3 x 3 taps have runs.
 *
 * PositionPairs from `outside` on lie outside an image.
 */
export function segmentsOf(table: Int32Array, taps: number, columns: number, outside: number): readonly Segment[] {
  const positionPairs = table.length / taps;
  if (columns !== 3 || (taps !== 3 && taps !== 9)) return [{ first: 0, positionPairs, rows: [] }];
  const segments: Segment[] = [];
  let loose = 0;
  const close = (end: number): void => {
    if (end > loose) segments.push({ first: loose, positionPairs: end - loose, rows: [] });
  };
  for (let c = 0; c < positionPairs; ) {
    const run = liesInRows(table, c * taps, taps, outside) ? runLength(table, c, taps, outside) : 1;
    if (run >= SHORTEST) {
      close(c);
      const rows = Array.from({ length: taps / 3 }, (_, r) => table[c * taps + 3 * r]);
      segments.push({ first: c, positionPairs: run, rows });
      loose = c + run;
    }
    c += run;
  }
  close(positionPairs);
  return segments;
}
