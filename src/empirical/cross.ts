import type { NdArray } from '../data/array.js';
import { examplesBetween } from '../data/examples.js';
import { UsageError } from '../errors.js';
import { type CrossOperator, denseCross } from '../operators/cross.js';
import { empiricalKernel } from './kernel.js';
import type { EmpiricalOptions } from './types.js';

/** Bytes of the rows of K(z, x) that are held at a time. */
const PANEL_BYTES = 64 * 2 ** 20;

/**
 * The empirical NTK of z `[m, ...]` against x `[n, ...]` (the mean over the outputs) as an operator, for predictions:
 * rows of it are computed some at a time and never stored together.
 *
 * Every product computes them again, so give it all vectors at once.
 * @throws as `empiricalKernel` does, at the first product; UsageError for a second set of inputs among the options or
 * `contract: 'full'`
 */
export function empiricalCross(z: NdArray, x: NdArray, options: EmpiricalOptions): CrossOperator {
  if (options.z !== undefined || options.contract === 'full') {
    const got = options.z === undefined ? 'contract: full' : 'z';
    throw new UsageError(`options: must leave inputs and outputs to the operator, got ${got}. Leave it out.`);
  }
  const [m, n] = [z.shape[0], x.shape[0]];
  const panel = Math.max(1, Math.min(m, Math.floor(PANEL_BYTES / (8 * n))));
  return {
    rows: m,
    columns: n,
    async apply(vectors, count) {
      const y = new Float64Array(count * m);
      for (let from = 0; from < m; from += panel) {
        const to = Math.min(m, from + panel);
        const { ntk } = await empiricalKernel(examplesBetween(z, from, to), { ...options, z: x });
        const part = await denseCross(ntk.data, to - from, n).apply(vectors, count);
        for (let c = 0; c < count; c++) y.set(part.subarray(c * (to - from), (c + 1) * (to - from)), c * m + from);
      }
      return y;
    },
    close: async () => undefined,
  };
}
