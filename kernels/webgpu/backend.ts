import type { Availability, Backend, ImageJobShape } from '../../src/backend/contract.js';
import { singleTask } from '../../src/backend/single.js';
import { findDevice } from './device.js';
import { openWebgpuImages } from './images/job.js';
import { imageBytes, imageShaderText, imageWork } from './images/plan.js';
import { openWebgpu, slotShape } from './rows/job.js';
import { LARGEST_CHUNK } from './rows/rows.js';
import { tileShader } from './rows/shader/module.js';
import { slotBytes } from './rows/slot.js';
import { productSpeed } from './speed.js';

/** What the last probe found: a plan tells a processor that plays a GPU from a GPU. */
let isSoftware = false;

async function probe(): Promise<Availability> {
  const found = await findDevice();
  if ('reason' in found) return { available: false, ...found };
  const { facts, version } = found;
  isSoftware = facts.software;
  const note = facts.software ? 'a processor plays the GPU: right, but slow; only when named' : undefined;
  return { available: true, version, device: facts, ...(note === undefined ? {} : { note }) };
}

/** Dawn with a driver and its compiler: SwiftShader's were seen to take 0.5 GiB, those of cards are taken to need half of that. */
const DRIVER_BYTES = 288 * 2 ** 20;
const SOFTWARE_BYTES = 640 * 2 ** 20;

function memory({ outputs, size }: Parameters<Backend['memory']>[0]): number {
  const { host, device } = slotBytes({ ...slotShape(1, outputs, size), compensated: true });
  // A processor that plays the device has the device's buffers too.
  const slots = isSoftware ? host + device : host;
  return (isSoftware ? SOFTWARE_BYTES : DRIVER_BYTES) + 2 * LARGEST_CHUNK + 3 * slots;
}

function imageMemory(shape: ImageJobShape): number {
  const { host, device } = imageBytes(shape);
  return isSoftware ? SOFTWARE_BYTES + host + device : DRIVER_BYTES + host;
}

/** WGSL on a GPU through WebGPU (Dawn in Node): product, body and output in one shader, f32. */
export const webgpu: Backend = {
  name: 'webgpu',
  precisions: ['f32'],
  pace: () => (isSoftware ? { product: 2e8, step: 1e-8 } : { product: 2e12, step: 5e-12 }),
  usesThreads: false,
  usesNative: false,
  tileSizes: [4096, 2048, 1024, 512, 256, 128],
  probe,
  speed: async () => ({ f32: await productSpeed() }),
  memory,
  open: openWebgpu,
  openImages: openWebgpuImages,
  imageTileSizes: [64, 32, 16, 8, 4, 2, 1],
  imageMemory,
  // Instructions at pairs of positions: SwiftShader on two cores as measured, cards as their peak lets expect.
  imagePace: (programme) => imageWork(programme) * (isSoftware ? 1.5e-7 : 2e-12),
  shader: (task) => tileShader(task, singleTask(task), true),
  imageShader: imageShaderText,
};
