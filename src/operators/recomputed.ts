import { isInstead } from '../backend/instead.js';
import type { Precision } from '../data/array.js';

/** Entries of a kernel that backend `reference` computed again; of several kernels those of all together. */
export interface Recomputed {
  /** How many: of both kernels where both are computed. */
  readonly entries: number;
  /**
   * Of the entry that is nearest its tolerance: what was computed less what `reference` computes, over sqrt(K(x,x)
   * K(z,z)).
   */
  readonly difference: number;
  /** What that difference may be. */
  readonly tolerance: number;
}

/** How the warning begins that no entry was computed again. */
const NONE = 'no entry was computed again by backend reference';

/** Where no entry was computed again. */
export function notRecomputed(reason: string): Recomputation {
  return { recomputed: null, warnings: [`${NONE}: ${reason}`] };
}

/** What came of computing entries again. */
export interface Recomputation {
  /** Null where none was. */
  readonly recomputed: Recomputed | null;
  /** Why none was, where none was; and why another backend computed than was asked for. */
  readonly warnings: readonly string[];
}

/** The same of what was planned with such warnings. */
export function withInstead(recomputation: Recomputation, warnings: readonly string[]): Recomputation {
  return { ...recomputation, warnings: [...warnings.filter(isInstead), ...recomputation.warnings] };
}

/** That of a kernel that was run, whose warnings tell other things too. */
export function recomputationOf({ recomputed, warnings }: Recomputation): Recomputation {
  return { recomputed, warnings: warnings.filter((warning) => warning.startsWith(NONE) || isInstead(warning)) };
}

/**
 * What an entry may differ from that of `reference` by, relative to sqrt(K(x,x) K(z,z)): some times the error that the
 * engine promises, and far less than any defect of a whole run makes of it.
 */
export const RECOMPUTE_TOLERANCE = { f64: 1e-11, f32: 4e-5 } as const satisfies Record<Precision, number>;

/** The nearer to its tolerance of two, with the entries of both. */
function both(a: Recomputed, b: Recomputed): Recomputed {
  const nearer = a.difference * b.tolerance >= b.difference * a.tolerance ? a : b;
  return { ...nearer, entries: a.entries + b.entries };
}

/** Several kernels as one; null where no entry of any was computed again. */
export function recomputedOfAll(all: readonly (Recomputed | null)[]): Recomputed | null {
  return all.filter((one) => one !== null).reduce<Recomputed | null>((a, b) => (a === null ? b : both(a, b)), null);
}

/** Several computations as one: a reason is told where none of them computed an entry again. */
export function recomputationOfAll(all: readonly Recomputation[]): Recomputation {
  const recomputed = recomputedOfAll(all.map((one) => one.recomputed));
  const warnings = [...new Set(all.flatMap((one) => one.warnings))];
  return { recomputed, warnings: recomputed === null ? warnings : warnings.filter(isInstead) };
}
