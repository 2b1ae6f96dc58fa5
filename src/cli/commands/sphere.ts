import type { Command } from '../command.js';
import { ARCH_TEXT, PRESET_FLAGS } from '../options/architecture.js';
import { KERNEL_FLAGS, SINGLE_KINDS } from '../options/compute.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** Highest degree when `--max-degree` is not given, as in the library. */
export const FALLBACK_DEGREE = 60;

/** `ntk sphere`: eigenvalues of kernels on the unit sphere. */
export const sphereCommand: Command = {
  positionals: [],
  flags: {
    arch: { describe: `${ARCH_TEXT}; may be repeated`, group: 'Architecture', repeats: true },
    ...PRESET_FLAGS,
    depth: { ...PRESET_FLAGS.depth, describe: `${PRESET_FLAGS.depth.describe}; 1,2,4 makes a sweep` },
    alpha: { ...PRESET_FLAGS.alpha, describe: `${PRESET_FLAGS.alpha.describe}; 0.1,1 makes a sweep` },
    gamma: { ...PRESET_FLAGS.gamma, describe: `${PRESET_FLAGS.gamma.describe}; a list makes a sweep` },
    dim: { describe: 'dimension d of the inputs, which lie on the sphere S^(d-1)', group: 'Kernel' },
    'max-degree': { describe: 'highest degree', group: 'Kernel', fallback: String(FALLBACK_DEGREE) },
    kind: { describe: 'kernel of the network', group: 'Kernel', fallback: 'ntk', choices: SINGLE_KINDS },
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
