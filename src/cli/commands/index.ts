import type { Command } from '../command.js';
import { BENCHMARKS } from './benchmarks.js';

/** What the list of commands shows, and how the rest of a command is loaded when it is wanted. */
export interface CommandEntry {
  readonly usage: string;
  readonly describe: string;
  /** Absent: the name is reserved for a command that comes later. */
  readonly load?: () => Promise<Command>;
}

/** Every command of `ntk`. Loading this file loads none of them. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  kernel: {
    usage: 'kernel X [Z] --arch A --out K.npy',
    describe: 'kernel matrix of the rows of data files',
    load: async () => (await import('./kernel.js')).kernelCommand,
  },
  arch: {
    usage: 'arch PRESET|FILE.json',
    describe: 'print, check or describe an architecture',
    load: async () => (await import('./arch.js')).archCommand,
  },
  profile: {
    usage: 'profile --arch A [--arch B ...]',
    describe: 'kernel against the angle between two inputs',
    load: async () => (await import('./profile.js')).profileCommand,
  },
  plot: {
    usage: 'plot R1.json [R2.json ...] --out F.svg',
    describe: 'figure of records, overlaid',
    load: async () => (await import('./plot.js')).plotCommand,
  },
  eigs: {
    usage: 'eigs K | eigs X --arch A',
    describe: 'eigenpairs of a stored matrix, or of a kernel that is never stored',
    load: async () => (await import('./eigs.js')).eigsCommand,
  },
  regress: {
    usage: 'regress TRAIN TEST --arch A',
    describe: 'predictions of kernel regression, and how good they are',
    load: async () => (await import('./regress.js')).regressCommand,
  },
  empirical: {
    usage: 'empirical X [Z] --arch A --out K.npy',
    describe: 'NTK of one network of finite width',
    load: async () => (await import('./empirical.js')).empiricalCommand,
  },
  compare: {
    usage: 'compare X --arch A --widths 64,128,256 --out DIR',
    describe: 'finite networks of several widths against the infinite one',
    load: async () => (await import('./compare.js')).compareCommand,
  },
  sphere: {
    usage: 'sphere --arch A --dim d | sphere --arch A --positions P --dim d',
    describe: 'eigenvalues of kernels on the unit sphere, and on products of spheres',
    load: async () => (await import('./sphere.js')).sphereCommand,
  },
  paper: {
    usage: 'paper [NAME] --out DIR',
    describe: 'claims of papers as measured verdicts',
    load: async () => (await import('./paper.js')).paperCommand,
  },
  'receptive-field': {
    usage: 'receptive-field --arch A --input 32x32x3',
    describe: 'which pixels a kernel of images looks at',
    load: async () => (await import('./receptive-field.js')).receptiveFieldCommand,
  },
  fit: {
    usage: 'fit --arch A --to laplace|gamma|gaussian',
    describe: 'the Laplace, gamma or Gaussian kernel next to one of a network',
    load: async () => (await import('./fit.js')).fitCommand,
  },
  backends: {
    usage: 'backends',
    describe: 'what this machine offers to compute with',
    load: async () => (await import('./backends.js')).backendsCommand,
  },
  bench: {
    usage: `bench ${BENCHMARKS.join('|')}`,
    describe: 'speed, beside a limit measured in the same run',
    load: async () => (await import('./bench.js')).benchCommand,
  },
  join: { usage: 'join F.zarr', describe: 'check and close a result of several parts (comes later)' },
};
