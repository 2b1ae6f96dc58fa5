import { UsageError } from '../errors.js';

/**
 * Time in which gradient descent at the rate eta learns each eigendirection: 1 / (eta l_i) `[k]`; Infinity where l_i is
 * not positive.
 *
 * Along v_i the residual of gradient flow falls as exp(-eta l_i t). Throws UsageError for a rate that is not positive.
 *
 * Source: A. Jacot, F. Gabriel, C. Hongler, NeurIPS 2018.
 */
export function learningTimes(eigenvalues: ArrayLike<number>, rate: number): Float64Array {
  if (!(rate > 0))
    throw new UsageError(`learning rate: must be positive, got ${rate}. 1 gives times in units of 1 / rate.`);
  return Float64Array.from(eigenvalues, (value) => (value > 0 ? 1 / (rate * value) : Infinity));
}
