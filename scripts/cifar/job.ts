import { firstExamples } from '../../src/data/examples.js';
import { kernelMatrix } from '../../src/kernel/matrix.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import { now } from '../../src/platform/clock.js';
import { fitSizes, type SizeResult } from './fits.js';
import { type Images, type Rows, scaledRows } from './images.js';
import { type Job, KERNELS } from './kernels.js';
import type { CifarOptions, Settings } from './options.js';

/** Format of the file of a job. */
export const JOB_FORMAT = 'ntk-cifar10/1';

/** What a job found, as its file has it. */
export interface JobResult extends Job {
  readonly format: typeof JOB_FORMAT;
  readonly date: string;
  readonly settings: Settings;
  readonly backend: string;
  readonly results: readonly SizeResult[];
  /** Entries of the kernel matrices that were computed. */
  readonly entries: number;
  /** Of the kernels, of the fits, and of everything. */
  readonly seconds: { readonly kernel: number; readonly fits: number; readonly all: number };
}

/** The settings among the options. */
export function settingsOf({ sizes, flips, tests, depth, precision, ridges }: CifarOptions): Settings {
  return { sizes, flips, tests, depth, precision, ridges };
}

/** Entries that a job computes: one half of the square, and the rectangle of the test images. */
export function entriesOf({ sizes, flips, tests }: Settings): number {
  const n = sizes[sizes.length - 1] + flips;
  return (n * (n + 1)) / 2 + n * tests;
}

function kernelOptions({ kernel }: Job, { depth, precision, backend, threads }: CifarOptions) {
  const architecture = KERNELS[kernel].definition(depth);
  return { architecture, precision, backend, kind: 'ntk' as const, ...(threads === undefined ? {} : { threads }) };
}

/** Images, or rows for a kernel of vectors. */
function formed(job: Job, { train, test }: Rows): Rows {
  if (job.kernel !== 'laplace') return { train, test };
  const flat = ({ data, shape }: Rows['train']): Rows['train'] => ({ data, shape: [shape[0], data.length / shape[0]] });
  return { train: flat(train), test: flat(test) };
}

/** Computes the kernel matrices of a job and fits every size. */
export async function runJob(job: Job, images: Images, options: CifarOptions): Promise<JobResult> {
  const began = now();
  const settings = settingsOf(options);
  const { train, test } = formed(job, await scaledRows(images, settings.flips, job.scale));
  const wanted = kernelOptions(job, options);
  const scaled = now();
  const square = await kernelMatrix(train, wanted);
  const rectangle = await kernelMatrix(test, { ...wanted, z: train });
  const computed = now();
  const kernels = {
    kernel: square.ntk.data,
    cross: rectangle.ntk.data,
    train: images.train.x.shape[0],
    flips: settings.flips,
  };
  const labels = { train: images.train.labels, test: images.test.labels };
  const results = await fitSizes(kernels, labels, settings, await linearAlgebra('auto'));
  const done = now();
  return {
    ...{ format: JOB_FORMAT, date: new Date().toISOString(), ...job, settings },
    ...{ backend: square.run.plan.backend, results, entries: entriesOf(settings) },
    seconds: { kernel: computed - scaled, fits: done - computed, all: done - began },
  };
}

/** Seconds that a measurement of the pace should take at least. */
const LEAST = 2;

/** Entries a second of a kernel, from ever more images until it takes long enough; Infinity where none was measured. */
export async function paceOf(job: Job, images: Images, options: CifarOptions): Promise<number> {
  const { train } = formed(job, await scaledRows(images, 0, 'standard'));
  const wanted = kernelOptions(job, options);
  for (let count = 4; ; count *= 2) {
    const few = firstExamples(train, Math.min(count, train.shape[0]));
    const began = now();
    const { run } = await kernelMatrix(few, wanted);
    const n = few.shape[0];
    if (now() - began >= LEAST || n === train.shape[0]) return (n * (n + 1)) / 2 / run.stages.compute;
  }
}
