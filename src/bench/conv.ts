import { cpus } from 'node:os';
import { lower } from '../architecture/lower.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { Backend, LayerSpeed } from '../backend/contract.js';
import type { ImageSet, ImageTask } from '../backend/tasks.js';
import type { KernelJob, TileRange } from '../backend/tile.js';
import { allocate, type NdArray, type Precision } from '../data/array.js';
import { readInput } from '../data/input.js';
import { BackendError, UsageError } from '../errors.js';
import { tiles } from '../kernel/tiles.js';
import { defaultThreads } from '../platform/limits.js';
import { keepNeeded } from '../programme/needs.js';
import { backendMeasured, type MeasuredBackend } from './backend.js';
import { type BenchLine, linesText } from './lines.js';
import { medians } from './measure.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface ConvBenchOptions {
  /** Images to compute on, e.g. of CIFAR-10; without it made-up ones of the same size. */
  readonly data?: string;
  readonly threads?: number;
  /** A backend on the processor; without it `compiled` where it is there, else `host`. */
  readonly backend?: MeasuredBackend;
}

/** A network with its number of convolutions. */
interface Network {
  readonly preset: 'cntk' | 'rescntk';
  readonly depth: number;
  readonly head: 'tr' | 'gap';
  readonly padding: 'circular' | 'same';
}

/** Aims in nanoseconds for one pixel (and offset) and layer, by the pairs that a vector holds. */
const AIM: Readonly<Record<Precision, Readonly<Record<number, number>>>> = {
  f32: { 4: 4, 8: 1.7, 16: 1.3 },
  f64: { 2: 12, 4: 4, 8: 2.6 },
};

/** Runs of which the median is taken, in turn. */
const ROUNDS = 5;

/** Images of the comparison of threads: enough that compiling on each does not show. */
const THREADED = 384;

/** neural-tangents 0.6.5 on two cores of an Intel Xeon, seconds for a pair of 32 x 32 x 3 images, padding same, f32. */
const PEER: readonly { readonly network: Network; readonly seconds: number; readonly aim: number }[] = [
  { network: { preset: 'cntk', depth: 5, head: 'tr', padding: 'same' }, seconds: 1.67e-4, aim: 25 },
  { network: { preset: 'cntk', depth: 21, head: 'tr', padding: 'same' }, seconds: 6.01e-4, aim: 25 },
  { network: { preset: 'cntk', depth: 5, head: 'gap', padding: 'same' }, seconds: 1.45, aim: 200 },
  { network: { preset: 'rescntk', depth: 5, head: 'gap', padding: 'same' }, seconds: 4.24, aim: 300 },
];

/** Made-up images `[n, 32, 32, 3]`, with smooth patches and noise, from a fixed linear congruential sequence. */
function madeUpImages(n: number): NdArray {
  const data = allocate(n * 3072, 'f32');
  let state = 4242;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [image, place] = [Math.floor(i / 3072), i % 3072];
    data[i] = 128 + 90 * Math.sin(image + place / (200 + 40 * (image % 7))) + (30 * state) / 2 ** 32;
  }
  return { data, shape: [n, 32, 32, 3] };
}

function imagesOf({ data, shape }: NdArray, most: number): ImageSet {
  const count = Math.min(most, shape[0]);
  const one = data.length / shape[0];
  return {
    data: data.subarray(0, count * one),
    count,
    positions: shape.slice(1, -1),
    channels: shape[shape.length - 1],
  };
}

function taskOf(network: Network, precision: Precision, x: ImageSet): ImageTask {
  const { preset, depth, head, padding } = network;
  const architecture = presetArchitecture(preset, { depth, head, padding });
  const programme = keepNeeded(lower(architecture, { positions: x.positions, channels: x.channels }, 'both'));
  return {
    kind: 'images',
    programme,
    precision,
    outputs: ['ntk', 'nngp'],
    x,
    z: { ...x },
    symmetric: false,
    normalized: false,
  };
}

/** The images door of a backend. @throws BackendError where it has none */
function doorOf({ name, tasks }: Backend): NonNullable<Backend['tasks']['images']> {
  if (tasks.images === undefined) throw new BackendError(`--backend ${name}: must compute images, got vectors only.`);
  return tasks.images;
}

/** What times one tile again and again, the factors of its images being there. */
async function timedTile(
  backend: Backend,
  task: ImageTask,
  range: TileRange,
): Promise<{ readonly seconds: () => Promise<number>; readonly close: () => Promise<void> }> {
  const side = Math.max(range.rows, range.columns);
  const job: KernelJob = await doorOf(backend).open(task, { threads: 1, tile: [side, side] });
  const seconds = async (): Promise<number> => {
    const start = performance.now();
    (await job.compute(range, false)).release();
    return (performance.now() - start) / 1000 / (range.rows * range.columns);
  };
  await seconds();
  return { seconds, close: () => job.close() };
}

/** Seconds that one more layer takes for a pair, on one thread: the difference of two depths, taken in turn. */
async function layerSeconds(
  backend: Backend,
  network: Omit<Network, 'preset' | 'depth'>,
  [precision, x, range]: readonly [Precision, ImageSet, TileRange],
  [few, many]: readonly [number, number],
): Promise<number> {
  const open = (depth: number) =>
    timedTile(backend, taskOf({ preset: 'cntk', depth, ...network }, precision, x), range);
  const timed = [await open(few), await open(many)];
  const [less, more] = await medians(
    ROUNDS,
    timed.map(({ seconds }) => seconds),
  );
  for (const { close } of timed) await close();
  return (more - less) / (many - few);
}

