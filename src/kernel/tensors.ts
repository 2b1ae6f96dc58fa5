import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelDefinition } from '../architecture/types.js';
import { openTensors } from '../backend/select.js';
import type { RowTask } from '../backend/tasks.js';
import { NumericalError, UsageError } from '../errors.js';
import { radialStep } from '../programme/radial.js';
import { outline, prepareTask } from './rows/prepare.js';

/** What kernel of tensors to compute. */
export interface TensorKernelOptions {
  /** Network or radial kernel. */
  readonly architecture: KernelDefinition;
  /** Second set of rows `[m, d]`; absent: the kernel of x with itself. */
  readonly z?: Tensor2D;
  /** Which kernel. [ntk] */
  readonly kind?: 'ntk' | 'nngp';
  /** Divide by sqrt(K(x,x) K(z,z)). */
  readonly normalized?: boolean;
}

/** Kernels of tensors on a GPU. */
export interface TensorKernels {
  /** tfjs, with the engine's device as its backend: make the rows with it. */
  readonly tf: typeof import('@tensorflow/tfjs-core');
  /**
   * The kernel of rows `[n, d]` as a tensor `[n, m]`, f32; it stays on the device, and the caller disposes of it.
   *
   * Only the rows go to the host, for their norms. Throws UsageError for rows of other shapes, NumericalError where f32
   * cannot hold an entry, or not resolve near rows under a radial kernel.
   */
  kernel(x: Tensor2D, options: TensorKernelOptions): Promise<Tensor2D>;
}

/** Rows on the host, and on the device divided by their norms. */
interface Rows {
  readonly data: Float32Array;
  readonly shape: readonly [number, number];
}

async function rowsOf(x: Tensor2D, where: string): Promise<Rows> {
  const [n, d] = x.shape;
  if (x.rank !== 2 || x.dtype !== 'float32' || n < 1 || d < 1) {
    throw new UsageError(`${where}: must be rows [n, d] of float32, got shape [${x.shape.join(', ')}] of ${x.dtype}.`);
  }
  return { data: (await x.data()) as Float32Array, shape: [n, d] };
}

/** rate |x|^power up to which the distance of near rows, from unit rows in f32, keeps the digits of a radial kernel. */
const RESOLVED = 256;

/**
 * Refuses radial kernels that near rows on the device cannot resolve: elsewhere those come from the rows themselves, on
 * the host.
 */
function requireResolved({ programme, x, z }: RowTask): void {
  const step = radialStep(programme);
  if (step === null) return;
  for (const { factors } of x === z ? [x] : [x, z]) {
    factors.columns[0][0].forEach((norm, i) => {
      const size = step.rate * norm ** step.power;
      if (size <= RESOLVED) return;
      throw new NumericalError(
        `row ${i}: rate |x|^power of a radial kernel of tensors must be at most ${RESOLVED}, got ` +
          `${size.toPrecision(3)}. Centre or scale the rows, or use kernelMatrix.`,
      );
    });
  }
}

/**
 * Registers the engine's kernels with TensorFlow.js on the GPU device, for users who want tensors rather than files or
 * arrays.
 *
 * Throws BackendError where there is no GPU device or no @tensorflow/tfjs-backend-webgpu.
 */
export async function tensorKernels(): Promise<TensorKernels> {
  const { tf, kernel } = await openTensors();
  return {
    tf,
    kernel: async (x, { z, ...options }) => {
      const rowsX = await rowsOf(x, 'x');
      const rowsZ = z === undefined || z === x ? undefined : await rowsOf(z, 'z');
      const given = rowsZ === undefined ? {} : { z: rowsZ };
      const { task } = prepareTask(outline(rowsX, { ...options, ...given, precision: 'f32' }), false);
      requireResolved(task);
      return tf.tidy(() => {
        const unit = (set: typeof task.x): Tensor2D => tf.tensor2d(set.unit as Float32Array, [set.rows, set.features]);
        const unitX = unit(task.x);
        return kernel(task, unitX, task.z === task.x ? unitX : unit(task.z));
      });
    },
  };
}
