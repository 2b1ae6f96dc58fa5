import { REGRESS_DEFAULTS } from '../../regression/defaults.js';
import { EIGEN_DEFAULTS } from '../../spectrum/defaults.js';
import type { Command } from '../command.js';
import { ARCH_FLAG, PRESET_FLAGS } from '../options/architecture.js';
import { COMPUTE_FLAGS, EACH_KIND_FLAG, KERNEL_FLAGS } from '../options/compute.js';
import { OPTIONAL_FINITE_FLAGS } from '../options/finite.js';
import { INPUT_FLAGS } from '../options/inputs.js';
import { OUTPUT_FLAGS, PROGRESS_FLAGS } from '../options/output.js';

const GROUP = 'Spectrum';

/** Methods that may be asked for. */
export const METHODS = ['auto', 'dense', 'lanczos', 'power'] as const;
/** Ends of the spectrum. */
export const ENDS = ['largest', 'smallest'] as const;

/** `ntk eigs`: eigenpairs of a stored matrix, or of data and an architecture without storing it. */
export const eigsCommand: Command = {
  positionals: [
    {
      name: 'K',
      describe:
        'a stored symmetric matrix (.npy, .npz:name, .csv, .csv.gz), or with --arch the data: its kernel is never ' +
        'stored',
      required: true,
    },
  ],
  flags: {
    ...INPUT_FLAGS,
    ...ARCH_FLAG,
    ...PRESET_FLAGS,
    ...OPTIONAL_FINITE_FLAGS,
    k: { describe: 'how many eigenpairs', group: GROUP, fallback: String(EIGEN_DEFAULTS.k) },
    which: {
      describe: 'end of the spectrum, algebraically',
      group: GROUP,
      fallback: EIGEN_DEFAULTS.which,
      choices: ENDS,
    },
    method: { describe: 'how they are found', group: GROUP, fallback: EIGEN_DEFAULTS.method, choices: METHODS },
    tol: {
      describe: 'residual over the norm of K at which a pair is done',
      group: GROUP,
      fallback: `${EIGEN_DEFAULTS.tol.f64}, ${EIGEN_DEFAULTS.tol.f32.toExponential()} in f32`,
    },
    ridge: {
      describe: 'ridges of the effective dimension, as multiples of the mean diagonal; a list',
      group: GROUP,
      fallback: REGRESS_DEFAULTS.ridge.toExponential(),
    },
    density: { describe: 'spectral density with error bars, by some hundred products', group: GROUP, alone: true },
    vectors: { describe: 'file for the eigenvectors [n, k], .npy', group: 'Output' },
    ...KERNEL_FLAGS,
    ...EACH_KIND_FLAG,
    ...COMPUTE_FLAGS,
    out: { describe: 'file for the record, .json', group: 'Output' },
    ...OUTPUT_FLAGS,
    ...PROGRESS_FLAGS,
  },
  examples: [
    [
      'ntk eigs digits.csv --label-column label --scale unit-rows --arch fc --depth 1,3 -k 3',
      'the largest of two kernels, never stored',
    ],
    [
      'ntk eigs digits.csv --label-column label --scale unit-rows --arch resntk -k 10 --ridge 1e-6,1e-3 --density ' +
        '--json',
      'with the spectral density, and the effective dimension at two ridges',
    ],
    [
      'ntk eigs digits.csv --label-column label --scale unit-rows --arch fc --depth 1,3 --width 256 -k 3',
      'those of one network of width 256 each',
    ],
    [
      'ntk eigs digits.csv --label-column label --image 8x8x1 --arch cntk --arch rescntk --depth 1,2 --kind both ' +
        '--method dense -k 1 --out c.json && ntk plot c.json --figure condition --out c.svg',
      'condition numbers by depth of the NTK and the NNGP of networks with and without skips',
    ],
    [
      'ntk kernel digits.csv --label-column label --arch laplace:0.05 --out L.npy && ntk eigs L.npy -k 5 --json',
      'those of a stored matrix',
    ],
  ],
  run: async (args, context) => (await import('../runs/eigs.js')).runEigs(args, context),
};
