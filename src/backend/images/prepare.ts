import { allocate, type FloatArray, inSharedMemory, type Precision } from '../../data/array.js';
import { InternalError } from '../../errors.js';
import {
  ANY_INPUTS,
  evenValues,
  type ImageSelfKernels,
  type InputFacts,
  SelfKernelRunner,
  selfKernelSizes,
  selfKernelsDivided,
  selfKernelsNeeded,
} from '../../programme/images/self-kernels.js';
import { selfKernelSpreads } from '../../programme/images/spreads.js';
import { anglesRead } from '../../programme/images/translate.js';
import { requireRange, spreadInRange } from '../../programme/range.js';
import { valueShapes } from '../../programme/shapes.js';
import type { Programme, ValueId } from '../../vocabulary/steps.js';
import { positionCount } from '../../vocabulary/windows.js';
import type { ImageSet, ImageTask, Output } from '../tasks.js';
import { PixelReader, pixelsOf } from './pixels.js';
import { requireOneUnit } from './sizes.js';
import { type Survey, surveyImages } from './survey.js';

/** Images of one operand with what was found out about each; all arrays lie in shared memory. */
export interface SharedImages {
  /** Pixels as given, `[n, positions * channels]`. */
  readonly data: FloatArray;
  readonly count: number;
  /** Self-kernels over 4^exponent of each pool whose self-kernel a later step needs, `[n, positions]`. */
  readonly pooled: ReadonlyMap<ValueId, Float64Array>;
  /** 2^exponent / sqrt(K(x,x)) of each output where results are normalized, `[n]`. */
  readonly scales: readonly (Float64Array | null)[];
}

/** A task on images with all that a device needs beside the plan. */
export interface PreparedImages {
  readonly programme: Programme;
  readonly precision: Precision;
  readonly outputs: readonly Output[];
  readonly symmetric: boolean;
  readonly channels: number;
  /** What is common to all pixels of all images. */
  readonly inputs: InputFacts;
  /** sqrt(K(x_p, x_p)) / 2^exponent of even values, which is one number; null for the others. */
  readonly deviations: readonly (number | null)[];
  /** Values are held divided by 4^exponent. */
  readonly exponents: readonly number[];
  readonly x: SharedImages;
  /** The same object as `x` for a symmetric kernel. */
  readonly z: SharedImages;
  /** Whether entries are divided by sqrt(K(x,x) K(z,z)): then they are not brought back from their exponents either. */
  readonly normalized: boolean;
}

/**
 * Self-kernels of a pool for every image of a set, `[n, positions]`, found by the device that will compute pairs: by
 * the instructions of the job itself, each image with itself, up to the stage of the pool. Only then does a pair of
 * equal images give the same bits (cosine distance 0).
 *
 * Self-kernels of the pools before it stand in `pooled` of all sets, those of later ones are 0 there; `set` is one of
 * the sets of the job.
 */
export type PooledOfImages = (job: PreparedImages, value: ValueId, set: SharedImages) => Float64Array;

/** Powers of two that self-kernels over powers of four may reach with room for sums of them. */
const MOST_ORDERS = 1000;

/** Squared norms count as equal up to rounding. */
const EQUAL = 2e-15;

/** What is common to all pixels of some images. */
function inputFacts({ least, most }: Survey): InputFacts {
  return { even: least > 0 && most - least <= EQUAL * most, positive: least > 0 };
}

/** Squared norms of the pixels of the first image that is not zero. */
function typicalSquares({ data, positions, channels }: ImageSet, { first }: Survey): Float64Array {
  if (first === null) return new Float64Array(positionCount(positions)).fill(1);
  return pixelsOf(data, first, positionCount(positions), channels).squares;
}

/** A job without what pools need of each image. */
function plainJob(task: ImageTask, programme: Programme, survey: Survey): PreparedImages {
  const { precision, outputs, symmetric, normalized } = task;
  requireOneUnit(task, survey);
  const inputs = inputFacts(survey);
  const { selfKernels, exponents } = selfKernelSizes(programme, typicalSquares(task.x, survey));
  const even = evenValues(programme, inputs);
  const deviations = even.map((is, v) => (is ? Math.sqrt(selfKernels[v]?.[0] ?? 0) : null));
  const share = ({ data, count }: ImageSet): SharedImages => ({
    data: inSharedMemory(data),
    count,
    pooled: new Map(),
    scales: outputs.map(() => null),
  });
  const x = share(task.x);
  const z = symmetric ? x : share(task.z);
  const { channels } = task.x;
  return { programme, precision, outputs, symmetric, channels, inputs, deviations, exponents, x, z, normalized };
}

/** A task without images, for what a device needs to know of a programme before there are any. */
export function taskWithoutImages(
  programme: Programme,
  { precision, outputs, symmetric }: Pick<PreparedImages, 'precision' | 'outputs' | 'symmetric'>,
): PreparedImages {
  const none: SharedImages = { data: new Float32Array(0), count: 0, pooled: new Map(), scales: [] };
  const steps = programme.steps.length;
  const deviations = new Array<null>(steps).fill(null);
  const exponents = new Array<number>(steps).fill(0);
  const plain = { channels: 4, inputs: ANY_INPUTS, deviations, exponents, normalized: false };
  return { programme, precision, outputs, symmetric, ...plain, x: none, z: none };
}

/** Self-kernels of a pool of one image, `[positions]`. @throws InternalError where they were not asked for before */
export function pooledOf({ pooled, count }: SharedImages, value: ValueId, image: number): Float64Array {
  const all = pooled.get(value);
  if (all === undefined) throw new InternalError(`own values of pool ${value} are missing`);
  const positions = all.length / count;
  return all.subarray(image * positions, (image + 1) * positions);
}

