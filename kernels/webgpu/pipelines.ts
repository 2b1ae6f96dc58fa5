import { InternalError } from '../../src/errors.js';
import type { OpenDevice } from './device.js';

/** A compiled entry point with the layout of its bindings. */
export interface Pipeline {
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

/** Kinds of bindings in the order of their numbers; null leaves a number out. */
export type BindingKinds = readonly (GPUBufferBindingType | null)[];

/** Bindings of a shader: a uniform first, then buffers that are read, then those that are written. */
export function bindingKinds(read: number, written: number): BindingKinds {
  return [
    'uniform',
    ...new Array<GPUBufferBindingType>(read).fill('read-only-storage'),
    ...new Array<GPUBufferBindingType>(written).fill('storage'),
  ];
}

/** A bind group of buffers by their binding; null leaves one out. */
export function bound(
  device: GPUDevice,
  layout: GPUBindGroupLayout,
  buffers: readonly (GPUBuffer | null)[],
): GPUBindGroup {
  const entries = buffers.flatMap((buffer, binding) => (buffer === null ? [] : [{ binding, resource: { buffer } }]));
  return device.createBindGroup({ layout, entries });
}

const cache = new WeakMap<GPUDevice, Map<string, Promise<Pipeline>>>();
/** Compiled shaders that are kept for the next task with the same network: drivers take up to a second for one. */
const MOST = 256;

async function compile(
  { device }: OpenDevice,
  code: string,
  entryPoint: string,
  kinds: BindingKinds,
): Promise<Pipeline> {
  const entries = kinds.flatMap((type, binding) =>
    type === null ? [] : [{ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } }],
  );
  const layout = device.createBindGroupLayout({ entries });
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const error = await device.popErrorScope();
  if (error !== null) throw new InternalError(`the shader ${entryPoint} is not valid: ${error.message}`);
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint },
  });
  return { layout, pipeline };
}

/** The pipeline of a shader's entry point, compiled at most once a device. */
export function pipelineOf(
  opened: OpenDevice,
  code: string,
  entryPoint: string,
  kinds: BindingKinds,
): Promise<Pipeline> {
  const known = cache.get(opened.device) ?? new Map<string, Promise<Pipeline>>();
  cache.set(opened.device, known);
  const key = `${entryPoint}\n${code}`;
  const pipeline = known.get(key) ?? compile(opened, code, entryPoint, kinds);
  known.delete(key);
  known.set(key, pipeline);
  const [oldest] = known.keys();
  if (known.size > MOST) known.delete(oldest);
  return pipeline;
}
