import type { DeviceTensor } from '../../../kernels/tfjs/tensorflow/device.js';
import type { FloatArray } from '../../data/array.js';
import { type DeviceSpace, doublesOf } from './space.js';

/**
 * Bytes of a panel: what is copied on the way of one is little beside the matrix, and few operations make a product. A
 * GPU takes a panel from where it is.
 */
const PANEL_BYTES = { processor: 64 * 2 ** 20, gpu: 512 * 2 ** 20 } as const;

/** Rows of a panel of a matrix of n columns. */
function panelRows({ isGpu }: DeviceSpace, n: number): number {
  return Math.max(1, Math.floor(PANEL_BYTES[isGpu ? 'gpu' : 'processor'] / (8 * n)));
}

/** Makes one tensor of those from `from` on, in their place. */
function join({ tensors }: DeviceSpace, panels: DeviceTensor[], from: number): void {
  if (panels.length - from < 2) return;
  const parts = panels.slice(from);
  panels.splice(from, parts.length, tensors.concat(parts, 0));
  for (const part of parts) part.dispose();
}

/** Where the rows of a matrix come from: calls `use` with some of them at a time, in their order. */
export type RowSource = (use: (rows: FloatArray, first: number) => void) => Promise<void>;

/** A symmetric matrix `[n, n]` that stays on a device, in panels of rows, for products with blocks of vectors. */
export class HeldMatrix {
  readonly size: number;
  readonly space: DeviceSpace;
  readonly #panels: readonly DeviceTensor[];

  private constructor(space: DeviceSpace, size: number, panels: readonly DeviceTensor[]) {
    this.space = space;
    this.size = size;
    this.#panels = panels;
  }

  /** Uploads a matrix in memory, some `rows` at a time, which must not be written before `dispose`. */
  static of(space: DeviceSpace, a: Float64Array, n: number, rows = panelRows(space, n)): HeldMatrix {
    const panels: DeviceTensor[] = [];
    try {
      for (let first = 0; first < n; first += rows) {
        const count = Math.min(rows, n - first);
        panels.push(space.tensors.lend(a.subarray(first * n, (first + count) * n), [count, n]));
      }
      return new HeldMatrix(space, n, panels);
    } catch (error) {
      for (const panel of panels) panel.dispose();
      throw error;
    }
  }

  /** Uploads a matrix as it is read; `most`: rows that are held as one panel. */
  static async read(space: DeviceSpace, n: number, source: RowSource, most = panelRows(space, n)): Promise<HeldMatrix> {
    const panels: DeviceTensor[] = [];
    let [from, waiting] = [0, 0];
    try {
      await source((rows) => {
        const count = rows.length / n;
        if (waiting + count > most) {
          join(space, panels, from);
          [from, waiting] = [panels.length, 0];
        }
        panels.push(space.tensors.tensor(rows, [count, n]));
        waiting += count;
      });
      join(space, panels, from);
      return new HeldMatrix(space, n, panels);
    } catch (error) {
      for (const panel of panels) panel.dispose();
      throw error;
    }
  }

  /** A X for X `[columns, n]`: `[columns, n]`. */
  apply(x: DeviceTensor): DeviceTensor {
    const { tensors } = this.space;
    return tensors.tidy(() => {
      const parts = this.#panels.map((panel) => tensors.matMul(x, panel, false, true));
      return parts.length === 1 ? parts[0] : tensors.concat(parts, 1);
    });
  }

  /** The same for vectors on the processor. */
  applyTo(x: Float64Array, columns: number): Float64Array {
    const { tensors } = this.space;
    return tensors.tidy(() => doublesOf(this.space, this.apply(tensors.tensor(x, [columns, this.size]))));
  }

  /** Gives its memory back. */
  dispose(): void {
    for (const panel of this.#panels) panel.dispose();
  }
}
