import type { Precision } from '../../data/array.js';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import type { BackendName, KernelKind } from '../../kernel/types.js';
import type { FlagTable } from '../command.js';
import { type ParsedArguments, parsedOf } from './parsed.js';
import { byteCount, nonEmpty, nonNegativeInteger, oneOf, positiveInteger } from './values.js';

const KERNEL = 'Kernel';
const GROUP = 'Compute';

const KINDS = ['ntk', 'nngp', 'both'] as const satisfies readonly KernelKind[];
const PRECISIONS = ['f64', 'f32'] as const satisfies readonly Precision[];
const BACKENDS = [
  'auto',
  'host',
  'compiled',
  'webgpu',
  'tensorflow',
  'tfjs',
  'reference',
] as const satisfies readonly BackendName[];

/** Kernels that a command speaks of one at a time. */
export const SINGLE_KINDS = ['ntk', 'nngp'] as const;

/** Parses one of them. */
export const singleKind = oneOf(SINGLE_KINDS);

/** Flags that say which kernel of the network. */
export const KERNEL_FLAGS: FlagTable = {
  kind: {
    describe: 'kernel of the network (both: to .npz)',
    group: KERNEL,
    fallback: COMPUTE_DEFAULTS.kind,
    choices: KINDS,
  },
  normalized: { describe: 'divide by sqrt(K(x,x) K(z,z))', group: KERNEL, alone: true },
};

/** `--kind` of a command that speaks of one kernel at a time. */
export const SINGLE_KIND_FLAG: FlagTable = {
  kind: { describe: 'kernel of the network', group: KERNEL, fallback: COMPUTE_DEFAULTS.kind, choices: SINGLE_KINDS },
};

/** `--kind` of a command that gives a row to each kernel. */
export const EACH_KIND_FLAG: FlagTable = {
  kind: {
    describe: 'kernel of the network (both: a row each)',
    group: KERNEL,
    fallback: COMPUTE_DEFAULTS.kind,
    choices: KINDS,
  },
};

/** Flags that say how to compute. */
export const COMPUTE_FLAGS: FlagTable = {
  precision: { describe: 'number format', group: GROUP, fallback: COMPUTE_DEFAULTS.precision, choices: PRECISIONS },
  backend: { describe: 'what computes', group: GROUP, fallback: COMPUTE_DEFAULTS.backend, choices: BACKENDS },
  native: {
    describe: 'BLAS library of the system: auto | off | PATH',
    group: GROUP,
    fallback: COMPUTE_DEFAULTS.native,
  },
  threads: { describe: 'worker threads', group: GROUP, fallback: 'what the container offers' },
  memory: {
    describe: 'promise for the peak: 4GiB, 500MB or bytes',
    group: GROUP,
    fallback: 'what the container offers',
  },
  seed: { describe: 'seed where chance is involved; recorded', group: GROUP, fallback: String(COMPUTE_DEFAULTS.seed) },
};

/** How to compute, as given; absent where the library chooses. */
export interface ComputeOptions {
  readonly kind: KernelKind;
  readonly normalized: boolean;
  readonly precision: Precision;
  readonly backend: BackendName;
  readonly native: string;
  readonly threads?: number;
  readonly memory?: number;
  readonly seed: number;
}

/** `--precision` as given, or what the library takes. */
export function readPrecision(args: ParsedArguments): Precision {
  return parsedOf(args, 'precision', oneOf(PRECISIONS)) ?? COMPUTE_DEFAULTS.precision;
}

/** The flags of kernel and computation as given. */
export function readComputeOptions(args: ParsedArguments): ComputeOptions {
  const threads = parsedOf(args, 'threads', positiveInteger);
  const memory = parsedOf(args, 'memory', byteCount);
  return {
    kind: parsedOf(args, 'kind', oneOf(KINDS)) ?? COMPUTE_DEFAULTS.kind,
    normalized: args.switches.has('normalized'),
    precision: readPrecision(args),
    backend: parsedOf(args, 'backend', oneOf(BACKENDS)) ?? COMPUTE_DEFAULTS.backend,
    native: parsedOf(args, 'native', nonEmpty) ?? COMPUTE_DEFAULTS.native,
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memory }),
    seed: parsedOf(args, 'seed', nonNegativeInteger) ?? COMPUTE_DEFAULTS.seed,
  };
}
