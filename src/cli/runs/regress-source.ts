import type { NdArray, Precision } from '../../data/array.js';
import { firstExamples, someExamples } from '../../data/examples.js';
import type { Labels } from '../../data/index.js';
import { UsageError } from '../../errors.js';
import { computedCross } from '../../kernel/cross.js';
import { kernelInto } from '../../kernel/matrix.js';
import { computedOperator } from '../../kernel/operator.js';
import { leastMemory, planKernel } from '../../kernel/plan.js';
import type { KernelOptions, KernelRun } from '../../kernel/types.js';
import type { CrossOperator } from '../../operators/cross.js';
import type { SymmetricOperator } from '../../operators/operator.js';
import { type Recomputation, recomputationOf, recomputationOfAll } from '../../operators/recomputed.js';
import type { InputRecord } from '../../report/records/common.js';
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
  /** The kernels of an architecture, or (null) those that are stored. */
  kernels(variant: Variant | null): Promise<Kernels>;
}

/** Kernels of one architecture, in every form that a solver asks for; `size`: of the first training rows, `room`: bytes of the budget. */
export interface Kernels {
  /** What messages call K(train, train), a file; absent: the kernel of the training rows. */
  readonly name?: string;
  /** Backend that computes them, or `stored`, and the BLAS beside it. */
  origin(): Promise<{ readonly backend: string; readonly native: string | null }>;
  /** Bytes of the process at least while it computes them, without what is kept. */
  least(): Promise<number>;
  /** K `[size, size]`, and how it was computed. */
  matrix(size: number, room: number): Promise<Computed>;
  operator(size: number, room: number): Promise<SymmetricOperator>;
  /** Rows of K `[numbers, size]`. */
  rows(numbers: readonly number[], size: number, room: number): Promise<Float64Array>;
  /** K(test, train) for the first `size` training rows. */
  cross(size: number, room: number): Promise<CrossOperator>;
  /** K(test, train) in memory `[m, n]`. */
  crossMatrix(room: number): Promise<Float64Array>;
  /** K(z,z) of the test rows `[m]`. */
  testDiagonal(room: number): Promise<Float64Array>;
  /** What came of computing entries again by `reference` so far; of kernels in closed form alone there is anything. */
  recomputation(): Recomputation;
}

/** A matrix, and the stages of computing it where it was computed. */
export interface Computed {
  readonly values: Float64Array;
  /** Unit roundoff of the values. */
  readonly roundoff: number;
  readonly run: KernelRun | null;
}

/** The error of a command without labels. */
export function noLabels(where: string): UsageError {
  return new UsageError(
    `${where}: must come with labels, got none. Give --labels F, or --label-column for a csv that holds them (-1: in the last column).`,
  );
}

/** Unit roundoff of kernels that are computed in a precision. */
export function roundoffOf(precision: Precision | undefined): number {
  return precision === 'f32' ? 2 ** -24 : 2 ** -53;
}

function computedKernels(x: NdArray, test: NdArray, options: KernelOptions): Kernels {
  const recomputations: (() => Recomputation | undefined)[] = [];
  const into = async (rows: NdArray, z: NdArray | null, memory: number): Promise<Computed> => {
    const columns = (z ?? rows).shape[0];
    const values = new Float64Array(rows.shape[0] * columns);
    const run = await kernelInto(values, rows, { ...options, ...(z === null ? {} : { z }), memory });
    recomputations.push(() => recomputationOf(run));
    return { values, roundoff: roundoffOf(options.precision), run };
  };
  const watched = async <T extends { readonly recomputation?: Recomputation }>(opening: Promise<T>): Promise<T> => {
    const operator = await opening;
    recomputations.push(() => operator.recomputation);
    return operator;
  };
  return {
    origin: () => planKernel(x, { ...options, memory: Number.MAX_VALUE }),
    least: async () => Math.max(await leastMemory(x, options), await leastMemory(test, { ...options, z: x })),
    matrix: (size, room) => into(firstExamples(x, size), null, room),
    operator: (size, memory) => watched(computedOperator(firstExamples(x, size), { ...options, memory })),
    rows: async (numbers, size, room) => (await into(someExamples(x, numbers), firstExamples(x, size), room)).values,
    cross: (size, memory) => watched(computedCross(test, firstExamples(x, size), { ...options, memory })),
    crossMatrix: async (room) => (await into(test, x, room)).values,
    testDiagonal: async (memory) => {
      const operator = await watched(computedOperator(test, { ...options, memory }));
      try {
        return await operator.diagonal();
      } finally {
        await operator.close();
      }
    },
    recomputation: () => recomputationOfAll(recomputations.flatMap((one) => one() ?? [])),
  };
}

/** Training and test rows from files. */
export async function fromData(
  args: ParsedArguments,
  job: RegressJob,
  memory: number,
  signal: AbortSignal,
): Promise<Start> {
  const rules = { memory, signal, positions: readsOf(job.variants), sameClasses: true };
  const data = await loadInputs(args.positionals, job.input, rules);
  const { x, z, labelValues } = data;
  if (labelValues.x === null) throw noLabels(args.positionals[0]);
  const test = z ?? x;
  const { seed: _seed, memory: _memory, kind, ...compute } = job.compute;
  const network = job.finite;
  const wanted = kind === 'nngp' ? ('nngp' as const) : ('ntk' as const);
  return {
    inputs: data.inputs,
    warnings: data.warnings,
    labels: labelValues.x,
    testLabels: labelValues.z,
    n: x.shape[0],
    m: test.shape[0],
    variants: job.variants.map((variant) => fitVariant(variant, x.shape)),
    kernels: async (variant) => {
      if (variant === null) throw noLabels(args.positionals[0]);
      if (network !== null) {
        // Loaded only where it is wanted: the memory budget counts code as well.
        const { finiteKernels } = await import('./regress-finite.js');
        return finiteKernels(x, test, variant.definition, network, job.compute, signal);
      }
      return computedKernels(x, test, { ...compute, architecture: variant.definition, kind: wanted, signal });
    },
  };
}
