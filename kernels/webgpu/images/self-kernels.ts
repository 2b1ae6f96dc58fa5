import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import { allocate } from '../../../src/data/array.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { BufferGroup } from '../buffers.js';
import type { OpenDevice } from '../device.js';
import { IMAGE_FIELDS } from './declarations.js';
import { imageNumbers, openRunner } from './runner.js';

/** Images that meet themselves together. */
const AT_ONCE = 16;

/**
 * Self-kernels of a pool for every image of a set, `[n, positions]`: each image with itself, by the shader of the job
 * and its stages before the pool.
 */
export async function selfKernelsOfPool(
  opened: OpenDevice,
  job: PreparedImages,
  value: ValueId,
  set: SharedImages,
  workgroupBytes?: number,
): Promise<Float64Array> {
  const self = { ...job, x: set, z: set };
  const options = workgroupBytes === undefined ? {} : { workgroupBytes };
  const runner = await openRunner(opened, self, { pairs: AT_ONCE, selfKernels: value, ...options });
  const buffers = new BufferGroup(opened);
  try {
    const positions = runner.shader.layout.positions(value);
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage;
    const tile = await buffers.make(4 * IMAGE_FIELDS.length, UNIFORM | COPY_DST);
    const results = await buffers.make(4 * positions * AT_ONCE, STORAGE | COPY_SRC);
    const read = await buffers.make(4 * positions * AT_ONCE, COPY_DST | MAP_READ);
    const numbers = imageNumbers({ alone: 1 });
    const all = allocate(set.count * positions, 'f64');
    for (let from = 0; from < set.count; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, set.count - from);
      const images = await runner.blocks('x', set, from, count);
      runner.submit(tile, numbers, images, images, results, count);
      const encoder = opened.device.createCommandEncoder();
      encoder.copyBufferToBuffer(results, 0, read, 0, 4 * positions * count);
      opened.device.queue.submit([encoder.finish()]);
      await read.mapAsync(GPUMapMode.READ);
      const found = new Float32Array(read.getMappedRange());
      for (let i = 0; i < count * positions; i++) all[from * positions + i] = found[i];
      read.unmap();
    }
    return all as Float64Array;
  } finally {
    buffers.free();
    runner.close();
  }
}
