import type { SingleTask } from '../../../src/backend/device-task.js';
import type { RowTask } from '../../../src/backend/tasks.js';
import type { OpenDevice } from '../device.js';
import { bindingKinds, type Pipeline, pipelineOf } from '../pipelines.js';
import { productShader, redoShader, tileShader } from './shader/module.js';
import { BLOCK } from './shader/product.js';

/** A pipeline whose workgroups compute squares of `side` entries. */
export interface Pass extends Pipeline {
  readonly side: number;
}

/** The passes of a task. */
export interface Passes {
  /** The matrix product alone. */
  readonly product: Pass;
  /** What makes a tile of kernels. */
  readonly tiles: readonly Pass[];
  /** Near-duplicate pairs again. */
  readonly redo: Pipeline;
}

const TILE_BINDINGS = bindingKinds(5, 2);
/** Near-duplicate pairs bring their own cosine distances: no rows are read. */
const REDO_BINDINGS = bindingKinds(7, 1).map((kind, binding) => (binding === 1 || binding === 2 ? null : kind));

/**
 * The passes of a task: on a device one a tile, product and body together (`fused`); where a processor plays the device
 * two, since it takes seconds to compile the product into each shader.
 */
export async function passesOf(opened: OpenDevice, task: RowTask, single: SingleTask, fused: boolean): Promise<Passes> {
  const [alone, kernels, redo] = await Promise.all([
    pipelineOf(opened, productShader(), 'products', TILE_BINDINGS),
    pipelineOf(opened, tileShader(task, single, fused), 'kernels', TILE_BINDINGS),
    pipelineOf(opened, redoShader(task, single), 'redoPairs', REDO_BINDINGS),
  ]);
  const product = { ...alone, side: BLOCK };
  return { product, tiles: fused ? [{ ...kernels, side: BLOCK }] : [product, { ...kernels, side: 16 }], redo };
}
