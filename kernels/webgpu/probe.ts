import type { Availability } from '../../src/backend/device.js';
import { findDevice } from './device.js';

/** What the last probe found: a plan tells a processor that plays a GPU from a GPU. */
let software = false;

/** Looks for a device. */
export async function probe(): Promise<Availability> {
  const found = await findDevice();
  if ('reason' in found) return { available: false, ...found };
  const { facts, version } = found;
  software = facts.software;
  const note = facts.software ? 'a processor plays the GPU: right, but slow; only when named' : undefined;
  return { available: true, version, device: facts, ...(note === undefined ? {} : { note }) };
}

/** Whether a processor plays the device that was found. */
export function isSoftware(): boolean {
  return software;
}

/**
 * Dawn with a driver and its compiler: SwiftShader's were seen to take 0.5 GiB, those of cards are taken to need half
 * of that.
 */
const DRIVER_BYTES = 288 * 2 ** 20;
const SOFTWARE_BYTES = 640 * 2 ** 20;

/**
 * Bytes of this process with a driver, for what is on the host and on the device: a processor that plays the device has
 * the device's buffers too.
 */
export function processBytes({ host, device }: { readonly host: number; readonly device: number }): number {
  return software ? SOFTWARE_BYTES + host + device : DRIVER_BYTES + host;
}
