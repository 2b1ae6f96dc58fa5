import { cpus } from 'node:os';
import { hasFusedMultiplyAdd } from '../../kernels/host/module.js';
import { openRows } from '../../kernels/host/rows/job.js';
import { peakSpeed, productSpeed } from '../../kernels/host/speed.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { NdArray, Precision } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { readInput } from '../data/input.js';
import { planRows } from '../kernel/plan.js';
import { prepareTask } from '../kernel/rows/prepare.js';
import { tiles } from '../kernel/tiles.js';
import { defaultThreads } from '../platform/limits.js';
import { biased, firstRows, madeUpRows } from './inputs.js';
import { type BenchLine, linesText } from './lines.js';
import { kernelSeconds, least } from './measure.js';
import { nativeLines } from './native.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface KernelBenchOptions {
  /** Rows to compute on, e.g. MNIST test images; without it made-up rows of the same size. */
  readonly data?: string;
  readonly threads?: number;
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

/** Cost of a layer where no shortcut applies: the difference of two depths, on one thread. */
async function layerLines(x: NdArray): Promise<BenchLine[]> {
  const part = firstRows(x, 2000);
  const entries = (part.shape[0] * (part.shape[0] + 1)) / 2;
  const lines: BenchLine[] = [];
  for (const precision of ['f64', 'f32'] as const) {
    const [shallow, deep, product] = await least(4, [
      () => kernelSeconds(part, biased(2), precision, 1),
      () => kernelSeconds(part, biased(MORE_LAYERS), precision, 1),
      () => productSeconds(part, precision, 1),
    ]);
    const limit = precision === 'f64' ? '<= 15' : '<= 6';
    const name = `${precision} biases on raw rows, 1 thread`;
    lines.push({
      name: `${name}, a further layer`,
      value: ((deep - shallow) / entries / (MORE_LAYERS - 2)) * 1e9,
      unit: 'ns/entry',
      limit,
    });
    lines.push({
      name: `${name}, all but the product, a layer`,
      value: ((deep - product) / entries / MORE_LAYERS) * 1e9,
      unit: 'ns/entry',
      limit,
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
}: KernelBenchOptions): Promise<BenchOutcome<'kernel'>> {
  const x = data === undefined ? madeUpRows(MADE_UP_ROWS, MADE_UP_FEATURES) : asVectors(await readInput(data));
  const machine =
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ` +
    `${hasFusedMultiplyAdd() ? 'fused' : 'separate'} multiply-add`;
  const lines = [
    ...speedLines(),
    ...(await kernelLines(x, 'f32', threads)),
    ...(await kernelLines(x, 'f64', threads)),
    ...(await scalingLines(x)),
    ...(await layerLines(x)),
    ...(await nativeLines(x, threads)),
  ];
  const shape = x.shape.slice(0, 2);
  return {
    result: { machine, shape, threads, lines },
    text: linesText(lines, `${machine}\nrows ${shape.join(' x ')}, ${threads} threads`),
  };
}
