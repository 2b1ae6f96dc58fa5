import type { Output } from '../backend/tasks.js';
import type { TileData, TileRange } from '../backend/tile.js';
import { RandomSource } from '../linalg/random.js';
import type { Extent } from './tiles.js';

/** An entry of a kernel matrix. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** An entry with the values that were computed for it, of each kernel: the same one, wherever it was read. */
export interface Sample extends Place {
  readonly values: Readonly<Partial<Record<Output, readonly number[]>>>;
}

/**
 * Sizes of inputs by number, such that K over those of its two inputs is the larger the nearer they are: sqrt(K(x,x))
 * where it is known, else norms.
 */
export interface Sizes {
  /** Of input `i` of x. */
  x(i: number): number;
  /** Of input `j` of z. */
  z(j: number): number;
}

/** The nearest pair of different inputs that was seen; of several the first in the order of the matrix. */
export class Nearest {
  readonly #sizes: Sizes;
  readonly #symmetric: boolean;
  #place: Place | null = null;
  #cosine = -Infinity;

  constructor(sizes: Sizes, symmetric: boolean) {
    this.#sizes = sizes;
    this.#symmetric = symmetric;
  }

  /** Null where none was seen. */
  get place(): Place | null {
    return this.#place;
  }

  /** Looks at a block of entries `[rows, stride]`. */
  look({ row, rows, column, columns }: TileRange, { values, stride }: Pick<TileData, 'values' | 'stride'>): void {
    const sizes = Float64Array.from({ length: columns }, (_, j) => this.#sizes.z(column + j));
    let [place, largest]: [Place | null, number] = [null, -Infinity];
    for (let i = 0; i < rows; i++) {
      const size = this.#sizes.x(row + i);
      for (let j = 0; j < columns; j++) {
        const cosine = values[i * stride + j] / (size * sizes[j]);
        if (!(cosine > largest) || (this.#symmetric && row + i === column + j)) continue;
        largest = cosine;
        place = { row: row + i, column: column + j };
      }
    }
    // Tiles pass in any order: which of two equal pairs is taken must not depend on it.
    const isBefore = place !== null && (this.#place === null || compare(place, this.#place) < 0);
    if (largest > this.#cosine || (largest === this.#cosine && isBefore))
      [this.#place, this.#cosine] = [place, largest];
  }
}

function compare(a: Place, b: Place): number {
  return a.row - b.row || a.column - b.column;
}

/** Whether a place lies in a block. */
function isIn({ row, column }: Place, range: TileRange): boolean {
  const [i, j] = [row - range.row, column - range.column];
  return i >= 0 && i < range.rows && j >= 0 && j < range.columns;
}

/** Entries of a tile that are looked at for the nearest pair: what costs nothing beside a run. */
const LOOKED_AT = 2 ** 16;

/** Draws whole numbers below a bound; the same for the same extent. */
export type Draw = (bound: number) => number;

/** A source of numbers for the samples of a matrix. */
export function drawFor({ rows, columns }: Extent): Draw {
  const random = new RandomSource(rows, `recomputed ${columns}`);
  return (bound) => Math.floor(random.uniform() * bound);
}

/** The tile of side `size` that starts there. */
function tileAt({ rows, columns }: Extent, size: number, row: number, column: number): TileRange {
  return { row, rows: Math.min(size, rows - row), column, columns: Math.min(size, columns - column) };
}

/**
 * The first tile, a random one and the last; of a symmetric matrix, whose first and last tile lie on the diagonal, a
 * random one off it.
 */
function chosenTiles(extent: Extent, size: number, draw: Draw): readonly [TileRange, TileRange, TileRange] {
  const [across, along] = [Math.ceil(extent.rows / size), Math.ceil(extent.columns / size)];
  const a = draw(across);
  const b = extent.symmetric && along > 1 ? (a + 1 + draw(along - 1)) % along : draw(along);
  const [row, column] = extent.symmetric ? [Math.min(a, b), Math.max(a, b)] : [a, b];
  return [
    tileAt(extent, size, 0, 0),
    tileAt(extent, size, row * size, column * size),
    tileAt(extent, size, (across - 1) * size, (along - 1) * size),
  ];
}

/** An entry of a tile, off the diagonal of a symmetric matrix where the tile has more than that. */
function drawIn({ row, rows, column, columns }: TileRange, symmetric: boolean, draw: Draw): Place {
  const [i, j] = [row + draw(rows), draw(columns)];
  const isDiagonal = symmetric && column + j === i;
  return { row: i, column: column + ((isDiagonal ? j + 1 : j) % columns) };
}

/**
 * The last entry of a tile, that before it on the diagonal of a symmetric matrix: where remainders of strips and lanes
 * lie.
 */
function corner({ row, rows, column, columns }: TileRange, symmetric: boolean): Place {
  const [i, j] = [row + rows - 1, column + columns - 1];
  return symmetric && i === j && columns > 1 ? { row: i, column: j - 1 } : { row: i, column: j };
}

interface Kept extends Place {
  readonly values: Partial<Record<Output, number[]>>;
}

/**
 * Some entries of a kernel, kept as its tiles pass: random ones and the last of the first tile, of the last and of a
 * random one; one on the diagonal; and the nearest pair of these tiles.
 *
 * Which ones depends on the size of the matrix and of its tiles alone, but for the nearest pair.
 */
export class Samples {
  readonly #places: readonly Place[];
  readonly #looked: readonly TileRange[];
  readonly #nearest: Nearest;
  readonly #kept = new Map<string, Kept>();
  readonly #output: Output;
  readonly #symmetric: boolean;

  constructor(extent: Extent, size: number, outputs: readonly Output[], sizes: Sizes) {
    const draw = drawFor(extent);
    const { symmetric } = extent;
    const [first, random, last] = chosenTiles(extent, size, draw);
    const within = (tile: TileRange): Place => drawIn(tile, symmetric, draw);
    const own = draw(extent.rows);
    [this.#output] = outputs;
    this.#symmetric = symmetric;
    this.#places = [
      within(random),
      ...(symmetric ? [{ row: own, column: own }] : []),
      corner(last, symmetric),
      within(first),
      within(last),
      corner(random, symmetric),
    ];
    this.#looked = [first, random, last];
    this.#nearest = new Nearest(sizes, symmetric);
  }

  /** Keeps what it wants of a finished tile. */
  pass(output: Output, range: TileRange, data: TileData): void {
    // The pair is chosen by the first kernel, which is read first; no later tile of another pair takes it from the
    // second.
    if (
      output === this.#output &&
      this.#looked.some(({ row, column }) => row === range.row && column === range.column)
    ) {
      this.#nearest.look({ ...range, rows: Math.min(range.rows, Math.ceil(LOOKED_AT / range.columns)) }, data);
    }
    for (const place of this.#wanted()) if (isIn(place, range)) this.#keep(output, range, data, place);
  }

  /**
   * What was kept, the most telling first: where time is short, the first of them are computed again.
   *
   * With `stored`, which reads the result, the values at their places there stand beside those that passed.
   */
  found(stored: ((output: Output, row: number, column: number) => number) | undefined): readonly Sample[] {
    const names = [...new Set(this.#wanted().map(nameOf))];
    const kept = names.flatMap((name) => this.#kept.get(name) ?? []);
    if (stored === undefined) return kept;
    for (const { row, column, values } of kept) {
      for (const [output, passed] of entriesOf(values)) {
        passed.push(stored(output, row, column));
        if (this.#symmetric) passed.push(stored(output, column, row));
      }
    }
    return kept;
  }

  #wanted(): readonly Place[] {
    const [first, ...others] = this.#places;
    const nearest = this.#nearest.place;
    return nearest === null ? this.#places : [first, nearest, ...others];
  }

  #keep(output: Output, { row, column }: TileRange, data: TileData, place: Place): void {
    const name = nameOf(place);
    const kept = this.#kept.get(name) ?? { row: place.row, column: place.column, values: {} };
    this.#kept.set(name, kept);
    const [i, j] = [place.row - row, place.column - column];
    const values = [data.values[i * data.stride + j]];
    // Its mirror image goes to its own place in the result.
    if (data.transposed !== null) values.push(data.transposed[j * data.transposedStride + i]);
    kept.values[output] = values;
  }
}

function entriesOf(values: Kept['values']): readonly (readonly [Output, number[]])[] {
  return (['ntk', 'nngp'] as const).flatMap((output) => {
    const passed = values[output];
    return passed === undefined ? [] : [[output, passed] as const];
  });
}

const nameOf = ({ row, column }: Place): string => `${row},${column}`;
