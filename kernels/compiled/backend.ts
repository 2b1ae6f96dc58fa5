import type { Backend } from '../../src/backend/contract.js';
import { processorCount } from '../../src/platform/limits.js';
import { images } from './images/index.js';
import { layerSpeed } from './layer-speed.js';
import { machine } from './library.js';
import { hasWork, keepWork } from './ready.js';
import { rows } from './rows/index.js';
import { productSpeed } from './rows/speed.js';

/** C printed for each programme and compiled for this processor, on worker threads over shared memory. */
export const compiled: Backend = {
  name: 'compiled',
  precisions: ['f64', 'f32'],
  usesThreads: true,
  usesNative: true,
  probe: async () => {
    const found = await machine();
    if ('reason' in found) return { available: false, ...found };
    const { compiler, instructions } = found;
    return { available: true, version: `${compiler}, ${instructions}`, note: `${processorCount()} threads` };
  },
  speed: async () => ({ f64: await productSpeed('f64'), f32: await productSpeed('f32') }),
  layerSpeed,
  compiling: { has: hasWork, keep: keepWork },
  tasks: { rows, images },
};
