import { compileModule, instantiate, type Kernels } from '../../../kernels/host/module.js';
import { createMemory } from '../../backend/tile-memory.js';
import type { FloatArray, Precision } from '../../data/array.js';

/** A matrix in an array: element (i, k) stands at offset + i rowStep + k depthStep. */
export interface Operand {
  readonly data: FloatArray;
  readonly offset: number;
  readonly rowStep: number;
  readonly depthStep: number;
}

/** Where a product goes: element (i, j) stands at offset + i rowStep + j. */
export interface Target {
  readonly data: FloatArray;
  readonly offset: number;
  readonly rowStep: number;
  /** Only elements with i >= j are wanted; the others stay as they are. */
  readonly lower?: boolean;
}

/** Rows of the register tile of the kernel; its columns are two vectors. */
const PANEL_ROWS = 6;
const panelColumns = (precision: Precision): number => (precision === 'f64' ? 4 : 8);
/** Tiles whose panels stay in the second-level cache; a panel of B stays in the first. */
const TILE_ROWS = 192;
const TILE_COLUMNS = 288;
/** Narrower where only a triangle is wanted: less of the tile on the diagonal is in vain. */
const LOWER_COLUMNS = 96;
const TILE_DEPTH = 256;
const STATIC_BYTES = 65_536;

const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** Writes rows of an operand as panels of `width` rows, `[panel][k][row]`, missing rows as zeros. */
function pack(
  from: Operand,
  first: number,
  rows: number,
  begin: number,
  depth: number,
  to: FloatArray,
  at: number,
  width: number,
): void {
  const { data, rowStep, depthStep } = from;
  for (let p = 0; p < rows; p += width) {
    const base = from.offset + (first + p) * rowStep + begin * depthStep;
    const there = Math.min(width, rows - p);
    const panel = at + p * depth;
    for (let r = 0; r < width; r++) {
      let source = base + r * rowStep;
      const end = panel + r + depth * width;
      for (let o = panel + r; o < end; o += width) {
        to[o] = r < there ? data[source] : 0;
        source += depthStep;
      }
    }
  }
}

/**
 * The matrix product of the `host` backend, on arrays of JavaScript of one precision: tiles are packed into its memory.
 */
export class BuiltInProduct {
  readonly #kernels: Kernels;
  readonly #memory: FloatArray;
  readonly #bytes: number;
  readonly #panelColumns: number;
  readonly #a = STATIC_BYTES;
  readonly #b = this.#a + 8 * TILE_ROWS * TILE_DEPTH;
  readonly #c = this.#b + 8 * TILE_COLUMNS * TILE_DEPTH;

  constructor(precision: Precision = 'f64') {
    const memory = createMemory(this.#c + 8 * TILE_ROWS * TILE_COLUMNS);
    this.#kernels = instantiate(compileModule(), memory, precision);
    this.#memory = precision === 'f64' ? new Float64Array(memory.buffer) : new Float32Array(memory.buffer);
    this.#bytes = this.#memory.BYTES_PER_ELEMENT;
    this.#panelColumns = panelColumns(precision);
  }

  /** C (i, j) += sign sum_k A(i, k) B(j, k) for i < rows, j < columns, k < depth; C must not overlap A or B. */
  add(sign: 1 | -1, a: Operand, b: Operand, rows: number, columns: number, depth: number, c: Target): void {
    const step = c.lower === true ? LOWER_COLUMNS : TILE_COLUMNS;
    for (let j = 0; j < columns; j += step) {
      const width = Math.min(step, columns - j);
      for (let k = 0; k < depth; k += TILE_DEPTH) {
        const slice = Math.min(TILE_DEPTH, depth - k);
        pack(b, j, width, k, slice, this.#memory, this.#b / this.#bytes, this.#panelColumns);
        for (let i = c.lower === true ? j : 0; i < rows; i += TILE_ROWS) {
          const height = Math.min(TILE_ROWS, rows - i);
          pack(a, i, height, k, slice, this.#memory, this.#a / this.#bytes, PANEL_ROWS);
          this.#tile(height, width, slice);
          this.#store(sign, i, height, j, width, c);
        }
      }
    }
  }

  #tile(height: number, width: number, depth: number): void {
    const rows = roundUp(height, PANEL_ROWS);
    const columns = roundUp(width, this.#panelColumns);
    this.#kernels.multiply(this.#a, this.#b, rows, columns, depth, this.#c, TILE_COLUMNS, false, false);
  }

  #store(sign: number, i: number, height: number, j: number, width: number, c: Target): void {
    const { data } = c;
    for (let r = 0; r < height; r++) {
      let from = this.#c / this.#bytes + r * TILE_COLUMNS;
      let to = c.offset + (i + r) * c.rowStep + j;
      const end = to + (c.lower === true ? Math.max(0, Math.min(width, i + r - j + 1)) : width);
      while (to < end) data[to++] += sign * this.#memory[from++];
    }
  }
}
