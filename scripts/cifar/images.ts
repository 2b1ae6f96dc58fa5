import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NdArray } from '../../src/data/array.js';
import { readInput } from '../../src/data/index.js';
import { mirrored } from '../../src/data/mirror.js';
import { scale } from '../../src/data/scale.js';
import { UsageError } from '../../src/errors.js';
import { zcaWhitening } from '../../src/linalg/whitening.js';
import type { Scale } from './kernels.js';

/** Images with their classes. */
export interface Labelled {
  readonly x: NdArray;
  /** `[n]` */
  readonly labels: Float64Array;
}

/** Training and test images as the files have them. */
export interface Images {
  readonly train: Labelled;
  readonly test: Labelled;
}

const BATCHES = [1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`);

function filesOf(folder: string, names: readonly (readonly string[])[]): readonly string[] {
  const found = names.find(([first]) => existsSync(join(folder, first)));
  if (found !== undefined) return found.map((name) => join(folder, name)).filter((path) => existsSync(path));
  const wanted = names.map(([first]) => first).join(' or ');
  throw new UsageError(
    `--data: must hold ${wanted}, got ${folder} without. Give the folder of CIFAR-10's binary files.`,
  );
}

/** Examples one after the other. */
function joined(parts: readonly NdArray[]): NdArray {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [parts.reduce((sum, { shape }) => sum + shape[0], 0), ...parts[0].shape.slice(1)] };
}

async function first(flag: string, paths: readonly string[], count: number): Promise<Labelled> {
  const [parts, labels]: [NdArray[], number[]] = [[], []];
  for (const path of paths) {
    if (labels.length >= count) break;
    const left = count - labels.length;
    const whole = await readInput(path, { format: 'cifar10' });
    const rows = Math.min(left, whole.shape[0]);
    const size = whole.data.length / whole.shape[0];
    parts.push({ data: whole.data.subarray(0, rows * size), shape: [rows, ...whole.shape.slice(1)] });
    labels.push(...(whole.labels?.data.subarray(0, rows) ?? []));
  }
  if (labels.length < count) {
    throw new UsageError(
      `${flag}: must be at most the ${labels.length} images there are, got ${count}. Ask for fewer.`,
    );
  }
  return { x: joined(parts), labels: Float64Array.from(labels) };
}

/** The first images of CIFAR-10 in a folder. @throws UsageError where there are too few */
export async function readImages(folder: string, train: number, tests: number): Promise<Images> {
  return {
    train: await first('--sizes', filesOf(folder, [['train.bin'], BATCHES]), train),
    test: await first('--tests', filesOf(folder, [['test.bin'], ['test_batch.bin']]), tests),
  };
}

/** Rows as a kernel takes them. */
export interface Rows {
  /** The training images, then the mirrored copies of the first `flips`. */
  readonly train: NdArray;
  readonly test: NdArray;
}

/**
 * Scales images and copies, and the test images by what was found of them; then each image to norm 1: under whitening
 * by fewer images than features, test images are longer than training images, and the Laplace kernel would see that
 * alone. To networks of relu it is a factor.
 */
export async function scaledRows({ train, test }: Images, flips: number, how: Scale): Promise<Rows> {
  const size = train.x.data.length / train.x.shape[0];
  const few = { data: train.x.data.subarray(0, flips * size), shape: [flips, ...train.x.shape.slice(1)] };
  const all = flips === 0 ? train.x : joined([train.x, mirrored(few)]);
  const scaled = how === 'zca' ? await whitened(all, test.x) : standard(all, test.x);
  return { train: scale(scaled.train, 'unit-rows').x, test: scale(scaled.test, 'unit-rows').x };
}

function standard(train: NdArray, test: NdArray): Rows {
  const { x, statistics } = scale(train, 'standard');
  return { train: x, test: scale(test, 'standard', statistics).x };
}

async function whitened(train: NdArray, test: NdArray): Promise<Rows> {
  const whitening = await zcaWhitening(train);
  return { train: whitening.apply(train), test: whitening.apply(test) };
}
