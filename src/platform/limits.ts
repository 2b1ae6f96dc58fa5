import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { controlGroupLimits, type ReadSystemFile } from './control-groups.js';
import { slurmLimits } from './slurm.js';

const fileText: ReadSystemFile = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

const PAGE = 4096;

/** A soft limit of this process in bytes, by its name in `/proc/self/limits`; Infinity without one. */
function softLimit(name: string): number {
  const [, bytes] = new RegExp(`^${name} +(\\d+)`, 'm').exec(fileText('/proc/self/limits') ?? '') ?? [];
  return bytes === undefined ? Number.POSITIVE_INFINITY : Number(bytes);
}

/** Bytes of address space that this process may have (`ulimit -v`); Infinity without such a limit. */
export function addressSpaceLimit(): number {
  return softLimit('Max address space');
}

/** What may be used of the address space: most of what a process of Node has reserved it never touches. */
function usableAddressSpace(): number {
  const [size = 0, resident = 0] = (fileText('/proc/self/statm') ?? '').split(' ').map(Number);
  return Math.max(0, addressSpaceLimit() - (size - resident) * PAGE);
}

/** Processors that the machine shows this process. */
export function processorCount(): number {
  return availableParallelism();
}

/**
 * Threads to use when none are asked for: what the container's quota or the Slurm job allows, else what the machine
 * has.
 */
export function defaultThreads(): number {
  const allowed = Math.min(controlGroupLimits(fileText).processors, slurmLimits(process.env).processors);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(allowed)));
}

/**
 * Memory budget in bytes when none is given: four fifths of what this process may have.
 *
 * The least of what its control groups, Slurm, `ulimit` and the machine allow.
 */
export function defaultMemory(): number {
  const given = [controlGroupLimits(fileText).memory, slurmLimits(process.env).memory];
  const limits = [...given, usableAddressSpace(), softLimit('Max data size'), totalmem()];
  return Math.floor(0.8 * Math.min(...limits));
}
