import { DEFAULT_DEGREE, DEFAULT_MULTISPHERE_DEGREE } from '../../spectrum/defaults.js';
import type { Command } from '../command.js';
import { SWEEP_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, KERNEL_FLAGS, SINGLE_KIND_FLAG } from '../options/compute.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** `ntk sphere`: eigenvalues of kernels on the unit sphere, and on products of spheres. */
export const sphereCommand: Command = {
  positionals: [],
  flags: {
    ...SWEEP_FLAGS,
    dim: { describe: 'dimension d of the inputs, which lie on the sphere S^(d-1)', group: 'Kernel' },
    positions: {
      describe: 'positions P of sequences, each on the sphere in R^dim: eigenvalues by frequency (networks of images)',
      group: 'Kernel',
    },
    'max-degree': {
      describe: 'highest degree',
      group: 'Kernel',
      fallback: `${DEFAULT_DEGREE}; with --positions ${DEFAULT_MULTISPHERE_DEGREE}`,
    },
    ...SINGLE_KIND_FLAG,
    normalized: { ...KERNEL_FLAGS.normalized, describe: 'divide by K(x,x)' },
    memory: { ...COMPUTE_FLAGS.memory, describe: `${COMPUTE_FLAGS.memory.describe} (with --positions)` },
    out: { describe: 'record (.json) or numbers (.csv) to write', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk sphere --arch fc --depth 3 --dim 3', 'eigenvalues with error bounds, beside the predicted decay'],
    ['ntk sphere --arch resntk --depth 2,8 --arch laplace:1 --dim 10 --normalized --out s.json', 'a record'],
    [
      'ntk sphere --arch rescntk --depth 1,2 --first-filter 1 --head eq --positions 3 --dim 2',
      'on products of spheres, by frequency',
    ],
  ],
  run: async (args, context) => (await import('../runs/sphere.js')).runSphere(args, context),
};
