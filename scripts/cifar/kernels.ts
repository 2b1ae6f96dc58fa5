import { resolveArchitecture } from '../../src/architecture/resolve.js';
import type { KernelDefinition } from '../../src/architecture/types.js';

/** A kernel that the script compares. */
interface Compared {
  readonly title: string;
  /** The kernel; `depth` is that of the networks whose depth is free. */
  definition(depth: number): KernelDefinition;
}

function convolutional(name: 'cntk' | 'rescntk', head: 'tr' | 'gap'): Compared {
  return {
    title: `${name} ${head}`,
    definition: (depth) => resolveArchitecture(name, { depth, head }),
  };
}

/** The kernels by the name under which `--kernels` has them, cheap ones first. */
export const KERNELS: Readonly<Record<string, Compared>> = {
  laplace: { title: 'laplace', definition: () => resolveArchitecture('laplace:1') },
  'cntk-tr': convolutional('cntk', 'tr'),
  'rescntk-tr': convolutional('rescntk', 'tr'),
  'cntk-gap': convolutional('cntk', 'gap'),
  'rescntk-gap': convolutional('rescntk', 'gap'),
  myrtle5: { title: 'myrtle 5', definition: () => resolveArchitecture('myrtle', { depth: 5 }) },
};

/** Ways to scale the images: each feature by its mean and deviation, or whitened. */
export const SCALES = ['standard', 'zca'] as const;

/** How the images are scaled. */
export type Scale = (typeof SCALES)[number];

/** One kernel matrix and all that is fitted from it. */
export interface Job {
  readonly kernel: string;
  readonly scale: Scale;
}

/** The name of a job and of its file. */
export function jobName({ kernel, scale }: Job): string {
  return `${kernel}-${scale}`;
}