/** sqrt(K(x,x)) / 2^exponent of the outputs of each image, `[outputs][n]`. */
function roots(task: ImageTask, job: PreparedImages, set: ImageSet, shared: SharedImages): (Float64Array | null)[] {
  const values = task.outputs.map((output) => job.programme[output]);
  const wanted = values.filter((v) => v !== null);
  const runner = new SelfKernelRunner(job.programme, selfKernelsNeeded(job.programme, wanted), job.exponents);
  const pixels = new PixelReader(positionCount(set.positions), set.channels);
  const result = values.map((v) => (v === null ? null : new Float64Array(set.count)));
  for (let i = 0; i < set.count; i++) {
    pixels.read(set.data, i);
    const selfKernels: ImageSelfKernels = runner.run(pixels.squares, (v) => pooledOf(shared, v, i));
    values.forEach((v, k) => {
      const list = result[k];
      if (v !== null && list !== null) list[i] = Math.sqrt(selfKernels[v]?.[0] ?? 0);
    });
  }
  return result;
}

/**
 * Whether the sizes of pixels alone say that K(x,x) of every image is a number that the precision holds, and that no
 * self-kernel on the way leaves the range of a double.
 */
function surelyInRange({ programme, precision, outputs, exponents }: PreparedImages, survey: Survey): boolean {
  if (survey.most === 0) return true;
  const input = { least: Math.log2(survey.leastAbove), most: Math.log2(survey.most) };
  const spreads = selfKernelSpreads(programme, input);
  const lowest = 2 * Math.min(0, ...exponents);
  const holds = outputs.every((output) => {
    const value = programme[output];
    // A kernel that is 0 throughout.
    if (value === null) return true;
    const spread = spreads[value];
    return spread !== null && spreadInRange(spread, precision);
  });
  return holds && spreads.every((spread) => spread === null || spread.most - lowest < MOST_ORDERS);
}

function exponentOf({ programme, exponents }: PreparedImages, output: Output): number {
  const value = programme[output];
  return value === null ? 0 : exponents[value];
}

/**
 * Steps of which self-kernels of positions enter what is computed for a pair: those of an angle that a map reads, and
 * what values are divided by.
 */
function selfKernelsRead(programme: Programme): Uint8Array {
  const angles = anglesRead(programme);
  return selfKernelsDivided(programme).map((is, v) => (is === 1 || angles[v] === 1 ? 1 : 0));
}

/** A question for the device: what `PooledOfImages` is told. */
type PooledRequest = Parameters<PooledOfImages>;

/** Prepares a task; asks for self-kernels of pools on its way. */
function* preparing(task: ImageTask): Generator<PooledRequest, PreparedImages, Float64Array> {
  const { programme } = task;
  const survey = surveyImages(task.symmetric ? [task.x] : [task.x, task.z]);
  const job = plainJob(task, programme, survey);
  const pools = Array.from(programme.steps.keys()).filter((v) => programme.steps[v].op === 'pool');
  const read = selfKernelsRead(programme);
  const needed = pools.filter((v) => read[v] === 1 || task.normalized);
  const shapes = valueShapes(programme);
  const started = (set: SharedImages): SharedImages & { readonly pooled: Map<ValueId, Float64Array> } => {
    const zeros = (v: ValueId): Float64Array => allocate(set.count * positionCount(shapes[v]), 'f64') as Float64Array;
    return { ...set, pooled: new Map(needed.map((v) => [v, zeros(v)])) };
  };
  const x = started(job.x);
  const z = task.symmetric ? x : started(job.z);
  const known = { ...job, x, z };
  // Pool by pool: a device may need the self-kernels of both sets for what lies behind an earlier one.
  for (const v of needed) for (const set of new Set([x, z])) set.pooled.set(v, yield [known, v, set]);
  if (pools.length > needed.length || (!task.normalized && surelyInRange(job, survey))) return known;
  const scaledX = scaled(task, known, task.x, x);
  return { ...known, x: scaledX, z: task.symmetric ? scaledX : scaled(task, known, task.z, z) };
}

/**
 * Images with the scales of normalized results. @throws NumericalError for an entry beyond the range of the precision
 * otherwise
 */
function scaled(task: ImageTask, job: PreparedImages, set: ImageSet, known: SharedImages): SharedImages {
  const found = roots(task, job, set, known);
  if (task.normalized) return { ...known, scales: found.map((list) => list?.map((r) => (r > 0 ? 1 / r : 0)) ?? null) };
  task.outputs.forEach((output, k) => {
    found[k]?.forEach((root, i) => {
      requireRange(root * 2 ** exponentOf(job, output), task.precision, `image ${i}`, output);
    });
  });
  return known;
}

/**
 * Everything that threads need for a task: exponents, numbers of even values, self-kernels behind pools, scales of
 * results.
 */
export function prepareImages(task: ImageTask, pooledSelfKernels: PooledOfImages): PreparedImages {
  const steps = preparing(task);
  let step = steps.next();
  while (step.done !== true) step = steps.next(pooledSelfKernels(...step.value));
  return step.value;
}

/** The same for a device that answers later. */
export async function prepareImagesOn(
  task: ImageTask,
  pooledSelfKernels: (...request: PooledRequest) => Promise<Float64Array>,
): Promise<PreparedImages> {
  const steps = preparing(task);
  let step = steps.next();
  while (step.done !== true) step = steps.next(await pooledSelfKernels(...step.value));
  return step.value;
}
