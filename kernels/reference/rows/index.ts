import type { RowDoor } from '../../../src/backend/contract.js';
import { entrySeconds, type Pace } from '../../../src/backend/pace.js';
import type { Rounding } from '../../../src/programme/rounding.js';
import { ReferenceJob } from './job.js';

const PACE: Pace = { product: 5e8, step: 6e-8 };

/** Kernels of vectors; `rounding` acts on what every step gives. */
export function rowsThat(rounding: Rounding | null): RowDoor {
  return {
    tileSizes: [128, 32, 8],
    memory: ({ size, outputs }) => size * size * 8 * 2 * outputs + 16 * 2 ** 20,
    pace: (work) => entrySeconds(PACE, work),
    open: async (task) => new ReferenceJob(task, rounding),
  };
}
