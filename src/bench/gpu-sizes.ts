import type { ImageSizes } from './gpu-images.js';

/** Sizes of the work. */
export interface Sizes {
  /** Rows each way and features of products. */
  readonly products: readonly (readonly [number, number])[];
  /** Rows, features and tile of the kernels. */
  readonly rows: number;
  readonly features: number;
  readonly tile: number;
  /** Rows of the kernel that is streamed, and seconds for each target. */
  readonly streamRows: number;
  readonly streamSeconds: number;
  /** Seconds that a measurement lasts at least, and how often it is taken. */
  readonly enough: number;
  readonly rounds: number;
  /** Bytes of the buffers that cross the bus, and their number. */
  readonly transfer: readonly [number, number];
  /** Rows of the blocks that are compared with the host. */
  readonly compared: number;
  readonly images: ImageSizes;
}

const GPU: Sizes = {
  products: [
    [1024, 784],
    [2048, 784],
    [4096, 784],
    [8192, 784],
    [4096, 4096],
  ],
  rows: 16_384,
  features: 784,
  tile: 4096,
  streamRows: 50_000,
  streamSeconds: 20,
  enough: 0.2,
  rounds: 5,
  transfer: [2 ** 27, 24],
  compared: 256,
  images: { side: 32, tile: [64, 16], enough: 0.2, rounds: 5 },
};

/** A GPU beside the processor, say: the same with fewer rows. */
const SMALL: Sizes = {
  ...GPU,
  products: [
    [1024, 784],
    [2048, 784],
    [2048, 2048],
  ],
  rows: 4096,
  tile: 2048,
  streamRows: 20_000,
  rounds: 3,
  transfer: [2 ** 25, 24],
  images: { side: 32, tile: [32, 4], enough: 0.2, rounds: 3 },
};

/** For a processor that plays the device, or a first try: everything once, small. */
const TRY: Sizes = {
  products: [[128, 64]],
  rows: 256,
  features: 64,
  tile: 128,
  streamRows: 512,
  streamSeconds: 1,
  enough: 0.01,
  rounds: 2,
  transfer: [2 ** 22, 4],
  compared: 64,
  images: { side: 6, tile: [3, 2], enough: 0.01, rounds: 2 },
};

/** Rows of one's own below which the sizes are those of a first try. */
const FEW = 4096;

/** Sizes that suit a device whose product reaches `gflops`, and `rows` of one's own where there are some. */
export function sizesFor(software: boolean, gflops: number, rows: number | null): Sizes {
  if (software || (rows !== null && rows < FEW)) return TRY;
  return gflops < 1000 ? SMALL : GPU;
}