/** Seconds of a pair on some threads, tile by tile. */
async function pairSecondsOn(
  backend: Backend,
  network: Network,
  x: ImageSet,
  threads: number,
  size: number,
): Promise<number> {
  const job = await doorOf(backend).open(taskOf(network, 'f32', x), { threads, tile: [size, size] });
  // A first tile on every thread, so that compiling is not measured.
  const first = { row: 0, rows: Math.min(2, x.count), column: 0, columns: Math.min(2, x.count) };
  const tilesDone = await Promise.all(Array.from({ length: job.concurrency }, () => job.compute(first, false)));
  for (const tile of tilesDone) tile.release();
  const once = async (): Promise<number> => {
    const queue = tiles({ rows: x.count, columns: x.count, symmetric: false }, size);
    const work = async (): Promise<void> => {
      for (let next = queue.next(); next.done !== true; next = queue.next())
        (await job.compute(next.value, false)).release();
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: job.concurrency }, work));
    return (performance.now() - start) / 1000;
  };
  const [seconds] = await medians(network.head === 'gap' ? 1 : ROUNDS, [once]);
  await job.close();
  return seconds / x.count ** 2;
}

async function layerLines(
  backend: Backend,
  precision: Precision,
  x: NdArray,
  { nanoseconds, lanes }: LayerSpeed,
): Promise<BenchLine[]> {
  const pixels = x.shape[1] * x.shape[2];
  const lines: BenchLine[] = [];
  const aim = AIM[precision][lanes];
  const add = (name: string, ns: number): void => {
    const limit = aim === undefined ? '' : `aim ${aim}`;
    lines.push({ name: `${precision} ${name}`, value: ns, unit: 'ns', limit });
    lines.push({ name: `${precision} ${name} / arithmetic`, value: ns / nanoseconds, unit: '', limit: '<= 2' });
  };
  const [images, few] = [imagesOf(x, 64), imagesOf(x, Math.max(4, lanes))];
  const whole = { row: 0, rows: images.count, column: 0, columns: images.count };
  for (const padding of ['circular', 'same'] as const) {
    const seconds = await layerSeconds(backend, { head: 'tr', padding }, [precision, images, whole], [5, 21]);
    add(`offset 0, ${padding}, a pixel and further layer`, (1e9 * seconds) / pixels);
  }
  const part = { row: 0, rows: Math.min(2, few.count), column: 0, columns: few.count };
  const seconds = await layerSeconds(backend, { head: 'gap', padding: 'circular' }, [precision, few, part], [2, 6]);
  add('global pooling, a pixel, offset and further layer', (1e9 * seconds) / (pixels * pixels));
  return lines;
}

async function peerLines(backend: Backend, x: NdArray, threads: number): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const { network, seconds, aim } of PEER) {
    const [count, size] = network.head === 'tr' ? [256, 64] : [16, 16];
    const mine = await pairSecondsOn(backend, network, imagesOf(x, count), threads, size);
    const name = `f32 ${network.preset} ${network.head} depth ${network.depth}, same`;
    lines.push({ name: `${name}, a pair`, value: 1e3 * mine, unit: 'ms', limit: '' });
    lines.push({ name: `${name}, neural-tangents / this`, value: seconds / mine, unit: 'times', limit: `aim ${aim}` });
  }
  return lines;
}

async function threadLines(backend: Backend, x: NdArray, threads: number): Promise<BenchLine[]> {
  if (threads < 2) return [];
  const network: Network = { preset: 'cntk', depth: 5, head: 'tr', padding: 'circular' };
  const [one, two] = [
    await pairSecondsOn(backend, network, imagesOf(x, THREADED), 1, 64),
    await pairSecondsOn(backend, network, imagesOf(x, THREADED), 2, 64),
  ];
  return [{ name: 'f32 offset 0, 2 threads against 1', value: one / two, unit: 'times', limit: '>= 1.8' }];
}

/**
 * `ntk bench conv`: kernels of images beside their arithmetic on numbers in the first-level cache, measured in the same
 * run; medians of five runs in turn.
 */
export async function benchConv(options: ConvBenchOptions): Promise<BenchOutcome<'conv'>> {
  const { data, threads = defaultThreads() } = options;
  const x = data === undefined ? madeUpImages(THREADED) : await readInput(data);
  if (x.shape.length !== 4) {
    throw new UsageError(
      `--data: must hold images [n, h, w, c], got shape [${x.shape.join(', ')}]. Give a CIFAR-10 file.`,
    );
  }
  const backend = await backendMeasured(options.backend, 'images');
  const lines: BenchLine[] = [];
  for (const precision of ['f32', 'f64'] as const) {
    if (!backend.precisions.includes(precision) || backend.layerSpeed === undefined) continue;
    const limit = await backend.layerSpeed(precision);
    const name = `${precision} arithmetic of a layer in registers`;
    lines.push({ name, value: limit.nanoseconds, unit: 'ns', limit: '' });
    lines.push(...(await layerLines(backend, precision, x, limit)));
  }
  lines.push(...(await threadLines(backend, x, threads)), ...(await peerLines(backend, x, threads)));
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const { version } = await backend.probe();
  const head = [
    `${processor}, Node ${process.versions.node}, ${backend.name}: ${version ?? ''}`,
    `images ${x.shape.slice(1).join(' x ')}, NNGP and NTK together, 1 thread; ` +
      `pairs on ${threads} threads beside neural-tangents 0.6.5 on two cores of an Intel Xeon`,
  ].join('\n');
  return { result: { lines }, text: linesText(lines, head) };
}
