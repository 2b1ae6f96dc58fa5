import type { NetworkDoor } from '../../../src/backend/contract.js';
import { paceIn } from '../../../src/backend/pace.js';
import type { Platform } from '../platform.js';
import { NetworkTensorJob } from './job.js';
import { networkMemory } from './memory.js';

/** Empirical kernels of finite networks. */
export function networksOn({ engineOf, base, pace }: Platform): NetworkDoor {
  return {
    memory: (sizes) => base() + networkMemory(sizes),
    pace: (precision) => paceIn(pace, precision).product,
    open: async (task) => new NetworkTensorJob(await engineOf(), task),
  };
}
