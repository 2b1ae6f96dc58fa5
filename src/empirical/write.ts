import { allocate, type FloatArray, type NdArray } from '../data/array.js';
import { examplesBetween } from '../data/examples.js';
import type { FileMark } from '../data/write/mark.js';
import { MemoryError, OutputError, UsageError } from '../errors.js';
import type { Progress } from '../kernel/types.js';
import { collectGarbage } from '../platform/garbage.js';
import { checkOutput, checkRoom, endingOf } from '../store/destination.js';
import { NpyFile } from '../store/npy-file.js';
import { halves } from './halves.js';
import { plannedEmpirical } from './kernel.js';
import { checkCount, type PlannedEmpirical, planEmpirical } from './plan.js';
import type { EmpiricalCheck, EmpiricalKernel, EmpiricalOptions, EmpiricalPlan, EmpiricalStages } from './types.js';

/** How an empirical kernel is written. */
export interface WriteEmpiricalOptions extends EmpiricalOptions {
  /** Replace an existing file. [false] */
  readonly force?: boolean;
  /** Rows of the matrix held at once, at most; default: as many as the memory holds. */
  readonly rowsAtOnce?: number;
}

/** An empirical kernel that went to a file, with how it was made. */
export type WrittenEmpirical = Omit<EmpiricalKernel, 'ntk' | 'contributions'>;

/**
 * Bytes by which the process grows between the plan and the last panel: compiled code, and pages that are free but not
 * given back.
 */
const GROWTH = 48 * 2 ** 20;

/** Numbers of a panel that are turned round at a time. */
const TURNED_NUMBERS = 1 << 18;

/** A panel's columns: those from its own first row on where the kernel is symmetric. */
interface Panel {
  readonly row: number;
  readonly rows: NdArray;
  readonly column: number;
  /** null: the panel with itself. */
  readonly columns: NdArray | null;
}

function panelsOf(x: NdArray, { z }: EmpiricalOptions, rowsAtOnce: number): readonly Panel[] {
  const [n] = x.shape;
  const starts = Array.from({ length: Math.ceil(n / rowsAtOnce) }, (_, k) => k * rowsAtOnce);
  return starts.flatMap((row) => {
    const end = Math.min(n, row + rowsAtOnce);
    const rows = examplesBetween(x, row, end);
    if (z !== undefined) return [{ row, rows, column: 0, columns: z }];
    const own = { row, rows, column: row, columns: null };
    return end === n ? [own] : [own, { row, rows, column: end, columns: examplesBetween(x, end, n) }];
  });
}

/** The options of a panel: what has the same inputs twice is symmetric. */
function panelOptions(options: EmpiricalOptions, { columns }: Panel): EmpiricalOptions {
  const { z: _z, ...rest } = options;
  return columns === null ? rest : { ...rest, z: columns };
}

/** Throws UsageError for what is no single matrix. */
function checkMatrix({ contributions }: EmpiricalOptions, { shape }: EmpiricalPlan): void {
  const got = contributions === true ? 'contributions' : shape.length === 4 ? 'contract: full' : null;
  if (got === null) return;
  throw new UsageError(`options: must be those of one matrix, got ${got}. Use empiricalKernel, which holds all of it.`);
}

/** A kernel that goes to a file: the plan of all of it, and of each panel. */
export interface PlannedFile {
  /** All of it. */
  readonly plan: EmpiricalPlan;
  /** In the order in which they are computed. */
  readonly panels: readonly (readonly [panel: Panel, options: EmpiricalOptions, planned: PlannedEmpirical])[];
}

/**
 * Panels of so many rows; all are planned before the first is computed, since the process grows by what it frees again.
 */
