import { join } from 'node:path';
import { type Context, ntk, type Part, program } from '../context.js';
import type { Subject } from '../devices.js';
import { growing, type Job, type Outcome, type Size } from '../growing.js';
import { atMost, type Line, measured, shortNumber, undone } from '../lines.js';
import type { Step } from '../step.js';

/** What the records of `ntk eigs` and `ntk regress` tell. */
interface RunRecord {
  readonly stages: Readonly<Partial<Record<'load' | 'compile' | 'compute' | 'solve', number>>>;
  /** What factored, solved or decomposed. */
  readonly algebra: string;
}

interface EigsRecord extends RunRecord {
  readonly residuals: readonly number[];
  readonly norm: number;
}

interface RegressRecord extends RunRecord {
  readonly accuracy: number | null;
  readonly residual: number;
}

const EPSILON = { f64: 2 ** -52, f32: 2 ** -23 } as const;

/** TensorFlow's precisions, the best first; `webgpu` has no factorisations. */
function subjectsOf({ devices, quick }: Context): readonly Subject[] {
  const subjects = devices.subjects.filter(({ backend }) => backend === 'tensorflow');
  return quick ? subjects.slice(0, 1) : subjects;
}

function missingLines({ devices }: Context, what: string): readonly Line[] {
  const why = devices.missing.find(({ backend }) => backend === 'tensorflow')?.why;
  return why === undefined
    ? []
    : [undone({ what, on: 'tensorflow' }, 'skipped', 'not here; other backends solve on the host')];
}

const sum = (...seconds: readonly (number | undefined)[]): number => seconds.reduce<number>((s, v) => s + (v ?? 0), 0);

const took = (seconds: number): string => `${seconds.toPrecision(3)} s`;

/** Whether the device did the algebra. */
const onDevice = ({ algebra }: RunRecord): boolean => /tensorflow/i.test(algebra);

/** What did it, where it was not the device. */
function by(record: RunRecord): string | undefined {
  return onDevice(record) ? undefined : `solved by ${record.algebra}`;
}

/** On a GPU the algebra must not have been handed to the processor. */
function handed(record: RunRecord, { gpu, backend, precision }: Subject, what: string): Line[] {
  if (!gpu || onDevice(record)) return [];
  const tried = { what: `${what}: done by the device`, on: backend, precision };
  return [measured(tried, 0, { result: 'no', limit: '>= 1', why: by(record) })];
}

async function rowsFiles(context: Context, n: number, features: number): Promise<Step> {
  const argv = program(context, 'rows', String(n), String(features), context.work);
  return context.step({ name: `rows ${n} x ${features}`, argv, most: 60 });
}

const path = ({ work }: Context, file: string): string => join(work, file);

async function decompose(context: Context, subject: Subject, { n }: Size): Promise<Outcome> {
  const { backend, precision } = subject;
  const tried = { what: `dense eigenpairs, n = ${n}: residual, time`, on: backend, precision };
  const rows = await rowsFiles(context, n, 64);
  if (rows.error !== undefined) return { lines: [undone(tried, 'failed', rows.error)], seconds: null };
  const flags = ['--arch', 'fc', '--depth', '3', '--method', 'dense', '-k', '20', '--backend', backend];
  const argv = ntk(context, 'eigs', path(context, 'x.npy'), ...flags, '--precision', precision, '--json');
  const step = await context.step({ name: `eigs ${backend} ${precision} ${n}`, argv, fine: [0, 3] });
  if (step.error !== undefined) return { lines: [undone(tried, 'failed', step.error)], seconds: null };
  const record = step.output as EigsRecord;
  const residual = Math.max(...record.residuals) / record.norm;
  const seconds = sum(record.stages.compute, record.stages.solve);
  const how = `largest residual of ${record.residuals.length} pairs over |K|, ${took(seconds)}, ${record.algebra}`;
  const told = { result: `${shortNumber(residual)}, ${took(seconds)}`, limit: atMost(50 * EPSILON[precision]), how };
  const line = measured(tried, residual, { ...told, why: by(record) });
  return { lines: [line, ...handed(record, subject, 'eigenpairs')], seconds };
}

async function factor(context: Context, subject: Subject, { n }: Size): Promise<Outcome> {
  const { backend, precision } = subject;
  const tried = { what: `Cholesky, n = ${n}: residual, time`, on: backend, precision };
  const rows = await rowsFiles(context, n, 64);
  if (rows.error !== undefined) return { lines: [undone(tried, 'failed', rows.error)], seconds: null };
  const step = await regress(context, subject, n);
  if (step.error !== undefined) return { lines: [undone(tried, 'failed', step.error)], seconds: null };
  const record = step.output as RegressRecord;
  const seconds = sum(record.stages.solve);
  const how = `relative residual, ${took(seconds)}, ${record.algebra}`;
  const limit = precision === 'f64' ? '<= 1e-10' : '<= 1e-6';
  const result = `${shortNumber(record.residual)}, ${took(seconds)}`;
  const line = measured(tried, record.residual, { result, limit, how, why: by(record) });
  return { lines: [line, ...handed(record, subject, 'Cholesky')], seconds };
}

