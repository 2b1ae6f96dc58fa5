import { DeviceFullError } from '../../src/errors.js';
import type { OpenDevice } from './device.js';

/** Makes a buffer of at least `size` bytes. Throws DeviceFullError when the device has no room for it. */
export async function makeBuffer({ device, buffers }: OpenDevice, size: number, usage: number): Promise<GPUBuffer> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const buffer = device.createBuffer({ size: Math.max(16, Math.ceil(size / 16) * 16), usage });
  const [invalid, full] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = full ?? invalid;
  if (error === null) {
    buffers.add(buffer);
    return buffer;
  }
  buffer.destroy();
  throw new DeviceFullError(
    `--backend webgpu: a buffer of ${size} bytes must fit on the device, got: ${error.message}. Lower --memory or use --backend host.`,
  );
}

/** Gives a buffer back: work that was submitted with it still finishes. */
export function freeBuffer({ buffers }: OpenDevice, buffer: GPUBuffer): void {
  buffers.delete(buffer);
  buffer.destroy();
}
