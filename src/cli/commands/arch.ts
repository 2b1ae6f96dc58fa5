import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import type { Command } from '../command.js';
import { ARCH_TEXT, PRESET_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, SINGLE_KINDS } from '../options/compute.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** `ntk arch`: prints, checks or describes an architecture. */
export const archCommand: Command = {
  positionals: [{ name: 'PRESET', describe: ARCH_TEXT, required: true }],
  flags: {
    ...PRESET_FLAGS,
    describe: { describe: 'a readable table: layers, shapes, what is trained, passes', group: 'Output', alone: true },
    input: { describe: 'size of an input for --describe, as 784 or 32x32x3', group: 'Output' },
    image: { describe: 'HxWxC or WxC of the inputs: an image preset gets filters of as many axes', group: 'Output' },
    kind: {
      describe: 'kernel that --describe speaks of',
      group: 'Output',
      fallback: COMPUTE_DEFAULTS.kind,
      choices: SINGLE_KINDS,
    },
    shader: { describe: 'with --describe: the WGSL that a GPU will run', group: 'Output', alone: true },
    source: { describe: 'with --describe: the C that backend compiled compiles', group: 'Output', alone: true },
    precision: { ...COMPUTE_FLAGS.precision, describe: 'number format of that C', group: 'Output' },
    out: { describe: 'file to write instead of stdout', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk arch resntk --depth 2 --alpha 0.3 --out mine.json', 'write an architecture file'],
    ['ntk arch mine.json --describe --input 64', 'check it, and say what it does'],
    ['ntk arch fc --depth 2 --describe --shader', 'the WGSL that a GPU will run'],
    ['ntk arch fc --depth 2 --describe --source --precision f32', 'the C that is compiled for this processor'],
  ],
  run: async (args) => (await import('../runs/arch.js')).runArch(args),
};