async function regress(context: Context, subject: Subject | null, n: number, out?: string): Promise<Step> {
  const [backend, precision] = subject === null ? ['host', 'f64'] : [subject.backend, subject.precision];
  const files = ['x.npy', 'z.npy'].map((file) => path(context, file));
  const labels = ['--labels', path(context, 'y.npy'), '--test-labels', path(context, 'zy.npy')];
  const flags = ['--arch', 'fc', '--depth', '3', '--scale', 'unit-rows', '--solver', 'cholesky', '--ridge', '1e-3'];
  const how = ['--backend', backend, '--precision', precision, '--json', ...(out === undefined ? [] : ['--out', out])];
  const argv = ntk(context, 'regress', ...files, ...labels, ...flags, ...how, '--force');
  return context.step({ name: `regress ${backend} ${precision} ${n}`, argv, fine: [0, 3] });
}

/** Predictions of the device beside those of `host` in f64, on the smallest size. */
async function agreement(context: Context, subject: Subject, n: number): Promise<readonly Line[]> {
  const { backend, precision } = subject;
  const tried = { what: `predictions, n = ${n}, beside host in f64`, on: backend, precision };
  const [theirs, ours] = [path(context, 'device.npy'), path(context, 'host.npy')];
  const steps = [await regress(context, subject, n, theirs), await regress(context, null, n, ours)];
  const wrong = steps.find(({ error }) => error !== undefined);
  if (wrong !== undefined) return [undone(tried, 'failed', wrong.error ?? '')];
  const step = await context.step({ name: 'difference', argv: program(context, 'difference', theirs, ours), most: 20 });
  if (step.error !== undefined) return [undone(tried, 'failed', step.error)];
  const { difference } = step.output as { readonly difference: number | null };
  const limit = precision === 'f64' ? '<= 1e-10' : '<= 1e-3';
  return [measured(tried, difference, { limit, how: 'over the largest prediction' })];
}

async function learn(context: Context, subject: Subject, { n, first }: Size): Promise<Outcome> {
  const { backend, precision } = subject;
  const tried = { what: `regress, n = ${n}: accuracy, time`, on: backend, precision };
  const rows = await rowsFiles(context, n, 784);
  if (rows.error !== undefined) return { lines: [undone(tried, 'failed', rows.error)], seconds: null };
  const beside = first ? await agreement(context, subject, n) : [];
  const step = await regress(context, subject, n);
  if (step.error !== undefined) return { lines: [...beside, undone(tried, 'failed', step.error)], seconds: null };
  const record = step.output as RegressRecord;
  const { compute, solve } = record.stages;
  const how = `kernel ${took(sum(compute))}, solve ${took(sum(solve))}, residual ${record.residual.toExponential(1)}`;
  const result = `${shortNumber(record.accuracy ?? Number.NaN)}, ${took(sum(compute, solve))}`;
  const line = measured(tried, record.accuracy, { result, limit: '>= 0.9', how, why: by(record) });
  return { lines: [...beside, line, ...handed(record, subject, 'regress')], seconds: sum(compute, solve) };
}

/** What a part runs for each of TensorFlow's precisions. */
interface Kind {
  readonly what: string;
  /** Sizes on a GPU, and where a processor computes, for which those would take many minutes. */
  readonly sizes: readonly [gpu: readonly number[], few: readonly number[]];
  readonly run: (context: Context, subject: Subject, size: Size) => Promise<Outcome>;
}

/** Everything in all precisions at the small size, then at the next one. */
async function inAll(context: Context, kinds: readonly Kind[]): Promise<readonly Line[]> {
  const jobs = kinds.flatMap(({ what, sizes: [large, few], run }) =>
    subjectsOf(context).map((subject): Job => {
      const { backend: on, precision, gpu } = subject;
      const sizes = context.quick ? [few[0] / 2] : gpu ? large : few;
      return { tried: { what, on, precision }, sizes, run: (within, size) => run(within, subject, size) };
    }),
  );
  return [...(await growing(context, jobs)), ...kinds.flatMap(({ what }) => missingLines(context, what))];
}

/** Factorisations of kernels on the device. */
export const factorPart: Part = {
  name: 'factor',
  describe: 'Cholesky and dense eigenpairs of a kernel; on a GPU n = 4,000 and 20,000',
  share: 200,
  shareOfProcessor: 60,
  run: (context) => {
    const sizes: Kind['sizes'] = [
      [4000, 20_000],
      [300, 1000],
    ];
    return inAll(context, [
      { what: 'Cholesky', sizes, run: factor },
      { what: 'dense eigenpairs', sizes, run: decompose },
    ]);
  },
};

/** Kernel regression as a user runs it. */
export const regressPart: Part = {
  name: 'regress',
  describe: 'ntk regress on rows like those of MNIST, 10 classes; on a GPU n = 20,000',
  share: 80,
  shareOfProcessor: 40,
  run: (context) => {
    const sizes: Kind['sizes'] = [
      [2000, 20_000],
      [300, 1000],
    ];
    return inAll(context, [{ what: 'regress', sizes, run: learn }]);
  },
};
