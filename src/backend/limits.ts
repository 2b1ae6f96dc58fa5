import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

function fileText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Memory limit of the container in bytes: cgroup v2, else v1; Infinity without one. */
function containerMemory(): number {
  const text = fileText('/sys/fs/cgroup/memory.max') ?? fileText('/sys/fs/cgroup/memory/memory.limit_in_bytes');
  const bytes = Number(text ?? Infinity);
  return bytes > 0 ? bytes : Infinity;
}

/** Processors that the container may use; Infinity without a quota. */
function containerProcessors(): number {
  const [quota, period] = (fileText('/sys/fs/cgroup/cpu.max') ?? 'max').split(' ');
  const v2 = Number(quota) / Number(period);
  if (v2 > 0) return v2;
  const v1 =
    Number(fileText('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')) / Number(fileText('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  return v1 > 0 ? v1 : Infinity;
}

/** Threads to use when none are asked for: what the container's quota allows, else what the machine has. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(containerProcessors())));
}

/** Memory promise in bytes when none is given: four fifths of what the container or the machine has. */
export function defaultMemory(): number {
  return Math.floor(0.8 * Math.min(containerMemory(), totalmem()));
}
