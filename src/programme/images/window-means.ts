import type { Windows } from '../../vocabulary/steps.js';
import { onTwoAxes } from './grids.js';
import { tapsOfAxis } from './position-pairs.js';

// Plain loops over arrays that are made once: this runs for every image of every tile.

/** The sum of some rows of a grid; a row of -1 lies outside and counts as 0. */
function sumRows(of: Float64Array, rows: Int32Array, first: number, taps: number, sums: Float64Array): void {
  const width = sums.length;
  if (taps === 3 && rows[first] >= 0 && rows[first + 1] >= 0 && rows[first + 2] >= 0) {
    const [a, b, c] = [rows[first] * width, rows[first + 1] * width, rows[first + 2] * width];
    for (let x = 0; x < width; x++) sums[x] = of[a + x] + of[b + x] + of[c + x];
    return;
  }
  sums.fill(0);
  for (let k = 0; k < taps; k++) {
    const at = rows[first + k] * width;
    if (at < 0) continue;
    for (let x = 0; x < width; x++) sums[x] += of[at + x];
  }
}

/** Means over the positions that windows read, at every window: sums of rows, then of neighbours in them. */
export class WindowMeans {
  readonly #windows: Windows;
  /** Rows that each row of windows reads, `[rows, taps]`, -1 outside. */
  readonly #rows: Int32Array;
  /** Column of each place of a row with its border, -1 outside. */
  readonly #columns: Int32Array;
  readonly #sums: Float64Array;
  /** Sums of a row with its border. */
  readonly #border: Float64Array;

  constructor(windows: Windows) {
    const w = onTwoAxes(windows);
    this.#windows = w;
    this.#rows = Int32Array.from(Array.from({ length: w.to[0] }, (_, j) => [...tapsOfAxis(j, 0, w)]).flat());
    const places = (w.to[1] - 1) * w.stride[1] + w.filter[1];
    const one = { ...w, filter: [1, 1], stride: [1, 1] };
    this.#columns = Int32Array.from({ length: places }, (_, i) => tapsOfAxis(i, 1, one)[0]);
    this.#sums = new Float64Array(w.from[1]);
    this.#border = new Float64Array(places);
  }

  /** Writes the mean of each window, `[windows]`, of numbers of the positions that are read. */
  run(of: Float64Array, out: Float64Array): void {
    const { to, filter } = this.#windows;
    const [sums, border, columns] = [this.#sums, this.#border, this.#columns];
    for (let j = 0; j < to[0]; j++) {
      sumRows(of, this.#rows, j * filter[0], filter[0], sums);
      for (let i = 0; i < border.length; i++) border[i] = columns[i] < 0 ? 0 : sums[columns[i]];
      this.#row(out, j * to[1]);
    }
  }

  #row(out: Float64Array, first: number): void {
    const { to, filter, stride } = this.#windows;
    const border = this.#border;
    const [count, taps, step, all] = [to[1], filter[1], stride[1], filter[0] * filter[1]];
    if (taps === 3 && step === 1) {
      for (let j = 0; j < count; j++) out[first + j] = (border[j] + border[j + 1] + border[j + 2]) / all;
      return;
    }
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let k = j * step; k < j * step + taps; k++) sum += border[k];
      out[first + j] = sum / all;
    }
  }
}
