import { serialiseArchitecture } from '../architecture/serialise.js';
import type { KernelDefinition } from '../architecture/types.js';
import type { Precision } from '../data/array.js';
import { now } from '../platform/clock.js';
import { peakMemory } from '../platform/peak-memory.js';
import type { ArchitectureFile, CommonRecord, InputRecord, StageSeconds } from './records/common.js';
import { RECORD_FORMAT } from './records/format.js';
import { version } from './version.js';

/** What differs between the records of two commands in the fields that all have. */
export interface RecordHead<C extends string> {
  readonly command: C;
  /** Backend that computed; null where none took part (`arch`, `plot`). */
  readonly backend: string | null;
  /** Precision of the result; null where nothing was computed. */
  readonly precision: Precision | null;
  /** Seconds by stage, in order; they do not overlap. */
  readonly stages: StageSeconds;
  /** The definition of the kernel as parsed; a list where the command takes several. */
  readonly architecture: KernelDefinition | readonly KernelDefinition[] | null;
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
}

/** Definitions as their files have them: fields with their default left out. */
function fileForm(definition: RecordHead<string>['architecture']): CommonRecord['architecture'] {
  if (definition === null) return null;
  return isList(definition) ? definition.map(asFile) : asFile(definition);
}

function asFile(definition: KernelDefinition): ArchitectureFile {
  const parsed: ArchitectureFile = JSON.parse(serialiseArchitecture(definition));
  return parsed;
}

function isList(definition: KernelDefinition | readonly KernelDefinition[]): definition is readonly KernelDefinition[] {
  return Array.isArray(definition);
}

/** Completes the common fields: version, wall time since the process started, peak memory as the system counts it. */
export function commonRecord<const C extends string>(head: RecordHead<C>): CommonRecord & { readonly command: C } {
  return {
    command: head.command,
    version: version(),
    format: RECORD_FORMAT,
    backend: head.backend,
    precision: head.precision,
    seconds: now(),
    stages: head.stages,
    peakMemoryBytes: peakMemory(),
    architecture: fileForm(head.architecture),
    inputs: head.inputs,
    warnings: head.warnings,
  };
}
