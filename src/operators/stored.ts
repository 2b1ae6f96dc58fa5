import type { FloatArray } from '../data/array.js';
import { DataError } from '../errors.js';
import { timesVectors } from '../linalg/built-in/times.js';
import { type NpyPanels, openNpyPanels } from '../store/npy-panels.js';
import type { SymmetricOperator } from './operator.js';
import { checkStored, eachPanel } from './stored-check.js';

function transpose(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) [a[i * n + j], a[j * n + i]] = [a[j * n + i], a[i * n + j]];
  }
}

/**
 * A symmetric matrix in a `.npy` file, read panel by panel whenever it is applied: the next panel is read while one is
 * used.
 */
class StoredOperator implements SymmetricOperator {
  readonly size: number;
  readonly description: string;
  readonly name: string;
  readonly roundoff: number;
  readonly #panels: NpyPanels;

  constructor(panels: NpyPanels) {
    this.#panels = panels;
    this.size = panels.rows;
    this.description = `stored ${panels.where}`;
    this.name = panels.where;
    this.roundoff = panels.precision === 'f64' ? 2 ** -53 : 2 ** -24;
  }

  async apply(x: Float64Array): Promise<Float64Array> {
    const y = new Float64Array(x.length);
    await eachPanel(this.#panels, (panel, first) => timesVectors({ data: panel, first }, this.size, x, y));
    return y;
  }

  async diagonal(): Promise<Float64Array> {
    const n = this.size;
    const result = new Float64Array(n);
    await eachPanel(this.#panels, (panel, first) => {
      for (let i = 0; i * n < panel.length; i++) result[first + i] = panel[i * n + first + i];
    });
    return result;
  }

  async entries(): Promise<Float64Array> {
    const n = this.size;
    const a = new Float64Array(n * n);
    await eachPanel(this.#panels, (panel, first) => a.set(panel, first * n));
    // What is read are columns then: turned, so that places in messages are those of the file.
    if (this.#panels.isTransposed) transpose(a, n);
    return a;
  }

  panels(use: (rows: FloatArray, first: number) => void): Promise<void> {
    return eachPanel(this.#panels, use);
  }

  close(): Promise<void> {
    return this.#panels.close();
  }

  check(): Promise<void> {
    return checkStored(this.#panels);
  }
}

/**
 * Opens a symmetric matrix in a `.npy` file as an operator, of which only panels are ever in memory.
 *
 * Throws DataError when the file is no square matrix of floating-point numbers. Whether it is symmetric is not looked
 * at here.
 */
export async function storedOperator(path: string): Promise<SymmetricOperator> {
  const panels = await openNpyPanels(path);
  if (panels.rows === panels.columns && panels.rows > 0) return new StoredOperator(panels);
  await panels.close();
  throw new DataError(
    `${path}: must be a square matrix [n, n], got [${panels.rows}, ${panels.columns}]. Compute a symmetric kernel, ` +
      'without Z.',
  );
}
