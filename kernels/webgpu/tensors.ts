import type { NamedTensorInfoMap, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { singleTask } from '../../src/backend/device-task.js';
import type { RowTask } from '../../src/backend/tasks.js';
import type { TensorDevice } from '../../src/backend/tensor-device.js';
import { BackendError, InternalError } from '../../src/errors.js';
import { optionalPackage } from '../../src/platform/package-files.js';
import { useDevice } from './device.js';
import { constantsOf, pairFunctions } from './rows/shader/module.js';

type Core = typeof import('@tensorflow/tfjs-core');
type WebgpuPackage = typeof import('@tensorflow/tfjs-backend-webgpu');
type WebgpuTensors = InstanceType<WebgpuPackage['WebGPUBackend']>;
type Program = Parameters<WebgpuTensors['runWebGPUProgram']>[0];

/** Name under which the device's tensors are registered with tfjs. */
const BACKEND = 'ntk-webgpu';
/** Name of the kernel that is registered with tfjs. */
const KERNEL = 'NtkPairs';
const GROUP = 64;
/** Workgroups along one side of a dispatch at most. */
const MOST_GROUPS = 65_535;

/** A shader of tfjs that turns inner products of unit rows into kernels, entry by entry. */
class PairProgram implements Program {
  /** What the shader reads; the layout of its bindings has room for nothing else. */
  readonly variableNames: string[];
  readonly uniforms = 'strideX : u32, strideZ : u32, features : u32, symmetric : u32, zero : u32,';
  readonly workgroupSize: [number, number, number] = [GROUP, 1, 1];
  readonly size = true;
  readonly outputShape: number[];
  readonly dispatchLayout = { x: [0, 1] };
  readonly dispatch: [number, number, number];
  readonly shaderKey: string;
  readonly #code: string;

  constructor(rows: number, columns: number, code: string) {
    this.outputShape = [rows, columns];
    const always = ['products', 'unitX', 'unitZ', 'factorsX', 'factorsZ'];
    this.variableNames = code.includes('constants[') ? [...always, 'constants'] : always;
    const groups = Math.ceil((rows * columns) / GROUP);
    const side = Math.ceil(Math.sqrt(groups));
    this.dispatch = groups <= MOST_GROUPS ? [groups, 1, 1] : [side, side, 1];
    this.shaderKey = `${KERNEL} ${code}`;
    this.#code = code;
  }

  getUserCode(): string {
    return `${this.#code}
// Half the squared distance of unit rows: the cosine distance of a near pair, without cancellation.
fn nearDistance(row: u32, column: u32, sign: f32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < tile.features; k++) {
    let d = unitX[row * tile.features + k] - sign * unitZ[column * tile.features + k];
    sum += 0.5 * d * d;
  }
  return sum;
}

fn main(index : i32) {
  if (index >= uniforms.size) { return; }
  tile.strideX = uniforms.strideX;
  tile.strideZ = uniforms.strideZ;
  tile.features = uniforms.features;
  tile.zero = uniforms.zero;
  let row = u32(index) / tile.strideZ;
  let column = u32(index) % tile.strideZ;
  let u = products[index];
  var source = vec2f(max(0.0, 1.0 - u), max(0.0, 1.0 + u));
  if (min(source.x, source.y) < NEAR) {
    var distance = nearDistance(row, column, select(1.0, -1.0, u < 0.0));
    if (uniforms.symmetric == 1u && row == column) { distance = 0.0; }
    source = select(vec2f(distance, 2.0 - distance), vec2f(2.0 - distance, distance), u < 0.0);
  }
  setOutputAtIndex(index, evaluate(source, vec2u(row, column)).x);
}
`;
  }
}

function runPairs(backend: WebgpuTensors, inputs: NamedTensorInfoMap, code: string, symmetric: boolean): TensorInfo {
  const input = (name: string): TensorInfo => {
    const found = inputs[name];
    if (found === undefined) throw new InternalError(`the tensor kernel lacks its input ${name}`);
    return found;
  };
  const [rows, columns] = input('products').shape;
  const program = new PairProgram(rows, columns, code);
  const numbers = [rows, columns, input('unitX').shape[1], symmetric ? 1 : 0, 0];
  const uniforms = numbers.map((n) => ({ type: 'uint32', data: [n] }));
  return backend.runWebGPUProgram(program, program.variableNames.map(input), 'float32', uniforms);
}

function kernelOf(tf: Core, task: RowTask, unitX: Tensor2D, unitZ: Tensor2D): Tensor2D {
  const single = singleTask(task);
  return tf.tidy(() => {
    const tensors = {
      products: tf.matMul(unitX, unitZ, false, true),
      unitX,
      unitZ,
      factorsX: tf.tensor1d(single.x),
      factorsZ: tf.tensor1d(single.z),
      constants: tf.tensor1d(constantsOf(task, single)),
    };
    const attributes = { code: pairFunctions(task, single), symmetric: task.symmetric };
    return tf.engine().runKernel(KERNEL, tensors, attributes) as Tensor2D;
  });
}

async function load(): Promise<{ tf: Core; webgpu: WebgpuPackage }> {
  try {
    const tf = await optionalPackage<Core>('@tensorflow/tfjs-core');
    return { tf, webgpu: await optionalPackage<WebgpuPackage>('@tensorflow/tfjs-backend-webgpu') };
  } catch (error) {
    throw new BackendError(
      'tensors: @tensorflow/tfjs-backend-webgpu must be installed, got: ' +
        `${error instanceof Error ? error.message : String(error)}. Run npm install @tensorflow/tfjs-backend-webgpu.`,
    );
  }
}

/** tfjs looks for the browser's entry to WebGPU before it takes a device: a stand-in, for as long as it looks. */
function asInBrowser<T>(act: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { ...globalThis.navigator, gpu: {} }, configurable: true });
  try {
    return act();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
}

let ready: Promise<TensorDevice> | null = null;

async function register(): Promise<TensorDevice> {
  const { device, info } = await useDevice();
  const { tf, webgpu } = await load();
  const hasEntry = (globalThis.navigator as Navigator | undefined)?.gpu !== undefined;
  const make = (): WebgpuTensors => new webgpu.WebGPUBackend(device, info);
  const backend = hasEntry ? make() : asInBrowser(make);
  tf.registerBackend(BACKEND, () => backend, 0);
  tf.copyRegisteredKernels('webgpu', BACKEND);
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs }) => runPairs(backend, inputs, String(attrs?.code), attrs?.symmetric === true),
  });
  await tf.setBackend(BACKEND);
  return { tf, kernel: (task, unitX, unitZ) => kernelOf(tf, task, unitX, unitZ) };
}

/**
 * Registers the engine's kernels with tfjs on the GPU device of this engine, and makes it the backend of tfjs.
 *
 * Throws BackendError where there is no device, or no @tensorflow/tfjs-backend-webgpu.
 */
export function tensorDevice(): Promise<TensorDevice> {
  ready ??= register().catch((error: unknown) => {
    ready = null;
    throw error;
  });
  return ready;
}
