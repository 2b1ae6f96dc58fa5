import type { Command } from '../command.js';
import { ARCH_TEXT, PRESET_FLAGS } from '../options/architecture.js';
import { SINGLE_KINDS } from '../options/compute.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** Angles that a profile has when `--angles` is not given: every degree. */
export const DEFAULT_ANGLES = 181;

/** `ntk profile`: the normalised kernel against the angle between two inputs. */
export const profileCommand: Command = {
  positionals: [],
  flags: {
    arch: { describe: `${ARCH_TEXT}; may be repeated`, group: 'Architecture', repeats: true },
    ...PRESET_FLAGS,
    depth: { ...PRESET_FLAGS.depth, describe: `${PRESET_FLAGS.depth.describe}; 1,2,4 makes a sweep` },
    alpha: { ...PRESET_FLAGS.alpha, describe: `${PRESET_FLAGS.alpha.describe}; 0.1,1 makes a sweep` },
    gamma: { ...PRESET_FLAGS.gamma, describe: `${PRESET_FLAGS.gamma.describe}; a list makes a sweep` },
    kind: { describe: 'kernel of the network', group: 'Kernel', fallback: 'ntk', choices: SINGLE_KINDS },
    input: { describe: 'numbers in an input vector, for networks that divide by it', group: 'Kernel', fallback: '1' },
    angles: { describe: 'number of angles from 0 to pi', group: 'Kernel', fallback: String(DEFAULT_ANGLES) },
    out: { describe: 'record (.json) or numbers (.csv) to write', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk profile --arch fc --depth 1,4,16,64', 'deep plain networks grow spiky'],
    ['ntk profile --arch resntk --depth 2,8,32 --alpha 0.5 --arch laplace:1 --out p.json', 'a record for ntk plot'],
  ],
  run: async (args, context) => (await import('../runs/profile.js')).runProfile(args, context),
};
