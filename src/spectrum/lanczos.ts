import { COMPUTE_DEFAULTS } from '../kernel/defaults.js';
import { loadSharedProduct } from '../linalg/built-in/shared.js';
import { RandomSource } from '../linalg/random.js';
import { basisFor } from './choose-basis.js';
import {
  CountedProducts,
  type IterationOptions,
  type IterationResult,
  type MissedCheck,
  type PlacedProducts,
} from './iteration.js';
import type { KrylovBasis } from './krylov-basis.js';
import { countBeyond, spectrumBound } from './missed-eigenvalues.js';
import { type SmallEigen, symmetricEigen } from './projected.js';

/** Options of Lanczos beyond those of every iteration. */
export interface LanczosOptions extends IterationOptions {
  /**
   * Vectors a product takes at once: more where a block costs little more than one vector, as where entries are
   * computed for it. 1 without.
   */
  readonly block?: number;
  /** Vectors in the basis before it restarts; 2 k + 20, and at least 40, without. */
  readonly basis?: number;
}

/** Probability with which the search of the complement may miss an eigenvalue. */
const RISK = 1e-3;
/** Products that this search may take before it leaves the question open. */
const CHECK_STEPS = 32;
/** Columns to which a block grows where eigenvalues repeat. */
const LARGEST_BLOCK = 8;
const SMALLEST_BASIS = 40;
/** Restarts after the estimates converged but the residuals did not: then the precision is at its end. */
const MOST_STALLS = 3;
const EPSILON = 2 ** -52;
/** So that a bound lies above the zeros of a zero matrix. */
const TINY = 2 ** -1000;

/** Largest of the first k numbers. */
function largest(values: Float64Array, k: number): number {
  return values.subarray(0, k).reduce((a, b) => Math.max(a, b), 0);
}

/** |A| as far as Ritz values tell. */
function normOf({ values }: SmallEigen): number {
  return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
}

/** Ends of the spectrum of H on the basis vectors from `from`. */
function outsideRange(basis: KrylovBasis, from: number): { readonly lowest: number; readonly highest: number } {
  const { values } = symmetricEigen(basis.projected(from), basis.size - from);
  return { lowest: values[values.length - 1], highest: values[0] };
}

/** One run: the basis, the block, what was spent. */
class Run {
  readonly basis: KrylovBasis;
  readonly products: CountedProducts;
  readonly trace: number[] = [];
  readonly #random: RandomSource;
  readonly #n: number;
  readonly #k: number;
  readonly #limit: number;
  readonly #options: LanczosOptions;
  /** The smallest Ritz value that was met. */
  lowest = Infinity;
  #block: number;

  constructor(operator: PlacedProducts, options: LanczosOptions) {
    const [n, k] = [operator.size, options.k];
    this.#n = n;
    this.#k = k;
    this.#options = options;
    this.#block = Math.max(1, Math.min(options.block ?? 1, n));
    this.#limit = Math.min(n, Math.max(options.basis ?? Math.max(2 * k + 20, SMALLEST_BASIS), k + 2 + 2 * this.#block));
    this.#random = new RandomSource(options.seed ?? COMPUTE_DEFAULTS.seed);
    this.products = new CountedProducts(operator, options.signal);
    const capacity = this.#limit + CHECK_STEPS + 2 * Math.max(this.#block, LARGEST_BLOCK);
    this.basis = basisFor(this.products, n, Math.min(n, capacity));
  }

  get isFull(): boolean {
    return this.basis.size === this.#n;
  }

  begin(): void {
    const start = this.#options.start ?? this.#random.normals(this.#block * this.#n);
    this.basis.propose(start, start.length / this.#n, 0, this.#random);
  }

  async #step(): Promise<void> {
    const { basis } = this;
    const columns = basis.waiting;
    await basis.multiply(this.products);
    basis.proposeProducts(Math.min(columns, basis.size), this.#random);
  }

  /** Largest residual of the first k Ritz pairs by the couplings, relative to |A|. */
  #estimate(): number {
    const { basis } = this;
    const ritz = basis.ritz();
    const couplings = basis.couplings(ritz);
    const norm = normOf(ritz);
    let worst = 0;
    for (let i = 0; i < this.#k; i++) {
      let square = 0;
      // Divided before it is squared: the square of a coupling may overflow, or vanish.
      for (let q = 0; q < basis.waiting; q++) square += (couplings[q * basis.size + i] / (norm || 1)) ** 2;
      worst = Math.max(worst, square);
    }
    return Math.sqrt(worst);
  }

