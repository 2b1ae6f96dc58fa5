import type { Labels } from '../../data/index.js';
import { writeNpy } from '../../data/write/npy.js';
import { DataError, InternalError } from '../../errors.js';
import type { LinearAlgebra } from '../../linalg/algebra.js';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import { targetsOf } from '../../regression/targets.js';
import { writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { InputRecord } from '../../report/records/common.js';
import type { DensityResult, EigsRecord, EigsResult } from '../../report/records/eigs.js';
import { eigsText, indefiniteText } from '../../report/text/eigs.js';
import type { KernelSource } from '../../sources/source.js';
import { type StoredSource, storedSource } from '../../sources/stored.js';
import type { SpectralDensity } from '../../spectrum/density.js';
import type { Eigenpairs } from '../../spectrum/eigenpairs.js';
import { type KernelSpectrum, kernelSpectrum } from '../../spectrum/kernel-spectrum.js';
import type { CommandContext } from '../command.js';
import { eigsCommand } from '../commands/eigs.js';
import { EXIT } from '../exit.js';
import { flagged } from '../flag-errors.js';
import { bothKernelSources, kernelSource } from '../kernel-source.js';
import { loadInputs } from '../load.js';
import { storedLabels } from '../load-labels.js';
import { type EigsJob, readEigsJob } from '../options/eigs.js';
import type { ParsedArguments } from '../options/parsed.js';
import { fitVariant, readsOf, type Variant } from '../options/sweep.js';
import { print, say, warn } from '../print.js';
import { EigsProgress } from './eigs-progress.js';
import { sha256Of } from './hash.js';
import { jobAlgebra } from './job-algebra.js';
import { sweptArchitecture } from './sweep-record.js';

/** Where the matrices come from. */
interface Start {
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
  /** The architectures as they fit the data. */
  readonly variants: readonly Variant[];
  /** Rows of the matrices. */
  readonly rows: number;
  /** Labels, one a row of the matrix; null without. */
  readonly labels: Labels | null;
  /** The kernels of an architecture that are asked for, or (null) the one that is stored. */
  kernels(variant: Variant | null, progress: EigsProgress): Promise<readonly Asked[]>;
}

/** A kernel with what its row is called. */
interface Asked {
  readonly name: string;
  /** Null where it is not one of a network, or stored. */
  readonly kind: 'ntk' | 'nngp' | null;
  readonly source: KernelSource;
}

async function fromData(job: EigsJob, memory: number, signal: AbortSignal): Promise<Start> {
  const limits = { memory, signal, positions: readsOf(job.variants), native: job.compute.native };
  const { x, inputs, warnings, labelValues } = await loadInputs([job.path], job.input, limits);
  const { compute, finite } = job;
  const kernels = async (variant: Variant | null, progress: EigsProgress): Promise<readonly Asked[]> => {
    if (variant === null) throw new InternalError('data must have an architecture');
    const asked = { variant, compute, finite, x, signal, onProgress: progress.withinProduct };
    const { name, definition } = variant;
    const isNetwork = definition.format === 'ntk-architecture/1';
    if (compute.kind === 'both' && isNetwork) {
      const both = await bothKernelSources(asked);
      return (['ntk', 'nngp'] as const).map((kind) => {
        return { name: `${name} ${kind.toUpperCase()}`, kind, source: both[kind] };
      });
    }
    return [
      { name, kind: isNetwork && compute.kind !== 'both' ? compute.kind : null, source: await kernelSource(asked) },
    ];
  };
  const variants = job.variants.map((variant) => fitVariant(variant, x.shape));
  return { inputs, warnings, variants, rows: x.shape[0], labels: labelValues.x, kernels };
}

/** What helps where a file is no stored matrix: without an architecture a path is taken for one. */
const OF_DATA = 'For the kernel of data add --arch, for example --arch fc.';

/** The matrix of a file. What cannot be read at all may have been meant as data. */
async function openStored(path: string, memory: number, signal: AbortSignal): Promise<StoredSource> {
  try {
    return await storedSource(path, { memory, signal, remedy: `Of a kernel give K(x, x), without Z. ${OF_DATA}` });
  } catch (error) {
    // A matrix with a NaN in it was meant as one.
    if (!(error instanceof DataError) || /finite|--arch/.test(error.message)) throw error;
    throw new DataError(`${error.message} ${OF_DATA}`, { cause: error });
  }
}

async function fromStored({ path, input }: EigsJob, memory: number, signal: AbortSignal): Promise<Start> {
  const source = await openStored(path, memory, signal);
  const { kernel: file, rows } = source;
  const inputs = [{ path, shape: file.shape, sha256: file.sha256 ?? (await sha256Of(path)) }];
  const owner = { path, fileRows: rows };
  const labels =
    input.labels === null ? null : await storedLabels(input.labels, null, owner, null, input, { memory, signal });
  const warnings = [...file.warnings, ...(labels?.warnings ?? [])];
  return { inputs, warnings, variants: [], rows, labels, kernels: async () => [{ name: path, kind: null, source }] };
}

/** Seconds of each stage. */
interface Clock {
  readonly load: number;
  compile: number;
  solve: number;
  write: number;
}

interface Work {
  readonly args: ParsedArguments;
  readonly job: EigsJob;
  readonly start: Start;
  /** `[outputs, n]`, of the labels; null without. */
  readonly targets: Float64Array | null;
  readonly algebra: LinearAlgebra;
  readonly memory: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** What was said beside the warnings of the start, for the record. */
  readonly warnings: string[];
}

/** What was found of one matrix, and what computed it; null where it is stored. */
interface Found {
  readonly result: EigsResult;
  readonly backend: string | null;
}

/** Writes eigenvectors `[k, n]` as columns `[n, k]`; without `force` a file of that name stays. */
async function writeVectors(path: string, { vectors, values }: Eigenpairs, n: number, force: boolean): Promise<void> {
  const k = values.length;
  const columns = new Float64Array(n * k);
  for (let j = 0; j < k; j++) for (let i = 0; i < n; i++) columns[i * k + j] = vectors?.[j * n + i] ?? 0;
  await writeNpy(path, { data: columns, shape: [n, k] }, force);
}

/** A spectral density as a record holds it. */
function densityOf(found: SpectralDensity | null): DensityResult | null {
  if (found === null) return null;
  const { points, density, errors, cumulative, cumulativeErrors, ...facts } = found;
  return {
    points: [...points],
    values: [...density],
    errors: [...errors],
    cumulative: [...cumulative],
    cumulativeErrors: [...cumulativeErrors],
    ...facts,
  };
}

function spectrumOf(work: Work, source: KernelSource, progress: EigsProgress): Promise<KernelSpectrum> {
  const { job, targets, algebra, memory, signal } = work;
  const { k, which, method, tol, ridges, density, vectors, compute } = job;
  return kernelSpectrum(source, {
    ...{ which, method, ridges, density, targets, algebra, memory, signal },
    seed: compute.seed,
    vectors: vectors !== null,
    onProgress: progress.iteration,
    ...(k === null ? {} : { k }),
    ...(tol === null ? {} : { tol }),
  });
}

/** Says what is worth knowing of one spectrum, and keeps it for the record. */
function tell(work: Work, name: string, { pairs, summary, recomputation }: KernelSpectrum): void {
  const indefinite = indefiniteText(summary);
  const ofPairs = pairs.warnings.map((warning) => flagged(warning, eigsCommand.flags));
  const ofSign = indefinite === null ? [] : [`${name}: ${indefinite}`];
  for (const warning of [...ofPairs, ...ofSign, ...recomputation.warnings]) {
    say(`ntk: warning: ${warning}`);
    work.warnings.push(warning);
  }
}

/** The spectra of all kernels of an architecture, or of the stored one. */
async function ofVariant(work: Work, variant: Variant | null): Promise<readonly Found[]> {
  const began = now();
  const progress = new EigsProgress();
  const asked = await work.start.kernels(variant, progress);
  work.clock.compile += now() - began;
  const found: Found[] = [];
  for (const kernel of asked) found.push(await one(work, variant, kernel, progress));
  return found;
}

async function one(work: Work, variant: Variant | null, asked: Asked, progress: EigsProgress): Promise<Found> {
  const { args, job, clock } = work;
  const { name, kind, source } = asked;
  const began = now();
  try {
    await progress.show(args, source);
    const opened = now();
    const found = await spectrumOf(work, source, progress);
    clock.compile += opened - began + found.stages.compile;
    clock.solve += found.stages.solve;
    const writing = now();
    if (job.vectors !== null) await writeVectors(job.vectors, found.pairs, found.n, args.switches.has('force'));
    clock.write += now() - writing;
    tell(work, name, found);
    const { values, residuals, all: _all, vectors: _vectors, warnings: _warnings, ...facts } = found.pairs;
    const result: EigsResult = {
      name,
      ...variant?.flags,
      kind,
      matrix: found.matrix,
      native: found.native,
      n: found.n,
      values: [...values],
      residuals: [...residuals],
      ...facts,
      ...found.summary,
      density: densityOf(found.density),
      recomputed: found.recomputation.recomputed,
    };
    return { result, backend: found.backend };
  } finally {
    progress.stop();
  }
}

function recordOf(work: Work, found: readonly Found[]): EigsRecord {
  const { job, start, algebra, clock, warnings } = work;
  const [{ backend }] = found;
  const results = found.map(({ result }) => result);
  const head = {
    command: 'eigs' as const,
    backend,
    precision: backend === null ? null : job.compute.precision,
    stages: { ...clock },
    architecture: sweptArchitecture(job.variants),
    inputs: start.inputs,
    warnings: [...start.warnings, ...warnings],
  };
  const { name: _name, ...only } = results[0];
  const common = {
    which: job.which,
    seed: job.compute.seed,
    algebra: algebra.name,
    vectors: job.vectors,
    network: job.finite,
  };
  return { ...commonRecord(head), ...common, ...(results.length === 1 ? only : {}), rows: results };
}

/** Runs `ntk eigs`. */
export async function runEigs(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const asked = readEigsJob(args);
  const memory = asked.compute.memory ?? defaultMemory();
  const read = asked.variants.length === 0 ? fromStored : fromData;
  const start = await read(asked, memory, signal);
  const job = { ...asked, variants: start.variants };
  warn(start.warnings);
  const clock: Clock = { load: now(), compile: 0, solve: 0, write: 0 };
  const warnings: string[] = [];
  const algebra = await jobAlgebra(job.compute, start.rows, warnings);
  clock.compile += now() - clock.load;
  const targets = start.labels === null ? null : targetsOf(start.labels).values;
  const work: Work = { args, job, start, targets, algebra, memory, signal, clock, warnings };
  const found: Found[] = [];
  for (const variant of job.variants.length === 0 ? [null] : job.variants)
    found.push(...(await ofVariant(work, variant)));
  const record = jsonText(recordOf(work, found));
  const results = found.map(({ result }) => result);
  if (job.out !== null) await writeWhole(job.out, record, args.switches.has('force'));
  if (job.json) await print(record);
  else await print(eigsText(results));
  return results.every(({ converged }) => converged) ? EXIT.done : EXIT.tolerance;
}
