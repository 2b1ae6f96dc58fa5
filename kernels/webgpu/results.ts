import type { TileData } from '../../src/backend/tile.js';

/**
 * How the results of a tile lie on the device, and on the host once they are read: regions `[stride, stride]`, one for
 * each output, then one for the transpose of each.
 */
export interface Results {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly outputs: number;
  /** Whether the transposes are wanted. */
  readonly transposed: boolean;
}

/** Copies what is wanted of the results of a tile into the buffer that the host reads. */
export function copyResults(encoder: GPUCommandEncoder, from: GPUBuffer, to: GPUBuffer, results: Results): void {
  const { rows, columns, stride, outputs, transposed } = results;
  const copy = (region: number, count: number): void => {
    const at = 4 * region * stride * stride;
    encoder.copyBufferToBuffer(from, at, to, at, 4 * count * stride);
  };
  for (let k = 0; k < outputs; k++) {
    copy(k, rows);
    if (transposed) copy(outputs + k, columns);
  }
}

/** The entries of output `which` in the results as the host has read them. */
export function tileData(values: Float32Array, results: Results, which: number): TileData {
  const { rows, columns, stride, outputs, transposed } = results;
  const view = (region: number, count: number): Float32Array =>
    values.subarray(region * stride * stride, region * stride * stride + count * stride);
  return {
    values: view(which, rows),
    stride,
    transposed: transposed ? view(outputs + which, columns) : null,
    transposedStride: stride,
  };
}
