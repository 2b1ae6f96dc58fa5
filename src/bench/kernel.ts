import { cpus } from 'node:os';
import { hasFusedMultiplyAdd } from '../../kernels/host/module.js';
import { openRows } from '../../kernels/host/rows/job.js';
import { peakSpeed, productSpeed } from '../../kernels/host/speed.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { Backend } from '../backend/contract.js';
import type { NdArray, Precision } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { readInput } from '../data/input.js';
import { planRows } from '../kernel/plan.js';
import { prepareTask } from '../kernel/rows/prepare.js';
import { tiles } from '../kernel/tiles.js';
import { defaultThreads } from '../platform/limits.js';
import { backendMeasured, type MeasuredBackend } from './backend.js';
import { biased, firstRows, madeUpRows } from './inputs.js';
import { type BenchLine, linesText } from './lines.js';
import { kernelSeconds, least, medians } from './measure.js';
import { nativeLines } from './native.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface KernelBenchOptions {
  /** Rows to compute on, e.g. MNIST test images; without it made-up rows of the same size. */
  readonly data?: string;
  readonly threads?: number;
  /** Whose layers are timed; without it `compiled` where it is there, else `host`. */
  readonly backend?: MeasuredBackend;
}

/** Rows of the made-up data: as many as make a product of some seconds. */
const MADE_UP_ROWS = 4000;
const MADE_UP_FEATURES = 784;
/** Depth of the network with biases whose layers are timed. */
const MORE_LAYERS = 32;

/** Seconds of the plain matrix product with the same tiles: of half the matrix, as the kernel computes it. */
async function productSeconds(x: NdArray, precision: Precision, threads: number): Promise<number> {
  const architecture = presetArchitecture('fc');
  const { plan, computation } = await planRows(
    x,
    { architecture, precision, threads, backend: 'host', native: 'off' },
    false,
  );
  const job = await openRows(prepareTask(computation.outline, true).task, { threads, tile: plan.tile });
  const queue = tiles({ rows: plan.shape[0], columns: plan.shape[1], symmetric: true }, plan.tile[0]);
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next())
      (await job.computeProduct(next.value)).release();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: job.concurrency }, work));
  const seconds = (performance.now() - start) / 1000;
  await job.close();
  return seconds;
}

function speedLines(): BenchLine[] {
  return (['f32', 'f64'] as const).flatMap((precision) => {
    const rounds = Array.from({ length: 5 }, () => [productSpeed(precision, 60), peakSpeed(precision, 60)]);
    const product = Math.max(...rounds.map(([p]) => p));
    const peak = Math.max(...rounds.map(([, p]) => p));
    return [
      { name: `${precision} peak, 12 accumulators, 1 thread`, value: peak, unit: 'GFLOP/s', limit: '' },
      { name: `${precision} product of packed panels, 1 thread`, value: product, unit: 'GFLOP/s', limit: '' },
      {
        name: `${precision} product / peak`,
        value: product / peak,
        unit: '',
        limit: precision === 'f32' ? '>= 0.7' : '>= 0.6',
      },
    ];
  });
}

async function kernelLines(x: NdArray, precision: Precision, threads: number): Promise<BenchLine[]> {
  const n = x.shape[0];
  const d = x.shape[1];
  const [product, shallow, deep] = await least(3, [
    () => productSeconds(x, precision, threads),
    () => kernelSeconds(x, presetArchitecture('fc', { depth: 3 }), precision, threads),
    () => kernelSeconds(x, presetArchitecture('fc', { depth: 50 }), precision, threads),
  ]);
  const limit = precision === 'f32' ? '<= 1.5' : '';
  return [
    { name: `${precision} half product, ${threads} threads`, value: product, unit: 's', limit: '' },
    { name: `${precision} half product`, value: (n * n * d) / product / 1e9, unit: 'GFLOP/s', limit: '' },
    { name: `${precision} fc depth 3`, value: shallow, unit: 's', limit: '' },
    { name: `${precision} fc depth 3 / half product`, value: shallow / product, unit: '', limit },
    { name: `${precision} fc depth 50`, value: deep, unit: 's', limit: '' },
    { name: `${precision} fc depth 50 / half product`, value: deep / product, unit: '', limit },
  ];
}

