import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import { RandomSource } from '../linalg/random.js';
import type { SymmetricOperator } from '../operators/operator.js';
import type { Preconditioner } from './conjugate-gradient.js';

/** Makes the rows of a block `[columns, n]` orthonormal: Gram-Schmidt, twice. */
function orthonormalise(block: Float64Array, n: number): void {
  for (let at = 0; at < block.length; at += n) {
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < at; other += n) {
        let overlap = 0;
        for (let i = 0; i < n; i++) overlap += block[at + i] * block[other + i];
        for (let i = 0; i < n; i++) block[at + i] -= overlap * block[other + i];
      }
    }
    let square = 0;
    for (let i = at; i < at + n; i++) square += block[i] ** 2;
    const size = Math.sqrt(square) || 1;
    for (let i = at; i < at + n; i++) block[i] /= size;
  }
}

/**
 * A randomised Nystroem preconditioner of K + shift I of the given rank, from one block product:
 * (l_r + shift) U (L + shift I)^-1 U' + (I - U U'), with U L U' the best approximation of K in the span of K's image of
 * random vectors (Frangella, Tropp, Udell 2021, algorithm 5.2, in Rayleigh-Ritz form).
 */
export async function nystroemPreconditioner(
  k: SymmetricOperator,
  shift: number,
  rank: number,
  algebra: LinearAlgebra,
  seed = COMPUTE_DEFAULTS.seed,
): Promise<{ readonly preconditioner: Preconditioner; readonly products: number }> {
  const n = k.size;
  const count = Math.min(rank, n);
  const basis = await k.apply(new RandomSource(seed).normals(count * n), count);
  orthonormalise(basis, n);
  const image = await k.apply(basis, count);
  const small = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let m = 0; m < n; m++)
        sum += (basis[i * n + m] * image[j * n + m] + basis[j * n + m] * image[i * n + m]) / 2;
      small[i * count + j] = sum;
    }
  }
  const { values, vectors } = await algebra.eigen(small, count, true);
  const ritz = new Float64Array(count * n);
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < count; i++) {
      const share = vectors?.[j * count + i] ?? 0;
      for (let m = 0; m < n; m++) ritz[j * n + m] += share * basis[i * n + m];
    }
  }
  const least = Math.max(0, values[count - 1]);
  const weights = values.map((value) => (least + shift) / (Math.max(0, value) + shift) - 1);
  const preconditioner: Preconditioner = (r) => {
    const result = Float64Array.from(r);
    for (let at = 0; at < r.length; at += n) {
      for (let j = 0; j < count; j++) {
        let overlap = 0;
        for (let m = 0; m < n; m++) overlap += ritz[j * n + m] * r[at + m];
        const share = weights[j] * overlap;
        for (let m = 0; m < n; m++) result[at + m] += share * ritz[j * n + m];
      }
    }
    return result;
  };
  return { preconditioner, products: 2 * count };
}
