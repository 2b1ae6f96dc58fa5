import { someExamples } from '../data/examples.js';
import { type NdArray, readInput } from '../data/index.js';
import { RandomSource } from '../linalg/random.js';
import { packagePath } from '../platform/package-files.js';
import type { PaperData } from './types.js';

/** Where the handwritten digits lie in the package: 1,000 rows of 8 x 8 pixels, then the label. */
const DIGITS = 'data/digits/train.csv';

/**
 * The handwritten digits of the package as images `[1000, 8, 8, 1]` with labels.
 *
 * @throws BackendError in a bundle that lacks them
 */
export async function digitImages(): Promise<PaperData> {
  const path = packagePath(DIGITS);
  const { data, shape, labels } = await readInput(path, { labelColumn: 64, image: [8, 8, 1] });
  return { name: '1,000 handwritten digits, 8 x 8', x: { data, shape }, labels };
}

/** Numbers of the first `most` examples of x `[n, ...]` that are not 0 and equal no earlier one. */
export function distinctExamples({ data, shape: [n] }: NdArray, most = n): readonly number[] {
  const size = data.length / n;
  const found: number[] = [];
  for (let i = 0; i < n && found.length < most; i++) {
    const own = data.subarray(i * size, (i + 1) * size);
    const isNew = found.every((j) => own.some((value, k) => value !== data[j * size + k]));
    if (isNew && own.some((value) => value !== 0)) found.push(i);
  }
  return found;
}

/** `count` of the examples and their labels, drawn without return; all of them in a new order where they are fewer. */
export function drawn({ name, x, labels }: PaperData, count: number, seed: number): PaperData {
  const n = x.shape[0];
  const random = new RandomSource(seed, 'examples');
  const order = Array.from({ length: n }, (_, i) => ({ i, key: random.uniform() }))
    .toSorted((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ i }) => i);
  const width = labels === null ? 0 : labels.data.length / n;
  const kept =
    labels === null
      ? null
      : {
          ...labels,
          data: Float64Array.from(
            { length: order.length * width },
            (_, k) => labels.data[order[Math.floor(k / width)] * width + (k % width)],
          ),
          shape: [order.length, ...labels.shape.slice(1)],
        };
  return { name, x: someExamples(x, order), labels: kept };
}
