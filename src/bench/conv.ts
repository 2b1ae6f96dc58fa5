import { cpus } from 'node:os';
import { ImageEngine, pooledOnHost, scheduleImages } from '../../kernels/host/images/engine.js';
import { openImages } from '../../kernels/host/images/job.js';
import { compileModule, hasFusedMultiplyAdd } from '../../kernels/host/module.js';
import { layerArithmetic } from '../../kernels/host/speed.js';
import { lower } from '../architecture/lower.js';
import { presetArchitecture } from '../architecture/presets.js';
import { prepareImages } from '../backend/images/prepare.js';
import type { ImageSet, ImageTask } from '../backend/tasks.js';
import { createMemory } from '../backend/tile-memory.js';
import { allocate, type NdArray, type Precision } from '../data/array.js';
import { readInput } from '../data/input.js';
import { UsageError } from '../errors.js';
import { tiles } from '../kernel/tiles.js';
import { defaultThreads } from '../platform/limits.js';
import { keepNeeded } from '../programme/needs.js';
import { type BenchLine, linesText } from './lines.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface ConvBenchOptions {
  /** Images to compute on, e.g. of CIFAR-10; without it made-up ones of the same size. */
  readonly data?: string;
  readonly threads?: number;
}

/** A network with its number of convolutions. */
interface Network {
  readonly preset: 'cntk' | 'rescntk';
  readonly depth: number;
  readonly head: 'tr' | 'gap';
  readonly padding: 'circular' | 'same';
}

/** Aims in nanoseconds for one pixel (and offset) and layer. */
const AIM = { f32: 4, f64: 12 } satisfies Record<Precision, number>;

/** Images of the comparison of threads: enough that compiling on each does not show. */
const THREADED = 384;

/** neural-tangents 0.6.5 on two cores of an Intel Xeon, seconds for a pair of 32 x 32 x 3 images, padding same, f32. */
const PEER: readonly { readonly network: Network; readonly seconds: number; readonly aim: number }[] = [
  { network: { preset: 'cntk', depth: 5, head: 'tr', padding: 'same' }, seconds: 1.67e-4, aim: 15 },
  { network: { preset: 'cntk', depth: 21, head: 'tr', padding: 'same' }, seconds: 6.01e-4, aim: 15 },
  { network: { preset: 'cntk', depth: 5, head: 'gap', padding: 'same' }, seconds: 1.45, aim: 100 },
  { network: { preset: 'rescntk', depth: 5, head: 'gap', padding: 'same' }, seconds: 4.24, aim: 150 },
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

/** Seconds of a pair on the calling thread: one square tile, the factors of its images included. */
function pairSeconds(network: Network, precision: Precision, x: ImageSet): number {
  const job = { ...prepareImages(taskOf(network, precision, x), pooledOnHost), size: Math.ceil(x.count / 8) * 8 };
  const schedule = scheduleImages(job);
  const engine = new ImageEngine(compileModule(), createMemory(schedule.blocks.bytes), job, schedule);
  const [head, rows] = [Math.min(2, x.count), x.count];
  engine.compute({ row: 0, rows: head, column: 0, columns: head }, 0, false);
  const start = performance.now();
  engine.compute({ row: 0, rows, column: 0, columns: rows }, 0, false);
  return (performance.now() - start) / 1000 / rows ** 2;
}

/** Seconds of a pair on some threads, tile by tile. */
async function pairSecondsOn(network: Network, x: ImageSet, threads: number, size: number): Promise<number> {
  const job = await openImages(taskOf(network, 'f32', x), { threads, tile: [size, size] });
  const queue = tiles({ rows: x.count, columns: x.count, symmetric: false }, size);
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next())
      (await job.compute(next.value, false)).release();
  };
  // A first tile on every thread, so that compiling is not measured.
  const first = { row: 0, rows: Math.min(2, x.count), column: 0, columns: Math.min(2, x.count) };
  const tilesDone = await Promise.all(Array.from({ length: job.concurrency }, () => job.compute(first, false)));
  for (const tile of tilesDone) tile.release();
  const start = performance.now();
  await Promise.all(Array.from({ length: job.concurrency }, work));
  const seconds = (performance.now() - start) / 1000;
  await job.close();
  return seconds / x.count ** 2;
}

