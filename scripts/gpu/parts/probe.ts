import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Context, ntk, type Part, program } from '../context.js';
import { type Line, measured, shortNumber, shown, undone } from '../lines.js';
import type { Command, Step } from '../step.js';

/** What the system says of its drivers, for a reader far away. */
const SYSTEM = `uname -srm; cat /proc/driver/nvidia/version 2>/dev/null; ls -d /dev/nvidia* /dev/dri/* 2>/dev/null
ls /usr/share/vulkan/icd.d/* /etc/vulkan/icd.d/* /usr/local/nvidia/share/vulkan/icd.d/* 2>/dev/null
env | grep -E '^(VK_|LD_LIBRARY|NVIDIA_|NTK_|TF_|CUDA_)'
ldconfig -p 2>/dev/null | grep -E 'libvulkan|libcuda\\.|libcudart|libnvrtc|libGLX_nvidia|libEGL_nvidia'
grep -m 1 'model name' /proc/cpuinfo; nproc; grep MemTotal /proc/meminfo; exit 0`;

const CARD = [
  ...['name', 'driver_version', 'compute_cap', 'memory.total', 'memory.used', 'clocks.max.sm', 'clocks.max.mem'],
  ...['power.limit', 'pcie.link.gen.current', 'pcie.link.width.current'],
].join(',');

/** Whether a program is in the path. */
export function installed(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** How every check begins: what is there. Everything else is chosen by it. */
export function backendsCommand(context: Context): Omit<Command, 'limitSeconds'> {
  // What the loader says goes to stderr: it tells why a driver was not taken.
  return { name: 'backends', argv: ntk(context, 'backends', '--json'), env: { VK_LOADER_DEBUG: 'error,warn,driver' } };
}

function failed({ name, error = '' }: Step): Line {
  return undone({ what: name }, 'failed', error);
}

/** One line for each backend and precision: what is there, and how fast the product of two square matrices is. */
function backendLines({ devices }: Context): readonly Line[] {
  const here = devices.subjects.map(({ backend, precision, device, gflops }) => {
    const tried = { what: `${device}`, on: backend, precision };
    if (gflops === null) return shown(tried, 'here');
    return measured(tried, gflops, { unit: 'GFLOP/s', how: 'a product of square matrices' });
  });
  const missing = devices.missing.map(({ backend, why }) => undone({ what: backend, on: backend }, 'skipped', why));
  if (here.length > 0) return [...here, ...missing];
  const nothing = 'neither webgpu nor tensorflow is here: nothing can be checked';
  return [...missing, undone({ what: 'a backend for GPUs' }, 'failed', nothing)];
}

interface Adapter {
  readonly features: readonly string[];
  readonly limits: { readonly adapter: Readonly<Record<string, number>> };
}

/** Features that kernels might use one day. */
const FEATURES = ['subgroups', 'shader-f16', 'timestamp-query'];

function adapterLines({ output, error }: Step): readonly Line[] {
  if (error !== undefined) return [undone({ what: 'adapter', on: 'webgpu' }, 'failed', error)];
  const { features, limits } = output as Adapter;
  const { maxComputeWorkgroupStorageSize: shared = 0, maxStorageBufferBindingSize: buffer = 0 } = limits.adapter;
  const has = FEATURES.filter((name) => features.includes(name));
  const lacks = FEATURES.filter((name) => !features.includes(name));
  const named = [...has, ...lacks.map((name) => `no ${name}`)].join(', ');
  return [
    measured({ what: 'memory of a workgroup', on: 'webgpu' }, shared / 1024, { unit: 'KiB' }),
    measured({ what: 'largest buffer', on: 'webgpu' }, buffer / 2 ** 30, { unit: 'GiB' }),
    shown({ what: named, on: 'webgpu' }, ''),
  ];
}

interface Ways {
  readonly used: string;
  readonly doubles: number;
  readonly ways: readonly {
    readonly name: string;
    readonly works: boolean;
    readonly differing: number;
    readonly gigabytes: number | null;
  }[];
}

/** How doubles pass the binding: every way that works must bring them back as they were. */
function float64Lines({ output, error }: Step): readonly Line[] {
  const tried = { on: 'tensorflow', precision: 'f64' };
  if (error !== undefined) return [undone({ what: 'doubles there and back', ...tried }, 'failed', error)];
  const { used, ways, doubles } = output as Ways;
  return ways.map(({ name, works, differing, gigabytes }) => {
    const what = `doubles there and back, by ${name}${name === used ? ' (taken)' : ''}`;
    if (!works) return shown({ what, ...tried }, 'does not work', 'the other way is taken');
    const result = `${differing} off, ${shortNumber(gigabytes ?? 0)} GB/s`;
    return measured({ what, ...tried }, differing, { result, limit: '<= 0', how: `${doubles} doubles` });
  });
}

/** The card as `nvidia-smi` has it: its first line of numbers. */
function cardLine({ output, error, name }: Step): Line {
  if (error !== undefined) return undone({ what: name }, 'failed', error);
  const [, first = ''] = String(output).trim().split('\n');
  const [card = '', driver, capability, memory = ''] = first.split(',').map((field) => field.trim());
  return shown({ what: card, on: 'nvidia-smi' }, memory, `driver ${driver}, compute capability ${capability}`);
}

async function run(context: Context): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const { step } = context;
  const [backends] = context.stepsOf('probe');
  if (backends?.error !== undefined) lines.push(failed(backends));
  const system = await step({ name: 'system', argv: ['sh', '-c', SYSTEM], most: 5 });
  if (system.error !== undefined) lines.push(failed(system));
  if (installed('nvidia-smi')) {
    const argv = ['nvidia-smi', '--format=csv', `--query-gpu=${CARD}`];
    lines.push(cardLine(await step({ name: 'nvidia-smi', argv, most: 10 })));
  }
  if (installed('vulkaninfo')) {
    const vulkan = await step({ name: 'vulkaninfo', argv: ['vulkaninfo', '--summary'], most: 10 });
    if (vulkan.error !== undefined) lines.push(failed(vulkan));
  }
  lines.push(...backendLines(context));
  if (context.devices.subjects.some(({ backend }) => backend === 'webgpu')) {
    lines.push(...adapterLines(await step({ name: 'adapter', argv: program(context, 'adapter'), most: 20 })));
  }
  const float64 = context.devices.subjects.find((one) => one.backend === 'tensorflow' && one.precision === 'f64');
  if (float64 !== undefined) {
    const argv = program(context, 'float64', String(float64.gpu ? 2 ** 22 : 2 ** 18));
    lines.push(...float64Lines(await step({ name: 'float64', argv, most: 20 })));
  }
  return lines;
}

/** What is there: system, card, drivers, backends, features and limits. */
export const probePart: Part = {
  name: 'probe',
  describe: 'system, card, drivers, backends, features and limits',
  share: 30,
  run,
};
