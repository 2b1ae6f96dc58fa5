import type { Availability, Backend } from '../../src/backend/contract.js';
import { singleTask } from '../../src/backend/single.js';
import { findDevice } from './device.js';
import { openWebgpu, slotShape } from './job.js';
import { tileShader } from './shader/module.js';
import { slotBytes } from './slot.js';
import { productSpeed } from './speed.js';

async function probe(): Promise<Availability> {
  const found = await findDevice();
  if ('reason' in found) return { available: false, ...found };
  const { facts, version } = found;
  const note = facts.software ? 'a processor plays the GPU: right, but slow; only when named' : undefined;
  return { available: true, version, device: facts, ...(note === undefined ? {} : { note }) };
}

/** Dawn, its driver and compiler, as they were seen in a process. */
const DAWN_BYTES = 160 * 2 ** 20;

function memory({ outputs, size }: Parameters<Backend['memory']>[0]): number {
  const { host, device } = slotBytes({ ...slotShape(1, outputs, size), compensated: true });
  // A processor that plays the device has the device's buffers too, and nobody knows before it is asked.
  return DAWN_BYTES + 3 * (host + device);
}

/** WGSL on a GPU through WebGPU (Dawn in Node): product, body and output in one shader, f32. */
export const webgpu: Backend = {
  name: 'webgpu',
  precisions: ['f32'],
  usesThreads: false,
  tileSizes: [4096, 2048, 1024, 512, 256, 128],
  probe,
  speed: async () => ({ f32: await productSpeed() }),
  memory,
  open: openWebgpu,
  shader: (task) => tileShader(task, singleTask(task), true),
};
