import type { Labels } from '../../data/index.js';
import { writeNpy } from '../../data/write/npy.js';
import { DataError, InternalError } from '../../errors.js';
import { computedOperator } from '../../kernel/operator.js';
import type { LinearAlgebra } from '../../linalg/algebra.js';
import { linearAlgebra } from '../../linalg/index.js';
import { openMatrixFile, symmetricFile } from '../../operators/matrix-file.js';
import type { SymmetricOperator } from '../../operators/operator.js';
import { collectGarbage } from '../../platform/garbage.js';
import { defaultMemory } from '../../platform/limits.js';
import { targetsOf } from '../../regression/targets.js';
import { writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { InputRecord } from '../../report/records/common.js';
import type { DensityResult, EigsRecord, EigsResult } from '../../report/records/eigs.js';
import { eigsText, indefiniteText } from '../../report/text/eigs.js';
import { type SpectralDensity, spectralDensity } from '../../spectrum/density.js';
import { type Eigenpairs, eigenpairs } from '../../spectrum/eigenpairs.js';
import { summarise } from '../../spectrum/summary.js';
import type { CommandContext } from '../command.js';
import { DEFAULT_PAIRS, eigsCommand } from '../commands/eigs.js';
import { EXIT } from '../exit.js';
import { flagged } from '../flag-errors.js';
import { loadInputs } from '../load.js';
import { storedLabels } from '../load-labels.js';
import { type EigsJob, readEigsJob } from '../options/eigs.js';
import type { ParsedArguments } from '../options/parsed.js';
import { fitVariant, readsOf, type Variant } from '../options/sweep.js';
import { print, say } from '../print.js';
import { EigsProgress } from './eigs-progress.js';
import { sha256Of } from './hash.js';
import { sweptArchitecture } from './sweep-record.js';

/** Vectors that one product of a computed matrix takes at once: its tiles cost far more than a product with them. */
const COMPUTED_BLOCK = 4;

/** Bytes for modules and for arrays that wait to be collected. */
const RESERVE = 36 * 2 ** 20;

const now = (): number => performance.now() / 1000;

/** Where the matrices come from. */
interface Source {
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
  /** The architectures as they fit the data. */
  readonly variants: readonly Variant[];
  /** Labels, one a row of the matrix; null without. */
  readonly labels: Labels | null;
  open(variant: Variant | null, progress: EigsProgress): Promise<SymmetricOperator>;
}

async function fromData(job: EigsJob, memory: number, signal: AbortSignal): Promise<Source> {
  const limits = { memory, signal, positions: readsOf(job.variants) };
  const { x, inputs, warnings, labelValues } = await loadInputs([job.path], job.input, limits);
  const { seed: _seed, kind, ...compute } = job.compute;
  const open = async (variant: Variant | null, progress: EigsProgress): Promise<SymmetricOperator> => {
    if (variant === null) throw new InternalError('data must have an architecture');
    if (job.finite !== null) {
      // Loaded only where it is wanted: the memory budget counts code as well.
      const { finiteOperator } = await import('./eigs-finite.js');
      return finiteOperator(job.compute, job.finite, variant, x, signal);
    }
    return computedOperator(x, {
      ...compute,
      architecture: variant.definition,
      kind: kind === 'nngp' ? 'nngp' : 'ntk',
      signal,
      onProgress: progress.withinProduct,
    });
  };
  const variants = job.variants.map((variant) => fitVariant(variant, x.shape));
  return { inputs, warnings, variants, labels: labelValues.x, open };
}

/** What helps where a file is no stored matrix: without an architecture a path is taken for one. */
const OF_DATA = 'For the kernel of data add --arch, for example --arch fc.';

/** The matrix of a file. What cannot be read at all may have been meant as data. */
async function openStored(path: string, memory: number, signal: AbortSignal) {
  try {
    const file = await openMatrixFile(path, { memory, signal });
    return { file, matrix: await symmetricFile(file, `Of a kernel give K(x, x), without Z. ${OF_DATA}`) };
  } catch (error) {
    // A matrix with a NaN in it was meant as one.
    if (!(error instanceof DataError) || /finite|--arch/.test(error.message)) throw error;
    throw new DataError(`${error.message} ${OF_DATA}`, { cause: error });
  }
}

async function fromStored({ path, input }: EigsJob, memory: number, signal: AbortSignal): Promise<Source> {
  const { file, matrix } = await openStored(path, memory, signal);
  const inputs = [{ path, shape: file.shape, sha256: file.sha256 ?? (await sha256Of(path)) }];
  const owner = { path, fileRows: matrix.size };
  const labels =
    input.labels === null ? null : await storedLabels(input.labels, null, owner, null, input, { memory, signal });
  const warnings = [...file.warnings, ...(labels?.warnings ?? [])];
  return { inputs, warnings, variants: [], labels, open: async () => matrix };
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
  readonly source: Source;
  /** `[outputs, n]`, of the labels; null without. */
  readonly targets: Float64Array | null;
  readonly algebra: LinearAlgebra;
  readonly memory: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** What was said beside the warnings of the source, for the record. */
  readonly warnings: string[];
}

/** Writes eigenvectors `[k, n]` as columns `[n, k]`; without `force` a file of that name stays. */
async function writeVectors(path: string, { vectors, values }: Eigenpairs, n: number, force: boolean): Promise<void> {
  const k = values.length;
  const columns = new Float64Array(n * k);
  for (let j = 0; j < k; j++) for (let i = 0; i < n; i++) columns[i * k + j] = vectors?.[j * n + i] ?? 0;
  await writeNpy(path, { data: columns, shape: [n, k] }, force);
}

function solveOne(work: Work, operator: SymmetricOperator, progress: EigsProgress): Promise<Eigenpairs> {
  const { job, algebra, memory, signal } = work;
  const { k, which, method, tol, compute } = job;
  // What reading left behind would count against the budget.
  collectGarbage();
  return eigenpairs(operator, {
    onProgress: progress.iteration,
    k: k ?? Math.min(DEFAULT_PAIRS, operator.size),
    which,
    method,
    algebra,
    signal,
    seed: compute.seed,
    vectors: job.vectors !== null || work.targets !== null,
    memory: Math.max(0, memory - process.memoryUsage.rss() - RESERVE),
    ...(tol === null ? {} : { tol }),
    ...(job.variants.length === 0 || job.finite !== null ? {} : { block: COMPUTED_BLOCK }),
  });
}

/** The spectral density as a record holds it, or null when it was not asked for. */
async function densityOf({ job, signal }: Work, operator: SymmetricOperator): Promise<DensityResult | null> {
  if (!job.density) return null;
  const block = job.variants.length === 0 ? 1 : COMPUTED_BLOCK;
  const found: SpectralDensity = await spectralDensity(operator, { seed: job.compute.seed, block, signal });
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

async function one(work: Work, variant: Variant | null): Promise<EigsResult> {
  const { job, source, clock } = work;
  const began = now();
  const progress = await EigsProgress.open(
    work.args,
    variant === null || work.job.finite !== null ? 'products' : 'entries',
  );
  const operator = await source.open(variant, progress);
  const opened = now();
  clock.compile += opened - began;
  try {
    const found = await solveOne(work, operator, progress);
    const { which, ridges } = job;
    const summary = await summarise(operator, found, { which, ridges, targets: work.targets });
    const density = await densityOf(work, operator);
    const solved = now();
    clock.solve += solved - opened;
    if (job.vectors !== null) await writeVectors(job.vectors, found, operator.size, work.args.switches.has('force'));
    clock.write += now() - solved;
    const { recomputed, warnings: unchecked } = operator.recomputation ?? { recomputed: null, warnings: [] };
    const name = variant?.name ?? job.path;
    const indefinite = indefiniteText(summary);
    const own = found.warnings.map((warning) => flagged(warning, eigsCommand.flags));
    for (const warning of [...own, ...(indefinite === null ? [] : [`${name}: ${indefinite}`]), ...unchecked]) {
      say(`ntk: warning: ${warning}`);
      work.warnings.push(warning);
    }
    const { values, residuals, all: _all, vectors: _vectors, warnings: _warnings, ...facts } = found;
    return {
      name,
      ...variant?.flags,
      matrix: operator.description,
      native: operator.native ?? null,
      n: operator.size,
      values: [...values],
      residuals: [...residuals],
      ...facts,
      ...summary,
      density,
      recomputed,
    };
  } finally {
    progress.stop();
    await operator.close();
  }
}

function recordOf(work: Work, results: readonly EigsResult[]): EigsRecord {
  const { job, source, algebra, clock, warnings } = work;
  const isStored = job.variants.length === 0;
  const head = {
    command: 'eigs' as const,
    backend: isStored ? null : job.finite !== null ? 'host' : results[0].matrix.replace('computed on ', ''),
    precision: isStored ? null : job.compute.precision,
    stages: { ...clock },
    architecture: sweptArchitecture(job.variants),
    inputs: source.inputs,
    warnings: [...source.warnings, ...warnings],
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
  const source = await read(asked, memory, signal);
  const job = { ...asked, variants: source.variants };
  for (const warning of source.warnings) say(`ntk: warning: ${warning}`);
  const clock: Clock = { load: now(), compile: 0, solve: 0, write: 0 };
  const algebra = await linearAlgebra(job.compute.native);
  clock.compile += now() - clock.load;
  const targets = source.labels === null ? null : targetsOf(source.labels).values;
  const work: Work = { args, job, source, targets, algebra, memory, signal, clock, warnings: [] };
  const results: EigsResult[] = [];
  for (const variant of job.variants.length === 0 ? [null] : job.variants) results.push(await one(work, variant));
  const record = jsonText(recordOf(work, results));
  if (job.out !== null) await writeWhole(job.out, record, args.switches.has('force'));
  if (job.json) await print(record);
  else await print(eigsText(results));
  return results.every(({ converged }) => converged) ? EXIT.done : EXIT.tolerance;
}
