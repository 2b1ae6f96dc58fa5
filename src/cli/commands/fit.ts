import { FIT_DEFAULTS } from '../../spectrum/fit/defaults.js';
import { FIT_MODELS } from '../../spectrum/fit/models.js';
import type { Command } from '../command.js';
import { SWEEP_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, SINGLE_KIND_FLAG } from '../options/compute.js';
import { INPUT_FLAGS } from '../options/inputs.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

const GROUP = 'Fit';

// A fit has no second data and no labels; a label column is only left out.
const { 'rows-z': _rowsZ, labels: _labels, ...DATA_FLAGS } = INPUT_FLAGS;

/** Flags that only mean something with `--data`. */
export const FIT_DATA_FLAGS = { ...DATA_FLAGS, ...COMPUTE_FLAGS, ...PROGRESS_FLAGS };

/** `ntk fit`: kernels of the distance that are nearest to those of networks. */
export const fitCommand: Command = {
  positionals: [],
  flags: {
    ...SWEEP_FLAGS,
    to: { describe: 'what is fitted', group: GROUP, fallback: FIT_DEFAULTS.to, choices: FIT_MODELS },
    affine: { describe: 'fit offset + amplitude times it; else it is 1 at x = z', group: GROUP, alone: true },
    dim: {
      describe: 'weight sin^(d-2), of pairs that are uniform on the sphere in R^d',
      group: GROUP,
      fallback: 'weight 1, uniform in the angle',
    },
    input: {
      describe: 'numbers in an input vector, for networks that divide by it',
      group: GROUP,
      fallback: '--dim, or 1',
    },
    angles: { describe: 'angles of the curves, from 0 to pi', group: GROUP, fallback: String(FIT_DEFAULTS.angles) },
    data: { describe: 'data: fit to all pairs of its rows or images instead of the angle', group: GROUP },
    ...SINGLE_KIND_FLAG,
    ...DATA_FLAGS,
    ...COMPUTE_FLAGS,
    out: { describe: 'record (.json) or curves (.csv) to write', group: 'Output' },
    ...OUTPUT_FLAGS,
    ...PROGRESS_FLAGS,
  },
  examples: [
    ['ntk fit --arch fc --depth 1,3,6 --to laplace --affine', 'fits with their deviations, and the slopes at x = z'],
    ['ntk fit --arch resntk --depth 3 --arch fc --to gamma --dim 10 --out f.json', 'a record for ntk plot'],
    [
      'ntk fit --arch cntk --depth 2 --to gaussian --affine --data digits.csv --label-column label --image 8x8x1 ' +
        '--rows 0:40',
      'to the pairs of some images',
    ],
  ],
  run: async (args, context) => (await import('../runs/fit.js')).runFit(args, context),
};
