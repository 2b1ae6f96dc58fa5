import { innerLayers, inputShapeOf } from '../architecture/check-input.js';
import { type InputShape, lower, lowerParts } from '../architecture/lower.js';
import type { Architecture } from '../architecture/types.js';
import { rowNorms } from '../backend/unit-rows.js';
import type { NdArray } from '../data/array.js';
import { InterruptedError } from '../errors.js';
import type { Layer } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import { residentBytes } from '../platform/memory.js';
import { nextTask } from '../platform/tasks.js';
import type { CosineDistances } from '../programme/correlations.js';
import {
  evaluateImages,
  type ImageProgramme,
  imageProgramme,
  liveNumbers,
  pairsOf,
} from '../programme/evaluate-images.js';
import { type Extended, extendedNumber, extendedRoot } from '../programme/extended-exponent.js';
import { type ImageFactors, imageFactors } from '../programme/image-self-kernels.js';
import { keepNeeded } from '../programme/needs.js';
import { type RowFactors, rowFactors } from '../programme/self-kernels.js';

/** Parts that are carried at a time: each adds some steps for every layer behind its own. */
const PARTS_AT_ONCE = 64;
/** Vectors whose self-kernels are computed at a time. */
const ROWS_AT_ONCE = 32;
/** First inputs of which every pair is compared with the kernel, beside all self-kernels. */
const PAIRED = 4;
/** Rough seconds of one number of one step, tap by tap. */
const STEP_SECONDS = 2e-8;

/** What the parts of a kernel are: each is the NTK of the network in which one layer alone is trained. */
export interface KernelParts {
  /** Trace of each part over that of their whole. */
  readonly shares: readonly number[];
  /** ||sum of the parts - K|| / ||K||, over the diagonal and the block of the first inputs. */
  readonly difference: number;
}

/** The inputs, the network and what its parts are compared with. */
export interface PartsTask {
  /** Inputs `[n, ...]`. */
  readonly x: NdArray;
  readonly architecture: Architecture;
  /** Paths of the trained layers. */
  readonly paths: readonly string[];
  /** K `[n, n]`. */
  readonly ntk: Float64Array;
  /** Bytes that the parts may take. */
  readonly memory: number;
  readonly signal?: AbortSignal | undefined;
}

function freezeLayers(layers: readonly LayerNode[], path: string, trained: string): readonly LayerNode[] {
  return layers.map((layer, i) => {
    const here = `${path}[${i}]`;
    const inner = innerLayers(layer).map(([name, list]) => [name, freezeLayers(list, `${here}.${name}`, trained)]);
    const train = 'train' in layer && here !== trained ? { train: false } : {};
    return { ...layer, ...train, ...Object.fromEntries(inner) };
  });
}

/** The same network with every layer frozen but the one at `path`. */
export function onlyTrained(architecture: Architecture, path: string): Architecture {
  return { ...architecture, layers: freezeLayers(architecture.layers, 'layers', path) as readonly Layer[] };
}

/** The programme of some parts beside the whole. */
function programmeOf(architecture: Architecture, paths: readonly string[], input: InputShape): ImageProgramme {
  const parts = paths.map((path) => onlyTrained(architecture, path));
  return imageProgramme(keepNeeded(lowerParts(architecture, parts, input)));
}

/** Bytes of one pair of images, and of what is known of the first of them. */
function bytesOf(body: ImageProgramme): number {
  const known = body.positions.reduce((sum, n, i) => sum + n * (6 + (body.taps[i]?.count ?? 0)), 0);
  return 8 * (liveNumbers(body) + PAIRED * known);
}

/** Parts a few at a time, as many as the memory holds, each few as a programme. */
function* programmes({ architecture, paths, memory }: PartsTask, input: InputShape): Generator<ImageProgramme> {
  let size = Math.min(PARTS_AT_ONCE, paths.length);
  for (let first = 0; first < paths.length; ) {
    const body = programmeOf(architecture, paths.slice(first, first + size), input);
    if (size > 1 && residentBytes() + bytesOf(body) > memory) {
      size = Math.ceil(size / 2);
      continue;
    }
    yield body;
    first += size;
  }
}

/** What is known of some inputs from `first` on. */
interface Strip {
  readonly first: number;
  readonly count: number;
  readonly factors: RowFactors;
}

/** The self-kernels of all inputs: of vectors many at a time, of images one by one. */
async function* selfKernels(body: ImageProgramme, { x, signal }: PartsTask): AsyncGenerator<Strip> {
  const [n, ...sizes] = x.shape;
  const isOfImages = body.programme.positions !== undefined;
  const features = sizes.reduce((a, b) => a * b, 1);
  const norms = isOfImages ? null : rowNorms({ data: x.data, shape: [n, features] });
  const step = isOfImages ? 1 : ROWS_AT_ONCE;
  for (let first = 0; first < n; first += step) {
    await nextTask();
    if (signal?.aborted) throw new InterruptedError();
    const end = Math.min(n, first + step);
    const some = norms && {
      mantissa: norms.mantissa.subarray(first, end),
      exponent: norms.exponent.subarray(first, end),
    };
    const factors = some ? rowFactors(body.programme, some) : factorsOf(body, x, first);
    yield { first, count: end - first, factors };
  }
}

