import type { KernelDefinition } from '../../architecture/types.js';
import { now } from '../../platform/clock.js';
import { commonRecord } from '../../report/record.js';
import type { CommonRecord } from '../../report/records/common.js';
import type { Variant } from '../options/sweep.js';

/** The architectures of a sweep as a record has them: the one, or a list of several; null without any. */
export function sweptArchitecture(variants: readonly Variant[]): KernelDefinition | readonly KernelDefinition[] | null {
  const definitions = variants.map(({ definition }) => definition);
  if (definitions.length === 0) return null;
  return definitions.length === 1 ? definitions[0] : definitions;
}

/** What a sweep without data tells of itself. */
export interface SweepFacts<C extends string> {
  /** Name of the command. */
  readonly command: C;
  /** Seconds since the process started when the arithmetic began. */
  readonly load: number;
  /** What was also said on stderr. */
  readonly warnings: readonly string[];
}

/** The common fields of a sweep that reads no data and computes in float64 on no backend. */
export function sweepRecord<const C extends string>(
  variants: readonly Variant[],
  { command, load, warnings }: SweepFacts<C>,
): CommonRecord & { readonly command: C } {
  return commonRecord({
    command,
    backend: null,
    precision: 'f64',
    stages: { load, compute: now() - load },
    architecture: sweptArchitecture(variants),
    inputs: [],
    warnings,
  });
}
