import { DEFAULT_VECTORS } from '../../report/figures/defaults.js';
import type { Command } from '../command.js';
import { OUTPUT_FLAGS } from '../options/output.js';

const FIGURE = 'Figure';
const MATRIX = 'Picture of a matrix';

/** `ntk plot`: figures of stored records. */
export const plotCommand: Command = {
  positionals: [
    {
      name: 'R.json',
      describe: 'records of ntk profile, eigs, sphere, receptive-field, regress, kernel or compare, all of one command',
      required: true,
      repeats: true,
    },
  ],
  flags: {
    figure: {
      describe:
        'eigs: values | vectors | density | condition; regress: score | leave-one-out; kernel: ntk | nngp; ' +
        'receptive-field: field | log | section; compare: error | mean | eigenvalues | ratios | angles | layers',
      group: FIGURE,
      fallback: 'the first',
    },
    x: {
      describe:
        'regress, and eigs --figure condition: what the axis shows: train | time | ridge | depth | alpha | gamma',
      group: FIGURE,
      fallback: 'the first that varies',
    },
    count: { describe: 'eigs --figure vectors: how many', group: FIGURE, fallback: String(DEFAULT_VECTORS) },
    labels: { describe: 'file of labels by which rows are sorted, one a row of X', group: MATRIX },
    'label-column': { describe: 'column of that file, if it is a csv of several', group: MATRIX },
    out: { describe: 'figure: .svg, .html or .pdf; without it an svg goes to stdout', group: 'Output' },
    data: { describe: 'csv of the plotted numbers', group: 'Output' },
    title: { describe: 'line above the figure', group: 'Output' },
    ...OUTPUT_FLAGS,
  },
  examples: [
    ['ntk profile --arch fc --depth 1,2,4,8,16 --arch laplace:1 --out fc.json', 'a record'],
    [
      'ntk plot fc.json --out fc.html --data fc.csv --title "Plain networks against Laplace"',
      'its figure as a page, and its numbers',
    ],
    [
      'ntk eigs digits.csv --label-column label --arch fc --depth 1,3 -k 50 --out e.json && ntk plot e.json --out ' +
        'e.svg',
      'eigenvalues with their decay',
    ],
    [
      'ntk eigs digits.csv --label-column label --arch fc -k 4 --vectors V.npy --out v.json && ntk plot v.json ' +
        '--figure vectors --out v.svg',
      'eigenvectors',
    ],
    [
      'ntk sphere --arch fc --depth 2 --dim 3 --out s.json && ntk plot s.json --out s.pdf',
      'eigenvalues on the sphere with the predicted ones',
    ],
    [
      'ntk regress digits.csv digits.csv --rows 0:60 --rows-z 60:80 --label-column label --arch fc --depth 1,2,3 ' +
        '--json > r.json && ntk plot r.json --out r.svg',
      'accuracy against depth',
    ],
    [
      'ntk kernel digits.csv --label-column label --arch fc --out K.npy && ntk plot K.json --labels digits.csv ' +
        '--label-column label --out K.svg',
      'a matrix sorted by class',
    ],
    [
      'ntk compare digits.csv --label-column label --rows 0:20 --arch fc --widths 16,32,64 --out c && ntk plot ' +
        'c/compare.json --out c.svg',
      'the error of finite networks against their width',
    ],
  ],
  run: async (args, context) => (await import('../runs/plot.js')).runPlot(args, context),
};
