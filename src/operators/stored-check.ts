import type { FloatArray } from '../data/array.js';
import { MOST_ASYMMETRY, notFinite, notSymmetric } from '../linalg/symmetric.js';
import type { NpyPanels } from '../store/npy-panels.js';

/** Bytes of a panel: small against any memory budget, large against a seek. */
const PANEL_BYTES = 8 * 2 ** 20;

/** Rows that are looked at closely where the products differ. */
const CLOSELY = 8;

/** Buffers of the last pass over a matrix: new ones for each would wait for the collector beside each other. */
const resting = new WeakMap<NpyPanels, readonly ArrayBuffer[]>();

function buffersFor(panels: NpyPanels, bytes: number): readonly ArrayBuffer[] {
  const kept = resting.get(panels);
  resting.delete(panels);
  return kept ?? [new ArrayBuffer(bytes), new ArrayBuffer(bytes)];
}

/** Reads a matrix from the first panel to the last: the next panel is read while one is used. */
export async function eachPanel(panels: NpyPanels, use: (panel: FloatArray, first: number) => void): Promise<void> {
  const rowBytes = panels.columns * (panels.precision === 'f64' ? 8 : 4);
  const rows = Math.max(1, Math.min(panels.rows, Math.floor(PANEL_BYTES / rowBytes)));
  const buffers = buffersFor(panels, rows * rowBytes);
  const read = (first: number, which: number): Promise<FloatArray> =>
    panels.read(first, Math.min(rows, panels.rows - first), buffers[which]);
  let which = 0;
  let next: Promise<FloatArray> | null = read(0, which);
  for (let first = 0; next !== null; first += rows) {
    const panel: FloatArray = await next;
    which = 1 - which;
    const following = first + rows;
    next = following < panels.rows ? read(following, which) : null;
    use(panel, first);
  }
  resting.set(panels, buffers);
}

/** @throws DataError with the place of the first number of a panel that is not finite. */
function finitePanel({ where, columns, isTransposed }: NpyPanels, panel: FloatArray, first: number): void {
  const bad = panel.findIndex((value) => value - value !== 0);
  if (bad < 0) return;
  const place = [first + Math.floor(bad / columns), bad % columns];
  const [row, column] = isTransposed ? place.reverse() : place;
  throw notFinite(where, row, column, panel[bad]);
}

/** Looks in one pass whether a stored matrix is finite. @throws DataError with the first place that is not. */
export function checkFinite(panels: NpyPanels): Promise<void> {
  return eachPanel(panels, (panel, first) => finitePanel(panels, panel, first));
}

/** What one pass over K tells: K w and K' w for a w whose numbers are all different, and the norm of K. */
class Comparison {
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  readonly #weights: Float64Array;
  #scale = 0;
  #squares = 0;

  constructor(n: number) {
    this.forward = new Float64Array(n);
    this.backward = new Float64Array(n);
    // Between 1/2 and 1 in magnitude, and without a pattern: what differs in one place differs in the products.
    this.#weights = Float64Array.from({ length: n }, (_, i) => {
      const part = (i * Math.SQRT2) % 1;
      return (0.5 + part / 2) * ((i * Math.E) % 1 < 0.5 ? -1 : 1);
    });
  }

  /** The Frobenius norm. */
  get norm(): number {
    return this.#scale * Math.sqrt(this.#squares);
  }

  add(panel: FloatArray, first: number): void {
    const n = this.forward.length;
    for (let i = 0; i * n < panel.length; i++) {
      let [sum, squares, largest] = [0, 0, 0];
      const row = panel.subarray(i * n, (i + 1) * n);
      for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(row[j]));
      if (largest === 0) continue;
      const own = this.#weights[first + i];
      for (let j = 0; j < n; j++) {
        sum += row[j] * this.#weights[j];
        this.backward[j] += row[j] * own;
        squares += (row[j] / largest) ** 2;
      }
      this.forward[first + i] = sum;
      this.#addSquares(largest, squares);
    }
  }

  #addSquares(scale: number, squares: number): void {
    const larger = Math.max(scale, this.#scale);
    this.#squares = this.#squares * (this.#scale / larger) ** 2 + squares * (scale / larger) ** 2;
    this.#scale = larger;
  }
}

/** Row and column i of a matrix. */
async function cross(
  panels: NpyPanels,
  i: number,
): Promise<{ readonly row: Float64Array; readonly column: Float64Array }> {
  const n = panels.rows;
  const row = Float64Array.from(await panels.read(i, 1, new ArrayBuffer(8 * n)));
  const column = new Float64Array(n);
  await eachPanel(panels, (panel, first) => {
    for (let k = 0; k * n < panel.length; k++) column[first + k] = panel[k * n + i];
  });
  return { row, column };
}

/**
 * Looks whether a square matrix in a file is finite, and symmetric to 1e-12 of its Frobenius norm, without holding it:
 * by K w - K' w, in one pass.
 *
 * @throws DataError with the place of an entry that is not.
 */
export async function checkStored(panels: NpyPanels): Promise<void> {
  const compared = new Comparison(panels.rows);
  await eachPanel(panels, (panel, first) => {
    finitePanel(panels, panel, first);
    compared.add(panel, first);
  });
  const { forward, backward, norm } = compared;
  const allowed = MOST_ASYMMETRY * norm;
  const differences = forward.map((value, i) => Math.abs(value - backward[i]));
  const suspects = Array.from(differences.keys())
    .filter((i) => !(differences[i] <= allowed / 2))
    .sort((i, j) => differences[j] - differences[i])
    .slice(0, CLOSELY);
  for (const i of suspects) {
    const { row, column } = await cross(panels, i);
    const j = row.findIndex((value, k) => !(Math.abs(value - column[k]) <= allowed));
    if (j < 0) continue;
    const [own, mirrored] = panels.isTransposed ? [column[j], row[j]] : [row[j], column[j]];
    throw notSymmetric(panels.where, i, j, own, mirrored);
  }
}
