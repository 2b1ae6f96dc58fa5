import type { Backend } from '../../src/backend/contract.js';
import { images } from './images/index.js';
import { probe } from './probe.js';
import { rows } from './rows/index.js';
import { productSpeed } from './speed.js';

/** WGSL on a GPU through WebGPU (Dawn in Node): product, body and output in one shader, f32. */
export const webgpu: Backend = {
  name: 'webgpu',
  precisions: ['f32'],
  usesThreads: false,
  usesNative: false,
  probe,
  speed: async () => ({ f32: await productSpeed() }),
  tasks: { rows, images },
};
