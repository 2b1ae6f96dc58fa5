import { cpus, totalmem } from 'node:os';
import { peakSpeed } from '../../kernels/webgpu/speed.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import type { Availability } from '../backend/device.js';
import { selectBackend } from '../backend/select.js';
import type { NdArray } from '../data/array.js';
import { asVectors } from '../data/image.js';
import { readInput } from '../data/input.js';
import { planRows } from '../kernel/plan.js';
import { outline, prepareTask } from '../kernel/rows/prepare.js';
import { defaultThreads } from '../platform/limits.js';
import { bandwidths, deviceTiles, type Way } from './gpu-device.js';
import { cornerLine, errorLines } from './gpu-errors.js';
import { flatLines, imageErrorLines, pooledLines } from './gpu-images.js';
import { type Sizes, sizesFor } from './gpu-sizes.js';
import { diskSpeed, room, type Streamed, stream, type Target } from './gpu-stream.js';
import { biased, firstRows, madeUpRows } from './inputs.js';
import { type BenchLine, linesText } from './lines.js';
import type { BenchOutcome } from './outcome.js';

/** What the benchmark is told. */
export interface GpuBenchOptions {
  /** Rows to compute on, e.g. MNIST training images; without it made-up rows of the same size. */
  readonly data?: string;
  readonly threads?: number;
}

/** What later parts compare with; null until it is known. */
interface Found {
  peak: number | null;
  product: number | null;
  read: number | null;
  /** Bytes of the matrix that the device computes in a second, depth 3 with the table. */
  kernel: number | null;
  disk: number | null;
  /** Bytes read and written by copies on the device in a second. */
  copies: number | null;
}

interface Bench {
  readonly sizes: Sizes;
  readonly software: boolean;
  readonly threads: number;
  readonly x: NdArray;
  readonly found: Found;
  /** What deserves attention. */
  readonly notes: string[];
}

const GIGA = 1e9;

async function peakLines({ found, sizes }: Bench): Promise<BenchLine[]> {
  const speeds: number[] = [];
  for (let r = 0; r < sizes.rounds; r++) speeds.push(await peakSpeed(sizes.enough));
  found.peak = Math.max(...speeds);
  return [{ name: 'f32 peak', value: found.peak, unit: 'GFLOP/s', limit: '', how: 'multiply-adds in registers' }];
}

/** GFLOP/s of one tile of a product, on rows with their numbers: a product of zeros would be faster. */
async function productSpeed({ x, sizes }: Bench, side: number, features: number): Promise<number> {
  const rows = x.shape[0] >= 2 * side && x.shape[1] === features ? x : madeUpRows(2 * side, features);
  const half = (first: number): NdArray => ({
    data: rows.data.subarray(first * features, (first + side) * features),
    shape: [side, features],
  });
  const plan = outline(half(0), { architecture: presetArchitecture('fc'), z: half(side), precision: 'f32' });
  const tile = await deviceTiles(prepareTask(plan, true).task, side);
  try {
    let best = Infinity;
    for (let r = 0; r < sizes.rounds; r++) best = Math.min(best, await tile.seconds('product', sizes.enough));
    return (2 * side * side * features) / best / GIGA;
  } finally {
    await tile.close();
  }
}

async function productLines(bench: Bench): Promise<BenchLine[]> {
  const { found, sizes, notes, software } = bench;
  const lines: BenchLine[] = [];
  for (const [side, features] of sizes.products) {
    const value = await productSpeed(bench, side, features);
    found.product = Math.max(found.product ?? 0, value);
    const name = `product ${side} x ${side}, d = ${features}`;
    const share = found.peak === null ? '' : `, ${((100 * value) / found.peak).toFixed(1)} % of the peak`;
    lines.push({ name, value, unit: 'GFLOP/s', limit: '', how: `on the device${share}` });
  }
  if (found.peak === null || found.product === null) return lines;
  const value = found.product / found.peak;
  if (value < 0.2 && !software) {
    notes.push(`the product reaches ${(100 * value).toFixed(1)} % of the peak, less than 20 %: another way is needed`);
  }
  return [...lines, { name: 'product / peak', value, unit: '', limit: '>= 0.3', how: 'the best of these products' }];
}

/**
 * Networks whose kernels are timed, with and without the shortcut; a processor that plays the device takes seconds to
 * compile each.
 */
function networks(software: boolean): readonly (readonly [string, Architecture, boolean])[] {
  const fc = (depth: number): Architecture => presetArchitecture('fc', { depth });
  const all = [
    ['fc depth 3, table', fc(3), true],
    ['biases, depth 50', biased(50), true],
    ['fc depth 50, table', fc(50), true],
    ['fc depth 3, body', fc(3), false],
    ['fc depth 50, body', fc(50), false],
    ['biases, depth 3', biased(3), true],
  ] as const;
  return software ? all.slice(0, 2) : all;
}

