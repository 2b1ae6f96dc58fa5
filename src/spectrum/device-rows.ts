import type { DeviceTensor } from '../../kernels/tfjs/tensorflow/device.js';
import { type DeviceSpace, doublesOf } from '../linalg/device/space.js';
import { norm } from './rows.js';

/** Norms whose squares neither overflow nor underflow. */
const PLAIN = { least: 1e-140, most: 1e140 } as const;

/** 2-norms of the rows of X `[count, n]`: `[count]`, on the processor. */
export function rowNorms(space: DeviceSpace, x: DeviceTensor): Float64Array {
  const { tensors } = space;
  const squares = tensors.tidy(() => doublesOf(space, tensors.sum(tensors.square(x), 1)));
  const norms = squares.map(Math.sqrt);
  if (norms.every((one) => one > PLAIN.least && one < PLAIN.most)) return norms;
  const n = x.size / norms.length;
  const rows = doublesOf(space, x);
  return norms.map((_, i) => norm(rows.subarray(i * n, (i + 1) * n)));
}

/** Rows of n numbers on a device, in few tensors: each time two are of about one size they become one. */
export class DeviceRows {
  readonly #space: DeviceSpace;
  readonly #n: number;
  #parts: DeviceTensor[] = [];

  constructor(space: DeviceSpace, n: number) {
    this.#space = space;
    this.#n = n;
  }

  /** Takes rows `[count, n]` in, which are its own from now on. */
  append(rows: DeviceTensor): void {
    const parts = this.#parts;
    parts.push(rows);
    for (let k = parts.length - 1; k > 0 && parts[k - 1].shape[0] <= parts[k].shape[0]; k--) {
      const pair = parts.slice(k - 1);
      parts.splice(k - 1, 2, this.#space.tensors.concat(pair, 0));
      for (const part of pair) part.dispose();
    }
  }

  /** x_i . v_j for X `[count, n]` and all rows: `[count, rows]`, on the processor. */
  dots(x: DeviceTensor): Float64Array {
    const { tensors } = this.#space;
    return tensors.tidy(() => {
      const parts = this.#parts.map((part) => tensors.matMul(x, part, false, true));
      return doublesOf(this.#space, parts.length === 1 ? parts[0] : tensors.concat(parts, 1));
    });
  }

  /** X less its parts along all rows, which are orthonormal. */
  without(x: DeviceTensor): DeviceTensor {
    const { tensors } = this.#space;
    return tensors.tidy(() => {
      const shares = this.#parts.map((part) => tensors.matMul(x, part, false, true));
      return this.#parts.reduce(
        (rest, part, k) => tensors.sub(rest, tensors.matMul(shares[k], part)),
        tensors.clone(x),
      );
    });
  }

  /** S V `[count, n]` for the first rows of S `[.., rows]`. */
  combined(s: Float64Array, rows: number, count: number): DeviceTensor {
    const { tensors } = this.#space;
    return tensors.tidy(() => {
      const weights = tensors.tensor(s.subarray(0, count * rows), [count, rows]);
      let first = 0;
      const sums = this.#parts.map((part) => {
        const share = tensors.slice(weights, [0, first], [count, part.shape[0]]);
        first += part.shape[0];
        return tensors.matMul(share, part);
      });
      return sums.reduce((all, one) => tensors.add(all, one));
    });
  }

  /** All rows `[rows, n]`, as a tensor of its own. */
  whole(): DeviceTensor {
    return this.#space.tensors.concat(this.#parts, 0);
  }

  /** The first `count` rows, on the processor. */
  read(count: number): Float64Array {
    const { tensors } = this.#space;
    return tensors.tidy(() => doublesOf(this.#space, tensors.slice(this.whole(), [0, 0], [count, this.#n])));
  }

  /** Holds these rows instead, or none. */
  replace(rows: DeviceTensor | null): void {
    for (const part of this.#parts) part.dispose();
    this.#parts = rows === null ? [] : [rows];
  }
}
