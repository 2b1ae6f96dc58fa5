import type { NdArray } from '../../data/index.js';
import type { RandomSource } from '../../linalg/random.js';
import { gaussLegendre } from '../../programme/maps/gauss-legendre.js';

/** Points of a sphere with the weights of a rule; weights sum to 1. */
export interface WeightedPoints {
  /** `[n, d]` */
  readonly x: NdArray;
  /** `[n]` */
  readonly weights: Float64Array;
}

/** n points of the circle at equal angles `[n, 2]`. */
export function circlePoints(n: number): NdArray {
  const data = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    data[2 * i] = Math.cos((2 * Math.PI * i) / n);
    data[2 * i + 1] = Math.sin((2 * Math.PI * i) / n);
  }
  return { data, shape: [n, 2] };
}

/**
 * The product rule on S^2 of `size` latitudes and 2 `size` longitudes `[2 size^2, 3]`: it integrates harmonics up to
 * degree 2 `size` - 1.
 */
export function globePoints(size: number): WeightedPoints {
  const { nodes, weights } = gaussLegendre(size);
  const longitudes = 2 * size;
  const n = size * longitudes;
  const data = new Float64Array(3 * n);
  const shares = new Float64Array(n);
  for (let i = 0; i < size; i++) {
    const radius = Math.sqrt(1 - nodes[i] * nodes[i]);
    for (let j = 0; j < longitudes; j++) {
      const at = i * longitudes + j;
      const angle = (2 * Math.PI * j) / longitudes;
      data.set([radius * Math.cos(angle), radius * Math.sin(angle), nodes[i]], 3 * at);
      shares[at] = weights[i] / (2 * longitudes);
    }
  }
  return { x: { data, shape: [n, 3] }, weights: shares };
}

/** n random points of S^(d-1) `[n, d]`. */
export function randomPoints(n: number, d: number, random: RandomSource): NdArray {
  const data = random.normals(n * d);
  for (let i = 0; i < n; i++) normalise(data.subarray(i * d, (i + 1) * d));
  return { data, shape: [n, d] };
}

/** Divides a vector by its norm. */
function normalise(row: Float64Array): void {
  const length = Math.hypot(...row);
  for (let c = 0; c < row.length; c++) row[c] /= length;
}

/** Rows times a rotation `[n, d]`. */
export function rotated({ data, shape: [n, d] }: NdArray, rotation: Float64Array): NdArray {
  const turned = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) turned[i * d + a] += rotation[a * d + b] * data[i * d + b];
    }
  }
  return { data: turned, shape: [n, d] };
}

/** n random signals of p unit pixels in R^c `[n, p, c]`. */
export function randomSignals(n: number, p: number, c: number, random: RandomSource): NdArray {
  return { data: randomPoints(n * p, c, random).data, shape: [n, p, c] };
}
