import { type ImageArchitectureJson, type ImageLayerJson, layerReads, type Reads } from './image-layers.js';
import { DUALS } from './textbook-duals.js';

/** Covariances over all pairs of positions, `[p][p']`. */
type Matrix = readonly (readonly number[])[];

/**
 * Covariances of x with x, x with z, z with z; the NTK of x with z; channels of the data while they are still a sum.
 */
interface State {
  readonly positions: readonly number[];
  readonly xx: Matrix;
  readonly xz: Matrix;
  readonly zz: Matrix;
  readonly t: Matrix;
  readonly raw: number | null;
}

/** An image: the channels of each position, in C order. */
export type Pixels = readonly (readonly number[])[];

const each = (m: Matrix, f: (value: number, p: number, q: number) => number): Matrix =>
  m.map((row, p) => row.map((value, q) => f(value, p, q)));

function matrices(s: State, f: (m: Matrix) => Matrix): Pick<State, 'xx' | 'xz' | 'zz' | 't'> {
  return { xx: f(s.xx), xz: f(s.xz), zz: f(s.zz), t: f(s.t) };
}

/** Mean over the taps k of M(p + k, p' + k), or over all pairs of taps; what lies outside is 0. */
function mean(m: Matrix, { taps }: Reads, pairs: boolean): Matrix {
  const at = (p: number | null, q: number | null) => (p === null || q === null ? 0 : m[p][q]);
  return taps.map((left) =>
    taps.map((right) => {
      const sum = pairs
        ? left.reduce((total: number, p) => total + right.reduce((part: number, q) => part + at(p, q), 0), 0)
        : left.reduce((total: number, p, k) => total + at(p, right[k]), 0);
      return sum / (pairs ? left.length ** 2 : left.length);
    }),
  );
}

/** Jacot et al. 2018, proposition 1 and theorem 1, at each pair of positions. */
function weights(layer: ImageLayerJson, s: State, taps: number): State {
  const { weightStd = 1, biasStd = 0, biasInit = 'normal', scaling = 'fan-in', train = true } = layer;
  const gain = scaling === 'fan-in' ? weightStd ** 2 / (s.raw ?? 1) : weightStd ** 2 * taps;
  const atStart = biasInit === 'normal' ? biasStd ** 2 : 0;
  const covariance = (m: Matrix) => each(m, (k) => gain * k + atStart);
  const t = each(s.t, (value, p, q) => gain * value + Number(train) * (gain * s.xz[p][q] + biasStd ** 2));
  return { ...s, xx: covariance(s.xx), xz: covariance(s.xz), zz: covariance(s.zz), t, raw: null };
}

function activation(layer: ImageLayerJson, s: State): State {
  const dual = DUALS[layer.kind](layer.slope ?? 0);
  const at = (m: Matrix, left: Matrix, right: Matrix, part: 0 | 1) =>
    each(m, (k12, p, q) => dual({ k11: left[p][p], k22: right[q][q], k12 })[part]);
  const slopes = at(s.xz, s.xx, s.zz, 1);
  return {
    ...s,
    xx: at(s.xx, s.xx, s.xx, 0),
    xz: at(s.xz, s.xx, s.zz, 0),
    zz: at(s.zz, s.zz, s.zz, 0),
    t: each(s.t, (value, p, q) => (value === 0 ? 0 : value * slopes[p][q])),
    raw: null,
  };
}

function layerNorm(s: State): State {
  const over = (left: Matrix, right: Matrix) => (k: number, p: number, q: number) => {
    const norm = Math.sqrt(left[p][p] * right[q][q]);
    return norm > 0 ? k / norm : 0;
  };
  const xz = over(s.xx, s.zz);
  return {
    ...s,
    xx: each(s.xx, over(s.xx, s.xx)),
    xz: each(s.xz, xz),
    zz: each(s.zz, over(s.zz, s.zz)),
    t: each(s.t, xz),
  };
}

function residual(layer: ImageLayerJson, s: State): State {
  const perChannel = (r: State): State =>
    r.raw === null ? r : { ...r, ...matrices(r, (m) => each(m, (k) => k / (r.raw ?? 1))), raw: null };
  const skip = perChannel(run(layer.skip ?? [], s));
  const branch = perChannel(run(layer.branch ?? [], s));
  const weight = (layer.alpha ?? 1) ** 2;
  const add = (a: Matrix, b: Matrix) => each(a, (k, p, q) => k + weight * b[p][q]);
  return {
    ...skip,
    xx: add(skip.xx, branch.xx),
    xz: add(skip.xz, branch.xz),
    zz: add(skip.zz, branch.zz),
    t: add(skip.t, branch.t),
  };
}

function run(layers: readonly ImageLayerJson[], start: State): State {
  let s = start;
  for (const layer of layers) {
    const reads = layerReads(layer, s.positions);
    const moved = (pairs: boolean): State => ({
      ...s,
      ...matrices(s, (m) => mean(m, reads, pairs)),
      positions: reads.positions,
    });
    const taps = reads.taps[0].length;
    if (layer.kind === 'conv') s = weights(layer, moved(false), taps);
    else if (layer.kind === 'dense') s = weights(layer, s, 1);
    else if (layer.kind === 'residual') s = residual(layer, s);
    else if (layer.kind === 'layerNorm') s = layerNorm(s);
    else if (layer.kind === 'globalAvgPool' || layer.kind === 'avgPool') s = moved(true);
    else if (layer.kind === 'pixel') s = moved(false);
    else if (layer.kind === 'flatten') {
      const m = moved(false);
      s = s.raw === null ? m : { ...m, ...matrices(m, (v) => each(v, (k) => k * taps)), raw: s.raw * taps };
    } else s = activation(layer, s);
  }
  return s;
}

/**
 * The infinite-width kernels of a network on one pair of images, in float64 and written like the papers: the whole
 * matrix over pairs of positions.
 *
 * Plain covariances and acos: near-parallel pixels lose half their digits here. Source: Novak et al. 2019 (1810.05148),
 * eq. 5; Arora et al. 2019 (1904.11955), section 4; formulas with skips: Barzilai et al. 2022 (2211.14810).
 */
export function textbookImageKernels(
  { layers }: ImageArchitectureJson,
  positions: readonly number[],
  x: Pixels,
  z: Pixels,
): { readonly nngp: number; readonly ntk: number } {
  const inner = (a: Pixels, b: Pixels): Matrix =>
    a.map((p) => b.map((q) => p.reduce((sum, v, c) => sum + v * q[c], 0)));
  const xz = inner(x, z);
  const start = { positions, xx: inner(x, x), xz, zz: inner(z, z), t: each(xz, () => 0), raw: x[0].length };
  const end = run(layers, start);
  return { nngp: end.xz[0][0], ntk: end.t[0][0] };
}
