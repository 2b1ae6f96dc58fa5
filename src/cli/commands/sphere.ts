import { DEFAULT_DEGREE } from '../../spectrum/defaults.js';
import type { Command } from '../command.js';
import { SWEEP_FLAGS } from '../options/architecture.js';
import { KERNEL_FLAGS, SINGLE_KIND_FLAG } from '../options/compute.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** `ntk sphere`: eigenvalues of kernels on the unit sphere. */
export const sphereCommand: Command = {
  positionals: [],
  flags: {
    ...SWEEP_FLAGS,
    dim: { describe: 'dimension d of the inputs, which lie on the sphere S^(d-1)', group: 'Kernel' },
    'max-degree': { describe: 'highest degree', group: 'Kernel', fallback: String(DEFAULT_DEGREE) },
    ...SINGLE_KIND_FLAG,
    normalized: { ...KERNEL_FLAGS.normalized, describe: 'divide by K(x,x)' },
    out: { describe: 'record (.json) or numbers (.csv) to write', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk sphere --arch fc --depth 3 --dim 3', 'eigenvalues with error bounds, beside the predicted decay'],
    ['ntk sphere --arch resntk --depth 2,8 --arch laplace:1 --dim 10 --normalized --out s.json', 'a record'],
  ],
  run: async (args, context) => (await import('../runs/sphere.js')).runSphere(args, context),
};