function layerLines(precision: Precision, x: NdArray, limit: number): BenchLine[] {
  const pixels = x.shape[1] * x.shape[2];
  const lines: BenchLine[] = [];
  const add = (name: string, ns: number): void => {
    lines.push({ name: `${precision} ${name}`, value: ns, unit: 'ns', limit: `aim ${AIM[precision]}` });
    lines.push({ name: `${precision} ${name} / arithmetic`, value: ns / limit, unit: '', limit: '<= 2.5' });
  };
  for (const padding of ['circular', 'same'] as const) {
    const cntk = (depth: number): number =>
      pairSeconds({ preset: 'cntk', depth, head: 'tr', padding }, precision, imagesOf(x, 64));
    const [few, many] = [cntk(5), cntk(21)];
    add(`offset 0, ${padding}, a pixel and further layer`, (1e9 * (many - few)) / (16 * pixels));
  }
  const gap = (depth: number): number =>
    pairSeconds({ preset: 'cntk', depth, head: 'gap', padding: 'circular' }, precision, imagesOf(x, 4));
  const [few, many] = [gap(2), gap(6)];
  add('global pooling, a pixel, offset and further layer', (1e9 * (many - few)) / (4 * pixels * pixels));
  return lines;
}

async function peerLines(x: NdArray, threads: number): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const { network, seconds, aim } of PEER) {
    const [count, size] = network.head === 'tr' ? [256, 64] : [8, 4];
    const mine = await pairSecondsOn(network, imagesOf(x, count), threads, size);
    const name = `f32 ${network.preset} ${network.head} depth ${network.depth}, same`;
    lines.push({ name: `${name}, a pair`, value: 1e3 * mine, unit: 'ms', limit: '' });
    lines.push({ name: `${name}, neural-tangents / this`, value: seconds / mine, unit: 'times', limit: `aim ${aim}` });
  }
  return lines;
}

async function threadLines(x: NdArray, threads: number): Promise<BenchLine[]> {
  if (threads < 2) return [];
  const network: Network = { preset: 'cntk', depth: 5, head: 'tr', padding: 'circular' };
  const [one, two] = [
    await pairSecondsOn(network, imagesOf(x, THREADED), 1, 64),
    await pairSecondsOn(network, imagesOf(x, THREADED), 2, 64),
  ];
  return [{ name: 'f32 offset 0, 2 threads against 1', value: one / two, unit: 'times', limit: '>= 1.7' }];
}

/**
 * `ntk bench conv`: kernels of images beside their arithmetic on numbers in the first-level cache, measured in the same
 * run.
 */
export async function benchConv({ data, threads = defaultThreads() }: ConvBenchOptions): Promise<BenchOutcome<'conv'>> {
  const x = data === undefined ? madeUpImages(THREADED) : await readInput(data);
  if (x.shape.length !== 4) {
    throw new UsageError(
      `--data: must hold images [n, h, w, c], got shape [${x.shape.join(', ')}]. Give a CIFAR-10 file.`,
    );
  }
  const lines: BenchLine[] = [];
  for (const precision of ['f32', 'f64'] as const) {
    const limit = layerArithmetic(precision, 200);
    lines.push({ name: `${precision} arithmetic of a layer in registers`, value: limit, unit: 'ns', limit: '' });
    lines.push(...layerLines(precision, x, limit));
  }
  lines.push(...(await threadLines(x, threads)), ...(await peerLines(x, threads)));
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const arithmetic = hasFusedMultiplyAdd() ? 'fused' : 'separate';
  const head = [
    `${processor}, Node ${process.versions.node}, ${arithmetic} multiply-add`,
    `images ${x.shape.slice(1).join(' x ')}, NNGP and NTK together, 1 thread; ` +
      `pairs on ${threads} threads beside neural-tangents 0.6.5 on two cores of an Intel Xeon`,
  ].join('\n');
  return { result: { lines }, text: linesText(lines, head) };
}
