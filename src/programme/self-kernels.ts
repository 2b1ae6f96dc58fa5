import type { Programme } from '../vocabulary/steps.js';
import { type Extended, extendedNumbers, extendedZeros } from './extended-exponent.js';
import type { Factors } from './factors.js';
import { rulesOf } from './steps/index.js';

/**
 * What a pair needs to know of its rows: the self-kernels of a programme, turned into factors near 1.
 *
 * A pair carries only correlations u = K(x,z) / sqrt(K(x,x) K(z,z)); everything that depends on one row alone is here,
 * computed once per row in float64.
 */
export interface RowFactors extends Factors {
  /** Rows n; 1 when the factors are the same for every row. */
  readonly rows: number;
  /**
   * Columns `[n]` of each step:
   * `sum`: sqrt(weight part / total) of each term, then sqrt(constant / total) if there is a constant;
   * smooth `dual`: K(x,x), its root, sqrt(E phi^2), curvature (see `pair.ts`);
   * smooth `dualDerivative`: K(x,x), its root, sqrt(E phi'^2);
   * `radial`: |x|. Other steps: none (of images see `image-self-kernels.ts`).
   */
  readonly columns: readonly (readonly Float64Array[])[];
  /** K(x,x) of the NNGP and of the NTK; null where the programme has no such output. */
  readonly nngp: Extended | null;
  readonly ntk: Extended | null;
  /** Those of the parts of the NTK, where the programme has any. */
  readonly parts?: readonly (Extended | null)[];
}

/**
 * Runs a programme on (x, x) for every row x, given the norms |x| `[n]`, as doubles or with an extended exponent.
 *
 * @throws NumericalError where a variance before a map that is not homogeneous leaves the range of its formulas in
 * float64.
 */
export function rowFactors(programme: Programme, lengths: Extended | Float64Array): RowFactors {
  const norms = lengths instanceof Float64Array ? extendedNumbers(lengths) : lengths;
  const rows = norms.mantissa.length;
  const selfKernels: Extended[] = [];
  const columns: Float64Array[][] = [];
  for (const step of programme.steps) {
    const total = extendedZeros(rows);
    columns.push(rulesOf(step).selfKernel(step, selfKernels, norms, total));
    selfKernels.push(total);
  }
  const output = (v: number | null): Extended | null => (v === null ? null : selfKernels[v]);
  const { nngp, ntk, parts = [] } = programme;
  return { rows, columns, nngp: output(nngp), ntk: output(ntk), parts: parts.map(output) };
}
