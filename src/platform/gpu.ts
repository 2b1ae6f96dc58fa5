import { EventEmitter } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { optionalPackage } from './package-files.js';
import { vulkanObstacle } from './vulkan.js';

/**
 * Whether the system shows a GPU to this process: looked up without loading any driver. Systems other than Linux are
 * taken to have one.
 */
export function hasGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (['/dev/nvidia0', '/dev/nvidiactl', '/dev/kfd', '/dev/dxg'].some((path) => existsSync(path))) return true;
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}

/** Why there is no way to a GPU, and what to do about it. */
export interface MissingGpu {
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Dawn dies at random when the object that it gave is collected: it is kept on an object of the process itself, which
 * outlives every sandbox of modules (a test runner's, a bundler's).
 */
const KEPT = Symbol.for('ntk-engine.webgpu');

function keep(instance: GPU): void {
  const keeper = EventEmitter as { [KEPT]?: GPU[] };
  keeper[KEPT] = [...(keeper[KEPT] ?? []), instance];
}

/** Switches of Dawn for experiments: none is on unless the environment names it. */
export interface GpuSwitches {
  /** Toggles of Dawn, such as `disable_robustness` or `skip_validation`. */
  readonly toggles: readonly string[];
  /** Features that the device is asked for beyond what the engine needs, such as `subgroups`. */
  readonly features: readonly string[];
}

/** Reads `NTK_WEBGPU_TOGGLES` and `NTK_WEBGPU_FEATURES`, lists with commas. */
export function gpuSwitches(): GpuSwitches {
  const { NTK_WEBGPU_TOGGLES: toggles = '', NTK_WEBGPU_FEATURES: features = '' } = process.env;
  const listed = (text: string): readonly string[] => text.split(',').flatMap((name) => name.trim() || []);
  return { toggles: listed(toggles), features: listed(features) };
}

const INSTALL = 'Install the optional package with `npm install webgpu`, or use --backend host';

/** The entry to WebGPU by Dawn; what stands in the way where there is none. */
export async function openGpu(): Promise<GPU | MissingGpu> {
  const given = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (given !== undefined) return given;
  const obstacle = vulkanObstacle();
  if (obstacle !== null) return obstacle;
  try {
    const { create, globals } = await optionalPackage<typeof import('webgpu')>('webgpu');
    Object.assign(globalThis, globals);
    const { toggles } = gpuSwitches();
    const instance = create(toggles.length === 0 ? [] : [`enable-dawn-features=${toggles.join(',')}`]) as GPU;
    keep(instance);
    return instance;
  } catch (error) {
    const text = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { reason: `the package webgpu (Dawn) cannot be loaded: ${text}`, remedy: INSTALL };
  }
}
