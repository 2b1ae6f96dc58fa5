import { parseArgs } from 'node:util';
import { finiteNumber, oneOf, positiveInteger } from '../../src/cli/options/values.js';
import { UsageError } from '../../src/errors.js';
import type { BackendName } from '../../src/kernel/types.js';
import { type Job, KERNELS, SCALES } from './kernels.js';

/** What one run computes; files of other settings are not joined with it. */
export interface Settings {
  /** Ascending numbers of training images. */
  readonly sizes: readonly number[];
  /** Largest number of images that is also fitted with mirrored copies; 0: none. */
  readonly flips: number;
  /** Test images. */
  readonly tests: number;
  /** Layers of `cntk`, blocks of `rescntk`. */
  readonly depth: number;
  readonly precision: 'f32' | 'f64';
  /** Ridges beside the one by leave-one-out, as multiples of the mean diagonal. */
  readonly ridges: readonly number[];
}

/** A call of the script. */
export interface CifarOptions extends Settings {
  readonly data: string;
  /** Folder of the results. */
  readonly out: string;
  /** Those of the share, in their order. */
  readonly jobs: readonly Job[];
  readonly backend: BackendName;
  readonly threads: number | undefined;
  readonly mode: 'run' | 'plan' | 'join' | 'help';
  readonly json: boolean;
}

const BACKENDS = ['auto', 'host', 'compiled', 'webgpu', 'tensorflow', 'tfjs', 'reference'] as const;

const FLAGS = {
  data: { type: 'string' },
  out: { type: 'string', default: 'cifar10-results' },
  kernels: { type: 'string', default: Object.keys(KERNELS).join() },
  scales: { type: 'string', default: SCALES.join() },
  sizes: { type: 'string', default: '100,200,500' },
  flips: { type: 'string' },
  tests: { type: 'string', default: '400' },
  depth: { type: 'string', default: '5' },
  precision: { type: 'string', default: 'f32' },
  ridges: { type: 'string', default: '1e-6,1e-4,1e-2,1' },
  backend: { type: 'string', default: 'auto' },
  threads: { type: 'string' },
  part: { type: 'string', default: '1/1' },
  plan: { type: 'boolean', default: false },
  join: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    const told = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    const flags = Object.keys(FLAGS).map((flag) => `--${flag}`);
    throw new UsageError(`scripts/cifar10: ${told}. Its flags are ${flags.join(', ')}.`);
  }
}

function listOf<T>(flag: string, text: string, read: (flag: string, text: string) => T): readonly T[] {
  const values = text.split(',').map((part) => read(flag, part.trim()));
  return [...new Set(values)];
}

function ridgeOf(flag: string, text: string): number {
  const value = finiteNumber(flag, text);
  if (value >= 0) return value;
  throw new UsageError(`${flag}: must be numbers from 0 on, got ${text}. For example ${flag} 1e-4,1.`);
}

/** Every m-th job, from the i-th on: cheap and dear ones are spread. */
function shareOf(jobs: readonly Job[], text: string): readonly Job[] {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [i, m] = [Number(part), Number(parts)];
  if (!(i >= 1 && i <= m)) {
    throw new UsageError(`--part: must be i/m with i from 1 to m, got ${text}. For example --part 1/4.`);
  }
  return jobs.filter((_, k) => k % m === i - 1);
}

function flipsOf(text: string | undefined, sizes: readonly number[]): number {
  const largest = sizes[sizes.length - 1];
  if (text === undefined) return largest;
  if (text === '0') return 0;
  const flips = positiveInteger('--flips', text);
  if (sizes.includes(flips)) return flips;
  throw new UsageError(`--flips: must be 0 or one of --sizes, ${sizes.join(', ')}, got ${text}. Leave it out for all.`);
}

function dataOf(text: string | undefined, needed: boolean): string {
  if (text !== undefined || !needed) return text ?? '';
  throw new UsageError(
    '--data: must name the folder of CIFAR-10, got none. It holds train.bin and test.bin, or data_batch_1.bin and ' +
      'so on.',
  );
}

/** Reads the arguments. @throws UsageError for what cannot be meant */
export function cifarOptions(args: readonly string[]): CifarOptions {
  const given = parsed(args);
  const modes: readonly CifarOptions['mode'][] = (['help', 'join', 'plan'] as const).filter((mode) => given[mode]);
  if (modes.includes('join') && modes.includes('plan')) {
    throw new UsageError('--join: must come without --plan, got both. Leave one out.');
  }
  const mode = modes[0] ?? 'run';
  const kernels = listOf('--kernels', given.kernels, oneOf(Object.keys(KERNELS)));
  const scales = listOf('--scales', given.scales, oneOf(SCALES));
  const sizes = [...listOf('--sizes', given.sizes, positiveInteger)].sort((a, b) => a - b);
  return {
    data: dataOf(given.data, mode === 'run' || mode === 'plan'),
    out: given.out,
    jobs: shareOf(
      kernels.flatMap((kernel) => scales.map((scale) => ({ kernel, scale }))),
      given.part,
    ),
    backend: oneOf(BACKENDS)('--backend', given.backend),
    threads: given.threads === undefined ? undefined : positiveInteger('--threads', given.threads),
    mode,
    json: given.json,
    sizes,
    flips: flipsOf(given.flips, sizes),
    tests: positiveInteger('--tests', given.tests),
    depth: positiveInteger('--depth', given.depth),
    precision: oneOf(['f32', 'f64'] as const)('--precision', given.precision),
    ridges: listOf('--ridges', given.ridges, ridgeOf),
  };
}

/** The page of `--help`. */
export function helpText(): string {
  return `usage: scripts/cifar10 --data DIR [flags]
Accuracy on CIFAR-10 by training size, with and without mirrored copies of the training images and whitening. A job is a
kernel and a scaling: one matrix, of the largest size with its copies, from which all smaller sizes are fitted. Each
writes OUT/KERNEL-SCALE.json; jobs whose file is there are skipped, so the same command goes on where it was stopped.

  --data DIR        train.bin and test.bin, or data_batch_1.bin ... and test_batch.bin, of CIFAR-10's binary version
  --out DIR         folder of the results [cifar10-results]
  --kernels LIST    ${Object.keys(KERNELS).join(', ')} [all]
  --scales LIST     ${SCALES.join(', ')}: each feature by mean and deviation, or whitened [both]
  --sizes LIST      numbers of training images, the first of the files [100,200,500]
  --flips N         largest size that is also fitted with mirrored copies; 0 for none [the largest]
  --tests N         test images, the first of the file [400]
  --depth N         layers of cntk, blocks of rescntk [5]
  --ridges LIST     fixed ridges beside that by leave-one-out [1e-6,1e-4,1e-2,1]
  --precision P     f32 or f64, of the kernels; fits are in double precision [f32]
  --backend NAME    what computes the kernels [auto]
  --threads N       its threads [what the machine offers]
  --part i/m        every m-th job from the i-th on: shares for several machines with one folder, or joined later
  --plan            measures the pace of each kernel on a few images and prints what the jobs would take
  --join            computes nothing: OUT/cifar10.md and OUT/cifar10.svg from all files of OUT
  --json            what was joined as JSON on stdout
  -h, --help        this page
`;
}
