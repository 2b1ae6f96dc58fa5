import type { FloatArray, Precision } from '../../data/array.js';
import type { NativeLibrary } from '../../platform/native-library.js';
import type { RadialStep } from '../../programme/radial.js';
import { nativeProduct } from '../native-product.js';
import { nearDistance, radialAt } from '../near-duplicates.js';
import type { TileRange, TileSums, VectorBlock } from '../tile.js';
import type { RowFunctions } from './functions.js';
import type { Layout } from './layout.js';
import { multiplyTile } from './vectors.js';

/** Rows of one operand as a worker sees them; all arrays lie in shared memory. */
export interface SharedRows {
  readonly data: FloatArray;
  readonly unit: FloatArray;
  readonly norms: Float64Array;
  readonly rows: number;
  /** Factor columns `[columns, n]`. */
  readonly columns: FloatArray;
}

/** Everything that computes tiles of one job; it can be sent to a thread. */
export interface TileJob {
  readonly precision: Precision;
  /** 1 - |u| below which a pair is near. */
  readonly threshold: number;
  readonly features: number;
  readonly outputs: number;
  readonly symmetric: boolean;
  /** Takes near-duplicate pairs from their rows to their entries; null for a network. */
  readonly radial: RadialStep | null;
  readonly x: SharedRows;
  readonly z: SharedRows;
  /** Columns of factors that the body reads. */
  readonly columnCount: number;
  readonly tables: readonly FloatArray[];
  readonly layout: Layout;
  /** Where the BLAS lies that computes inner products; null: the product of the backend. */
  readonly native: readonly string[] | null;
}

/** One tile to compute. */
export interface TileRequest {
  readonly range: TileRange;
  /** Result set to use, 0 or 1. */
  readonly set: number;
  readonly transposed: boolean;
  /** Leaves the body out, for benchmarks. */
  readonly productOnly: boolean;
  /** Vectors to multiply output number `output` with; null: the tile itself is wanted. */
  readonly multiply: { readonly output: number; readonly vectors: VectorBlock } | null;
}

/** What comes of a request, beside the tile. */
export interface TileAnswer {
  /** Near-duplicate pairs that were redone. */
  readonly near: number;
  readonly sums: TileSums | null;
}

const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** The functions of a backend with their memory: computes tiles, one after the other. */
export class TileEngine {
  readonly memory: WebAssembly.Memory;
  readonly #job: TileJob;
  readonly #functions: RowFunctions;
  readonly #elements: FloatArray;
  readonly #native: NativeLibrary | null;

