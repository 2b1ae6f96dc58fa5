import { PAPERS } from '../../papers/index.js';
import type { Command } from '../command.js';
import { COMPUTE_FLAGS } from '../options/compute.js';
import { INPUT_FLAGS } from '../options/inputs.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

const GROUP = 'Claims';
const { 'rows-z': _rowsZ, scale: _scale, ...DATA_FLAGS } = INPUT_FLAGS;
const { native, threads, memory, seed } = COMPUTE_FLAGS;

/** How much is computed. */
export const SIZES = ['quick', 'full'] as const;

/** `ntk paper`: claims of a paper as measured verdicts. */
export const paperCommand: Command = {
  positionals: [
    {
      name: 'NAME',
      describe: `the paper: ${Object.keys(PAPERS).join(', ')}; without it the list of their claims`,
      required: false,
    },
  ],
  flags: {
    claims: { describe: 'numbers of the claims, a list', group: GROUP, fallback: 'all of the paper' },
    size: {
      describe: 'how much is computed: minutes on two cores, or depths and sizes for a publication',
      group: GROUP,
      fallback: SIZES[0],
      choices: SIZES,
    },
    data: {
      describe: 'images or rows of your own for claims about data, with labels where a claim needs them',
      group: GROUP,
      fallback: '1,000 handwritten digits',
    },
    ...DATA_FLAGS,
    ...{ native, threads, memory, seed },
    out: { describe: 'folder for paper.json and its page index.html', group: 'Output' },
    ...OUTPUT_FLAGS,
    ...PROGRESS_FLAGS,
  },
  examples: [
    ['ntk paper', 'the papers and their claims'],
    ['ntk paper belfer --claims 1,2 --out belfer', 'two verdicts, and the page belfer/index.html'],
  ],
  run: async (args, context) => (await import('../runs/paper.js')).runPaper(args, context),
};
