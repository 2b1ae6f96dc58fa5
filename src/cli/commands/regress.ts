import { REGRESS_DEFAULTS, SOLVERS } from '../../regression/defaults.js';
import type { Command } from '../command.js';
import { ARCH_FLAG, PRESET_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, KERNEL_FLAGS, SINGLE_KIND_FLAG } from '../options/compute.js';
import { OPTIONAL_FINITE_FLAGS } from '../options/finite.js';
import { INPUT_FLAGS } from '../options/inputs.js';
import { OUTPUT_FLAGS } from '../options/output.js';

const GROUP = 'Regression';

/** `ntk regress`: kernel regression from training to test rows. */
export const regressCommand: Command = {
  positionals: [
    { name: 'TRAIN', describe: 'training rows, as X of ntk kernel; none with --kernel', required: false },
    { name: 'TEST', describe: 'test rows', required: false },
  ],
  flags: {
    ...INPUT_FLAGS,
    flip: {
      describe: 'add a copy of each training image, mirrored left to right, with its label',
      group: 'Input',
      alone: true,
    },
    'test-labels': { describe: 'file of labels, one a row of TEST', group: 'Input' },
    kernel: {
      describe:
        'K(train, train) in a file (.npy, .npz:name, .csv, .csv.gz), instead of TRAIN and TEST; with --cross and ' +
        '--labels',
      group: 'Input',
    },
    cross: { describe: 'K(test, train) in a file, of the same formats', group: 'Input' },
    ...ARCH_FLAG,
    ...PRESET_FLAGS,
    ...OPTIONAL_FINITE_FLAGS,
    ridge: {
      describe:
        'lambda, added to the diagonal, as a multiple of its mean; 0: least squares; auto: by leave-one-out, from ' +
        '1e-12 to 100; a list: a row each',
      group: GROUP,
      fallback: REGRESS_DEFAULTS.ridge.toExponential(),
    },
    time: {
      describe:
        'time of gradient flow from 0, or a list: it descends 1/2 sum (f - y)^2 at rate 1, so that along an ' +
        'eigenvalue l the share 1 - exp(-(l + lambda) t) is learnt; without it the limit, ridge regression',
      group: GROUP,
    },
    'train-sizes': { describe: 'a list: fit the first rows of TRAIN, so many each time', group: GROUP },
    solver: {
      describe: 'cholesky stores the kernel; cg iterates from products and never does',
      group: GROUP,
      fallback: REGRESS_DEFAULTS.solver,
      choices: SOLVERS,
    },
    tol: {
      describe: 'relative residual of the equations: cg is done at it, and above it the exit code is 3',
      group: GROUP,
      fallback: REGRESS_DEFAULTS.tol.toExponential(),
    },
    iterations: {
      describe: 'after which cg gives up, with exit code 3',
      group: GROUP,
      fallback: String(REGRESS_DEFAULTS.iterations),
    },
    task: { describe: 'classes or numbers', group: GROUP, fallback: 'by the labels', choices: ['classify', 'regress'] },
    ...KERNEL_FLAGS,
    ...SINGLE_KIND_FLAG,
    ...COMPUTE_FLAGS,
    out: {
      describe: 'predictions [m, outputs]: .npy or .csv; names of classes in a .csv, where they have any',
      group: 'Output',
    },
    variance: {
      describe: 'posterior variance of the test rows [m]: .npy or .csv; with --kind nngp that of a Bayesian network',
      group: 'Output',
    },
    ...OUTPUT_FLAGS,
  },
  examples: [
    [
      'ntk regress digits.csv digits.csv --rows 0:60 --rows-z 60:80 --label-column label --scale unit-rows --arch ' +
        'fc --depth 2',
      'accuracy on the test rows',
    ],
    [
      'ntk regress digits.csv digits.csv --rows 0:60 --rows-z 60:80 --label-column label --scale unit-rows --arch ' +
        'resntk --depth 1,3 --ridge auto --json',
      'two depths, the best ridge of each',
    ],
    [
      'ntk regress digits.csv digits.csv --rows 0:60 --rows-z 60:80 --label-column label --scale unit-rows --arch ' +
        'fc --solver cg --train-sizes 20,40,60 --json',
      'a learning curve, the kernel never stored',
    ],
    [
      'ntk regress digits.csv digits.csv --rows 0:40 --rows-z 60:80 --label-column label --image 8x8x1 --flip ' +
        '--scale zca --arch cntk --depth 1 --ridge auto',
      'images with their mirrored copies, whitened',
    ],
    [
      'ntk regress digits.csv digits.csv --rows 0:60 --rows-z 60:80 --label-column label --scale unit-rows --arch ' +
        'fc --width 256',
      'what one network of width 256 would learn if its NTK stood still',
    ],
  ],
  run: async (args, context) => (await import('../runs/regress.js')).runRegress(args, context),
};
