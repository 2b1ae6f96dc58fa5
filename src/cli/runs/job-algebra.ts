import type { LinearAlgebra } from '../../linalg/algebra.js';
import { linearAlgebra } from '../../linalg/index.js';
import type { ComputeOptions } from '../options/compute.js';
import { say } from '../print.js';

/**
 * Linear algebra for matrices of `rows` rows, as `--native` and `--backend` say; that a device hands over is said, and
 * kept in `warnings`.
 */
export function jobAlgebra(
  { native, backend }: Pick<ComputeOptions, 'native' | 'backend'>,
  rows: number,
  warnings: string[],
): Promise<LinearAlgebra> {
  const warn = (line: string): void => {
    say(`ntk: warning: ${line}`);
    warnings.push(line);
  };
  return linearAlgebra(native, undefined, { backend, rows, warn });
}
