/** What a page may take where nobody says: browsers end one that takes much more. */
const BYTES = 2 * 2 ** 30;

/** Bytes of address space: no limit is told. */
export function addressSpaceLimit(): number {
  return Number.POSITIVE_INFINITY;
}

/** Threads to use when none are asked for: work is done where it is asked for. */
export function defaultThreads(): number {
  return 1;
}

/** Processors that the machine shows. */
export function processorCount(): number {
  return navigator.hardwareConcurrency;
}

/** Memory budget in bytes when none is given. */
export function defaultMemory(): number {
  return BYTES;
}
