/** Reads a small file of the system; null where there is none. */
export type ReadSystemFile = (path: string) => string | null;

/** What the control groups of a process allow it; Infinity where they say nothing. */
export interface ControlGroupLimits {
  /** Bytes. */
  readonly memory: number;
  /** Processors, which may be a fraction. */
  readonly processors: number;
}

/** A hierarchy of control groups as it is mounted. */
interface Hierarchy {
  readonly version: 1 | 2;
  /** Names that version 1 gives it: controllers. */
  readonly controllers: readonly string[];
  /** Group of the whole that is mounted. */
  readonly root: string;
  readonly mountPoint: string;
}

/** Blanks and backslashes stand in octal in the list of mounts. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * A line of `/proc/self/mountinfo`: id, parent, device, root, mount point, options ... - type, source, options of the
 * whole.
 */
function hierarchyIn(line: string): Hierarchy | null {
  const [before, after] = line.split(' - ');
  const [, , , root, mountPoint] = before.split(' ');
  const [type, , options = ''] = (after ?? '').split(' ');
  if (mountPoint === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return null;
  const place = { root: unescaped(root), mountPoint: unescaped(mountPoint) };
  return { version: type === 'cgroup2' ? 2 : 1, controllers: options.split(','), ...place };
}

/** Groups of the process, by controller; version 2 has one, under the empty name. */
function ownGroups(text: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    for (const controller of controllers?.split(',') ?? []) groups.set(controller, path.join(':'));
  }
  return groups;
}

/** Folders of a group and of all that it lies in, innermost first; those above the mount cannot be seen. */
function levels({ root, mountPoint }: Hierarchy, group: string): readonly string[] {
  const whole = root === '/' ? '' : root;
  const isWithin = group === whole || group.startsWith(`${whole}/`);
  // A group beside the mount, as containers show it, is that of the mount.
  const names = isWithin
    ? group
        .slice(whole.length)
        .split('/')
        .filter((name) => name !== '' && name !== '..')
    : [];
  return names.map((_, k) => [mountPoint, ...names.slice(0, names.length - k)].join('/')).concat(mountPoint);
}

/** A limit in bytes; those near 2^63 are how version 1 says that there is none. */
function bytesIn(text: string | null): number {
  const bytes = Number(text?.trim() || Number.NaN);
  return bytes > 0 && bytes < 2 ** 62 ? bytes : Number.POSITIVE_INFINITY;
}

/** Processors of a quota of microseconds in a period. */
function processorsIn(quota: string | null | undefined, period: string | null | undefined): number {
  const processors = Number(quota?.trim() || Number.NaN) / Number(period?.trim() || Number.NaN);
  return processors > 0 && Number.isFinite(processors) ? processors : Number.POSITIVE_INFINITY;
}

/** What the files in the folder of one group say. */
type Reading = (folder: string, read: ReadSystemFile) => number;

/** How each controller is read, in both versions. */
const READINGS: Readonly<Record<'memory' | 'cpu', Readonly<Record<1 | 2, Reading>>>> = {
  memory: {
    1: (folder, read) => bytesIn(read(`${folder}/memory.limit_in_bytes`)),
    // Above memory.high a process is slowed down until it hardly moves.
    2: (folder, read) => Math.min(bytesIn(read(`${folder}/memory.max`)), bytesIn(read(`${folder}/memory.high`))),
  },
  cpu: {
    1: (folder, read) => processorsIn(read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)),
    2: (folder, read) => {
      const [quota, period] = (read(`${folder}/cpu.max`) ?? '').split(' ');
      return processorsIn(quota, period);
    },
  },
};

/**
 * What the control groups of this process allow, versions 1 and 2, the tightest of all levels from its own group up to
 * the mount.
 *
 * Source: Linux, Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst; proc_pid_mountinfo(5).
 */
export function controlGroupLimits(read: ReadSystemFile): ControlGroupLimits {
  const mounts = (read('/proc/self/mountinfo') ?? '').split('\n').map(hierarchyIn);
  const groups = ownGroups(read('/proc/self/cgroup') ?? '');
  const tightest = (controller: 'memory' | 'cpu'): number => {
    let limit = Number.POSITIVE_INFINITY;
    for (const mount of mounts) {
      if (mount === null || (mount.version === 1 && !mount.controllers.includes(controller))) continue;
      const group = groups.get(mount.version === 1 ? controller : '') ?? mount.root;
      for (const folder of levels(mount, group))
        limit = Math.min(limit, READINGS[controller][mount.version](folder, read));
    }
    return limit;
  };
  return { memory: tightest('memory'), processors: tightest('cpu') };
}
