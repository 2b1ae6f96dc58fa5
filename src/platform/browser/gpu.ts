import type { GpuSwitches, MissingGpu } from '../gpu.js';

/** Whether the browser offers WebGPU. */
export function hasGpu(): boolean {
  return navigator.gpu !== undefined;
}

/** The browser's entry to WebGPU. */
export async function openGpu(): Promise<GPU | MissingGpu> {
  const { gpu } = navigator;
  if (gpu !== undefined) return gpu;
  return {
    reason: 'this browser has no WebGPU',
    remedy: 'Take one that has, over https, or use the backend reference',
  };
}

/** A page has no environment: no switch is on. */
export function gpuSwitches(): GpuSwitches {
  return { toggles: [], features: [] };
}
