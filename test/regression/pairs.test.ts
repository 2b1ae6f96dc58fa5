import { type LinearAlgebra, linearAlgebra, type RegressData, regress } from '../../src/index.js';
import { fitKernel } from '../../src/regression/fit.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { gram, numbers } from '../linalg/matrices.js';

let algebra: LinearAlgebra;
beforeAll(async () => {
  algebra = await linearAlgebra('off');
});

/** Rows and columns `keep` of K `[n, n]`. */
function part(k: Float64Array, n: number, rows: readonly number[], columns: readonly number[]): Float64Array {
  return Float64Array.from(rows.flatMap((i) => columns.map((j) => k[i * n + j])));
}

/** Mean squared error of leaving rows 2k and 2k + 1 out, by fitting the others; the shift is that of all rows. */
async function byFitting(kernel: Float64Array, n: number, y: Float64Array, ridge: number): Promise<number> {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += kernel[i * (n + 1)] / n;
  let sum = 0;
  for (let left = 0; left < n; left += 2) {
    const others = Array.from({ length: n }, (_, i) => i).filter((i) => i !== left && i !== left + 1);
    const inside = part(kernel, n, others, others);
    let own = 0;
    for (let i = 0; i < others.length; i++) own += inside[i * (others.length + 1)] / others.length;
    const data: RegressData = {
      kernel: inside,
      n: others.length,
      targets: Float64Array.from(others, (i) => y[i]),
      cross: part(kernel, n, [left, left + 1], others),
    };
    const { predictions } = await regress(data, { ridge: (ridge * mean) / own, algebra });
    sum += (predictions[0] - y[left]) ** 2 + (predictions[1] - y[left + 1]) ** 2;
  }
  return sum / n;
}

/** Makes row and column 2k + 1 those of 2k: the copy is the image itself. */
function withTwin(kernel: Float64Array, n: number, k: number): Float64Array {
  const from = Array.from({ length: n }, (_, i) => (i === 2 * k + 1 ? 2 * k : i));
  return part(kernel, n, from, from);
}

describe('leaving an image and its copy out together', () => {
  const n = 10;
  const y = numbers(n, 4);
  const kernel = gram(n, 6, 0.05, 8);

  test('is what fitting the other rows gives, ridge by ridge', async () => {
    const [fit] = await fitKernel({ kernel, targets: y, n, pairs: true }, { ridges: ['auto'], algebra });
    const tried = fit.leaveOneOut ?? [];
    expect(tried).toHaveLength(15);
    for (const { ridge, error } of tried.slice(4)) {
      expect(Math.abs(error / (await byFitting(kernel, n, y, ridge)) - 1)).toBeLessThan(1e-6);
    }
  });

  test('also where a copy is the image itself, down to the smallest ridge', async () => {
    const twins = withTwin(kernel, n, 2);
    const targets = y.map((value, i) => (i === 5 ? y[4] : value));
    const [fit] = await fitKernel({ kernel: twins, targets, n, pairs: true }, { ridges: ['auto'], algebra });
    for (const { ridge, error } of fit.leaveOneOut ?? []) {
      expect(Math.abs(error / (await byFitting(twins, n, targets, ridge)) - 1)).toBeLessThan(1e-5);
    }
  });

  test('is not what leaving single rows out gives where copies are near their images', async () => {
    const twins = [0, 1, 2, 3, 4].reduce((k, pair) => withTwin(k, n, pair), gram(n, 10, 0.5, 8));
    const targets = y.map((_, i) => y[2 * Math.floor(i / 2)]);
    const error = async (pairs: boolean): Promise<number> => {
      const [fit] = await fitKernel({ kernel: twins, targets, n, pairs }, { ridges: ['auto'], algebra });
      return Math.min(...(fit.leaveOneOut ?? []).map((tried) => tried.error));
    };
    // A copy that stays in tells the label.
    expect(await error(false)).toBeLessThan(1e-6);
    expect(await error(true)).toBeGreaterThan(1e-2);
  });

  test('odd numbers of rows are refused', async () => {
    const data = { kernel: gram(3, 3, 1, 2), targets: numbers(3, 1), n: 3, pairs: true };
    await expect(fitKernel(data, { ridges: ['auto'], algebra })).rejects.toThrow(/even number of rows .* got 3/);
  });
});
