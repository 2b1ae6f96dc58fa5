import { isImageNetwork } from '../architecture/check-input.js';
import type { KernelDefinition } from '../architecture/types.js';
import type { NdArray } from '../data/array.js';
import type { Computation, TiledKind } from './computation.js';
import { imageComputation } from './images/computation.js';
import { imageTask } from './images/task.js';
import { rowComputation } from './rows/computation.js';
import { outline } from './rows/prepare.js';
import type { KernelOptions } from './types.js';

/** What is known of a kind of inputs before there is a computation. */
interface InputKind {
  /** Whether a network or kernel reads such inputs as they are. */
  reads(definition: KernelDefinition): boolean;
  /** Throws as `makePlan` does. */
  computation(inputs: NdArray, options: KernelOptions): Computation;
  /**
   * Two inputs of such sizes for those who want no numbers: what is printed must hold for inputs of different norms.
   */
  madeUp(sizes: readonly number[] | null): NdArray;
}

/** Features of made-up rows: no text depends on them. */
const FEATURES = 8;
/** Sizes of made-up images: texts have the numbers of their positions in them. */
const IMAGE = [8, 8, 3];

/** Kinds of inputs; the first that reads them takes them. Rows take what is left, flattened. */
const KINDS: Readonly<Record<TiledKind, InputKind>> = {
  images: {
    reads: isImageNetwork,
    computation: (inputs, options) => imageComputation(imageTask(inputs, options)),
    madeUp: (sizes) => {
      const shape = [2, ...(sizes ?? IMAGE)];
      const length = shape.reduce((a, b) => a * b, 1);
      return { data: Float32Array.from({ length }, (_, i) => 1 + (i % 7) / 8), shape };
    },
  },
  rows: {
    reads: () => true,
    computation: (inputs, options) => rowComputation(outline(inputs, options)),
    madeUp: (sizes) => {
      const d = sizes?.reduce((a, b) => a * b, 1) ?? FEATURES;
      return { data: new Float32Array(2 * d).fill(1, 0, d).fill(2, d), shape: [2, d] };
    },
  },
};

function kindOf(definition: KernelDefinition): InputKind {
  return Object.values(KINDS).find(({ reads }) => reads(definition)) ?? KINDS.rows;
}

/** The kernel of a network on inputs, as its kind has them computed. Throws as `makePlan` does. */
export function computationOf(inputs: NdArray, options: KernelOptions): Computation {
  return kindOf(options.architecture).computation(inputs, options);
}

/** The same on two made-up inputs of `sizes`. */
export function madeUpComputation(sizes: readonly number[] | null, options: KernelOptions): Computation {
  const kind = kindOf(options.architecture);
  return kind.computation(kind.madeUp(sizes), options);
}
