import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import { FIELD_SEEDS } from '../../network/defaults.js';
import type { Command } from '../command.js';
import { SWEEP_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, SINGLE_KIND_FLAG } from '../options/compute.js';
import { LAWS } from '../options/finite.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

const FINITE = 'Finite networks';

/** `ntk receptive-field`: which pixels a kernel of images looks at. */
export const receptiveFieldCommand: Command = {
  positionals: [],
  flags: {
    ...SWEEP_FLAGS,
    input: { describe: 'shape of one input: HxWxC (32x32x3), or WxC of sequences', group: 'Kernel' },
    at: {
      describe: 'position that is read, in the grid left at the readout: 3,4',
      group: 'Kernel',
      fallback: "that of the network's pixel layer, else the first",
    },
    ...SINGLE_KIND_FLAG,
    width: {
      describe:
        'beside it the mean square input gradient of networks of this width, which tends to the field of the NNGP',
      group: FINITE,
    },
    seeds: { describe: 'how many of them', group: FINITE, fallback: String(FIELD_SEEDS) },
    init: { describe: 'law of the weights', group: FINITE, fallback: 'as the file says', choices: LAWS },
    seed: { ...COMPUTE_FLAGS.seed, describe: 'seed of the first; the next ones count on', group: FINITE },
    native: { ...COMPUTE_FLAGS.native, group: FINITE, fallback: COMPUTE_DEFAULTS.native },
    out: { describe: 'record (.json) or numbers (.csv) to write', group: 'Output' },
    ...OUTPUT_FLAGS,
    ...PROGRESS_FLAGS,
  },
  examples: [
    ['ntk receptive-field --arch rescntk --depth 4 --head eq --input 32x32x3', 'share of each pixel, peak and spread'],
    [
      'ntk receptive-field --arch cntk --depth 3,6 --head eq --input 16x16x3 --out f.json && ntk plot f.json --out ' +
        'f.svg',
      'two depths in one figure',
    ],
    [
      'ntk receptive-field --arch cntk --depth 2 --head eq --input 12x3 --kind nngp --width 64 --seeds 50',
      'finite networks beside their limit',
    ],
  ],
  run: async (args, context) => (await import('../runs/receptive-field.js')).runReceptiveField(args, context),
};
