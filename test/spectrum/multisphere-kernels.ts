import type { PresetFlags } from '../../src/architecture/preset-flags.js';
import { presetArchitecture } from '../../src/architecture/presets.js';
import type { Architecture } from '../../src/architecture/types.js';
import type { MultisphereSpectrum } from '../../src/spectrum/multisphere.js';

/** A preset on sequences. */
export function circular(name: 'cntk' | 'rescntk', flags: PresetFlags): Architecture {
  return presetArchitecture(name, flags, 1);
}

const places = new WeakMap<MultisphereSpectrum, ReadonlyMap<string, number>>();

/** The eigenvalue of a frequency and its bound; NaN for one that is not listed. */
export function valueAt(spectrum: MultisphereSpectrum, k: readonly number[]): { value: number; bound: number } {
  const known = places.get(spectrum) ?? new Map(spectrum.frequencies.map((one, i) => [one.join(), i]));
  places.set(spectrum, known);
  const i = known.get(k.join());
  if (i === undefined) return { value: Number.NaN, bound: Number.NaN };
  return { value: spectrum.eigenvalues[i], bound: spectrum.errorBounds[i] };
}
