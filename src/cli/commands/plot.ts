import type { Command } from '../command.js';
import { OUTPUT_FLAGS } from '../options/output.js';

/** `ntk plot`: a figure of stored profiles. */
export const plotCommand: Command = {
  positionals: [{ name: 'R.json', describe: 'records that ntk profile wrote', required: true, repeats: true }],
  flags: {
    out: { describe: 'figure: .svg, .html or .pdf; without it an svg goes to stdout', group: 'Output' },
    data: { describe: 'csv of the plotted numbers', group: 'Output' },
    title: { describe: 'line above the figure', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk profile --arch fc --depth 1,2,4,8,16 --arch laplace:1 --out fc.json', 'a record'],
    ['ntk plot fc.json --out fc.svg', 'and its figure'],
    [
      'ntk plot fc.json --out fc.html --data fc.csv --title "Plain networks against Laplace"',
      'a page, and its numbers',
    ],
  ],
  run: async (args, context) => (await import('../runs/plot.js')).runPlot(args, context),
};
