/**
 * The closed vocabulary of a kernel programme: the narrow waist between layers (many, open) and backends (few).
 *
 * A programme is a list of steps in single-assignment form. Step `i` defines value `i`: a covariance-like number
 * for every pair of inputs (x, z). The self-kernels are the same programme on (x, x) and (z, z).
 * Backends see steps and scalar maps, never a layer.
 */

/** Index of a step in `Programme.steps`; the value that this step defines. */
export type ValueId = number;

/**
 * A scalar function phi, applied to a pair (a, b) of centred Gaussians with covariance [[K11, K12], [K12, K22]].
 *
 * `piecewiseLinear`: phi(a) = even |a| + odd a.  `heaviside`: phi(a) = 1 for a > 0, else 0.
 * `erf`: phi(a) = erf(a).  `gelu`: phi(a) = a Phi(a), Phi the normal distribution function.
 * `elu`: phi(a) = a for a > 0, else exp(a) - 1.  `sine`, `cosine`: phi(a) = sin(a), cos(a).
 */
export type ScalarMap =
  | { readonly map: 'piecewiseLinear'; readonly even: number; readonly odd: number }
  | { readonly map: 'heaviside' }
  | { readonly map: 'erf' }
  | { readonly map: 'gelu' }
  | { readonly map: 'elu' }
  | { readonly map: 'sine' }
  | { readonly map: 'cosine' };

/**
 * Windows on a grid of positions: output j of an axis reads the positions `j stride - before + k`, k = 0 .. filter - 1.
 *
 * What lies outside counts as 0 (it never does for valid padding), or is taken from the other end where `wraps` is set.
 */
export interface Windows {
  /** Positions of the value that is read, one number an axis. */
  readonly from: readonly number[];
  /** Positions of the result. */
  readonly to: readonly number[];
  readonly filter: readonly number[];
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly wraps: boolean;
}

/** One summand of a weighted sum: `weight` (>= 0) times a value. */
export interface Term {
  readonly value: ValueId;
  readonly weight: number;
}

/**
 * `inner`: x . z, the sum over features. A source.
 * `radial`: exp(-rate |x - z|^power). A source (kernels that are no network).
 * `sum`: constant + sum over terms of weight times value; the constant is >= 0.
 * `dual`: E[phi(a) phi(b)] for the covariance `of`.
 * `dualDerivative`: E[phi'(a) phi'(b)] for the covariance `of`.
 * `product`: left times right, entry by entry.
 * `normalise`: of / sqrt(by(x,x) by(z,z)), and 0 where that root is 0.
 *
 * On images every value is a number for each pair of positions (p, p'), self-kernels for each position; the above act
 * on each alone (`inner` sums over channels), and three more steps join positions: `window`: mean over the taps k of
 * the value at (p + k, p' + k). With one window over the whole image: mean over p of (p, p). `pool`: mean over k and k'
 * of the value at (p + k, p' + k'). `pixel`: the value at (at, at).
 */
export type Step =
  | { readonly op: 'inner' }
  | { readonly op: 'radial'; readonly rate: number; readonly power: number }
  | { readonly op: 'sum'; readonly terms: readonly Term[]; readonly constant: number }
  | { readonly op: 'dual'; readonly of: ValueId; readonly phi: ScalarMap }
  | { readonly op: 'dualDerivative'; readonly of: ValueId; readonly phi: ScalarMap }
  | { readonly op: 'product'; readonly left: ValueId; readonly right: ValueId }
  | { readonly op: 'normalise'; readonly of: ValueId; readonly by: ValueId }
  | { readonly op: 'window'; readonly of: ValueId; readonly windows: Windows }
  | { readonly op: 'pool'; readonly of: ValueId; readonly windows: Windows }
  | { readonly op: 'pixel'; readonly of: ValueId; readonly at: readonly number[] };

/** A network (or a radial kernel) as a straight-line list of steps. */
export interface Programme {
  /**
   * Positions of the inputs, `[w]` or `[h, w]`; absent for vectors, which have one position and no step that joins
   * several.
   */
  readonly positions?: readonly number[];
  /** Steps in order; a step refers only to earlier ones. */
  readonly steps: readonly Step[];
  /** Value of the NNGP; null when it is not wanted. */
  readonly nngp: ValueId | null;
  /** Value of the NTK; null when it is not wanted, or when nothing is trained (then the NTK is 0 everywhere). */
  readonly ntk: ValueId | null;
  /**
   * Values of the NTKs in each of which one layer alone is trained, which add up to the NTK; null where that is 0.
   * Absent where they are not wanted.
   */
  readonly parts?: readonly (ValueId | null)[];
}

/** The values that a programme is run for. */
export function outputValues({ nngp, ntk, parts = [] }: Programme): readonly ValueId[] {
  return [nngp, ntk, ...parts].filter((value) => value !== null);
}
