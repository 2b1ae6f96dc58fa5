import { DEFAULT_CONTRACT } from '../../empirical/defaults.js';
import type { Command } from '../command.js';
import { ARCH_FLAG, PRESET_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS } from '../options/compute.js';
import { FINITE_FLAGS } from '../options/finite.js';
import { DATA, INPUT_FLAGS, SECOND_DATA } from '../options/inputs.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

const GROUP = 'Network';

/** What several outputs become. */
export const CONTRACTIONS = ['trace', 'full'] as const;

/** `ntk empirical`: the NTK of one network of finite width. */
export const empiricalCommand: Command = {
  positionals: [DATA, SECOND_DATA],
  flags: {
    ...INPUT_FLAGS,
    ...ARCH_FLAG,
    ...PRESET_FLAGS,
    model: { describe: 'model.json of a LayersModel saved by TensorFlow.js, instead of --arch; in f32', group: GROUP },
    ...FINITE_FLAGS,
    contract: {
      describe: 'mean over the outputs [n, m], or all pairs of them [n, m, o, o]',
      group: GROUP,
      fallback: DEFAULT_CONTRACT,
      choices: CONTRACTIONS,
    },
    'save-weights': { describe: 'file for the weights: .npz', group: GROUP },
    ...COMPUTE_FLAGS,
    out: { describe: 'K.npy, K.npz (array ntk) or K.csv; without it csv goes to stdout', group: 'Output' },
    contributions: {
      describe: 'file for the share of each layer (of a model each variable): .npz, arrays by path',
      group: 'Output',
    },
    plan: { describe: 'print methods, memory and expected time; write nothing', group: 'Output', alone: true },
    ...OUTPUT_FLAGS,
    ...PROGRESS_FLAGS,
  },
  examples: [
    [
      'ntk empirical digits.csv --label-column label --scale unit-rows --rows 0:100 --arch resntk --width 256 ' +
        '--out K.npy',
      'K.npy, and its record K.json',
    ],
    [
      'ntk empirical digits.csv --label-column label --scale unit-rows --rows 0:5 --arch fc --outputs 10 ' +
        '--save-weights W.npz',
      'mean over ten outputs on stdout, and the weights',
    ],
    [
      'ntk empirical digits.csv --label-column label --rows 0:20 --model data/digits/model.json --out Kmodel.npy',
      'the NTK of a trained model (this one lies in a clone) in its own parameterisation: no factor is taken out ' +
        'of its weights',
    ],
  ],
  run: async (args, context) => (await import('../runs/empirical.js')).runEmpirical(args, context),
};
