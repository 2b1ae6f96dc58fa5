import { loadSharedProduct } from '../linalg/built-in/shared.js';
import type { RandomSource } from '../linalg/random.js';
import { Basis } from './basis.js';
import type { CountedProducts } from './iteration.js';

/** What a few Lanczos steps tell of a spectrum. */
export interface SpectrumBounds {
  readonly lowest: number;
  readonly highest: number;
  /** The larger magnitude of the two: |A|, from below. */
  readonly norm: number;
}

/** Estimates both ends of the spectrum, from inside, by `steps` Lanczos steps from a random vector. */
export async function spectrumBounds(
  products: CountedProducts,
  n: number,
  steps: number,
  random: RandomSource,
): Promise<SpectrumBounds> {
  await loadSharedProduct();
  const basis = new Basis(n, Math.min(n, steps + 1));
  basis.propose(random.normals(n), 1, 0, random);
  for (let i = 0; i < steps && basis.waiting > 0; i++) {
    basis.accept(await products.apply(basis.next(), 1));
    basis.proposeProducts(1, random);
  }
  const { values } = basis.ritz();
  const [highest, lowest] = [values[0], values[values.length - 1]];
  return { lowest, highest, norm: Math.max(Math.abs(lowest), Math.abs(highest)) };
}
