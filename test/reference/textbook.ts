import { DUALS } from './textbook-duals.js';

/** A layer as the file has it, defaults not filled in. */
export interface LayerJson {
  readonly kind: string;
  readonly weightStd?: number;
  readonly biasStd?: number;
  readonly biasInit?: string;
  readonly scaling?: string;
  readonly train?: boolean | number;
  readonly init?: string;
  readonly width?: number;
  readonly slope?: number;
  readonly alpha?: number;
  readonly branch?: readonly LayerJson[];
  readonly skip?: readonly LayerJson[];
}

/** An architecture as the file has it. */
export interface ArchitectureJson {
  readonly format: string;
  readonly name: string;
  readonly layers: readonly LayerJson[];
}

/** Both kernels; `ntk` is NaN where a step has trained layers below. */
export interface Kernels {
  readonly nngp: readonly (readonly number[])[];
  readonly ntk: readonly (readonly number[])[];
}

/** Covariances of one pair of inputs, its NTK, and the channels of the data while they are still a sum. */
interface State {
  readonly k11: number;
  readonly k22: number;
  readonly k12: number;
  readonly t: number;
  readonly raw: number | null;
}

/** Jacot et al. 2018, proposition 1 and theorem 1. */
function dense(layer: LayerJson, s: State): State {
  const { weightStd = 1, biasStd = 0, biasInit = 'normal', scaling = 'fan-in', train = true } = layer;
  const gain = weightStd ** 2 / (scaling === 'fan-in' && s.raw !== null ? s.raw : 1);
  const bias = biasStd ** 2;
  const atStart = biasInit === 'normal' ? bias : 0;
  return {
    k11: gain * s.k11 + atStart,
    k22: gain * s.k22 + atStart,
    k12: gain * s.k12 + atStart,
    t: gain * s.t + Number(train) * (gain * s.k12 + bias),
    raw: null,
  };
}

/** Huang et al. 2020: skip + alpha^2 branch. */
function residual(layer: LayerJson, s: State): State {
  const perChannel = (p: State): State =>
    p.raw === null ? p : { k11: p.k11 / p.raw, k22: p.k22 / p.raw, k12: p.k12 / p.raw, t: p.t / p.raw, raw: null };
  const skip = perChannel(run(layer.skip ?? [], s));
  const branch = perChannel(run(layer.branch ?? [], s));
  const weight = (layer.alpha ?? 1) ** 2;
  return {
    k11: skip.k11 + weight * branch.k11,
    k22: skip.k22 + weight * branch.k22,
    k12: skip.k12 + weight * branch.k12,
    t: skip.t + weight * branch.t,
    raw: null,
  };
}

function layerNorm(s: State): State {
  const norm = Math.sqrt(s.k11 * s.k22);
  const own = (k: number) => (k > 0 ? 1 : 0);
  return {
    k11: own(s.k11),
    k22: own(s.k22),
    k12: norm > 0 ? s.k12 / norm : 0,
    t: norm > 0 ? s.t / norm : 0,
    raw: null,
  };
}

function activation(layer: LayerJson, s: State): State {
  const dual = DUALS[layer.kind](layer.slope ?? 0);
  const [k12, slope] = dual(s);
  const [k11] = dual({ k11: s.k11, k22: s.k11, k12: s.k11 });
  const [k22] = dual({ k11: s.k22, k22: s.k22, k12: s.k22 });
  return { k11, k22, k12, t: s.t === 0 ? 0 : s.t * slope, raw: null };
}

function run(layers: readonly LayerJson[], start: State): State {
  let s = start;
  for (const layer of layers) {
    if (layer.kind === 'dense') s = dense(layer, s);
    else if (layer.kind === 'residual') s = residual(layer, s);
    else if (layer.kind === 'layerNorm') s = layerNorm(s);
    else s = activation(layer, s);
  }
  return s;
}

function inner(x: readonly number[], z: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * z[i], 0);
}

/**
 * The infinite-width kernels of a network of vectors for all pairs of rows, in float64 and written like the papers.
 *
 * Plain covariances and acos: near-parallel pairs lose half their digits here. `x` is [n, d], `z` [m, d] (null: x), the
 * kernels are [n, m].
 */
export function textbookKernels(
  architecture: ArchitectureJson,
  x: readonly (readonly number[])[],
  z: readonly (readonly number[])[] | null = null,
): Kernels {
  const ends = x.map((p) =>
    (z ?? x).map((q) =>
      run(architecture.layers, { k11: inner(p, p), k22: inner(q, q), k12: inner(p, q), t: 0, raw: p.length }),
    ),
  );
  return { nngp: ends.map((row) => row.map((s) => s.k12)), ntk: ends.map((row) => row.map((s) => s.t)) };
}
