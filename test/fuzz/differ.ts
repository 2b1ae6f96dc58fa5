import { reference, roundingReference } from '../../kernels/reference/backend.js';
import type { Backend } from '../../src/backend/contract.js';
import type { Output } from '../../src/backend/tasks.js';
import { InternalError, type NdArray, NtkError, type Precision } from '../../src/index.js';
import { EXCUSED, roundings } from '../../src/programme/rounding.js';
import { type Case, compute, type Kernels } from './compute.js';

/** Largest |K - reference| over sqrt(K(x,x) K(z,z)) that needs no excuse. */
const LIMIT: Readonly<Record<Precision, number>> = { f64: 1e-11, f32: 4e-5 };

/** What is wrong with a kernel, and where. */
export interface Difference {
  readonly output: Output;
  readonly entry: readonly [number, number];
  readonly got: number;
  readonly expected: number;
  /** Over sqrt(K(x,x) K(z,z)); Infinity where something holds that must not hold at all. */
  readonly error: number;
  readonly limit: number;
  readonly rule: string;
}

/** Where an entry cannot be named. */
const NOWHERE = {
  output: 'nngp',
  entry: [0, 0],
  got: Number.NaN,
  expected: Number.NaN,
  error: Infinity,
  limit: 0,
} as const;

/** Relative difference of an entry; where an self-kernel is 0, exactly 0 is asked for, or no more than `excused`. */
function errorOf(got: number, expected: number, scale: number, excused: number): number {
  if (!Number.isFinite(got)) return Infinity;
  if (scale > 0) return Math.abs(got - expected) / scale;
  return Math.abs(got - expected) <= excused ? 0 : Infinity;
}

/** `excused` is what sums of both signs may leave of an entry that should be 0. */
function largest(found: Kernels, truth: Kernels, n: number, excused = 0): Difference | null {
  let worst: Difference | null = null;
  for (const [output, expected] of Object.entries(truth) as [Output, Float64Array][]) {
    const values = found[output] ?? new Float64Array(n * n).fill(Number.NaN);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        const scale = Math.sqrt(expected[i * (n + 1)]) * Math.sqrt(expected[j * (n + 1)]);
        const error = errorOf(values[at], expected[at], scale, excused);
        if (worst !== null && error <= worst.error) continue;
        worst = {
          output,
          entry: [i, j],
          got: values[at],
          expected: expected[at],
          error,
          limit: 0,
          rule: 'as reference',
        };
      }
    }
  }
  return worst;
}

/** What rounding after each step loses: over sqrt(K(x,x) K(z,z)), and of entries that should be 0. */
interface Loss {
  readonly relative: number;
  readonly atZero: number;
}

/** The largest entry of what is 0 in the truth. */
function mostAtZero(found: Kernels, truth: Kernels): number {
  let most = 0;
  for (const [output, expected] of Object.entries(truth) as [Output, Float64Array][]) {
    expected.forEach((value, at) => {
      if (value === 0) most = Math.max(most, Math.abs(found[output]?.[at] ?? 0));
    });
  }
  return most;
}

/** Entries of the kernel that must be equal to the last bit: K of a copy is K(x, x), and K is its own transpose. */
function unequal(found: Kernels, x: NdArray): Difference | null {
  const n = x.shape[0];
  const length = x.data.length / n;
  const copies = (i: number, j: number): boolean => {
    for (let k = 0; k < length; k++) if (x.data[i * length + k] !== x.data[j * length + k]) return false;
    return true;
  };
  for (const [output, values] of Object.entries(found) as [Output, Float64Array][]) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const [got, expected] = [values[i * n + j], values[j * n + i]];
        const differs = (rule: string, other: number): Difference => ({
          output,
          entry: [i, j],
          got,
          expected: other,
          error: Infinity,
          limit: 0,
          rule,
        });
        if (!Object.is(got, expected)) return differs('symmetric bit for bit', expected);
        if (copies(i, j) && got !== values[i * (n + 1)])
          return differs('equal to K(x,x) for a copy', values[i * (n + 1)]);
      }
    }
  }
  return null;
}

/** Something that is to be tested: a backend in a precision. */
export interface Subject {
  readonly backend: Backend;
  readonly precision: Precision;
}

/** What `reference` says of a case, and what can be asked of others. */
export class Truth {
  readonly kernels: Kernels;
  readonly #case: Case;
  readonly #losses = new Map<Precision, Loss>();

  private constructor(which: Case, kernels: Kernels) {
    this.#case = which;
    this.kernels = kernels;
  }

  /** Computes a case by `reference`; null where it is refused, which others must do as well. */
  static async of(which: Case): Promise<Truth | null> {
    try {
      return new Truth(which, await compute(reference, which, 'f64'));
    } catch (error) {
      if (error instanceof NtkError) return null;
      throw error;
    }
  }

  /** The largest errors that rounding after each step makes. */
  async loss(precision: Precision): Promise<Loss> {
    const known = this.#losses.get(precision);
    if (known !== undefined) return known;
    let [relative, atZero] = [0, 0];
    for (const rounding of roundings(precision)) {
      const rounded = await compute(roundingReference(rounding), this.#case, 'f64');
      relative = Math.max(relative, largest(rounded, this.kernels, this.#case.x.shape[0], Infinity)?.error ?? 0);
      atZero = Math.max(atZero, mostAtZero(rounded, this.kernels));
    }
    this.#losses.set(precision, { relative, atZero });
    return { relative, atZero };
  }

  /** What a subject gets wrong; null where all is right, or where it refuses with an error of its own. */
  async differenceOf({ backend, precision }: Subject): Promise<Difference | null> {
    let found: Kernels;
    try {
      found = await compute(backend, this.#case, precision);
    } catch (error) {
      if (error instanceof NtkError && !(error instanceof InternalError)) return null;
      return { ...NOWHERE, rule: `computed or refused, not failed: ${error instanceof Error ? error.message : error}` };
    }
    const twins = unequal(found, this.#case.x);
    if (twins !== null) return twins;
    const n = this.#case.x.shape[0];
    const first = largest(found, this.kernels, n);
    if (first === null || first.error <= LIMIT[precision]) return null;
    const { relative, atZero } = await this.loss(precision);
    const limit = Math.max(LIMIT[precision], EXCUSED * relative);
    const worst = largest(found, this.kernels, n, EXCUSED * atZero);
    return worst === null || worst.error <= limit ? null : { ...worst, limit };
  }
}
