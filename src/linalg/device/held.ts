import type { DeviceTensor } from '../../../kernels/tfjs/tensorflow/device.js';
import type { FloatArray } from '../../data/array.js';
import { type DeviceSpace, doublesOf } from './space.js';

/** Bytes of a panel: what is copied on the way of one is little. */
const PANEL_BYTES = 64 * 2 ** 20;

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

  /** Uploads a matrix in memory, which must not be written before `dispose`. */
  static of(space: DeviceSpace, a: Float64Array, n: number): HeldMatrix {
    const rows = Math.max(1, Math.floor(PANEL_BYTES / (8 * n)));
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

  /** Uploads a matrix as it is read. */
  static async read(space: DeviceSpace, n: number, source: RowSource): Promise<HeldMatrix> {
    const panels: DeviceTensor[] = [];
    try {
      await source((rows) => {
        panels.push(space.tensors.tensor(rows, [rows.length / n, n]));
      });
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