  /** `native` is the library of `job.native`, loaded on this thread. */
  constructor(functions: RowFunctions, memory: WebAssembly.Memory, job: TileJob, native: NativeLibrary | null) {
    this.memory = memory;
    this.#native = native;
    this.#job = job;
    this.#functions = functions;
    this.#elements = job.precision === 'f64' ? new Float64Array(memory.buffer) : new Float32Array(memory.buffer);
    const bytes = new Uint8Array(memory.buffer);
    job.tables.forEach((table, k) => {
      bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), job.layout.tables[k]);
    });
  }

  /** Does what is asked. */
  answer({ range, set, transposed, productOnly, multiply }: TileRequest): TileAnswer {
    if (productOnly) {
      this.#product(range, this.#job.layout.results[set][0], this.#job.symmetric && range.row === range.column);
      return { near: 0, sums: null };
    }
    const near = this.#compute(range, set, transposed);
    if (multiply === null) return { near, sums: null };
    const { layout } = this.#job;
    const tile = layout.results[set][multiply.output];
    return { near, sums: multiplyTile(this.#functions, this.memory, layout, tile, range, multiply.vectors) };
  }

  /** Computes a tile into result set `set` (0 or 1); returns the number of near-duplicate pairs that were redone. */
  #compute(range: TileRange, set: number, transposed: boolean): number {
    const { layout, symmetric, outputs } = this.#job;
    const upper = symmetric && range.row === range.column && range.rows === range.columns;
    const results = layout.results[set];
    this.#product(range, results[0], upper);
    const { found, near } = this.#source(range, results[0], upper);
    this.#body(range, results, upper);
    this.#nearRadial(range, results, found);
    for (let k = 0; k < outputs; k++) {
      if (upper) this.#functions.mirror(results[k], layout.stride, range.rows);
      if (transposed) {
        this.#functions.transpose(
          results[k],
          layout.stride,
          range.rows,
          range.columns,
          layout.transposed[set][k],
          layout.stride,
        );
      }
    }
    return near;
  }

  #product(range: TileRange, c: number, upper: boolean): void {
    if (this.#native === null) this.#builtInProduct(range, c, upper);
    else this.#nativeProduct(this.#native, range, c);
  }

  /** Inner products by a BLAS, which reads the unit rows where they are and writes into the memory of the module. */
  #nativeProduct(library: NativeLibrary, { row, rows, column, columns }: TileRange, c: number): void {
    const { features, layout, precision, x, z } = this.#job;
    const { stride } = layout;
    const base = c / this.#elements.BYTES_PER_ELEMENT;
    const target = this.#elements.subarray(base, base + rows * stride);
    const block = (unit: FloatArray, first: number, count: number): FloatArray => {
      const part = unit.subarray(first * features, (first + count) * features);
      // Deep bodies run in double precision on rows that are singles.
      return precision === 'f64' && part instanceof Float32Array ? Float64Array.from(part) : part;
    };
    const a = block(x.unit, row, rows);
    const b = block(z.unit, column, columns);
    // One tile a thread: threads of the library's own would wait for each other whenever something else runs.
    library.setThreads(1);
    nativeProduct(library, a, b, { rows, columns, depth: features, stride }, target);
    // The body reads whole vectors.
    const padded = roundUp(columns, this.#functions.panels[1]);
    if (padded > columns) for (let i = 0; i < rows; i++) target.fill(0, i * stride + columns, i * stride + padded);
  }

  /** Inner products of unit rows, pass by pass over the features. */
  #builtInProduct(range: TileRange, c: number, upper: boolean): void {
    const { features, layout, x, z } = this.#job;
    const [panelX, panelZ] = this.#functions.panels;
    const rows = roundUp(range.rows, panelX);
    const columns = roundUp(range.columns, panelZ);
    for (let first = 0; first < features; first += layout.depth) {
      const depth = Math.min(layout.depth, features - first);
      this.#pack(x, range.row, range.rows, rows, first, depth, layout.rawX, layout.packedX, panelX);
      this.#pack(z, range.column, range.columns, columns, first, depth, layout.rawZ, layout.packedZ, panelZ);
      this.#functions.multiply(
        layout.packedX,
        layout.packedZ,
        rows,
        columns,
        depth,
        c,
        layout.stride,
        first > 0,
        upper,
      );
    }
  }

  #pack(
    from: SharedRows,
    row: number,
    rows: number,
    padded: number,
    first: number,
    depth: number,
    raw: number,
    packed: number,
    width: number,
  ): void {
    const { features } = this.#job;
    const base = raw / this.#elements.BYTES_PER_ELEMENT;
    if (depth === features) this.#elements.set(from.unit.subarray(row * features, (row + rows) * features), base);
    else {
      for (let i = 0; i < rows; i++) {
        const at = (row + i) * features + first;
        this.#elements.set(from.unit.subarray(at, at + depth), base + i * depth);
      }
    }
    this.#functions.pack(raw, depth, rows, padded, 0, depth, packed, width);
  }

  /** Signed cosine distances in place of the inner products; near-duplicate pairs from the difference of their rows. */
  #source(range: TileRange, c: number, upper: boolean): { readonly found: number; readonly near: number } {
    const { layout, threshold, features, x, z, symmetric, radial } = this.#job;
    const found = this.#functions.signedDistances(
      c,
      layout.stride,
      range.rows,
      range.columns,
      threshold,
      layout.list,
      upper,
    );
    const list = new Int32Array(this.memory.buffer, layout.list, found);
    const base = c / this.#elements.BYTES_PER_ELEMENT;
    let diagonal = 0;
    for (const position of list) {
      const i = range.row + Math.floor(position / layout.stride);
      const j = range.column + (position % layout.stride);
      const at = base + position;
      if (symmetric && i === j) {
        this.#elements[at] = 0;
        diagonal += 1;
        continue;
      }
      if (radial !== null) continue;
      const negative = this.#elements[at] < 0 || Object.is(this.#elements[at], -0);
      this.#elements[at] = nearDistance(
        x.data,
        i * features,
        x.norms[i],
        z.data,
        j * features,
        z.norms[j],
        features,
        negative,
      );
    }
    return { found, near: found - diagonal };
  }

  /** Of a radial kernel, the entries of near-duplicate pairs straight from their rows; of all outputs alike. */
  #nearRadial(range: TileRange, results: readonly number[], found: number): void {
    const { layout, radial, features, x, z } = this.#job;
    if (radial === null) return;
    for (const position of new Int32Array(this.memory.buffer, layout.list, found)) {
      const i = range.row + Math.floor(position / layout.stride);
      const j = range.column + (position % layout.stride);
      const entry = radialAt(radial, x.data, i * features, z.data, j * features, features);
      for (const result of results) this.#elements[result / this.#elements.BYTES_PER_ELEMENT + position] = entry;
    }
  }

  #body(range: TileRange, results: readonly number[], upper: boolean): void {
    const { layout, x, z } = this.#job;
    this.#columns(x, range.row, range.rows, layout.columnsX);
    this.#columns(z, range.column, range.columns, layout.columnsZ);
    this.#functions.body(range.rows, roundUp(range.columns, this.#functions.panels[1]), results, upper);
  }

  #columns(from: SharedRows, row: number, rows: number, address: number): void {
    const { columnCount, layout } = this.#job;
    const base = address / this.#elements.BYTES_PER_ELEMENT;
    for (let c = 0; c < columnCount; c++) {
      const at = c * from.rows + row;
      this.#elements.set(from.columns.subarray(at, at + rows), base + c * layout.stride);
    }
  }
}
