import type { Architecture } from '../../architecture/types.js';
import type { NdArray } from '../../data/index.js';
import { empiricalKernel } from '../../empirical/kernel.js';
import { InterruptedError } from '../../errors.js';
import { linearFit } from '../../spectrum/linear-fit.js';
import type { ClaimContext } from '../types.js';

/** How far kernels of finite networks are from a matrix, by width. */
export interface WidthErrors {
  readonly widths: readonly number[];
  /** Relative Frobenius error of one network, mean over the seeds. */
  readonly single: readonly number[];
  /** That of the mean kernel over the seeds. */
  readonly mean: readonly number[];
  /** What chance gives the mean kernel: sqrt(sum of variances / seeds) over the norm. */
  readonly chance: readonly number[];
  /** Slope of log single error against log width. */
  readonly slope: number;
}

/** NTKs of finite networks of some widths, `seeds` of each, against a matrix `[n, n]`. */
export async function widthErrors(
  architecture: Architecture,
  x: NdArray,
  limit: Float64Array,
  { widths, seeds }: { readonly widths: readonly number[]; readonly seeds: number },
  context: ClaimContext,
): Promise<WidthErrors> {
  const size = Math.sqrt(limit.reduce((sum, value) => sum + value * value, 0));
  const [single, mean, chance]: [number[], number[], number[]] = [[], [], []];
  for (const width of widths) {
    const sum = new Float64Array(limit.length);
    const squares = new Float64Array(limit.length);
    let errors = 0;
    for (let seed = 0; seed < seeds; seed++) {
      if (context.signal?.aborted) throw new InterruptedError();
      const { memory, native } = context;
      const { ntk } = await empiricalKernel(x, {
        ...{ architecture, width, memory, backend: 'host', seed: context.seed + seed + 2 ** 32 * width },
        ...(native === undefined ? {} : { native }),
      });
      errors += Math.sqrt(limit.reduce((total, value, i) => total + (ntk.data[i] - value) ** 2, 0)) / size;
      for (let i = 0; i < limit.length; i++) {
        sum[i] += ntk.data[i];
        squares[i] += ntk.data[i] ** 2;
      }
    }
    single.push(errors / seeds);
    mean.push(Math.sqrt(limit.reduce((total, value, i) => total + (sum[i] / seeds - value) ** 2, 0)) / size);
    const variance = squares.reduce((total, square, i) => total + (square - sum[i] ** 2 / seeds) / (seeds - 1), 0);
    chance.push(Math.sqrt(variance / seeds) / size);
  }
  const { slope } = linearFit(widths.map(Math.log), single.map(Math.log), 0.95);
  return { widths, single, mean, chance, slope };
}