/** What is known of input `i`: a vector is an image of one position. */
function factorsOf(body: ImageProgramme, { data, shape }: NdArray, i: number): ImageFactors {
  const { positions } = body.programme;
  const size = data.length / shape[0];
  const channels = positions === undefined ? size : shape[shape.length - 1];
  return imageFactors(body, data, i * size, channels);
}

/** K = sqrt(K(x,x) K(z,z)) u of one pair. */
function entryOf(x: Extended, z: Extended, { below, above }: CosineDistances): number {
  const u = below[0] <= above[0] ? 1 - below[0] : above[0] - 1;
  return extendedRoot(x, 0) * extendedRoot(z, 0) * u;
}

/** The sum of the parts of one pair. */
function pairOf(body: ImageProgramme, x: ImageFactors, z: ImageFactors): number {
  const { parts } = evaluateImages(body, x, z);
  return parts.reduce((sum, u, l) => {
    const [a, b] = [x.parts?.[l] ?? null, z.parts?.[l] ?? null];
    return u === null || a === null || b === null ? sum : sum + entryOf(a, b, u);
  }, 0);
}

/** Sums of parts of the entries that are compared, one few of layers after the other. */
class Sums {
  /** Trace of each part. */
  readonly traces: number[] = [];
  /** Trace of the whole. */
  trace = 0;
  readonly #task: PartsTask;
  readonly #diagonal: Float64Array;
  readonly #pairs = new Map<number, number>();

  constructor(task: PartsTask) {
    this.#task = task;
    this.#diagonal = new Float64Array(task.x.shape[0]);
  }

  /** Adds the parts of one programme. */
  async add(body: ImageProgramme): Promise<void> {
    const traces = (body.programme.parts ?? []).map(() => 0);
    this.trace = 0;
    for await (const { first, count, factors } of selfKernels(body, this.#task)) {
      for (let i = 0; i < count; i++) {
        if (factors.ntk !== null) this.trace += extendedNumber(factors.ntk, i);
        factors.parts?.forEach((part, l) => {
          if (part === null) return;
          const value = extendedNumber(part, i);
          traces[l] += value;
          this.#diagonal[first + i] += value;
        });
      }
    }
    this.traces.push(...traces);
    this.#block(body);
  }

  /** Distance of the sums from K, relative to the norm of the entries that were summed. */
  difference(): number {
    const { ntk, x } = this.#task;
    const n = x.shape[0];
    let [distance, norm] = [0, 0];
    const add = (sum: number, at: number, times: number): void => {
      distance += times * (sum - ntk[at]) ** 2;
      norm += times * ntk[at] ** 2;
    };
    this.#diagonal.forEach((sum, i) => {
      add(sum, i * (n + 1), 1);
    });
    for (const [at, sum] of this.#pairs) add(sum, at, 2);
    return Math.sqrt(distance / norm);
  }

  #block(body: ImageProgramme): void {
    const { x } = this.#task;
    const n = x.shape[0];
    const known = Array.from({ length: Math.min(n, PAIRED) }, (_, i) => factorsOf(body, x, i));
    for (const [i, a] of known.entries()) {
      for (const [j, b] of known.entries()) {
        const at = i * n + j;
        if (j > i) this.#pairs.set(at, (this.#pairs.get(at) ?? 0) + pairOf(body, a, b));
      }
    }
  }
}

/**
 * What each trained layer adds to the NTK of a network, found in one pass: one programme carries the covariances and
 * the tangent of every layer.
 *
 * Shares rest on the self-kernels K(x,x) of all inputs. That the parts add up to K is measured there and on the pairs
 * of the first inputs.
 */
export async function kernelParts(task: PartsTask): Promise<KernelParts> {
  const { architecture, x, paths } = task;
  // Of one layer the whole is its part.
  if (paths.length === 1) return { shares: [1], difference: 0 };
  const sums = new Sums(task);
  for (const body of programmes(task, inputShapeOf(architecture, x.shape))) await sums.add(body);
  return { shares: sums.traces.map((trace) => trace / sums.trace), difference: sums.difference() };
}

/** Rough seconds of `kernelParts`, for plans. */
export function partsSeconds({ architecture, x, paths }: Pick<PartsTask, 'architecture' | 'x' | 'paths'>): number {
  if (paths.length === 1) return 0;
  const body = imageProgramme(keepNeeded(lower(architecture, inputShapeOf(architecture, x.shape), 'ntk')));
  const work = body.positions.reduce((sum, n, i) => sum + pairsOf(body, n) * (body.taps[i]?.count ?? 4), 0);
  return x.shape[0] * work * STEP_SECONDS * (1 + paths.length / 4);
}