async function planFile(x: NdArray, options: EmpiricalOptions, rowsAtOnce: number): Promise<PlannedFile> {
  const isWhole = rowsAtOnce === x.shape[0];
  const panels: (readonly [Panel, EmpiricalOptions, PlannedEmpirical])[] = [];
  for (const panel of panelsOf(x, options, rowsAtOnce)) {
    const own = panelOptions(options, panel);
    panels.push([panel, own, await planEmpirical(panel.rows, own, isWhole ? 0 : GROWTH)]);
  }
  const plans = panels.map(([, , { plan }]) => plan);
  checkMatrix(options, plans[0]);
  if (isWhole) return { plan: plans[0], panels };
  const { plan: whole } = await planEmpirical(x, { ...options, memory: Number.MAX_VALUE });
  const { shape, symmetric, outputBytes } = whole;
  const seconds = plans.reduce((sum, plan) => sum + plan.seconds, 0);
  const memoryBytes = Math.max(...plans.map((plan) => plan.memoryBytes));
  const total = { shape, symmetric, outputBytes, seconds, rowsAtOnce, memoryBytes };
  return { plan: { ...plans[Math.min(1, plans.length - 1)], ...total }, panels };
}

/**
 * Plans the panels of a kernel that goes to a file, as many rows at once as the budget holds. Throws as `planEmpirical`
 * does.
 */
export async function planPanels(
  x: NdArray,
  { rowsAtOnce: most, ...options }: WriteEmpiricalOptions,
): Promise<PlannedFile> {
  checkCount('rowsAtOnce', most);
  let refused: unknown;
  for (const rowsAtOnce of halves(Math.min(most ?? Number.POSITIVE_INFINITY, x.shape[0]))) {
    try {
      return await planFile(x, options, rowsAtOnce);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      refused = error;
    }
  }
  throw refused;
}

/**
 * Plans an empirical kernel that goes to a `.npy` file: as many rows at once as the memory budget holds, all of them
 * where it can.
 *
 * Throws as `planEmpirical` does.
 */
export async function planEmpiricalFile(x: NdArray, options: WriteEmpiricalOptions): Promise<EmpiricalPlan> {
  return (await planPanels(x, options)).plan;
}

/** Writes a panel, and its mirror image where that lies elsewhere, some columns of it turned round at a time. */
function putPanel(file: NpyFile, { row, rows, column, columns }: Panel, values: FloatArray, isMirrored: boolean): void {
  const count = rows.shape[0];
  const width = (columns ?? rows).shape[0];
  if (!isMirrored || columns === null) {
    const range = { row, rows: count, column, columns: width };
    file.put(range, { values, stride: width, transposed: null, transposedStride: 0 });
    return;
  }
  const step = Math.max(1, Math.floor(TURNED_NUMBERS / count));
  const transposed = allocate(step * count, values instanceof Float64Array ? 'f64' : 'f32');
  for (let first = 0; first < width; first += step) {
    const some = Math.min(step, width - first);
    for (let j = 0; j < some; j++) {
      for (let i = 0; i < count; i++) transposed[j * count + i] = values[i * width + first + j];
    }
    const range = { row, rows: count, column: column + first, columns: some };
    file.put(range, { values: values.subarray(first), stride: width, transposed, transposedStride: count });
  }
}

/** Numbers of all panels so far, as progress of the whole. */
class Pace {
  readonly #started = performance.now();
  readonly #total: number;
  readonly #tell: EmpiricalOptions['onProgress'];
  #before = 0;

  constructor([n, m]: readonly number[], tell: EmpiricalOptions['onProgress']) {
    this.#total = n * m;
    this.#tell = tell;
  }

