import type { Command } from '../command.js';
import { ARCH_FLAG, PRESET_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, KERNEL_FLAGS } from '../options/compute.js';
import { DATA, INPUT_FLAGS, SECOND_DATA } from '../options/inputs.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

/** `ntk kernel`: the kernel matrix of the rows of data files. */
export const kernelCommand: Command = {
  positionals: [DATA, SECOND_DATA],
  flags: {
    ...INPUT_FLAGS,
    ...ARCH_FLAG,
    ...PRESET_FLAGS,
    ...KERNEL_FLAGS,
    ...COMPUTE_FLAGS,
    out: { describe: 'K.npy, K.npz (arrays ntk, nngp) or K.csv; without it csv goes to stdout', group: 'Output' },
    plan: { describe: 'print memory, tiles and expected time; write nothing', group: 'Output', alone: true },
    ...OUTPUT_FLAGS,
    ...PROGRESS_FLAGS,
  },
  examples: [
    [
      'ntk kernel digits.csv --label-column label --scale unit-rows --arch resntk --depth 50 --out K.npy',
      'K.npy, and its record K.json',
    ],
    ['ntk kernel digits.csv --label-column label --rows 0:5 --arch fc --normalized', 'a small one on stdout'],
    ['ntk kernel digits.csv --label-column label --arch laplace:0.05 --plan', 'what it would need'],
  ],
  run: async (args, context) => (await import('../runs/kernel.js')).runKernel(args, context),
};
