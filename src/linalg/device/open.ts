import type { Engine } from '../../../kernels/tfjs/engine.js';
import type { TensorflowTensors } from '../../../kernels/tfjs/tensorflow/tensors.js';
import { BackendError } from '../../errors.js';
import { DeviceAlgebra, type DeviceAlgebraOptions, type HostAlgebra } from './algebra.js';
import { type DeviceSpace, reasonOf } from './space.js';

/**
 * The device of an engine of TensorFlow for linear algebra.
 *
 * @throws BackendError where doubles do not pass to it
 */
export function spaceOf(engine: Engine): DeviceSpace {
  if (engine.below === null) {
    throw new BackendError(
      `${engine.version}: must have float64 for linear algebra, got singles alone. Use TensorFlow.`,
    );
  }
  const isGpu = engine.device !== null;
  const [library] = engine.version.split(' by ');
  return {
    name: `${library}, ${isGpu ? 'GPU' : 'CPU'}, float64`,
    isGpu,
    tensors: engine.tensors('f64') as TensorflowTensors,
  };
}

/**
 * The algebra of TensorFlow's device; that of the processor, with a line, where doubles do not pass to it.
 *
 * @throws BackendError where TensorFlow is not here
 */
export async function openAlgebra(
  host: HostAlgebra,
  options: Required<DeviceAlgebraOptions>,
): Promise<DeviceAlgebra | HostAlgebra> {
  const { openEngine } = await import('../../../kernels/tfjs/backend.js');
  const engine = await openEngine('tensorflow');
  try {
    return new DeviceAlgebra(spaceOf(engine), host, options);
  } catch (error) {
    options.warn(`${engine.version}: linear algebra failed (${reasonOf(error)}); ${host.name} takes over`);
    return host;
  }
}
