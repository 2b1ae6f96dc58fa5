import type { Labels } from '../../data/index.js';
import { UsageError } from '../../errors.js';
import type { InputRecord } from '../../report/records/common.js';
import type { KernelSource } from '../../sources/source.js';
import { kernelSource } from '../kernel-source.js';
import { loadInputs } from '../load.js';
import type { ParsedArguments } from '../options/parsed.js';
import type { RegressJob } from '../options/regress.js';
import { fitVariant, readsOf, type Variant } from '../options/sweep.js';

/** What a regression starts from, whether data or stored kernels. */
export interface Start {
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
  /** One a row of TRAIN. */
  readonly labels: Labels;
  /** One a row of TEST; null without. */
  readonly testLabels: Labels | null;
  readonly n: number;
  readonly m: number;
  /** The architectures as they fit the data; none with stored kernels. */
  readonly variants: readonly Variant[];
  /** The kernel of an architecture, or (null) the one that is stored. */
  kernel(variant: Variant | null): Promise<KernelSource>;
}

/** The error of a command without labels. */
export function noLabels(where: string): UsageError {
  return new UsageError(
    `${where}: must come with labels, got none. Give --labels F, or --label-column for a csv that holds them (-1: ` +
      'in the last column).',
  );
}

/** Training and test rows from files. */
export async function fromData(
  args: ParsedArguments,
  job: RegressJob,
  memory: number,
  signal: AbortSignal,
): Promise<Start> {
  const { native } = job.compute;
  const rules = { memory, signal, positions: readsOf(job.variants), sameClasses: true, flip: job.flip, native };
  const data = await loadInputs(args.positionals, job.input, rules);
  const { x, z, labelValues } = data;
  if (labelValues.x === null) throw noLabels(args.positionals[0]);
  const test = z ?? x;
  const { compute, finite } = job;
  return {
    inputs: data.inputs,
    warnings: data.warnings,
    labels: labelValues.x,
    testLabels: labelValues.z,
    n: x.shape[0],
    m: test.shape[0],
    variants: job.variants.map((variant) => fitVariant(variant, x.shape)),
    kernel: async (variant) => {
      if (variant === null) throw noLabels(args.positionals[0]);
      return kernelSource({ variant, compute, finite, x, test, signal });
    },
  };
}
