import { BufferGroup } from '../../kernels/webgpu/buffers.js';
import { useDevice } from '../../kernels/webgpu/device.js';
import { type ImageCosts, imageCosts } from '../../kernels/webgpu/images/costs.js';
import { IMAGE_FIELDS } from '../../kernels/webgpu/images/declarations.js';
import { imageNumbers, openRunner } from '../../kernels/webgpu/images/runner.js';
import { presetArchitecture } from '../architecture/presets.js';
import type { Architecture } from '../architecture/types.js';
import { prepareImages } from '../backend/images/prepare.js';
import type { NdArray } from '../data/array.js';
import { InternalError } from '../errors.js';
import { imageTask } from '../kernel/images/task.js';
import { kernelMatrix } from '../kernel/matrix.js';
import { madeUpImages } from './inputs.js';
import type { BenchLine } from './lines.js';

/** What the measurements of images are told. */
export interface ImageSizes {
  /** Height and width of an image. */
  readonly side: number;
  /** Side of a tile, in images, at offset 0 and where all pairs of positions meet. */
  readonly tile: readonly [number, number];
  /** Seconds that a measurement lasts at least, and how often it is taken. */
  readonly enough: number;
  readonly rounds: number;
}

/** Seconds of one pair of images on the device alone, and what it costs. */
interface PairTime {
  readonly seconds: number;
  readonly compile: number;
  readonly costs: ImageCosts;
}

/**
 * Times a tile of `size` images each way that is never read. Throws BackendError without a device, DeviceFullError when
 * it does not fit.
 */
async function pairTime(architecture: Architecture, size: number, sizes: ImageSizes): Promise<PairTime> {
  const opened = await useDevice();
  const { side, enough, rounds } = sizes;
  const [x, z] = [madeUpImages(size, side, 1), madeUpImages(size, side, 2)];
  const task = imageTask(x, { architecture, kind: 'both', precision: 'f32', z });
  const job = prepareImages(task, () => {
    throw new InternalError('no later layer reads this pool');
  });
  const start = performance.now();
  const runner = await openRunner(opened, job, { pairs: size * size });
  const compile = (performance.now() - start) / 1000;
  const buffers = new BufferGroup(opened);
  try {
    const tile = await buffers.make(4 * IMAGE_FIELDS.length, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    const results = await buffers.make(16 * size * size, GPUBufferUsage.STORAGE);
    const left = await runner.blocks('x', job.x, 0, size);
    const right = await runner.blocks('z', job.z, 0, size);
    const numbers = imageNumbers({ columns: size, stride: size });
    let best = Infinity;
    for (let round = 0, repeats = 1; round < rounds; ) {
      const begin = performance.now();
      for (let k = 0; k < repeats; k++) runner.submit(tile, numbers, left, right, results, size * size);
      await opened.device.queue.onSubmittedWorkDone();
      if (opened.failure !== null) throw opened.failure;
      const seconds = (performance.now() - begin) / 1000;
      best = Math.min(best, seconds / repeats);
      if (seconds >= enough) round += 1;
      else repeats *= 2;
    }
    return { seconds: best / (size * size), compile, costs: imageCosts(job) };
  } finally {
    buffers.free();
    runner.close();
  }
}

/**
 * Offset 0 alone, against the peak in FLOP/s and the copies on the device in bytes per second, where they are known.
 */
export async function flatLines(sizes: ImageSizes, peak: number | null, copies: number | null): Promise<BenchLine[]> {
  const { seconds, compile, costs } = await pairTime(
    presetArchitecture('cntk', { depth: 5, head: 'tr' }),
    sizes.tile[0],
    sizes,
  );
  const name = `cntk depth 5, ${sizes.side}x${sizes.side}, offset 0`;
  const lines: BenchLine[] = [
    {
      name: `${name}: a pair`,
      value: seconds * 1e6,
      unit: 'us',
      limit: '',
      how: `${costs.flops} operations, ${costs.bytes} bytes`,
    },
    { name: `${name}: compile`, value: compile, unit: 's', limit: '', how: 'tables included' },
  ];
  if (peak === null || copies === null) return lines;
  const shares = [costs.flops / seconds / peak, costs.bytes / seconds / copies];
  const how =
    `${(100 * shares[0]).toPrecision(3)} % of the peak, ${(100 * shares[1]).toPrecision(3)} % of copies on the ` +
    'device';
  return [...lines, { name: `${name} / peak or copies`, value: Math.max(...shares), unit: '', limit: '>= 0.25', how }];
}

/** A residual network of 10 convolutions and global pooling: all pairs of positions. */
export async function pooledLines(sizes: ImageSizes, software: boolean): Promise<BenchLine[]> {
  const network = presetArchitecture('rescntk', { depth: 5, head: 'gap' });
  const { seconds, compile, costs } = await pairTime(network, sizes.tile[1], sizes);
  const name = `rescntk depth 5, ${sizes.side}x${sizes.side}, global pooling`;
  const limit = software || sizes.side !== 32 ? '' : '<= 0.1';
  return [
    { name: `${name}: a pair`, value: seconds * 1e3, unit: 'ms', limit, how: `${costs.flops} operations` },
    { name: `${name}: compile`, value: compile, unit: 's', limit: '', how: 'tables included' },
  ];
}

/** What single precision may be off on images, over sqrt(K(x,x) K(z,z)). */
const LIMIT = '<= 1e-5';

async function errorOf(x: NdArray, architecture: Architecture): Promise<number> {
  const [n] = x.shape;
  const found = (await kernelMatrix(x, { architecture, precision: 'f32', backend: 'webgpu' })).ntk.data;
  const truth = (await kernelMatrix(x, { architecture, precision: 'f64', backend: 'host' })).ntk.data;
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const error = Math.abs(found[i * n + j] - truth[i * n + j]) / Math.sqrt(truth[i * (n + 1)] * truth[j * (n + 1)]);
      // A comparison with NaN is false: it must count as the worst.
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

/** Errors of both readouts against the host in f64. */
export async function imageErrorLines(sizes: ImageSizes): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const head of ['tr', 'gap'] as const) {
    const x = madeUpImages(head === 'tr' ? sizes.tile[0] : 2, sizes.side, 3);
    const value = await errorOf(x, presetArchitecture('rescntk', { depth: 2, head }));
    lines.push({ name: `error of rescntk ${head}`, value, unit: '', limit: LIMIT, how: 'of sqrt(KK), host in f64' });
  }
  return lines;
}
