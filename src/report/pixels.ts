/** Numbers of pixels as a list, or of an image as rows. */
export type Nested = readonly number[] | readonly (readonly number[])[];

/** Numbers in C order as a record has them: a list for one axis, rows for two. */
export function nested(values: readonly number[], shape: readonly number[]): Nested {
  if (shape.length < 2) return values;
  const [height, width] = shape;
  return Array.from({ length: height }, (_, y) => values.slice(y * width, (y + 1) * width));
}

/** Rows of pixels, one of them for a sequence. */
export function pixelRows(values: Nested): readonly (readonly number[])[] {
  const [first] = values;
  return (typeof first === 'number' ? [values] : values) as readonly (readonly number[])[];
}

/** Where the pixels of an axis lie from the one that is read, in the order in which they are drawn. */
export interface AxisOffsets {
  /** Offsets, ascending. */
  readonly offsets: readonly number[];
  /** The pixel at each of them. */
  readonly pixels: readonly number[];
}

/** Offsets from pixel `at` on an axis of `n`: round the end those nearest to 0, so that it stands in the middle. */
export function axisOffsets(n: number, at: number, circular: boolean): AxisOffsets {
  const first = circular ? -Math.floor((n - 1) / 2) : -at;
  const offsets = Array.from({ length: n }, (_, k) => first + k);
  return { offsets, pixels: offsets.map((offset) => (((at + offset) % n) + n) % n) };
}

/** A field as it is drawn: rows and columns by their offsets from the pixel read; one row for a sequence. */
export interface CentredField {
  /** Offsets of the rows; a single 0 for a sequence. */
  readonly rows: AxisOffsets;
  readonly columns: AxisOffsets;
  /** `[rows][columns]` */
  readonly cells: readonly (readonly number[])[];
}

/** A field around the pixel read. */
export function centred(values: Nested, at: readonly number[], circular: readonly boolean[]): CentredField {
  const lines = pixelRows(values);
  const rows = at.length < 2 ? axisOffsets(1, 0, false) : axisOffsets(lines.length, at[0], circular[0]);
  const last = at.length - 1;
  const columns = axisOffsets(lines[0].length, at[last], circular[last]);
  return { rows, columns, cells: rows.pixels.map((y) => columns.pixels.map((x) => lines[y][x])) };
}

/** Shares of the columns, or of the rows, of a field. */
export function alongAxis({ cells }: Pick<CentredField, 'cells'>, axis: 'rows' | 'columns'): readonly number[] {
  if (axis === 'rows') return cells.map((row) => row.reduce((a, b) => a + b, 0));
  return cells[0].map((_, x) => cells.reduce((sum, row) => sum + row[x], 0));
}
