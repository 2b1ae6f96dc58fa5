import { DeviceFullError } from '../../src/errors.js';
import type { OpenDevice } from './device.js';

/** Numbers as shaders read them. */
type DeviceData = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

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
    `--backend webgpu: a buffer of ${size} bytes must fit on the device, got: ${error.message}. Lower --memory or ` +
      'use --backend host.',
  );
}

/** Makes a buffer of `data` for shaders to read. Throws DeviceFullError when the device has no room for it. */
export async function uploadBuffer(opened: OpenDevice, data: DeviceData): Promise<GPUBuffer> {
  const buffer = await makeBuffer(opened, data.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  opened.device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** Gives a buffer back: work that was submitted with it still finishes. */
export function freeBuffer({ buffers }: OpenDevice, buffer: GPUBuffer): void {
  buffers.delete(buffer);
  buffer.destroy();
}

/** Buffers that are given back together, also where one of them does not fit. */
export class BufferGroup {
  readonly #opened: OpenDevice;
  readonly #made: GPUBuffer[] = [];

  constructor(opened: OpenDevice) {
    this.#opened = opened;
  }

  /** One more buffer. Throws DeviceFullError when the device has no room for it. */
  async make(size: number, usage: number): Promise<GPUBuffer> {
    const buffer = await makeBuffer(this.#opened, size, usage);
    this.#made.push(buffer);
    return buffer;
  }

  /** One more buffer, of `data` for shaders to read. Throws DeviceFullError when the device has no room for it. */
  async upload(data: DeviceData): Promise<GPUBuffer> {
    const buffer = await uploadBuffer(this.#opened, data);
    this.#made.push(buffer);
    return buffer;
  }

  /** Gives all back. */
  free(): void {
    for (const buffer of this.#made.splice(0)) freeBuffer(this.#opened, buffer);
  }
}
