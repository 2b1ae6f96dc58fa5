import type { Backend } from '../../src/backend/contract.js';
import { processorCount } from '../../src/platform/limits.js';
import { engineName } from '../../src/platform/runtime.js';
import { images } from './images/index.js';
import { hasFusedMultiplyAdd } from './module.js';
import { rows } from './rows/index.js';
import { layerArithmetic, productSpeed } from './speed.js';

/** WebAssembly SIMD in f32 and f64 on worker threads over shared memory: the default, with nothing to install. */
export const host: Backend = {
  name: 'host',
  precisions: ['f64', 'f32'],
  usesThreads: true,
  usesNative: true,
  probe: async () => ({
    available: true,
    version: `WebAssembly SIMD, ${hasFusedMultiplyAdd() ? 'fused' : 'separate'} multiply-add, ${engineName()}`,
    note: `${processorCount()} threads`,
  }),
  speed: async () => ({ f64: productSpeed('f64', 120), f32: productSpeed('f32', 120) }),
  layerSpeed: async (precision) => ({ nanoseconds: layerArithmetic(precision), lanes: precision === 'f64' ? 2 : 4 }),
  tasks: { rows, images },
};
