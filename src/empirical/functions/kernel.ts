import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { currentTensors } from '../../backend/select.js';
import type { FunctionKernel, FunctionOptions, TensorFunction } from './types.js';

/**
 * Empirical NTK of any function of TensorFlow.js tensors: K (x, z) = sum over all numbers of the variables of df(x)
 * df(z).
 *
 * `[n, m]`, the mean over the outputs, or `[n, m, o, o]` for `contract: 'full'` and several outputs; in f32, on the
 * backend that tfjs uses. The parameterisation is that of f: no factor w / sqrt(fan) is taken out of the variables. `x`
 * is `[n, ...]`, `f` gives `[n, o]`, each example for itself. One pass forward and back for each example and output;
 * the Jacobian is held in chunks of outputs, variables and examples that fit the memory. Tensors that are given stay
 * the caller's, and none is left behind. Source: Jacot, Gabriel, Hongler 2018 (1806.07572); Jacobian contraction:
 * Novak, Sohl-Dickstein, Schoenholz 2022 (2206.08720), section 3.1.
 *
 * Gradients of TensorFlow.js that are wrong are mended in all copies of it; then the gradient of f is compared with
 * central differences, for which the variables are moved and put back bit for bit.
 *
 * @throws UsageError, MemoryError, BackendError before it starts, among them a gradient that differences do not
 * confirm; NumericalError for gradients beyond f32; InterruptedError when the signal fires
 */
export async function functionKernel(
  f: TensorFunction,
  variables: readonly Variable[],
  x: Tensor,
  options: FunctionOptions = {},
): Promise<FunctionKernel> {
  const parameters = variables.reduce((sum, { size }) => sum + size, 0);
  // Tensor operations are loaded when they are asked for.
  const { runFunction } = await import('./run.js');
  return runFunction(await currentTensors(), { f, variables, parameters, where: 'f' }, x, options);
}
