import { roundingFloor } from '../linalg/floor.js';
import type { KernelSource } from '../sources/source.js';
import { type KernelSpectrumOptions, kernelSpectrum } from './kernel-spectrum.js';

/** The condition of a kernel matrix, and what bounds it. */
export interface ConditionReport {
  /** Rows n. */
  readonly n: number;
  /** Largest over least magnitude of the eigenvalues where `isResolved`, else a number that it is not below. */
  readonly conditionNumber: number;
  /** Whether the least eigenvalue lies above the floor of the precision. */
  readonly isResolved: boolean;
  /** Largest condition number that the precision tells from that of a singular matrix. */
  readonly resolvable: number;
  /** Mean of k_ij / sqrt(k_ii k_jj) over i != j; null of a matrix that is not positive semidefinite, or 0. */
  readonly meanCorrelation: number | null;
  /** Lower bound of the condition number of the matrix scaled to unit diagonal; null with `meanCorrelation`. */
  readonly doubleConstantBound: number | null;
  /** Lower bound of the condition number of the matrix as it is; null with `meanCorrelation`. */
  readonly ownConstantBound: number | null;
}

/**
 * Condition number of a kernel K(x, x) by a whole decomposition, with the bounds that its mean entry forces on it: of
 * `bothSources` for the NTK and NNGP of one network in one pass.
 *
 * @throws as `kernelSpectrum` does
 */
export async function conditionReport(
  source: KernelSource,
  options: Pick<KernelSpectrumOptions, 'algebra' | 'memory' | 'signal'>,
): Promise<ConditionReport> {
  const { n, pairs, summary } = await kernelSpectrum(source, { ...options, method: 'dense', k: 1 });
  const { conditionAtLeast, conditionResolved, meanCorrelation, doubleConstantBound, ownConstantBound } = summary;
  const { norm, precisionFloor } = pairs;
  return {
    n,
    conditionNumber: conditionAtLeast,
    isResolved: conditionResolved,
    resolvable: norm / Math.max(precisionFloor, roundingFloor(norm, n, 0)),
    meanCorrelation,
    doubleConstantBound,
    ownConstantBound,
  };
}
