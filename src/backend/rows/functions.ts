/**
 * What the code of a backend does for tiles of one job, in the memory that the job has laid out; all addresses are
 * bytes of it, strides and lengths elements.
 */
export interface RowFunctions {
  /** Rows of x in a packed panel, and rows of z in one: whole vectors. */
  readonly panels: readonly [number, number];
  /** Packs `count` rows into panels of `width` rows; rows up to `padded` are zeros. */
  pack(
    src: number,
    stride: number,
    count: number,
    padded: number,
    first: number,
    depth: number,
    dst: number,
    width: number,
  ): void;
  /** C (+)= A B' of packed panels; with `upper`, blocks below the diagonal may be left out. */
  multiply(
    a: number,
    b: number,
    rows: number,
    columns: number,
    depth: number,
    c: number,
    stride: number,
    add: boolean,
    upper: boolean,
  ): void;
  /** Turns inner products into signed cosine distances; lists those of near-duplicate pairs, and returns how many. */
  signedDistances(
    c: number,
    stride: number,
    rows: number,
    columns: number,
    threshold: number,
    list: number,
    upper: boolean,
  ): number;
  /** Runs the body on the signed cosine distances in the first of `results`, and leaves its outputs in all of them. */
  body(rows: number, columns: number, results: readonly number[], upper: boolean): void;
  /** Copies what is above the diagonal to below it. */
  mirror(c: number, stride: number, n: number): void;
  /** Writes the transpose. */
  transpose(c: number, stride: number, rows: number, columns: number, dst: number, dstStride: number): void;
  /** Products of a tile with `VECTORS` vectors of doubles, and with `both` of its transpose. */
  vectors(
    c: number,
    stride: number,
    rows: number,
    columns: number,
    across: number,
    along: number,
    forRows: number,
    forColumns: number,
    length: number,
    both: boolean,
  ): void;
}