async function networkLines(
  { x, sizes, software, found }: Bench,
  name: string,
  architecture: Architecture,
  zonal: boolean,
): Promise<BenchLine[]> {
  const part = firstRows(x, sizes.rows);
  const [n, d] = part.shape;
  const task = prepareTask(outline(part, { architecture, zonal, precision: 'f32' }), true).task;
  const tiles = await deviceTiles(task, sizes.tile);
  try {
    const best: Record<Way, number> = { product: Infinity, fused: Infinity, split: Infinity };
    for (let r = 0; r < sizes.rounds; r++) {
      for (const way of ['product', 'fused', 'split'] as const) {
        best[way] = Math.min(best[way], await tiles.seconds(way, sizes.enough));
      }
    }
    const used: Way = software ? 'split' : 'fused';
    found.kernel ??= (4 * n * n) / best[used];
    const line = (what: string, value: number, unit: string, limit = '', how?: string): BenchLine => ({
      ...{ name: `${name}: ${what}`, value, unit, limit },
      ...(how === undefined ? {} : { how }),
    });
    const ratio = (way: Way): BenchLine =>
      line(`${way} / half product`, best[way] / best.product, '', way === used ? '<= 1.5' : '');
    return [
      line(
        'half product',
        best.product,
        's',
        '',
        `${n} rows, d = ${d}, ${((n * n * d) / best.product / GIGA).toPrecision(3)} GFLOP/s`,
      ),
      line('fused', best.fused, 's', '', 'on the device, mirror images included'),
      ratio('fused'),
      ratio('split'),
      line('fused, compile', tiles.compile.fused, 's', '', 'nothing where a network before had the same shader'),
      line('split, compile', tiles.compile.split, 's'),
    ];
  } finally {
    await tiles.close();
  }
}

async function busLines({ sizes, found }: Bench): Promise<BenchLine[]> {
  const speeds = await bandwidths(...sizes.transfer);
  found.read = Math.max(speeds.read, speeds.readThree);
  found.copies = speeds.device;
  const line = (name: string, value: number, how: string): BenchLine => ({
    ...{ name, value: value / GIGA, unit: 'GB/s', limit: '' },
    how: `buffers of ${sizes.transfer[0] / 2 ** 20} MiB, ${how}`,
  });
  return [
    line('upload', speeds.upload, 'writeBuffer'),
    line('read-back', speeds.read, 'copied and mapped'),
    line('read-back, three in turn', speeds.readThree, 'as a job has them'),
    line('read-back and copy', speeds.readAndCopy, 'into memory of the program'),
    line('copies on the device', speeds.device, 'bytes read and written'),
  ];
}

async function diskLines({ sizes, found }: Bench): Promise<BenchLine[]> {
  const { taken, synced } = await diskSpeed(Math.min(room(), 2 ** 32), sizes.streamSeconds / 4);
  found.disk = taken;
  return [
    {
      name: 'disk',
      value: taken / GIGA,
      unit: 'GB/s',
      limit: '',
      how: 'a file from end to end, as the system takes it',
    },
    { name: 'disk, synced', value: synced / GIGA, unit: 'GB/s', limit: '', how: 'until it is on the disk' },
  ];
}

function streamedLines(target: Target, streamed: Streamed, found: Found): BenchLine[] {
  const { bytes, seconds, handing, tiles, tilesInAll } = streamed;
  const how =
    `${tiles} of ${tilesInAll} tiles, ${(bytes / GIGA).toPrecision(3)} GB in ${seconds.toPrecision(3)} s, ` +
    `${handing.toPrecision(3)} s of it handed on`;
  const line: BenchLine = { name: `tiles to ${target}`, value: bytes / seconds / GIGA, unit: 'GB/s', limit: '', how };
  const bounds = { kernel: found.kernel, bus: found.read, disk: target === 'file' ? found.disk : null };
  const known = Object.entries(bounds).flatMap(([name, v]) => (v === null ? [] : [[name, v] as const]));
  if (known.length === 0 || target === 'memory') return [line];
  const share: BenchLine = {
    name: `tiles to ${target} / slowest stage`,
    value: bytes / seconds / Math.min(...known.map(([, v]) => v)),
    unit: '',
    limit: '>= 0.8',
    how: known.map(([name, v]) => `${name} ${(v / GIGA).toPrecision(3)} GB/s`).join(', '),
  };
  return [line, share];
}

/** Plans the large kernel as `ntk kernel` would. */
async function largePlan({ x, sizes, threads }: Bench, architecture: Architecture) {
  const options = { architecture, precision: 'f32', threads, backend: 'webgpu' } as const;
  return planRows(firstRows(x, sizes.streamRows), options, false);
}

