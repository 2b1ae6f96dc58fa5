import { closeSync, openSync, readSync } from 'node:fs';
import { arch, cpus } from 'node:os';

/** What is known of the processor before code is made for it. */
export interface Processor {
  /** As Node names it: `x64`, `arm64`, `riscv64`. */
  readonly architecture: string;
  /** Its model, for people; empty where the system does not tell. */
  readonly model: string;
  /** Its features by the names of Linux (`avx2`, `avx512f`); empty where the system does not tell them. */
  readonly features: ReadonlySet<string>;
}

/** Bytes that hold what `/proc/cpuinfo` says of the first processor. */
const HEAD = 16384;

/** What Linux says of the processors, its beginning: all of it takes milliseconds where there are hundreds. */
function processorText(): string {
  try {
    const file = openSync('/proc/cpuinfo', 'r');
    try {
      const bytes = new Uint8Array(HEAD);
      return new TextDecoder().decode(bytes.subarray(0, readSync(file, bytes, 0, HEAD, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** The processor by the words of `/proc/cpuinfo`, which x86 and ARM write in two ways. */
export function processorOf(text: string, architecture: string, model: string): Processor {
  const field = (name: string): string => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1].trim() ?? '';
  const features = field('flags') || field('Features');
  return {
    architecture,
    model: field('model name') || model,
    features: new Set(features.split(/\s+/).filter((name) => name !== '')),
  };
}

let known: Processor | undefined;

/** The processor of this machine. */
export function processor(): Processor {
  known ??= processorOf(processorText(), arch(), cpus()[0]?.model ?? '');
  return known;
}
