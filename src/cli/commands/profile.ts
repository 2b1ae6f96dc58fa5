import { PROFILE_DEFAULTS } from '../../kernel/defaults.js';
import type { Command } from '../command.js';
import { SWEEP_FLAGS } from '../options/architecture.js';
import { SINGLE_KIND_FLAG } from '../options/compute.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** `ntk profile`: the normalised kernel against the angle between two inputs. */
export const profileCommand: Command = {
  positionals: [],
  flags: {
    ...SWEEP_FLAGS,
    ...SINGLE_KIND_FLAG,
    input: {
      describe: 'numbers in an input vector, for networks that divide by it',
      group: 'Kernel',
      fallback: String(PROFILE_DEFAULTS.features),
    },
    angles: { describe: 'number of angles from 0 to pi', group: 'Kernel', fallback: String(PROFILE_DEFAULTS.angles) },
    out: { describe: 'record (.json) or numbers (.csv) to write', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk profile --arch fc --depth 1,4,16,64', 'deep plain networks grow spiky'],
    ['ntk profile --arch resntk --depth 2,8,32 --alpha 0.5 --arch laplace:1 --out p.json', 'a record for ntk plot'],
  ],
  run: async (args, context) => (await import('../runs/profile.js')).runProfile(args, context),
};
