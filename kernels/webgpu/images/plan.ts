import type { ImageJobShape } from '../../../src/backend/contract.js';
import { prepareImages, taskWithoutImages } from '../../../src/backend/images/prepare.js';
import type { ImageTask } from '../../../src/backend/tasks.js';
import { planImages } from '../../../src/programme/images/plan.js';
import { ANY_INPUTS } from '../../../src/programme/images/self-kernels.js';
import type { Programme } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { resultBytes } from './job.js';
import { IMAGES_KEPT, MOST_BYTES } from './runner.js';
import { type ImageShader, imageShader, type ShaderLimits } from './shader.js';
import { tableWords } from './tables.js';

/** What cards offer at least: shaders that are printed or planned, and not run, are made for it. */
const COMMON: ShaderLimits = { workgroupBytes: 32_768, invocations: 256 };

/** What a programme costs on images of which nothing is known. */
interface Costs {
  /** Numbers of the block of an image, bytes of the tables, instructions at position pairs of one pair. */
  readonly block: number;
  readonly tables: number;
  readonly work: number;
}

/** Plans ask again for every size of a tile. */
const known = new WeakMap<Programme, Costs>();

function costsOf(programme: Programme): Costs {
  const found = known.get(programme) ?? makeCosts(programme);
  known.set(programme, found);
  return found;
}

function makeCosts(programme: Programme): Costs {
  const job = taskWithoutImages(programme, { precision: 'f32', outputs: ['ntk', 'nngp'], symmetric: true });
  const plan = planImages(programme, ANY_INPUTS);
  const { layout, fields, work }: ImageShader = imageShader(plan, job, COMMON);
  return { block: layout.length, tables: 4 * tableWords(plan, fields), work };
}

/** Bytes on the host, and on the device, of a job on images with tiles of `size`. */
export function imageBytes({ programme, outputs, size }: ImageJobShape): {
  readonly host: number;
  readonly device: number;
} {
  const { block, tables } = costsOf(programme);
  const blocks = 4 * block * size;
  const results = 3 * resultBytes(outputs, size);
  // Tables are lists first, then one array; one block is made while another is sent.
  return { host: 3 * tables + 2 * blocks + results, device: tables + IMAGES_KEPT * blocks + results + 2 * MOST_BYTES };
}

/** Instructions at position pairs of one pair of images. */
export function imageWork(programme: Programme): number {
  return costsOf(programme).work;
}

/** The shader of a task, for reading. */
export async function imageShaderText(task: ImageTask): Promise<string> {
  const job = prepareImages(task, (prepared, value, set) => {
    const step = prepared.programme.steps[value];
    const positions = step.op === 'pool' ? positionCount(step.windows.to) : 1;
    return new Float64Array(set.count * positions).fill(1);
  });
  return imageShader(planImages(job.programme, job.inputs), job, COMMON).text;
}
