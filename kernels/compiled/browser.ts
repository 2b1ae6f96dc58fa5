import type { Backend } from '../../src/backend/contract.js';
import { InternalError } from '../../src/errors.js';

const nothing = (): never => {
  throw new InternalError('nothing is compiled in a browser');
};

/** What takes the place of this backend in a page, where nothing compiles C: never chosen. */
export const compiled: Backend = {
  name: 'compiled',
  precisions: ['f64', 'f32'],
  usesThreads: true,
  usesNative: false,
  probe: async () => ({
    available: false,
    reason: 'a browser has no C compiler',
    remedy: 'Use --backend host',
  }),
  tasks: { rows: { tileSizes: [], memory: () => 0, pace: () => Number.POSITIVE_INFINITY, open: nothing } },
};