  /** So many entries of a panel are there; each stands for `weight` of the whole. */
  within(done: number, weight: number): void {
    const all = Math.min(this.#total, this.#before + weight * done);
    const rate = all / Math.max(1e-9, (performance.now() - this.#started) / 1000);
    this.#tell?.({ done: all, total: this.#total, rate, remaining: (this.#total - all) / Math.max(1e-9, rate) });
  }

  finished(entries: number, weight: number): void {
    this.#before += weight * entries;
  }
}

function worse(a: EmpiricalCheck | null, b: EmpiricalCheck): EmpiricalCheck {
  return a !== null && a.difference >= b.difference ? a : b;
}

function added(a: EmpiricalStages, b: EmpiricalStages): EmpiricalStages {
  const sum = (key: keyof EmpiricalStages): number => a[key] + b[key];
  return { compile: sum('compile'), initialise: sum('initialise'), compute: sum('compute'), check: sum('check') };
}

async function writePanels(
  { plan, panels }: PlannedFile,
  file: NpyFile,
  options: EmpiricalOptions,
): Promise<WrittenEmpirical> {
  const [n] = plan.shape;
  const outputs = allocate(n * plan.outputs, plan.precision);
  const pace = new Pace(plan.shape, options.onProgress);
  let check: EmpiricalCheck | null = null;
  let stages: EmpiricalStages = { compile: 0, initialise: 0, compute: 0, check: 0 };
  let { weights } = options;
  for (const [panel, own, planned] of panels) {
    // What the panel before left is collected when it is needed, which may be too late for the budget.
    if (plan.rowsAtOnce < n) collectGarbage();
    const isMirrored = options.z === undefined;
    const weight = isMirrored && panel.columns !== null ? 2 : 1;
    const more = {
      ...(weights === undefined ? {} : { weights }),
      onProgress: ({ done }: Progress) => pace.within(done, weight),
    };
    const kernel: EmpiricalKernel = await plannedEmpirical(panel.rows, { ...own, ...more }, planned);
    weights = kernel.weights;
    pace.finished(kernel.ntk.data.length, weight);
    putPanel(file, panel, kernel.ntk.data, isMirrored);
    outputs.set(kernel.outputs.data, panel.row * plan.outputs);
    check = worse(check, kernel.check);
    stages = added(stages, kernel.stages);
  }
  if (check === null || weights === undefined)
    throw new UsageError('x: must have examples, got none. Give at least one.');
  return { outputs: { data: outputs, shape: [n, plan.outputs] }, weights, plan, check, stages };
}

/** Throws OutputError for a file that cannot be written. */
function checkFile(out: string, { force }: WriteEmpiricalOptions): void {
  checkOutput(out, force);
  if (endingOf(out) !== '.npy') {
    throw new OutputError(`${out}: must end in .npy, got '${endingOf(out)}'. Name it K.npy, say.`);
  }
}

/**
 * The same as it was planned, with the weights of the options where they have any, and which file it is. Throws
 * OutputError for a file that cannot be written.
 */
export async function writePlanned(
  planned: PlannedFile,
  out: string,
  options: WriteEmpiricalOptions,
): Promise<{ readonly written: WrittenEmpirical; readonly mark: FileMark }> {
  checkFile(out, options);
  const { plan } = planned;
  checkRoom(out, plan.outputBytes);
  const file = new NpyFile(out, { shape: [plan.shape[0], plan.shape[1]], precision: plan.precision });
  try {
    const written = await writePanels(planned, file, options);
    return { written, mark: await file.publish(options.force === true) };
  } finally {
    file.remove();
  }
}

/**
 * Computes the NTK of one finite network and writes it to a `.npy` file `[n, m]`, some rows at a time where the memory
 * budget does not hold all.
 *
 * The matrix may be far larger than memory. The file appears whole or not at all.
 * @throws as `empiricalKernel` does; OutputError for a file that cannot be written; UsageError for pairs of outputs or
 * contributions
 */
export async function writeEmpirical(
  x: NdArray,
  out: string,
  options: WriteEmpiricalOptions,
): Promise<WrittenEmpirical> {
  checkFile(out, options);
  const started = performance.now();
  const planned = await planPanels(x, options);
  const compile = (performance.now() - started) / 1000;
  const { written } = await writePlanned(planned, out, options);
  return { ...written, stages: { ...written.stages, compile } };
}
