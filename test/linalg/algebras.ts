import { basename, delimiter } from 'node:path';
import { loadTensorflow } from '../../kernels/tfjs/engine.js';
import type { LinearAlgebra } from '../../src/linalg/algebra.js';
import { DeviceAlgebra } from '../../src/linalg/device/algebra.js';
import { spaceOf } from '../../src/linalg/device/open.js';
import type { DeviceSpace } from '../../src/linalg/device/space.js';
import { hostAlgebra, linearAlgebra } from '../../src/linalg/index.js';
import { nativeFacts } from '../../src/platform/native.js';

/** An algebra under test. */
export interface Subject {
  readonly name: string;
  readonly algebra: LinearAlgebra;
}

/** Where native libraries are looked for: what the loader finds, and the paths in $NTK_TEST_OPENBLAS. */
export function places(): readonly string[] {
  return ['auto', ...(process.env.NTK_TEST_OPENBLAS ?? '').split(delimiter).filter((path) => path !== '')];
}

/** The device of TensorFlow; null, with a printed reason, where there is none. */
export async function deviceSpace(): Promise<DeviceSpace | null> {
  const { engine, ...rest } = await loadTensorflow();
  if (engine !== null) return spaceOf(engine);
  process.stderr.write(`no TensorFlow: ${'reason' in rest ? rest.reason : 'nothing found'}\n`);
  return null;
}

/** An algebra on a device; that the processor takes over is an error. */
export async function onDevice(space: DeviceSpace): Promise<DeviceAlgebra> {
  const warn = (line: string): never => {
    throw new Error(line);
  };
  return new DeviceAlgebra(space, await hostAlgebra('off'), { warn });
}

/**
 * Every algebra that is here: the engine's own; native ones by the loader and in $NTK_TEST_OPENBLAS; that of
 * TensorFlow. Reasons for others are printed.
 */
export async function subjects(): Promise<readonly Subject[]> {
  const found: Subject[] = [{ name: 'own', algebra: await linearAlgebra('off') }];
  for (const place of places()) {
    const facts = await nativeFacts(place);
    // One thread: two on two processors collapse when anything else runs.
    if (facts.available) found.push({ name: `native ${basename(place)}`, algebra: await linearAlgebra(place, 1) });
    else process.stderr.write(`no native library by ${place}: ${facts.reason}. ${facts.remedy}\n`);
  }
  const space = await deviceSpace();
  if (space !== null) found.push({ name: space.name, algebra: await onDevice(space) });
  return found;
}