/** Threads against one, on the first 4,000 rows. */
async function scalingLines(x: NdArray): Promise<BenchLine[]> {
  const part = firstRows(x, 4000);
  const fc = presetArchitecture('fc', { depth: 3 });
  const [one, two] = await least(3, [() => kernelSeconds(part, fc, 'f32', 1), () => kernelSeconds(part, fc, 'f32', 2)]);
  return [{ name: 'f32 fc depth 3, 2 threads against 1', value: one / two, unit: 'times', limit: '>= 1.7' }];
}

/** Nanoseconds of an entry and layer that are aimed at, by the entries of a vector: relu, and other maps in f64. */
const LAYER_AIM: Readonly<Record<Precision, Readonly<Record<number, number>>>> = {
  f32: { 4: 6, 8: 2.6, 16: 1.3 },
  f64: { 2: 15, 4: 6, 8: 3 },
};
const MAP_AIM = 12;

/** Networks whose layers are timed: map, precision, and two depths. */
const LAYERS = [
  ['relu', 'f64', 2, MORE_LAYERS],
  ['relu', 'f32', 2, MORE_LAYERS],
  ['erf', 'f64', 1, 4],
  ['gelu', 'f64', 1, 4],
] as const;

/** Cost of a layer where no shortcut applies: the median difference of two depths in turn, on one thread. */
async function layerLines(x: NdArray, backend: Backend): Promise<BenchLine[]> {
  const part = firstRows(x, 3000);
  const entries = (part.shape[0] * (part.shape[0] + 1)) / 2;
  const name = backend.name as MeasuredBackend;
  const lines: BenchLine[] = [];
  for (const [map, precision, few, many] of LAYERS) {
    const seconds = (depth: number) => () =>
      kernelSeconds(part, biased(depth, { kind: map }), precision, 1, 'off', name);
    const [shallow, deep] = await medians(5, [seconds(few), seconds(many)]);
    const lanes = (await backend.layerSpeed?.(precision))?.lanes ?? 0;
    const aim = map === 'relu' ? LAYER_AIM[precision][lanes] : MAP_AIM;
    lines.push({
      name: `${precision} biases on raw rows, ${map}, ${name}, 1 thread, a further layer`,
      value: ((deep - shallow) / entries / (many - few)) * 1e9,
      unit: 'ns/entry',
      limit: aim === undefined ? '' : `<= ${aim}`,
    });
  }
  return lines;
}

/**
 * Measures the kernel job against its limits in one run: the product against the peak of the multiply-add in registers,
 * kernels against the plain product of the same size, threads against one, a layer where no shortcut applies, and
 * kernels with a native library for the products against that library's own.
 */
export async function benchKernel({
  data,
  threads = defaultThreads(),
  backend: asked,
}: KernelBenchOptions): Promise<BenchOutcome<'kernel'>> {
  const backend = await backendMeasured(asked, 'rows');
  const x = data === undefined ? madeUpRows(MADE_UP_ROWS, MADE_UP_FEATURES) : asVectors(await readInput(data));
  const machine =
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ` +
    `${hasFusedMultiplyAdd() ? 'fused' : 'separate'} multiply-add`;
  const lines = [
    ...speedLines(),
    ...(await kernelLines(x, 'f32', threads)),
    ...(await kernelLines(x, 'f64', threads)),
    ...(await scalingLines(x)),
    ...(await layerLines(x, backend)),
    ...(await nativeLines(x, threads)),
  ];
  const shape = x.shape.slice(0, 2);
  return {
    result: { machine, shape, threads, lines },
    text: linesText(lines, `${machine}\nrows ${shape.join(' x ')}, ${threads} threads`),
  };
}
