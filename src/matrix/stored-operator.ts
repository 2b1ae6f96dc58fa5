import type { FloatArray } from '../data/array.js';
import { type NpyPanels, openNpyPanels } from '../data/npy-panels.js';
import { DataError } from '../errors.js';
import { timesVectors } from '../linalg/own-times.js';
import type { SymmetricOperator } from './operator.js';

/** Bytes of a panel: small against any promise of memory, large against a seek. */
const PANEL_BYTES = 8 * 2 ** 20;

/** A symmetric matrix in a `.npy` file, read panel by panel whenever it is applied: the next panel is read while one is used. */
class StoredOperator implements SymmetricOperator {
  readonly size: number;
  readonly description: string;
  readonly roundoff: number;
  readonly #panels: NpyPanels;
  readonly #rows: number;
  readonly #buffers: readonly [ArrayBuffer, ArrayBuffer];

  constructor(panels: NpyPanels) {
    this.#panels = panels;
    this.size = panels.rows;
    this.description = `stored ${panels.where}`;
    this.roundoff = panels.precision === 'f64' ? 2 ** -53 : 2 ** -24;
    const rowBytes = panels.columns * (panels.precision === 'f64' ? 8 : 4);
    this.#rows = Math.max(1, Math.min(this.size, Math.floor(PANEL_BYTES / rowBytes)));
    this.#buffers = [new ArrayBuffer(this.#rows * rowBytes), new ArrayBuffer(this.#rows * rowBytes)];
  }

  async apply(x: Float64Array): Promise<Float64Array> {
    const y = new Float64Array(x.length);
    await this.#eachPanel((panel, first) => timesVectors({ data: panel, first }, this.size, x, y));
    return y;
  }

  async diagonal(): Promise<Float64Array> {
    const n = this.size;
    const result = new Float64Array(n);
    await this.#eachPanel((panel, first) => {
      for (let i = 0; i * n < panel.length; i++) result[first + i] = panel[i * n + first + i];
    });
    return result;
  }

  async entries(): Promise<Float64Array> {
    const n = this.size;
    const a = new Float64Array(n * n);
    await this.#eachPanel((panel, first) => a.set(panel, first * n));
    return a;
  }

  close(): Promise<void> {
    return this.#panels.close();
  }

  async #eachPanel(use: (panel: FloatArray, first: number) => void): Promise<void> {
    const read = (first: number, which: number): Promise<FloatArray> =>
      this.#panels.read(first, Math.min(this.#rows, this.size - first), this.#buffers[which]);
    let which = 0;
    let next: Promise<FloatArray> | null = read(0, which);
    for (let first = 0; next !== null; first += this.#rows) {
      const panel: FloatArray = await next;
      which = 1 - which;
      const following = first + this.#rows;
      next = following < this.size ? read(following, which) : null;
      use(panel, first);
    }
  }
}

/**
 * Opens a symmetric matrix in a `.npy` file as an operator, of which only panels are ever in memory.
 *
 * Throws DataError when the file is no square matrix of floating-point numbers. Whether it is symmetric is not looked at here.
 */
export async function storedOperator(path: string): Promise<SymmetricOperator> {
  const panels = await openNpyPanels(path);
  if (panels.rows === panels.columns && panels.rows > 0) return new StoredOperator(panels);
  await panels.close();
  throw new DataError(
    `${path}: must be a square matrix [n, n], got [${panels.rows}, ${panels.columns}]. Compute a symmetric kernel, without Z.`,
  );
}
