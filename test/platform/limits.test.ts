import { controlGroupLimits } from '../../src/platform/control-groups.js';
import { slurmLimits } from '../../src/platform/slurm.js';
import { describe, expect, test } from '../jest.js';

const MIB = 2 ** 20;
const NONE = Number.POSITIVE_INFINITY;
/** How version 1 says that there is no limit. */
const UNLIMITED = '9223372036854771712\n';

const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
const v1 = (controller: string, root = '/'): string =>
  `35 31 0:32 ${root} /sys/fs/cgroup/${controller} rw,relatime - cgroup cgroup rw,${controller}`;

/** What the limits are on a system that consists of these files. */
function limitsOf(files: Readonly<Record<string, string>>): { memory: number; processors: number } {
  return controlGroupLimits((path) => files[path] ?? null);
}

const mounts = (...lines: readonly string[]) => ({ '/proc/self/mountinfo': `${lines.join('\n')}\n` });
const groups = (...lines: readonly string[]) => ({ '/proc/self/cgroup': `${lines.join('\n')}\n` });

describe('limits of control groups', () => {
  test('version 2: the tightest of all levels, that of the group above included', () => {
    const files = {
      ...mounts('22 1 8:1 / / rw - ext4 /dev/sda1 rw', V2),
      ...groups('0::/job/step/task'),
      '/sys/fs/cgroup/job/memory.max': `${256 * MIB}\n`,
      '/sys/fs/cgroup/job/step/memory.max': `${512 * MIB}\n`,
      '/sys/fs/cgroup/job/step/task/memory.max': 'max\n',
      '/sys/fs/cgroup/job/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/job/step/cpu.max': '150000 100000\n',
    };
    expect(limitsOf(files)).toEqual({ memory: 256 * MIB, processors: 1.5 });
    const slowed = { ...files, '/sys/fs/cgroup/job/step/memory.high': `${128 * MIB}\n` };
    expect(limitsOf(slowed).memory).toBe(128 * MIB);
    // A file of a group beside it says nothing.
    expect(limitsOf({ ...files, '/sys/fs/cgroup/other/memory.max': '4096\n' }).memory).toBe(256 * MIB);
  });

  test('version 2 in a container that sees itself as the root', () => {
    const files = { ...mounts(V2), ...groups('0::/'), '/sys/fs/cgroup/memory.max': `${300 * MIB}` };
    expect(limitsOf(files)).toEqual({ memory: 300 * MIB, processors: NONE });
    // Moved after its namespace was made, its group is shown from there.
    expect(limitsOf({ ...files, ...groups('0::/../other') }).memory).toBe(300 * MIB);
  });

  test('version 1: memory and processors have hierarchies of their own', () => {
    const files = {
      ...mounts(v1('memory'), v1('cpu,cpuacct')),
      ...groups('4:memory:/outer/inner', '3:cpu,cpuacct:/shares/a:b', '1:name=systemd:/x'),
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': UNLIMITED,
      '/sys/fs/cgroup/memory/outer/memory.limit_in_bytes': `${256 * MIB}\n`,
      '/sys/fs/cgroup/memory/outer/inner/memory.limit_in_bytes': UNLIMITED,
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu,cpuacct/shares/a:b/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu,cpuacct/shares/a:b/cpu.cfs_period_us': '100000\n',
    };
    expect(limitsOf(files)).toEqual({ memory: 256 * MIB, processors: 3 });
  });

  test('version 1 in a container, where a part of the hierarchy is mounted', () => {
    const files = {
      ...mounts(v1('memory', '/docker/0123')),
      ...groups('4:memory:/docker/0123/worker'),
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${400 * MIB}\n`,
      '/sys/fs/cgroup/memory/worker/memory.limit_in_bytes': `${200 * MIB}\n`,
    };
    expect(limitsOf(files).memory).toBe(200 * MIB);
    // A group that is not below what is mounted is shown as what is mounted.
    expect(limitsOf({ ...files, ...groups('4:memory:/docker/01234') }).memory).toBe(400 * MIB);
  });

  test('both versions at once count both', () => {
    const files = {
      ...mounts(v1('memory'), V2.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified')),
      ...groups('4:memory:/a', '0::/b'),
      '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${300 * MIB}`,
      '/sys/fs/cgroup/unified/b/cpu.max': '50000 100000',
    };
    expect(limitsOf(files)).toEqual({ memory: 300 * MIB, processors: 0.5 });
  });

  test('a mount with a blank in its name', () => {
    const line = V2.replace('/sys/fs/cgroup', '/mnt/my\\040groups');
    expect(limitsOf({ ...mounts(line), ...groups('0::/'), '/mnt/my groups/memory.max': '1048576' }).memory).toBe(MIB);
  });

  test.each([
    ['no such files', {}],
    ['no mount', groups('0::/a')],
    ['files that say nothing', { ...mounts(V2), ...groups('0::/'), '/sys/fs/cgroup/memory.max': 'max\n' }],
    ['files that are empty', { ...mounts(V2), '/sys/fs/cgroup/memory.max': '', '/sys/fs/cgroup/cpu.max': '' }],
    ['a limit of 0', { ...mounts(V2), ...groups('0::/'), '/sys/fs/cgroup/memory.max': '0' }],
    ['other contents', { ...mounts('x', ' - ', V2), ...groups('', 'a', '::'), '/sys/fs/cgroup/cpu.max': 'a b' }],
  ])('none for %s', (_, files) => {
    expect(limitsOf(files)).toEqual({ memory: NONE, processors: NONE });
  });
});

describe('limits of a Slurm job', () => {
  test.each<[string, NodeJS.ProcessEnv, number, number]>([
    ['no job', { SLURM_MEM_PER_NODE: '100', SLURM_CPUS_ON_NODE: '2' }, NONE, NONE],
    ['memory by node', { SLURM_MEM_PER_NODE: '4096', SLURM_CPUS_ON_NODE: '8' }, 4096 * MIB, 8],
    ['all memory of the node', { SLURM_MEM_PER_NODE: '0', SLURM_CPUS_ON_NODE: '8' }, NONE, 8],
    ['memory by processor', { SLURM_MEM_PER_CPU: '1000', SLURM_CPUS_ON_NODE: '4' }, 4000 * MIB, 4],
    [
      'one task of four that share a node',
      { SLURM_MEM_PER_NODE: '8000', SLURM_CPUS_ON_NODE: '8', SLURM_STEP_TASKS_PER_NODE: '4(x2),2' },
      2000 * MIB,
      2,
    ],
    [
      'processors of a task',
      { SLURM_MEM_PER_CPU: '1000', SLURM_CPUS_PER_TASK: '3', SLURM_CPUS_ON_NODE: '6', SLURM_STEP_TASKS_PER_NODE: '2' },
      3000 * MIB,
      3,
    ],
    ['nothing but the job', {}, NONE, NONE],
    ['no numbers', { SLURM_MEM_PER_NODE: 'much', SLURM_CPUS_ON_NODE: '' }, NONE, NONE],
  ])('%s', (name, env, memory, processors) => {
    const job = name === 'no job' ? {} : { SLURM_JOB_ID: '7' };
    expect(slurmLimits({ ...job, ...env })).toEqual({ memory, processors });
  });
});
