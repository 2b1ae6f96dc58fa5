import { readFileSync } from 'node:fs';

/**
 * Largest resident memory of this process so far, in bytes, as the system counts it.
 *
 * Linux's maxRSS of a child begins with that of its parent at the fork, so its own high-water mark is read instead.
 */
export function peakMemory(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
