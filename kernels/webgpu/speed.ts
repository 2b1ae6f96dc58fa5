import { freeBuffer, makeBuffer } from './buffers.js';
import { type OpenDevice, useDevice } from './device.js';
import { bindingKinds, bound, type Pipeline, pipelineOf } from './pipelines.js';
import { productShader } from './rows/shader/module.js';
import { PEAK_ADDS, peakShader } from './rows/shader/peak.js';
import { BLOCK } from './rows/shader/product.js';
import { tileFields } from './rows/tile-numbers.js';

/** Seconds that `submit` takes on the device: the shortest of some runs. */
async function shortest(device: GPUDevice, submit: () => void, runs: number): Promise<number> {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    submit();
    await device.queue.onSubmittedWorkDone();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

/** One pass with `repeats` dispatches. */
function pass(
  device: GPUDevice,
  { pipeline }: Pipeline,
  group: GPUBindGroup,
  size: readonly number[],
  repeats: number,
): void {
  const encoder = device.createCommandEncoder();
  const work = encoder.beginComputePass();
  work.setPipeline(pipeline);
  work.setBindGroup(0, group);
  for (let k = 0; k < repeats; k++) work.dispatchWorkgroups(size[0], size[1] ?? 1);
  work.end();
  device.queue.submit([encoder.finish()]);
}

/** Doubles the work until it takes `enough` seconds: GFLOP/s of the last. */
async function measured(enough: number, time: (repeats: number) => Promise<number>, flops: number): Promise<number> {
  for (let repeats = 1; ; repeats *= 2) {
    const seconds = await time(repeats);
    if (seconds >= enough || repeats >= 2 ** 14) return (flops * repeats) / seconds / 1e9;
  }
}

/**
 * GFLOP/s of the matrix product of unit rows, `side` rows each way: the product that kernels rest on, without upload
 * and read-back.
 *
 * A small one is tried first, so that a slow device is not kept busy for minutes.
 */
export async function productSpeed(side = 2048, features = 1024, enough = 0.05): Promise<number> {
  const opened = await useDevice();
  const quick = await productOf(opened, 256, 64, enough / 10);
  const flops = 2 * side * side * features;
  return flops / quick / 1e9 > 20 * enough ? quick : productOf(opened, side, features, enough);
}

async function productOf(opened: OpenDevice, side: number, features: number, enough: number): Promise<number> {
  const { device } = opened;
  const pipeline = await pipelineOf(opened, productShader(), 'products', bindingKinds(5, 2));
  const { STORAGE, COPY_DST, UNIFORM } = GPUBufferUsage;
  const bytes = [64, 4 * side * features, 4 * side * features, 16, 16, 16, 8 * side * side, 16];
  const buffers: GPUBuffer[] = [];
  for (const [k, size] of bytes.entries())
    buffers.push(await makeBuffer(opened, size, k === 0 ? UNIFORM | COPY_DST : STORAGE));
  const fields = tileFields({
    rows: side,
    columns: side,
    features,
    strideX: side,
    strideZ: side,
    stride: side,
    area: side * side,
    lost: side * side,
  });
  device.queue.writeBuffer(buffers[0], 0, fields);
  const group = bound(device, pipeline.layout, buffers);
  const blocks = [side / BLOCK, side / BLOCK];
  const time = (repeats: number): Promise<number> =>
    shortest(device, () => pass(device, pipeline, group, blocks, repeats), 2);
  const speed = await measured(enough, time, 2 * side * side * features);
  for (const buffer of buffers) freeBuffer(opened, buffer);
  return speed;
}

/**
 * GFLOP/s of multiply-adds in registers on all of the device: the limit of every product. `f16` needs a device that was
 * opened with `shader-f16`.
 */
export async function peakSpeed(enough = 0.05, type: 'f32' | 'f16' = 'f32'): Promise<number> {
  const opened = await useDevice();
  const { device } = opened;
  const pipeline = await pipelineOf(opened, peakShader(type), 'peak', ['uniform', 'storage']);
  const { STORAGE, COPY_DST, UNIFORM } = GPUBufferUsage;
  const threads = opened.facts.software ? 4096 : 2 ** 20;
  const rounds = opened.facts.software ? 256 : 1024;
  const buffers = [await makeBuffer(opened, 16, UNIFORM | COPY_DST), await makeBuffer(opened, 4 * threads, STORAGE)];
  device.queue.writeBuffer(buffers[0], 0, Uint32Array.of(rounds, 0, 0, 0));
  const group = bound(device, pipeline.layout, buffers);
  const time = (repeats: number): Promise<number> =>
    shortest(device, () => pass(device, pipeline, group, [threads / 256], repeats), 2);
  const speed = await measured(enough, time, 2 * threads * rounds * PEAK_ADDS);
  for (const buffer of buffers) freeBuffer(opened, buffer);
  return speed;
}