async function streamLines(bench: Bench): Promise<BenchLine[]> {
  const architecture = presetArchitecture('fc', { depth: 3 });
  const planned = await largePlan(bench, architecture);
  const lines: BenchLine[] = [
    { name: 'streamed kernel: rows', value: planned.plan.shape[0], unit: '', limit: '' },
    { name: 'streamed kernel: tile', value: planned.plan.tile[0], unit: '', limit: '' },
  ];
  for (const target of ['nowhere', 'memory', 'file'] as const) {
    const streamed = await stream(planned, target, bench.sizes.streamSeconds);
    lines.push(...streamedLines(target, streamed, bench.found));
  }
  return [...lines, await cornerLine(planned, architecture)];
}

/** From nothing to the first tile, shaders and all; of each the first time in this process. */
async function firstLines(bench: Bench): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const depth of [3, 50]) {
    const planned = await largePlan(bench, presetArchitecture('fc', { depth }));
    const { first } = await stream(planned, 'nowhere', 0);
    const how = `${planned.plan.shape[0]} rows: table, unit rows, upload, compile, tile of ${planned.plan.tile[0]}`;
    lines.push({ name: `fc depth ${depth}: first tile`, value: first, unit: 's', limit: '', how });
  }
  return lines;
}

/** A part of the benchmark as it went. */
interface Part {
  readonly name: string;
  readonly seconds: number;
  readonly error?: string;
}

const giga = (value: number | null): number | null => (value === null ? null : value * GIGA);

/** Runs every part; one that fails is told of and does not stop the others. */
async function runParts(bench: Bench): Promise<{ readonly lines: BenchLine[]; readonly parts: Part[] }> {
  const work: readonly (readonly [string, () => Promise<BenchLine[]>])[] = [
    ['first tile', () => firstLines(bench)],
    ['peak', () => peakLines(bench)],
    ['product', () => productLines(bench)],
    ...networks(bench.software).map(([name, ...rest]) => [name, () => networkLines(bench, name, ...rest)] as const),
    ['bus', () => busLines(bench)],
    ['disk', () => diskLines(bench)],
    ['tiles', () => streamLines(bench)],
    ['images, offset 0', () => flatLines(bench.sizes.images, giga(bench.found.peak), bench.found.copies)],
    ['images, global pooling', () => pooledLines(bench.sizes.images, bench.software)],
    ['images, errors', () => imageErrorLines(bench.sizes.images)],
    ['errors', () => errorLines(bench.x, bench.sizes.compared, bench.software)],
  ];
  const lines: BenchLine[] = [];
  const parts: Part[] = [];
  for (const [name, run] of work) {
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    try {
      lines.push(...(await run()));
      parts.push({ name, seconds: seconds() });
    } catch (error) {
      parts.push({ name, seconds: seconds(), error: error instanceof Error ? error.message : String(error) });
    }
  }
  return { lines, parts };
}

function headText({ version, device }: Availability, { x, sizes, notes }: Bench, parts: readonly Part[]): string {
  const failed = parts.flatMap(({ name, error }) => (error === undefined ? [] : [`failed: ${name}: ${error}`]));
  const rows = `rows ${Math.min(x.shape[0], sizes.rows)} x ${x.shape[1]}, tiles of ${sizes.tile}`;
  return [`${version ?? 'GPU'}, ${device?.driver ?? 'unknown driver'}`, rows, ...notes, ...failed].join('\n');
}

/**
 * Measures the GPU that `--backend webgpu` would use: product against the peak of its multiply-adds, kernels against
 * half the product, tiles of a large kernel against the bus and the disk, errors against the host.
 *
 * Throws BackendError when there is no device.
 */
export async function benchGpu({ data, threads = defaultThreads() }: GpuBenchOptions): Promise<BenchOutcome<'gpu'>> {
  const start = performance.now();
  const { backend } = await selectBackend('webgpu', 'f32');
  const availability = await backend.probe();
  const opened = (performance.now() - start) / 1000;
  const software = availability.device?.software ?? false;
  const own = data === undefined ? null : asVectors(await readInput(data));
  const sizes = sizesFor(software, (await backend.speed?.())?.f32 ?? 0, own?.shape[0] ?? null);
  const x = own ?? madeUpRows(Math.max(sizes.rows, sizes.streamRows), sizes.features);
  const found: Found = { peak: null, product: null, read: null, kernel: null, disk: null, copies: null };
  const notes = software
    ? ['a processor plays the GPU: these figures say nothing of one, and the sizes are small']
    : [];
  const bench: Bench = { sizes, software, threads, x, found, notes };
  const { lines, parts } = await runParts(bench);
  const device: BenchLine = {
    name: 'device opened',
    value: opened,
    unit: 's',
    limit: '',
    how: 'driver and Dawn loaded',
  };
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown processor',
    processors: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
  };
  const all = [device, ...lines];
  return {
    result: {
      machine,
      device: availability.device ?? null,
      deviceVersion: availability.version ?? null,
      sizes,
      threads,
      lines: all,
      parts,
      notes,
    },
    text: linesText(all, headText(availability, bench, parts)),
  };
}