  /** Fills the basis, or stops earlier when the estimates have converged. Returns whether they have. */
  async fill(): Promise<boolean> {
    const { basis } = this;
    const k = this.#k;
    const every = Math.max(4, Math.ceil((this.#limit - k) / 8));
    let added = 0;
    while (basis.size < this.#limit && !this.isFull) {
      const before = basis.size;
      await this.#step();
      added += basis.size - before;
      if (basis.size > k + 2 * every && added >= every) {
        added = 0;
        if (this.#estimate() <= this.#options.tol) return true;
      }
    }
    return this.isFull || this.#estimate() <= this.#options.tol;
  }

  /** Ritz pairs kept at a restart: those sought, and as many of the next as speed it up. */
  restart(keepAll: boolean): { readonly ritz: SmallEigen; readonly residuals: Float64Array; readonly norm: number } {
    const { basis } = this;
    const ritz = basis.ritz();
    const room = this.#limit - basis.waiting;
    const keep = keepAll ? basis.size : Math.max(this.#k, Math.min(room, this.#k + Math.ceil((room - this.#k) * 0.4)));
    const residuals = basis.restart(ritz, Math.min(keep, basis.size));
    const residual = largest(residuals, this.#k);
    this.trace.push(residual);
    const norm = normOf(ritz);
    this.lowest = Math.min(this.lowest, ritz.values[ritz.values.length - 1]);
    this.#options.onProgress?.({
      products: this.products.count,
      converged: residuals.subarray(0, this.#k).filter((r) => r <= this.#options.tol * norm).length,
      wanted: this.#k,
      residual,
    });
    return { ritz, residuals, norm };
  }

  /**
   * Looks for eigenvalues beyond the k-th in what is orthogonal to the whole basis, by Lanczos from a random vector
   * there.
   *
   * What a Krylov space misses, further copies of a repeated eigenvalue above all, is orthogonal to all of it: so a few
   * steps show it.
   */
  async search(values: Float64Array, norm: number): Promise<MissedCheck> {
    const { basis } = this;
    const ritz = basis.ritz();
    const seen = { values: ritz.values, couplings: basis.couplings(ritz), ties: basis.waiting };
    const slack = Math.max(this.#options.tol, 8 * EPSILON * Math.sqrt(this.#n)) * norm;
    const bound = values[this.#k - 1] + Math.max(slack, TINY);
    const known = values.subarray(0, this.#k).filter((value) => value > bound).length;
    const ties = basis.next();
    const from = basis.size;
    basis.propose(this.#random.normals(this.#n), 1, 0, this.#random);
    let missed: number | null = null;
    for (let steps = 1; steps <= CHECK_STEPS && basis.waiting > 0 && missed === null; steps++) {
      await this.#step();
      const outside = outsideRange(basis, from);
      if (outside.highest > bound) missed = 1;
      const rest = spectrumBound(this.#n - from, steps, outside.lowest, outside.highest, RISK);
      if (rest < bound && countBeyond(seen, bound, rest) <= known) missed = 0;
    }
    const all = this.isFull;
    if (all || missed === null) {
      const count = basis.ritz().values.filter((value) => value > bound).length - known;
      if (all || count > 0) missed = Math.max(0, count);
    }
    if (missed !== 0) this.#widen(ties);
    return { by: all ? 'all' : 'random vectors', bound, missed, risk: all ? 0 : RISK };
  }

  /**
   * Goes on with the vectors of the search beside those from before: a block that sees as many copies as it has
   * columns.
   */
  #widen(ties: Float64Array): void {
    const { basis } = this;
    const n = this.#n;
    this.#block = Math.max(this.#block, Math.min(LARGEST_BLOCK, 2 * this.#block, this.#limit - this.#k - 1));
    const found = basis.next();
    const candidates = new Float64Array(this.#block * n);
    candidates.set(this.#random.normals(candidates.length));
    candidates.set(found.subarray(0, Math.min(found.length, candidates.length)));
    const left = candidates.length - found.length;
    if (left > 0) candidates.set(ties.subarray(0, Math.min(ties.length, left)), found.length);
    basis.propose(candidates, this.#block, 1e-8, this.#random);
  }
}

/**
 * The k algebraically largest eigenpairs by thick-restart block Lanczos with full reorthogonalisation.
 *
 * An invariant subspace is no failure: a random vector orthogonal to it takes the place of the one that vanished. Once
 * all k residuals are at most tol |A|, a search of the complement of the basis looks for what a Krylov space cannot see
 * (further copies of an eigenvalue, eigenvectors orthogonal to the start); where it finds one the block grows and the
 * iteration goes on. With a basis of all n dimensions the result is exact. Failure to converge is a status, not an
 * error. Throws InterruptedError, NumericalError (a product is not finite).
 *
 * Source: K. Wu, H. Simon, SIAM J. Matrix Anal. Appl. 22 (2000) 602; Z. Bai et al., Templates for the Solution of
 * Algebraic Eigenvalue Problems (2000), 4.4-4.6.
 */
export async function lanczos(operator: PlacedProducts, options: LanczosOptions): Promise<IterationResult> {
  await loadSharedProduct();
  const run = new Run(operator, options);
  try {
    return await search(run, operator.size, options);
  } finally {
    run.basis.dispose();
  }
}

async function search(run: Run, n: number, options: LanczosOptions): Promise<IterationResult> {
  const { k, tol } = options;
  const most = options.maxProducts ?? 100 * (2 * k + 20) + 20 * n ** 0.5;
  run.begin();
  for (let stalls = 0; ; ) {
    const settled = await run.fill();
    const { ritz, residuals, norm } = run.restart(settled);
    const isGood = largest(residuals, k) <= tol * norm;
    if (settled && !isGood) stalls++;
    const isOver = run.isFull || run.products.count >= most || stalls > MOST_STALLS;
    if (isGood || isOver) {
      const found = {
        values: ritz.values.slice(0, k),
        vectors: run.basis.vectors(k),
        residuals: residuals.slice(0, k),
      };
      const check = isGood ? await run.search(ritz.values, norm) : null;
      if (isOver || check === null || check.missed === null || check.missed === 0) {
        const facts = { products: run.products.count, trace: run.trace, norm, lowest: run.lowest };
        return { ...found, ...facts, converged: isGood, check };
      }
    }
    if (settled) run.restart(false);
  }
}
