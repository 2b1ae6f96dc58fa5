import { type PresetFlags, refuseForeignFlags } from './preset-flags.js';
import { checkPresetSides, isImagePreset, isPresetName, presetArchitecture } from './presets.js';
import { parseRadial } from './radial.js';
import { architectureOf, readArchitecture } from './read.js';
import type { KernelDefinition } from './types.js';

/** Whether `spec` is meant as a file: `-`, or by its ending, or by a folder in it. */
export function namesFile(spec: string): boolean {
  return spec === '-' || /\.json$/i.test(spec) || spec.includes('/') || spec.includes('\\');
}

/**
 * The kernel that `--arch` names: a preset with its flags, an architecture file, or a kernel that is no network
 * (`laplace:c`).
 *
 * Filters of image presets have `rank` axes.
 *
 * @throws UsageError for an unknown name or flags that do not belong to it
 * @throws DataError for a file that cannot be read or is not JSON
 * @throws ArchitectureError for a file with problems, all of them at once
 */
export function resolveArchitecture(spec: string, flags: PresetFlags = {}, rank: 1 | 2 = 2): KernelDefinition {
  return resolveWith(readArchitecture, spec, flags, rank);
}

/** The same with the bytes of a file that were read already; what comes through pipes is read before. */
export function resolveBytes(bytes: Uint8Array, spec: string, flags: PresetFlags = {}): KernelDefinition {
  return resolveWith((where) => architectureOf(bytes, where), spec, flags, 2);
}

function resolveWith(
  read: (path: string) => KernelDefinition,
  spec: string,
  flags: PresetFlags,
  rank: 1 | 2,
): KernelDefinition {
  if (isPresetName(spec)) return presetArchitecture(spec, flags, rank);
  if (namesFile(spec)) {
    refuseForeignFlags(flags, [], `the file ${spec}`);
    return read(spec);
  }
  const radial = parseRadial(spec);
  if (radial === null) return presetArchitecture(spec, flags, rank);
  refuseForeignFlags(flags, [], `the kernel ${spec}`);
  return radial;
}

/**
 * The same kernel for data of this shape, `[n, ...]`: an image preset gets filters of one axis for sequences
 * `[n, w, c]`.
 *
 * @throws ArchitectureError for flags that make no network
 * @throws UsageError for images that a preset's pools do not divide
 */
export function fitToData(
  spec: string,
  flags: PresetFlags,
  definition: KernelDefinition,
  shape: readonly number[],
): KernelDefinition {
  checkPresetSides(spec, shape);
  return isImagePreset(spec) && shape.length === 3 ? presetArchitecture(spec, flags, 1) : definition;
}
