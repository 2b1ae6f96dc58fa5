import type { LinearAlgebra } from '../algebra.js';
import type { DeviceAlgebra } from './algebra.js';

/** Algebras on devices: whoever asks for one need not load what it computes with. */
const known = new WeakMap<LinearAlgebra, DeviceAlgebra>();

/** Makes an algebra known as one on a device. */
export function register(algebra: DeviceAlgebra): void {
  known.set(algebra, algebra);
}

/** The device of an algebra for matrices of n rows; null where the processor computes. */
export function deviceOf(algebra: LinearAlgebra | null, n: number): DeviceAlgebra | null {
  const device = algebra === null ? undefined : known.get(algebra);
  return device?.takes(n) === true ? device : null;
}
