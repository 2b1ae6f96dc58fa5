import type { NdArray } from '../../data/index.js';

/** Filters and weight of a residual convolutional network of signals with circular padding. */
export interface ResidualSignals {
  readonly depth: number;
  readonly alpha: number;
  /** Filter of the first conv before a relu, and of the others. */
  readonly first: number;
  readonly filter: number;
  readonly head: 'eq' | 'tr' | 'gap';
}

/** Pairs of positions `[p, p]` of two signals. */
type Pairs = Float64Array;

/** Mean over the taps of M at (j + k, j' + k), circular. */
function windowMean(m: Pairs, p: number, filter: number): Pairs {
  const half = (filter - 1) / 2;
  const out = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < p; i++) {
      let sum = 0;
      for (let k = -half; k <= half; k++) sum += m[((j + k + 2 * p) % p) * p + ((i + k + 2 * p) % p)];
      out[j * p + i] = sum / filter;
    }
  }
  return out;
}

/** v k1(u) and k0(u), the expectations of relu with the factor 2, from a covariance and its two variances. */
function arcCosine(covariance: number, v: number): readonly [k1: number, k0: number] {
  if (!(v > 0)) return [0, 0];
  const u = Math.max(-1, Math.min(1, covariance / v));
  const angle = Math.acos(u);
  return [(v * (Math.sqrt(1 - u * u) + (Math.PI - angle) * u)) / Math.PI, 1 - angle / Math.PI];
}

/** The variances of every position of a signal before each relu, `[depth][p]`, and the signal's own pairs. */
function ownVariances(x: Float64Array, p: number, net: ResidualSignals): readonly Float64Array[] {
  const variances: Float64Array[] = [];
  recursion(x, x, p, net, (own) => {
    variances.push(Float64Array.from({ length: p }, (_, j) => own[j * p + j]));
    return null;
  });
  return variances;
}

/**
 * S and T after all blocks; `seen` is told Lambda of each block, and gives its two sides' variances, or null: its
 * own.
 */
function recursion(
  x: Float64Array,
  z: Float64Array,
  p: number,
  { depth, alpha, first, filter }: ResidualSignals,
  seen: (lambda: Pairs, block: number) => readonly [Float64Array, Float64Array] | null,
): { readonly s: Pairs; readonly t: Pairs } {
  const channels = x.length / p;
  let s = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < p; i++) {
      for (let c = 0; c < channels; c++) s[j * p + i] += (x[j * channels + c] * z[i * channels + c]) / channels;
    }
  }
  let t = s;
  for (let block = 0; block < depth; block++) {
    const size = block === 0 ? first : filter;
    const lambda = windowMean(s, p, size);
    const below = windowMean(t, p, size);
    const variances = seen(lambda, block);
    const at = (j: number): number => lambda[j * p + j];
    const k = new Float64Array(p * p);
    const both = new Float64Array(p * p);
    for (let j = 0; j < p; j++) {
      for (let i = 0; i < p; i++) {
        const [vx, vz] = variances === null ? [at(j), at(i)] : [variances[0][j], variances[1][i]];
        const [k1, k0] = arcCosine(lambda[j * p + i], Math.sqrt(vx * vz));
        k[j * p + i] = k1;
        both[j * p + i] = k1 + k0 * (below[j * p + i] + lambda[j * p + i]);
      }
    }
    const [addS, addT] = [windowMean(k, p, filter), windowMean(both, p, filter)];
    t = t.map((value, i) => value + alpha ** 2 * addT[i]);
    s = s.map((value, i) => value + alpha ** 2 * addS[i]);
  }
  return { s, t };
}

function headOf(m: Pairs, p: number, head: ResidualSignals['head']): number {
  if (head === 'eq') return m[0];
  if (head === 'gap') return m.reduce((sum, value) => sum + value, 0) / (p * p);
  let sum = 0;
  for (let j = 0; j < p; j++) sum += m[j * p + j];
  return sum / p;
}

/**
 * ResCGPK and ResCNTK of signals `[n, p, c]`, `[n, n]`, by the recursion over all pairs of positions as it is written.
 *
 * S = X'Z / C0, T = S; block: L = A[S], T += a^2 A[k1 + k0 (A[T] + L)], S += a^2 A[k1]; ResCGPK = head(S), ResCNTK =
 * head(T + S). All else of the engine is left out on purpose. Source: Barzilai et al. 2022 (2211.14810), our reading.
 */
export function explicitKernels(
  { data, shape: [n, p, c] }: NdArray,
  net: ResidualSignals,
): { readonly nngp: Float64Array; readonly ntk: Float64Array } {
  const signals = Array.from({ length: n }, (_, i) => Float64Array.from(data.subarray(i * p * c, (i + 1) * p * c)));
  const own = signals.map((x) => ownVariances(x, p, net));
  const [nngp, ntk] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      const { s, t } = recursion(signals[a], signals[b], p, net, (_, block) => [own[a][block], own[b][block]]);
      nngp[a * n + b] = headOf(s, p, net.head);
      ntk[a * n + b] = headOf(t, p, net.head) + headOf(s, p, net.head);
    }
  }
  return { nngp, ntk };
}
