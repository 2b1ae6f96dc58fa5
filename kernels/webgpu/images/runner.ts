import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import { DeviceFullError } from '../../../src/errors.js';
import { type ImagePlan, planImages } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { BufferGroup, freeBuffer, uploadBuffer } from '../buffers.js';
import type { OpenDevice } from '../device.js';
import { bindingKinds, bound, type Pipeline, pipelineOf } from '../pipelines.js';
import { BlockWriter } from './columns.js';
import { IMAGE_FIELDS } from './declarations.js';
import { type ImageShader, imageShader, selfKernelEntry } from './shader.js';
import { deviceTables } from './tables.js';

const BINDINGS = bindingKinds(4, 3);

/** Bytes of what pairs hand on, and of what workgroups keep outside their memory, that are held at a time. */
export const MOST_BYTES = 2 ** 27;
/** Workgroups of one dispatch on an axis. */
const MOST_GROUPS = 65_535;
/** Instructions at position pairs of one command: drivers stop commands that run for seconds. */
const MOST_WORK = 2 ** 32;
/** Blocks of images that stay on the device, those of the tiles in work among them. */
export const IMAGES_KEPT = 6;

/** What a command needs to know of its tile. */
export type ImageNumbers = Readonly<Record<(typeof IMAGE_FIELDS)[number], number>>;

/** The numbers of a tile; those that are left out are 0. */
export function imageNumbers(some: Partial<ImageNumbers>): ImageNumbers {
  const none = { columns: 1, stride: 0, area: 0, diagonal: 0, transposed: 0, alone: 0, first: 0, component: 0 };
  return { ...none, ...some };
}

/** A part of a tile that runs as one command. */
interface Batch {
  readonly first: number;
  readonly pairs: number;
}

/** A pipeline with the number of components that it runs over. */
interface Pass {
  readonly pipeline: Pipeline;
  readonly components: number;
}

/** Memory of the device that all tiles of a job share, with the pipelines of its stages. */
interface Parts {
  readonly shader: ImageShader;
  readonly passes: readonly Pass[];
  readonly tables: GPUBuffer;
  readonly constants: GPUBuffer;
  readonly handed: GPUBuffer;
  readonly scratch: GPUBuffer;
  /** Pairs that run together, and components of each. */
  readonly pairsAtOnce: number;
  readonly groupsAtOnce: number;
}

/** Runs the shader of a job on images: keeps blocks of images on the device and sends the work of tiles to it. */
export class ImageRunner {
  readonly shader: ImageShader;
  readonly #opened: OpenDevice;
  readonly #parts: Parts;
  readonly #writer: BlockWriter;
  /** In the order of use. */
  readonly #blocks = new Map<string, GPUBuffer>();

  constructor(opened: OpenDevice, job: PreparedImages, parts: Parts) {
    this.#opened = opened;
    this.#parts = parts;
    this.shader = parts.shader;
    this.#writer = new BlockWriter(parts.shader.layout, job);
  }

