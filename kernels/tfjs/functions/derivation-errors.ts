import type { TensorEngine } from '../../../src/backend/tensor-device.js';
import { BackendError, DeviceFullError, isNtkError, UsageError } from '../../../src/errors.js';

/** What to write for operations of which TensorFlow.js has no gradient. */
const INSTEAD: Readonly<Record<string, string>> = {
  Cumprod: 'exp, cumsum and log',
  CropAndResize: 'slice and resizeBilinear',
  DepthToSpace: 'reshape and transpose',
  Einsum: 'matMul, or mul and sum',
  GatherNd: 'reshape and gather',
  StridedSlice: 'slice, or reshape and slice',
  TopK: 'max',
};
/** Those that only derivatives of gradients pass. */
const COMPARISONS = ['Equal', 'NotEqual', 'Greater', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr', 'LogicalNot'];

function insteadOf(name: string): string {
  if (name in INSTEAD) return `Write it with ${INSTEAD[name]}.`;
  if (COMPARISONS.includes(name) || /Grad$|Backprop/.test(name)) {
    return 'It is met where f takes derivatives itself: use smooth operations there.';
  }
  return 'Write it with others.';
}

/** What TensorFlow.js says of an operation that it cannot derive, in words. */
const LACKS: readonly { readonly says: RegExp; readonly got: (name: string, version: string) => string }[] = [
  {
    says: /gradient function not found for (\w+)/i,
    got: (name, version) => `${name}, of which TensorFlow.js ${version} has no gradient. ${insteadOf(name)}`,
  },
  {
    says: /Error in gradient for op (\w+)\. The gradient of input '\w+' has shape/i,
    got: (name, version) => {
      const remedy = 'Bring its inputs to one shape first, or write it with others.';
      return `${name}, whose gradient has another shape than its input in TensorFlow.js ${version}. ${remedy}`;
    },
  },
];

/**
 * An error on the way through a function of others as one of this package: its own faults apart from what TensorFlow.js
 * does not have.
 */
export function underivable(error: unknown, where: string, { tf }: TensorEngine): Error {
  if (isNtkError(error)) return error;
  const whole = error instanceof Error ? error.message : String(error);
  const message = whole.split('\n')[0].replace(/\.$/, '');
  const because = { cause: error };
  if (/OOM|out of memory|out of bounds|allocat|exhausted/i.test(message)) {
    const remedy = 'Promise less memory, so that fewer gradients are held.';
    return new DeviceFullError(`${where}: must fit the memory of TensorFlow.js, got: ${message}. ${remedy}`, because);
  }
  if (/not registered|Cannot find registered kernel/i.test(message)) {
    const rule = `must be made of operations that TensorFlow.js has in its backend ${tf.getBackend()}`;
    return new BackendError(`${where}: ${rule}, got: ${message}. Choose another backend of it.`, because);
  }
  const rule = 'must be made of operations that TensorFlow.js can derive';
  for (const { says, got } of LACKS) {
    const found = says.exec(whole);
    if (found !== null) return new BackendError(`${where}: ${rule}, got ${got(found[1], tf.version_core)}`, because);
  }
  if (/not (yet )?(implemented|supported)|Cannot (compute gradient|backprop)/i.test(message)) {
    return new BackendError(`${where}: ${rule}, got: ${message}. Put others in their place.`, because);
  }
  const map = 'must map examples [n, ...] to outputs [n, o]';
  return new UsageError(`${where}: ${map}, got an error: ${message}. Try it on the inputs alone.`, because);
}
