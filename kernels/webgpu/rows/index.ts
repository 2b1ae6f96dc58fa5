import type { RowDoor, RowJobShape } from '../../../src/backend/contract.js';
import { singleTask } from '../../../src/backend/device-task.js';
import { entrySeconds, type Pace } from '../../../src/backend/pace.js';
import { isSoftware, processBytes } from '../probe.js';
import { openWebgpu, slotShape } from './job.js';
import { LARGEST_CHUNK } from './rows.js';
import { tileShader } from './shader/module.js';
import { slotBytes } from './slot.js';

const CARD: Pace = { product: 2e12, step: 5e-12 };
const SOFTWARE: Pace = { product: 2e8, step: 1e-8 };

function memory({ outputs, size }: RowJobShape): number {
  const { host, device } = slotBytes({ ...slotShape(1, outputs, size), compensated: true });
  return processBytes({ host: 2 * LARGEST_CHUNK + 3 * host, device: 3 * device });
}

/** Kernels of vectors. */
export const rows: RowDoor = {
  tileSizes: [4096, 2048, 1024, 512, 256, 128],
  memory,
  pace: (work) => entrySeconds(isSoftware() ? SOFTWARE : CARD, work),
  open: openWebgpu,
  shader: async (task) => tileShader(task, singleTask(task), true),
};