  /** The blocks of some images, uploaded when they are first asked for; valid until the next call but one. */
  async blocks(name: string, set: SharedImages, from: number, count: number): Promise<GPUBuffer> {
    const key = `${name}:${from}:${count}`;
    const known = this.#blocks.get(key);
    this.#blocks.delete(key);
    const buffer = known ?? (await this.#upload(this.#writer.write(set, from, count)));
    this.#blocks.set(key, buffer);
    if (this.#blocks.size > IMAGES_KEPT) this.#giveUp();
    return buffer;
  }

  async #upload(data: Float32Array<ArrayBuffer>): Promise<GPUBuffer> {
    for (;;) {
      try {
        return await uploadBuffer(this.#opened, data);
      } catch (error) {
        // The two blocks of a tile have to be there together.
        if (!(error instanceof DeviceFullError) || this.#blocks.size < 2) throw error;
        this.#giveUp();
      }
    }
  }

  /** Frees the blocks that were not used for longest. */
  #giveUp(): void {
    for (const [key, buffer] of this.#blocks) {
      this.#blocks.delete(key);
      freeBuffer(this.#opened, buffer);
      return;
    }
  }

  /** Sends all work of a tile of `pairs` pairs to the device. */
  submit(tile: GPUBuffer, numbers: ImageNumbers, x: GPUBuffer, z: GPUBuffer, results: GPUBuffer, pairs: number): void {
    const { pairsAtOnce } = this.#parts;
    for (let first = 0; first < pairs; first += pairsAtOnce) {
      this.#batch({ first, pairs: Math.min(pairsAtOnce, pairs - first) }, tile, numbers, [x, z], results);
    }
  }

  #batch(
    { first, pairs }: Batch,
    tile: GPUBuffer,
    numbers: ImageNumbers,
    images: readonly GPUBuffer[],
    results: GPUBuffer,
  ): void {
    const { device } = this.#opened;
    const { passes, tables, constants, handed, scratch, groupsAtOnce } = this.#parts;
    const buffers = [tile, ...images, tables, constants, handed, results, scratch];
    for (const { pipeline, components } of passes) {
      const group = bound(device, pipeline.layout, buffers);
      for (let component = 0; component < components; component += groupsAtOnce) {
        const fields = Uint32Array.from(IMAGE_FIELDS, (field) => ({ ...numbers, first, component })[field]);
        device.queue.writeBuffer(tile, 0, fields);
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline.pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(Math.min(groupsAtOnce, components - component), pairs);
        pass.end();
        device.queue.submit([encoder.finish()]);
      }
    }
  }

  /** Frees everything on the device. */
  close(): void {
    const { tables, constants, handed, scratch } = this.#parts;
    for (const buffer of [...this.#blocks.values(), tables, constants, handed, scratch])
      freeBuffer(this.#opened, buffer);
    this.#blocks.clear();
  }
}

/** How many pairs, and components of each, run together within the memory of the device. */
function atOnce(shader: ImageShader, limit: number, pairs: number): Pick<Parts, 'pairsAtOnce' | 'groupsAtOnce'> {
  const { handed, scratch, components, work } = shader;
  const most = Math.min(limit, MOST_BYTES) / 4;
  if (handed > limit / 4 || scratch > limit / 4) {
    throw new DeviceFullError(
      `--backend webgpu: what a pair of images hands on must fit into ${limit} bytes on the device, got ` +
        `${4 * Math.max(handed, scratch)}. Use --backend host.`,
    );
  }
  const fitting = Math.min(
    MOST_GROUPS,
    pairs,
    Math.max(1, Math.floor(MOST_WORK / work)),
    handed === 0 ? Infinity : Math.max(1, Math.floor(most / handed)),
  );
  if (scratch === 0) return { pairsAtOnce: fitting, groupsAtOnce: MOST_GROUPS };
  const groups = Math.max(1, Math.floor(most / scratch));
  const groupsAtOnce = Math.min(groups, MOST_GROUPS, Math.max(...components));
  return { pairsAtOnce: Math.min(fitting, Math.max(1, Math.floor(groups / groupsAtOnce))), groupsAtOnce };
}

/** The limits of a device that decide the form of shaders. */
export function shaderLimits({ device }: OpenDevice): { workgroupBytes: number; invocations: number } {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  return { workgroupBytes: maxComputeWorkgroupStorageSize, invocations: maxComputeInvocationsPerWorkgroup };
}

/** How a runner is opened. */
export interface RunnerOptions {
  /** Pairs of a tile. */
  readonly pairs: number;
  /** The pool whose self-kernels are computed, for images with themselves, in the place of the outputs. [none] */
  readonly selfKernels?: ValueId;
  /** Bytes that a workgroup may share, to try less than the device has. [what the device has] */
  readonly workgroupBytes?: number;
}

/** Names of the entry points that run one after the other, with the stages that they belong to. */
function entryPoints({ places }: ImagePlan, selfKernels: ValueId | undefined): readonly (readonly [string, number])[] {
  const stages = selfKernels === undefined ? places.stages : places.of[selfKernels].stage;
  const names = Array.from({ length: stages }, (_, stage) => [`stage${stage}`, stage] as const);
  return selfKernels === undefined ? names : [...names, [selfKernelEntry(selfKernels), stages]];
}

/** Compiles the shader of a job and uploads its tables. @throws DeviceFullError where they do not fit */
export async function openRunner(
  opened: OpenDevice,
  job: PreparedImages,
  options: RunnerOptions,
): Promise<ImageRunner> {
  const plan = planImages(job.programme, job.inputs);
  const limits = shaderLimits(opened);
  const { workgroupBytes = limits.workgroupBytes } = options;
  const shader = imageShader(plan, job, { ...limits, workgroupBytes });
  const { maxBufferSize, maxStorageBufferBindingSize } = opened.device.limits;
  const batches = atOnce(shader, Math.min(maxBufferSize, maxStorageBufferBindingSize), options.pairs);
  const passes = await Promise.all(
    entryPoints(plan, options.selfKernels).map(async ([name, stage]): Promise<Pass> => {
      const pipeline = await pipelineOf(opened, shader.text, name, BINDINGS);
      return { pipeline, components: shader.components[stage] };
    }),
  );
  const { STORAGE, COPY_DST } = GPUBufferUsage;
  const buffers = new BufferGroup(opened);
  try {
    const words = deviceTables(plan, shader.fields);
    return new ImageRunner(opened, job, {
      shader,
      passes,
      ...batches,
      tables: await buffers.upload(words),
      constants: await buffers.upload(shader.constants),
      handed: await buffers.make(4 * shader.handed * batches.pairsAtOnce, STORAGE | COPY_DST),
      scratch: await buffers.make(4 * shader.scratch * batches.pairsAtOnce * batches.groupsAtOnce, STORAGE | COPY_DST),
    });
  } catch (error) {
    buffers.free();
    throw error;
  }
}
