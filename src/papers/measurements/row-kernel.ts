import type { KernelDefinition } from '../../architecture/types.js';
import type { NdArray } from '../../data/index.js';
import { kernelMatrix } from '../../kernel/matrix.js';
import type { ClaimContext } from '../types.js';

/** A kernel of rows, whatever it comes from. */
export interface RowKernel {
  readonly name: string;
  /** K(x, x) `[n, n]` of rows x `[n, d]`. */
  matrix(x: NdArray, context: ClaimContext): Promise<Float64Array>;
}

/** What of a context a kernel matrix takes. */
export function kernelOptions({ memory, threads, native, signal }: ClaimContext) {
  return {
    // A verdict is that of float64 on the processor, wherever it is asked for.
    precision: 'f64' as const,
    backend: 'host' as const,
    ...(native === undefined ? {} : { native }),
    memory,
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The matrix `[n, n]` of a kernel on examples. */
export async function matrixOf(
  architecture: KernelDefinition,
  kind: 'ntk' | 'nngp',
  x: NdArray,
  context: ClaimContext,
): Promise<Float64Array> {
  const found = await kernelMatrix(x, { ...kernelOptions(context), architecture, kind });
  const { data } = kind === 'ntk' && found.ntk !== undefined ? found.ntk : (found.nngp ?? { data: [] });
  return Float64Array.from(data);
}

/** The kernel of a network or a radial kernel; `shape` reads each row as an image or signal. [as a vector] */
export function rowKernel(
  name: string,
  definition: KernelDefinition,
  kind: 'ntk' | 'nngp' = 'ntk',
  shape?: (dim: number) => readonly number[],
): RowKernel {
  return {
    name,
    matrix: (x, context) => {
      const [n, d] = x.shape;
      return matrixOf(definition, kind, { data: x.data, shape: [n, ...(shape?.(d) ?? [d])] }, context);
    },
  };
}
