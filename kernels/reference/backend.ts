import type { Backend } from '../../src/backend/contract.js';
import { runtimeName } from '../../src/platform/runtime.js';
import type { Rounding } from '../../src/programme/rounding.js';
import { imagesThat } from './images/index.js';
import { rowsThat } from './rows/index.js';

function referenceThat(rounding: Rounding | null): Backend {
  return {
    name: 'reference',
    precisions: ['f64'],
    usesThreads: false,
    usesNative: false,
    probe: async () => ({
      available: true,
      version: runtimeName(),
      note: 'readable float64, for tests',
    }),
    tasks: { rows: rowsThat(rounding), images: imagesThat(rounding) },
  };
}

/** Plain TypeScript in float64: slow, and what the other backends are tested against. It never uses a table. */
export const reference: Backend = referenceThat(null);

/** The same with what every step gives rounded: how far it comes from `reference` is what a precision cannot hold. */
export function roundingReference(rounding: Rounding): Backend {
  return referenceThat(rounding);
}
