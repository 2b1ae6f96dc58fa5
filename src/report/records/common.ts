import { serialiseArchitecture } from '../../architecture/serialise.js';
import type { KernelDefinition } from '../../architecture/types.js';
import type { Precision } from '../../data/array.js';
import { peakMemory } from '../../platform/peak-memory.js';
import { version } from '../version.js';

/** Version of the records' form. Fields may be added within a version; none is renamed or removed. */
export const RECORD_FORMAT = 'ntk-record/1';

/** A file that went in. */
export interface InputRecord {
  /** As given on the command line. */
  readonly path: string;
  /** Shape after `--rows` and `--image`; null where the input is no array (a record to plot). */
  readonly shape: readonly number[] | null;
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
}

/** What differs between the records of two commands in the fields that all have. */
export interface RecordHead {
  readonly command: string;
  /** Backend that computed; null where none took part (`arch`, `plot`). */
  readonly backend: string | null;
  /** Precision of the result; null where nothing was computed. */
  readonly precision: Precision | null;
  /** Seconds by stage, in order; they do not overlap. */
  readonly stages: Readonly<Record<string, number>>;
  /** The definition of the kernel as parsed; a list where the command takes several. */
  readonly architecture: KernelDefinition | readonly KernelDefinition[] | null;
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
}

/** Fields that every record has, in the order in which they are printed. Documented in docs/record.md. */
export interface CommonRecord extends Omit<RecordHead, 'architecture'> {
  /** As an architecture file has it, so that it can be stored and read as one. */
  readonly architecture: object | null;
  readonly version: string;
  readonly format: typeof RECORD_FORMAT;
  /** Wall seconds of the whole process so far. */
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

/** Definitions as their files have them: fields with their default left out. */
function fileForm(definition: RecordHead['architecture']): object | null {
  if (definition === null) return null;
  if (isList(definition)) return definition.map((one) => fileForm(one));
  const parsed: object = JSON.parse(serialiseArchitecture(definition));
  return parsed;
}

function isList(definition: KernelDefinition | readonly KernelDefinition[]): definition is readonly KernelDefinition[] {
  return Array.isArray(definition);
}

/** Completes the common fields: version, wall time since the process started, peak memory as the system counts it. */
export function commonRecord(head: RecordHead): CommonRecord {
  return {
    command: head.command,
    version: version(),
    format: RECORD_FORMAT,
    backend: head.backend,
    precision: head.precision,
    seconds: performance.now() / 1000,
    stages: head.stages,
    peakMemoryBytes: peakMemory(),
    architecture: fileForm(head.architecture),
    inputs: head.inputs,
    warnings: head.warnings,
  };
}
