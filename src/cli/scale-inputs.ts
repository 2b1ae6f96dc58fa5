import type { NdArray } from '../data/array.js';
import { type Scaled, scale } from '../data/scale.js';
import type { LoadLimits } from './load.js';
import { epsilonOf, type Scaling } from './options/scaling.js';

/** Scales X, and then Z by what was found of X. */
export interface Scaler {
  readonly x: Scaled;
  /** Bytes that the process was expected to need for it; 0 where that is no more than the rows. */
  readonly memoryBytes: number;
  z(rows: NdArray): Scaled;
}

/**
 * Scales X as `--scale` says; `standard` and `zca` take their statistics of X for Z too.
 *
 * The code of whitening is loaded only for it: the memory budget counts code as well.
 */
export async function scaler(
  x: NdArray,
  scaling: Scaling,
  { memory, native }: LoadLimits & { readonly native?: string },
): Promise<Scaler> {
  const epsilon = epsilonOf(scaling);
  if (epsilon !== null) {
    const { zcaWhitening } = await import('../linalg/whitening.js');
    const whitening = await zcaWhitening(x, { epsilon, memory, ...(native === undefined ? {} : { native }) });
    const apply = (rows: NdArray): Scaled => ({ x: whitening.apply(rows), zeros: 0 });
    return { x: apply(x), z: apply, memoryBytes: whitening.memoryBytes };
  }
  const mode = scaling as Exclude<Scaling, `zca:${number}`>;
  const scaled = scale(x, mode);
  return { x: scaled, memoryBytes: 0, z: (rows) => scale(rows, mode, scaled.statistics) };
}
