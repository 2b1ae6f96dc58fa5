import type { RowDoor } from '../../../src/backend/contract.js';
import { entrySeconds, type Pace } from '../../../src/backend/pace.js';
import { rowMemory } from '../../../src/backend/rows/memory.js';
import type { Precision } from '../../../src/data/array.js';
import { openRows, rowSource } from './job.js';

/** One thread of a server core of 2023, by itself and with a BLAS for the products. */
const PACE: Readonly<Record<Precision, { readonly plain: Pace; readonly native: Pace }>> = {
  f64: { plain: { product: 1.5e10, step: 1.2e-9 }, native: { product: 1.8e10, step: 1.2e-9 } },
  f32: { plain: { product: 3e10, step: 5e-10 }, native: { product: 3.7e10, step: 5e-10 } },
};

/** Kernels of vectors. */
export const rows: RowDoor = {
  tileSizes: [768, 576, 384, 288, 192, 96, 48],
  memory: rowMemory,
  pace: (work) => entrySeconds(PACE[work.precision][work.native ? 'native' : 'plain'], work),
  open: openRows,
  shader: rowSource,
};
