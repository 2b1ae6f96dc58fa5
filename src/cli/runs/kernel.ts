import { inputShapeOf, positionsOf } from '../../architecture/check-input.js';
import { fitToData } from '../../architecture/resolve.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { readableBytes } from '../../data/budget.js';
import { rootMeanSquare } from '../../data/norm.js';
import { InternalError, InterruptedError, UsageError } from '../../errors.js';
import { isHomogeneous } from '../../kernel/describe.js';
import { expectRows } from '../../kernel/expect.js';
import { kernelMatrix } from '../../kernel/matrix.js';
import { makePlan } from '../../kernel/plan.js';
import type { KernelMatrices, KernelOptions } from '../../kernel/types.js';
import { type KernelFile, writeKernelFile } from '../../kernel/write.js';
import { now } from '../../platform/clock.js';
import { defaultMemory } from '../../platform/limits.js';
import { writeRecordOf } from '../../report/file.js';
import { matrixCsv } from '../../report/formats/csv.js';
import { jsonText } from '../../report/formats/json.js';
import type { KernelRecord } from '../../report/records/kernel.js';
import { planText } from '../../report/text/kernel.js';
import { countText, secondsText } from '../../report/text/units.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { type LoadedInputs, loadInputs } from '../load.js';
import { type KernelJob, readKernelJob } from '../options/kernel.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print, say, warn } from '../print.js';
import { underProgress } from '../progress.js';
import { type KernelTimes, kernelRecord } from './kernel-record.js';

/** Entries of the largest matrix that is printed on a terminal. */
const TERMINAL_ENTRIES = 100_000;
/** Root mean square above which rows of a network that is not homogeneous are warned about. */
const LARGE_ROWS = 10;

/** Warns of large rows given to a network that is not homogeneous. */
export function sizeWarnings(definition: KernelDefinition, { x, z, inputs }: LoadedInputs): readonly string[] {
  const shape = inputShapeOf(definition, x.shape);
  if (isHomogeneous(definition, shape)) return [];
  const usual = shape.positions === null ? 'unit-rows' : 'unit-pixels';
  return [x, z].flatMap((rows, i) => {
    const size = rows === null ? 0 : rootMeanSquare(rows);
    if (size <= LARGE_ROWS) return [];
    return [
      `${inputs[i].path}: values have a root mean square of ${size.toPrecision(3)} and the kernel depends on it in ` +
        `another way than as a factor; --scale ${usual} or standard is usual`,
    ];
  });
}

function optionsOf({ definition, compute }: KernelJob, { z }: LoadedInputs, signal: AbortSignal): KernelOptions {
  const { seed: _seed, ...options } = compute;
  return { architecture: definition, ...options, ...(z === null ? {} : { z }), signal };
}

async function planOnly(job: KernelJob, data: LoadedInputs, options: KernelOptions): Promise<void> {
  const loaded = now();
  const { plan: found, warnings: ofPlan } = await makePlan(data.x, options, false);
  const plan = { ...found, memoryBytes: Math.max(found.memoryBytes, data.memoryBytes) };
  const warnings = [...data.warnings, ...sizeWarnings(job.definition, data), ...ofPlan];
  warn(warnings);
  const times = { loaded, finished: now() };
  await print(job.json ? jsonText(kernelRecord(job, data, { plan, run: null, times, warnings })) : planText(plan));
}

function checkTerminal({ x, z }: LoadedInputs): void {
  const entries = x.shape[0] * (z ?? x).shape[0];
  if (process.stdout.isTTY !== true || entries <= TERMINAL_ENTRIES) return;
  throw new UsageError(
    `--out: must be given for more than ${TERMINAL_ENTRIES} entries on a terminal, got ${entries}. Add --out ` +
      'K.npy, or choose --rows.',
  );
}

async function printMatrix({ compute }: KernelJob, matrices: Omit<KernelMatrices, 'run'>, signal: AbortSignal) {
  const matrix = compute.kind === 'nngp' ? matrices.nngp : matrices.ntk;
  if (matrix === undefined) throw new InternalError(`no ${compute.kind} among the results`);
  for (const lines of matrixCsv(matrix, compute.precision)) {
    if (signal.aborted) throw new InterruptedError();
    await print(lines);
  }
}

function summary({ out, shape, kind, precision, backend, plan, stages, seconds }: KernelRecord): string {
  const { compute = 0, write = 0 } = stages;
  const [n, m] = shape;
  const rate = (n * m) / Math.max(1e-9, compute + write);
  const size = readableBytes(plan.outputBytes);
  return (
    `${out}: ${n} x ${m} ${kind} in ${precision} on ${backend}, ${size}, ${secondsText(seconds)} (${countText(rate)} ` +
    'entries/s)'
  );
}

async function writeRecord(
  job: KernelJob & { readonly record: string; readonly out: string },
  data: LoadedInputs,
  { run, mark }: KernelFile,
  times: KernelTimes,
  before: readonly string[],
): Promise<void> {
  const warnings = [...before, ...run.warnings];
  const record = kernelRecord(job, data, { plan: run.plan, run, times, warnings });
  const text = jsonText(record);
  await writeRecordOf({ ...job, mark }, text, job.force);
  if (job.json) await print(text);
  else say(summary(record));
}

/** Runs `ntk kernel`. */
export async function runKernel(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const asked = readKernelJob(args);
  const memory = asked.compute.memory ?? defaultMemory();
  const positions = positionsOf([asked.definition]);
  const isOfRows = positions === 'none' && !asked.plan;
  const data = await loadInputs(args.positionals, asked.input, {
    memory,
    signal,
    positions,
    native: asked.compute.native,
    ...(isOfRows
      ? { onExtent: (rows, columns, features) => void expectRows({ rows, columns, features }, asked.compute) }
      : {}),
  });
  const definition = fitToData(asked.arch, asked.flags, asked.definition, data.x.shape);
  const job = { ...asked, definition };
  const options = optionsOf(job, data, signal);
  if (job.plan) {
    await planOnly(job, data, options);
    return EXIT.done;
  }
  const before = [...data.warnings, ...sizeWarnings(definition, data)];
  warn(before);
  const { out, record } = job;
  if (out !== null && record !== null) {
    const loaded = now();
    const written = await underProgress(args, (watched) =>
      writeKernelFile(data.x, out, { ...options, ...watched, force: job.force }),
    );
    await writeRecord({ ...job, record, out }, data, written, { loaded, finished: now() }, before);
    warn(written.run.warnings);
  } else {
    checkTerminal(data);
    const { run, ...matrices } = await underProgress(args, (watched) =>
      kernelMatrix(data.x, { ...options, ...watched }),
    );
    await printMatrix(job, matrices, signal);
    warn(run.warnings);
  }
  return EXIT.done;
}
