import { useDevice } from '../../kernels/webgpu/device.js';
import type { KernelJob, TileRange } from '../../src/backend/tile.js';
import { InterruptedError } from '../../src/errors.js';
import { expect } from '../jest.js';

/** Expects that closing a job rejects tiles in work and gives every buffer back. */
export async function expectClosingToFree(
  open: () => Promise<KernelJob>,
  range: TileRange,
  transposed: boolean,
): Promise<void> {
  const opened = await useDevice();
  const before = opened.buffers.size;
  const job = await open();
  const outcomes = Promise.allSettled(Array.from({ length: 6 }, () => job.compute(range, transposed)));
  await job.close();
  const errors = (await outcomes).flatMap((o) => (o.status === 'rejected' ? [o.reason] : []));
  expect(errors.length).toBeGreaterThan(2);
  expect(errors.every((e) => e instanceof InterruptedError)).toBe(true);
  expect(opened.buffers.size).toBe(before);
}

/**
 * Expects that `rounds` tiles leave no buffer behind: none while the job is open, once `warm` tiles are through, and
 * none after it.
 */
export async function expectTilesToFree(
  open: () => Promise<KernelJob>,
  range: (k: number) => TileRange,
  warm: number,
  rounds: number,
): Promise<void> {
  const opened = await useDevice();
  const before = opened.buffers.size;
  const job = await open();
  for (let k = 0; k < warm; k++) (await job.compute(range(k), false)).release();
  const during = opened.buffers.size;
  for (let k = 0; k < rounds; k++) (await job.compute(range(k), false)).release();
  expect(opened.buffers.size).toBe(during);
  await job.close();
  expect(opened.buffers.size).toBe(before);
}
