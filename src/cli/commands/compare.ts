import { DEFAULT_LEADING, DEFAULT_SEEDS } from '../../compare/defaults.js';
import type { Command } from '../command.js';
import { ARCH_FLAG, PRESET_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS } from '../options/compute.js';
import { FINITE_FLAGS } from '../options/finite.js';
import { DATA, INPUT_FLAGS } from '../options/inputs.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

const GROUP = 'Comparison';
const { 'rows-z': _rowsZ, labels: _labels, ...DATA_FLAGS } = INPUT_FLAGS;

/** `ntk compare`: finite networks of several widths against the infinite one. */
export const compareCommand: Command = {
  positionals: [DATA],
  flags: {
    ...DATA_FLAGS,
    ...ARCH_FLAG,
    ...PRESET_FLAGS,
    widths: { describe: 'units of hidden layers that give none: a list, ascending', group: GROUP },
    seeds: { describe: 'networks of each width', group: GROUP, fallback: String(DEFAULT_SEEDS) },
    init: FINITE_FLAGS.init,
    outputs: FINITE_FLAGS.outputs,
    k: { describe: 'leading eigenvalues and eigenspaces', group: GROUP, fallback: String(DEFAULT_LEADING) },
    ...COMPUTE_FLAGS,
    out: {
      describe: 'folder for compare.json, its page index.html, and finished networks until they are reused',
      group: 'Output',
    },
    plan: { describe: 'print networks, memory and expected time; write nothing', group: 'Output', alone: true },
    ...OUTPUT_FLAGS,
    force: { describe: 'start anew where the folder holds another comparison', group: 'Output', alone: true },
    ...PROGRESS_FLAGS,
  },
  examples: [
    [
      'ntk compare digits.csv --label-column label --scale unit-rows --rows 0:30 --arch fc --depth 2 --widths ' +
        '32,64,128 --out fc',
      'errors by width, their slope, and fc/compare.json',
    ],
    [
      'ntk compare digits.csv --label-column label --scale unit-rows --rows 0:30 --arch fc --depth 2 --widths ' +
        '32,64,128 --seeds 20 --out fc',
      'ten networks more of each width; the others are there',
    ],
  ],
  run: async (args, context) => (await import('../runs/compare.js')).runCompareCommand(args, context),
};
