import { Basis } from './basis.js';
import { DeviceBasis } from './device-basis.js';
import type { CountedProducts } from './iteration.js';
import type { KrylovBasis } from './krylov-basis.js';

/** An empty basis of vectors of n numbers, as many as `capacity`, where the products are. */
export function basisFor({ onDevice }: CountedProducts, n: number, capacity: number): KrylovBasis {
  return onDevice === null ? new Basis(n, capacity) : new DeviceBasis(onDevice.space, n, capacity);
}
